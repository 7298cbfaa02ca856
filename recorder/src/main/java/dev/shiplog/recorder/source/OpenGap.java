package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * Marks a stretch without records of one kind: when that is noticed, every ten minutes, and when it ends. Together the
 * marks cover it. The log has a line when it begins, and one when it ends. For one thread.
 */
final class OpenGap {
    private static final System.Logger LOG = System.getLogger(OpenGap.class.getName());
    /** After a kill the journal holds only what was stated while the gap lasted. */
    private static final long STATE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Clock clock;
    private final RecordQueue queue;
    private final Kind kind;
    private final String what;

    /** Up to when there are records, or the gap is stated. */
    private Clock.Reading coveredTo;

    private boolean open;
    private String reason = "";

    /** @param what people call the records */
    OpenGap(Clock clock, RecordQueue queue, Kind kind, String what) {
        this.clock = clock;
        this.queue = queue;
        this.kind = kind;
        this.what = what;
        coveredTo = clock.now();
    }

    /** There is a record. */
    void ended() {
        state();
        if (open) {
            LOG.log(Level.INFO, "{0} are recorded again", what);
        }
        open = false;
        coveredTo = clock.now();
    }

    /** No record is to be expected, now or since {@code from}: that is no news for the log. */
    void pause(long from, String why) {
        reason = why;
        if (!open) {
            open = true;
            coveredTo = new Clock.Reading(from, clock.now().monotonic());
        }
    }

    /** Up to when there are records, or the gap is stated, ns since the epoch. */
    long coveredTo() {
        return coveredTo.received();
    }

    /** A record should be there, and is not. */
    void missing(String why) {
        reason = why;
        if (!open) {
            open = true;
            LOG.log(Level.WARNING, "{0} are not recorded: {1}", what, why);
            state();
        } else if (clock.now().monotonic() - coveredTo.monotonic() >= STATE_AGAIN_NANOS) {
            state();
        }
    }

    /** States the gap up to now, if there is one. */
    void state() {
        if (open) {
            Clock.Reading now = clock.now();
            queue.put(clock.mark(new Mark.Gap(kind.label(), "", coveredTo.received(), now.received(), reason)));
            coveredTo = now;
        }
    }
}
