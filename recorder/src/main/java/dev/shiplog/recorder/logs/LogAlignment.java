package dev.shiplog.recorder.logs;

/**
 * Finds in a log that is read again where the new messages begin. A state machine for one reading, fed with the times of its
 * messages. Not thread safe.
 */
final class LogAlignment {
    /** A message comes after a newer one only if both were on their way at the same moment. */
    private static final long LATE_NANOS = 100_000_000;

    private final LogPosition position;
    private final boolean whole;
    private boolean begun;
    private boolean found;
    private long seen;
    private long toPass;

    /** What is to be done with a message. */
    enum Step {
        /** It was read before. */
        PASS,
        /** It is new. */
        TAKE,
        /** It is new, and others before it may be missing: what was read last is no longer there. */
        TAKE_AFTER_LOSS,
        /** The reading does not reach back far enough. */
        READ_MORE
    }

    /**
     * @param position up to where the log was read before
     * @param whole true if the reading has all that the engine keeps from that time on; false if it has the last messages only
     */
    LogAlignment(LogPosition position, boolean whole) {
        this.position = position;
        this.whole = whole;
    }

    /** Takes the time of the next message. */
    Step next(long time) {
        boolean first = !begun;
        begun = true;
        if (found) {
            if (toPass > 0 && time < position.newest()) {
                toPass--;
                return Step.PASS;
            }
            toPass = 0;
            return Step.TAKE;
        }
        if (!whole && first && time > position.newest() - LATE_NANOS) {
            return Step.READ_MORE; // some of the newest time may be before it
        }
        if (time < position.newest()) {
            return Step.PASS;
        }
        if (position.count() == 0) {
            found = true;
            return Step.TAKE;
        }
        if (time == position.newest()) {
            seen++;
            found = seen == position.count();
            toPass = position.after();
            return Step.PASS;
        }
        if (!whole) {
            return Step.READ_MORE;
        }
        found = true;
        return Step.TAKE_AFTER_LOSS;
    }

    /** Whether the place was found where new messages begin. */
    boolean isFound() {
        return found;
    }
}
