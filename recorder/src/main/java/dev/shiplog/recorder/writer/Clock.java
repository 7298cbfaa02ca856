package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Stamps each arrival with the wall clock and the monotonic clock of the same moment.
 *
 * <p>The wall time is an anchor plus the monotonic clock, both in whole microseconds. So {@code received - monotonic}
 * stays the same from record to record, which keeps the coded records short, until the real wall clock is off by more
 * than a millisecond. Then the anchor is set again: silently after a slew, with a {@link Mark.ClockStep} after a step
 * of more than a second. Thread safe.
 */
public final class Clock {
    private static final long MICRO_NANOS = 1_000;
    private static final long SLEW_NANOS = 1_000_000;
    private static final long STEP_NANOS = 1_000_000_000;
    /** A reading that took longer was interrupted between the two clocks and proves nothing about the wall clock. */
    private static final long ATOMIC_NANOS = 100_000;

    private final LongSupplier wall;
    private final LongSupplier nanos;
    private final Consumer<Record> steps;
    private final long origin;
    private volatile long anchor;

    /** One moment by both clocks, as {@link Record#received()} and {@link Record#monotonic()}. */
    public record Reading(long received, long monotonic) {}

    /**
     * @param wall ns since the epoch
     * @param nanos as {@link System#nanoTime()}
     * @param steps takes the mark of a step, before anything is stamped after that step
     */
    public Clock(LongSupplier wall, LongSupplier nanos, Consumer<Record> steps) {
        this.wall = wall;
        this.nanos = nanos;
        this.steps = steps;
        this.origin = nanos.getAsLong();
        this.anchor = micros(wall.getAsLong());
    }

    public Reading now() {
        long before = nanos.getAsLong();
        long wallNow = wall.getAsLong();
        long after = nanos.getAsLong();
        long monotonic = micros(after - origin);
        if (after - before < ATOMIC_NANOS && Math.abs(wallNow - monotonic - anchor) > SLEW_NANOS) {
            setAnchor(wallNow - monotonic);
        }
        return new Reading(monotonic + anchor, monotonic);
    }

    /** Now by the monotonic clock alone, as {@link Reading#monotonic()}: cheaper, but does not look for a step. */
    long monotonic() {
        return micros(nanos.getAsLong() - origin);
    }

    /** A record that arrives now. {@code time} is the engine's own, or 0 if it gave none. */
    public Record stamp(Kind kind, String subject, long time, byte[] payload) {
        return stamp(now(), kind, subject, time, payload);
    }

    private static Record stamp(Reading now, Kind kind, String subject, long time, byte[] payload) {
        return new Record(
                0, kind, subject, time == 0 ? now.received() : time, now.received(), now.monotonic(), payload);
    }

    /** A mark that is made now, about {@code subject}. */
    public Record mark(String subject, Mark mark) {
        return stamp(Kind.MARK, subject, 0, mark.toJson());
    }

    /** A mark that is made now, of what began at {@code time}. */
    public Record mark(long time, Mark mark) {
        return mark(now(), time, mark);
    }

    /** A mark that was made at {@code now}, of what began at {@code time}. */
    Record mark(Reading now, long time, Mark mark) {
        return stamp(now, Kind.MARK, "", time, mark.toJson());
    }

    /** A mark that is made now. */
    public Record mark(Mark mark) {
        return mark("", mark);
    }

    /** A record of another run, by this run's monotonic clock: a reading has a meaning within one run only. */
    public Record restate(Record old) {
        return new Record(
                0, old.kind(), old.subject(), old.time(), old.received(), old.received() - anchor, old.payload());
    }

    private void setAnchor(long wanted) {
        long step;
        synchronized (this) {
            step = wanted - anchor;
            if (Math.abs(step) <= SLEW_NANOS) {
                return;
            }
            anchor = micros(wanted);
        }
        if (Math.abs(step) > STEP_NANOS) {
            steps.accept(mark(new Mark.ClockStep(step)));
        }
    }

    private static long micros(long nanos) {
        return Math.floorDiv(nanos, MICRO_NANOS) * MICRO_NANOS;
    }
}
