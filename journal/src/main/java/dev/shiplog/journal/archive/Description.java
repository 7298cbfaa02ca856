package dev.shiplog.journal.archive;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentStart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What whoever makes an archive knows of its records, and the archive says again.
 *
 * @param segment the name of the segment's file
 * @param start what the segment begins with; null if that is damaged, or if these are not the records of one segment
 * @param selection how the records were chosen; null if they are all that could be read of the segment
 * @param writer name and version of the program that made the archive
 * @param host the Docker host
 * @param engine the engine that was recorded
 * @param containers that the records are about
 * @param gaps that the records report
 * @param losses what could not be read of the segment; none of cause {@link Loss.Cause#MISMATCH}, since the archive matches
 *     its own manifest
 */
public record Description(
        String segment,
        @Nullable SegmentStart start,
        @Nullable String selection,
        String writer,
        String host,
        Engine engine,
        List<Container> containers,
        List<Gap> gaps,
        List<Loss> losses) {
    public Description {
        containers = List.copyOf(containers);
        gaps = List.copyOf(gaps);
        losses = List.copyOf(losses);
    }

    /** The losses, in {@code file} where they are in no segment that has a name. */
    List<Loss> losses(String file) {
        return losses.stream()
                .map(loss -> loss.segment().isEmpty()
                        ? new Loss(
                                new Loss.Place(
                                        file, loss.place().from(), loss.place().to()),
                                loss.sequences(),
                                loss.received(),
                                loss.cause(),
                                loss.reason())
                        : loss)
                .toList();
    }

    /** An engine by the id that it gives itself; empty what is not known. */
    public record Engine(String id, String version) {}

    /**
     * A container, and how many of the records are about it; empty what is not known.
     *
     * @param image as the container was started with it
     */
    public record Container(String id, String name, String image, long records) {}

    /**
     * A stretch of which records are missing, or may be.
     *
     * @param type what is known of it, as the reader of the journal calls it
     * @param kind label of the kind of what is missing; empty for everything
     * @param subject id of the container of which it is missing; empty for all
     * @param count how many records are missing; 0 if that is not known
     * @param from ns since the epoch
     * @param to ns since the epoch; {@link Long#MAX_VALUE} if it is still open
     * @param reason why, as a clause
     */
    public record Gap(String type, String kind, String subject, long count, long from, long to, String reason) {}
}
