package dev.shiplog.replay.query;

/**
 * A stretch of time, ns since the epoch. It is half open, so that of two adjacent ranges exactly one has each record.
 *
 * @param since the first moment in it
 * @param until the first moment after it; {@link Long#MAX_VALUE} if it has no end
 */
public record TimeRange(long since, long until) {
    /** All of time. */
    public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

    /** Whether {@code time} is in the range. */
    public boolean contains(long time) {
        return time >= since && (time < until || until == Long.MAX_VALUE);
    }

    /** Whether any moment from {@code from} to {@code to}, both included, is in the range. */
    public boolean overlaps(long from, long to) {
        return from < until && to >= since;
    }
}
