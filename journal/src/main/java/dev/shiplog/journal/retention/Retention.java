package dev.shiplog.journal.retention;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which segments of a journal are deleted: whole ones, the oldest first and without leaving one out, so that what
 * is kept has no hole. The segment that is written to is never among them.
 */
public final class Retention {
    private Retention() {}

    /**
     * The segments to be deleted, oldest first.
     *
     * @param segments all but the one that is written to, oldest first
     * @param writtenBytes what the segment that is written to takes on the disk
     * @param missingBytes so much must become free, whatever the limits say; 0 if the disk is not short of space
     * @param now ns since the epoch
     */
    public static List<Deletion> deletions(
            List<StoredSegment> segments, long writtenBytes, long missingBytes, long now, Limits limits) {
        List<Deletion> deletions = new ArrayList<>();
        long bytes =
                writtenBytes + segments.stream().mapToLong(StoredSegment::bytes).sum();
        long missing = missingBytes;
        for (StoredSegment segment : segments) {
            Deletion.Reason reason = reason(segment, bytes, missing, now, limits);
            if (reason == null) {
                break;
            }
            deletions.add(new Deletion(segment, reason));
            bytes -= segment.bytes();
            missing -= segment.bytes();
        }
        return deletions;
    }

    private static Deletion.@Nullable Reason reason(
            StoredSegment segment, long bytes, long missing, long now, Limits limits) {
        boolean spared = limits.untilArchived() && !segment.archived();
        if (!spared
                && !limits.keepFor().isZero()
                && now - segment.until() >= limits.keepFor().toNanos()) {
            return Deletion.Reason.AGE;
        }
        if (!spared && limits.keepBytes() > 0 && bytes > limits.keepBytes()) {
            return Deletion.Reason.BYTES;
        }
        return missing > 0 ? Deletion.Reason.SPACE : null;
    }
}
