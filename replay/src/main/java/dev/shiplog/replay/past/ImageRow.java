package dev.shiplog.replay.past;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image under a name. Times are ns since the epoch, 0 if nothing tells of one.
 *
 * @param repository empty if it has none: the containers were made by the image's id
 * @param tag empty if it has none; null if it is not known whether it still has it
 * @param imageId null if it is not known
 * @param digests those that are known
 * @param containers the names of those made from it under this name: that run, that ran, or that exist, as asked
 * @param since when the first of those that run, or ran, was started
 * @param until when the last of them ended; 0 if one runs, or if that is not known
 * @param running how many of them run at the moment, or at the end of the range
 * @param tagged since when the tag is known to stand for it
 * @param moved by when the tag was found to stand for another image
 * @param deleted when the image was deleted
 */
public record ImageRow(
        String repository,
        @Nullable String tag,
        @Nullable String imageId,
        List<String> digests,
        List<String> containers,
        long since,
        long until,
        int running,
        long tagged,
        long moved,
        long deleted) {}
