package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Points in time, ns since the epoch: arithmetic that stays within what 64 bits hold, and what people read. Times of records
 * and of the command line may be any.
 */
public final class Times {
    private Times() {}

    /** So many ns after a time, before it if negative; the last or first time that there is if that is beyond it. */
    public static long plus(long time, long nanos) {
        long sum = time + nanos;
        boolean overflows = ((time ^ sum) & (nanos ^ sum)) < 0;
        return !overflows ? sum : time < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** An instant; the last or first time that there is if it is beyond that. */
    public static long nanos(Instant instant) {
        return plus(TimeUnit.SECONDS.toNanos(instant.getEpochSecond()), instant.getNano());
    }

    /** How long it is from one time to another, ns; {@link Long#MAX_VALUE}, or the least there is, if it is more. */
    public static long between(long from, long to) {
        long length = to - from;
        boolean overflows = ((to ^ from) & (to ^ length)) < 0;
        return !overflows ? length : to < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** RFC 3339 in UTC; {@code ?} for 0, a time that is not known. */
    public static String format(long epochNanos) {
        if (epochNanos == 0) {
            return "?";
        }
        Bytes out = new Bytes(30);
        out.putTime(epochNanos);
        return new String(out.array(), 0, out.length(), StandardCharsets.US_ASCII);
    }

    /** The same without a fraction of a second. */
    public static String formatSeconds(long epochNanos) {
        return format(plus(epochNanos, -Math.floorMod(epochNanos, 1_000_000_000L)));
    }

    /** The same to the millisecond. */
    public static String formatMillis(long epochNanos) {
        return format(plus(epochNanos, -Math.floorMod(epochNanos, 1_000_000L)));
    }
}
