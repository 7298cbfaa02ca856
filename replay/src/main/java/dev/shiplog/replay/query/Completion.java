package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.util.concurrent.TimeUnit;

/**
 * Tells when all of a range was read. Records stand in the order of their receipt, and an engine repeats its last events
 * to a recorder that comes back: what happened in the range may be recorded long after it. So reading is over only
 * when the recorder was heard for a minute behind the range, without a break and without connecting anew.
 */
public final class Completion {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final long until;
    private final Bytes payload = new Bytes(256);
    private long last = Long.MIN_VALUE;
    private long heardSince;

    public Completion(TimeRange range) {
        until = range.until();
    }

    /** Whether nothing of the range can come after {@code record}; to be asked for every record. */
    public boolean isReached(RecordView record) {
        long received = record.received();
        if (received < until) {
            last = Long.MIN_VALUE;
            return false;
        }
        if (last == Long.MIN_VALUE || received - last > MINUTE || connects(record)) {
            heardSince = received;
        }
        last = received;
        return received - heardSince > MINUTE;
    }

    private boolean connects(RecordView record) {
        if (record.kind() != Kind.MARK) {
            return false;
        }
        payload.clear();
        record.payload(payload);
        return GapFinder.isMark(payload, MarkType.START) || GapFinder.isMark(payload, MarkType.ENGINE_UP);
    }
}
