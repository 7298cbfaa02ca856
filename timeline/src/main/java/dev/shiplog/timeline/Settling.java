package dev.shiplog.timeline;

import dev.shiplog.journal.record.RecordView;

/**
 * Whether all that happened is known, or something is still to be found out: what happens while the recorder does not
 * listen, the engine repeats, or the recorder finds it out as it describes the containers. Breaks in listening are counted
 * from 1. Not thread safe.
 */
final class Settling implements Cloneable {
    /** What is said of a container comes no later: the answer to a question from before, or to the one after a gap. */
    private static final long LATE_NANOS = 10_000_000_000L;

    /** When the segment began whose snapshot was read first, ns since the epoch; 0 without one. */
    private long snapshotAt;

    /** Whether each container that there is was in the segment's snapshot, or was created since, unless a question is open. */
    private boolean hasAll;

    /** Whether the engine was reached before. */
    private boolean engineSeen;

    /** Whether the recorder does not listen. */
    private boolean interrupted;

    /** How often it broke off. */
    private int breaks;

    /** The break of which it is not known yet whether events were missed in it; 0 if it is. */
    private int asked;

    /** The last break in which events were missed; 0 if none were. */
    private int missed;

    /** Since when the recorder listens again, by the monotonic clock; and when the last record was received. */
    private long heardAt;

    private long newest;

    /** A segment begins. */
    void begin(RecordView start) {
        hasAll |= snapshotAt == 0 || start.monotonic() - heardAt > LATE_NANOS;
        snapshotAt = snapshotAt == 0 ? start.received() : snapshotAt;
    }

    /** The engine is reached. */
    void up(RecordView record) {
        if (record.restated() ? snapshotAt - record.received() < LATE_NANOS : !engineSeen) {
            hasAll = false; // those that there were before are not described yet
            heardAt = record.monotonic();
        }
        engineSeen = true;
        hear(record);
    }

    /** The recorder listens no more. */
    void interrupt() {
        breaks += interrupted ? 0 : 1;
        if (engineSeen && newest - heardAt > LATE_NANOS) { // what was not described by now has not changed
            missed = 0;
            hasAll = true;
        }
        interrupted = true;
    }

    /** This record shows that the recorder listens, unless it is restated. */
    void hear(RecordView record) {
        if (!record.restated()) {
            heardAt = interrupted ? record.monotonic() : heardAt;
            interrupted = false;
        }
    }

    /**
     * Events may be missing before this record.
     *
     * @return whether that is new
     */
    boolean ask(RecordView record) {
        boolean isNew = asked == 0;
        if (isNew) {
            interrupt(); // where only the stream of events was cut, no mark came before
            asked = breaks;
        }
        hear(record);
        return isNew;
    }

    /** No event is missing after all. */
    void settle() {
        asked = 0;
    }

    /**
     * Events are missing before this record.
     *
     * @return whether that is new, and was no question before
     */
    boolean miss(RecordView record) {
        boolean isNew = asked == 0;
        missed = isNew ? breaks : asked;
        asked = 0;
        hasAll = false;
        hear(record);
        return isNew;
    }

    /** The next record was received. */
    void pass(RecordView record) {
        newest = record.restated() ? newest : record.monotonic();
    }

    /** How often the recorder broke off. */
    int breaks() {
        return breaks;
    }

    /** Whether all that there is was in the segment's snapshot or happened since, so that nothing is left to be found out. */
    boolean isWhole() {
        return hasAll && engineSeen && asked == 0;
    }

    /** Whether nothing was missed since a container was described, which was after the break with this number. */
    boolean isSettled(int toldAfter) {
        return toldAfter >= missed && toldAfter >= asked;
    }

    /** Whether what is missed may still be found out at this time, by the recorder's monotonic clock. */
    boolean isSoon(long monotonic) {
        return monotonic - heardAt < LATE_NANOS;
    }

    /** Whether what comes may be late word of a container that went as the segment began: its snapshot lacks it. */
    boolean isJustBegun(long received) {
        return isWhole() && received - snapshotAt < LATE_NANOS;
    }

    /** Whether something is so old that the snapshot would have it, ns since the epoch. */
    boolean isBeforeSnapshot(long time) {
        return time < snapshotAt - LATE_NANOS;
    }

    /** The same, which goes its own way from here on. */
    Settling copy() {
        try {
            return (Settling) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
