package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import java.nio.charset.StandardCharsets;

/** Points in time as people read them. */
public final class Times {
    private Times() {}

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
        return format(epochNanos - Math.floorMod(epochNanos, 1_000_000_000L));
    }

    /** The same to the millisecond. */
    public static String formatMillis(long epochNanos) {
        return format(epochNanos - Math.floorMod(epochNanos, 1_000_000L));
    }
}
