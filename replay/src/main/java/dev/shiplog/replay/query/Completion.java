package dev.shiplog.replay.query;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.Coverage;
import java.util.concurrent.TimeUnit;

/**
 * Finds when all of a range was read. Records are in the order of their receipt, and an engine repeats its last events to
 * a recorder that comes back: what happened in the range may be recorded long after it. So reading is over only when the
 * recorder listened for a minute after the range, without a break and without a new connection.
 */
final class Completion {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final long until;
    private long last = Long.MIN_VALUE;
    private long listeningSince;
    private long connectedAt;

    Completion(TimeRange range) {
        until = range.until();
    }

    /**
     * Whether nothing of the range can come after {@code record}; to be called for every record.
     *
     * @param coverage what the records say up to this one
     */
    boolean isReached(RecordView record, Coverage coverage) {
        long received = record.received();
        boolean connects = coverage.connectedAt() != connectedAt;
        connectedAt = coverage.connectedAt();
        if (received < until) {
            last = Long.MIN_VALUE;
            return false;
        }
        if (last == Long.MIN_VALUE || received - last > MINUTE_NANOS || connects) {
            listeningSince = received;
        }
        last = received;
        return received - listeningSince > MINUTE_NANOS;
    }
}
