package dev.shiplog.replay.archive;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import java.io.IOException;
import java.util.Arrays;

/** Whether an archive holds what its segment holds: every record, byte for byte. */
enum Comparison {
    /** The archive holds the same records, and no other. */
    SAME,
    /** The archive holds the first records of the segment, which goes on. */
    SHORTER,
    /** The archive holds all records of the segment, and more after them: the segment is an older copy. */
    LONGER,
    /** The archive lacks a record, or has another one. */
    DIFFERENT;

    /**
     * Reads both to their ends.
     *
     * @param passed runs after each record
     */
    static Comparison of(SegmentRecords segment, SegmentRecords archive, Passed passed) throws IOException {
        boolean more = segment.next();
        boolean moreArchived = archive.next();
        while (more && moreArchived) {
            if (!isSame(segment.record(), archive.record())) {
                return DIFFERENT;
            }
            passed.record(segment);
            more = segment.next();
            moreArchived = archive.next();
        }
        boolean isIntact = archive.losses().stream().noneMatch(loss -> loss.cause() == Loss.Cause.MISMATCH);
        return !isIntact ? DIFFERENT : more ? SHORTER : moreArchived ? LONGER : SAME;
    }

    /** Runs after a record was read. */
    interface Passed {
        void record(SegmentRecords at) throws IOException;
    }

    private static boolean isSame(RecordView one, RecordView other) {
        return one.sequence() == other.sequence()
                && one.kindCode() == other.kindCode()
                && one.time() == other.time()
                && one.received() == other.received()
                && one.monotonic() == other.monotonic()
                && one.restated() == other.restated()
                && one.subject().equals(other.subject())
                && isSame(one.payload(), other.payload());
    }

    private static boolean isSame(Bytes one, Bytes other) {
        return Arrays.equals(one.array(), 0, one.length(), other.array(), 0, other.length());
    }
}
