package dev.shiplog.journal.bytes;

/**
 * Reads numbers and times in canonical form, that is, those which come out as the same bytes when they are written again.
 * Others are refused, so that they are kept as text. Not thread safe.
 */
public final class ValueReader {
    /** Returned instead of a position for a text that is not canonical. */
    public static final int NOT_CANONICAL = -1;

    /** The value that was read last; a time is in ns since the epoch. */
    public long value;

    /** Reads the integer that begins at {@code from}; returns its end or {@link #NOT_CANONICAL}. */
    public int readInteger(byte[] in, int from, int to) {
        int p = from;
        boolean negative = p < to && in[p] == '-';
        if (negative) {
            p++;
        }
        int first = p;
        long read = 0;
        while (p < to) {
            int digit = in[p] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            read = read * 10 + digit;
            p++;
        }
        int digits = p - first;
        if (digits == 0 || digits > 19 || in[first] == '0' && (digits > 1 || negative)) {
            return NOT_CANONICAL;
        }
        value = negative ? -read : read;
        // 19 digits fit into 64 bits, but may reach the sign bit.
        return digits < 19 || negative == value < 0 ? p : NOT_CANONICAL;
    }

    /** Reads the time from {@code from} to {@code to}; returns its end or {@link #NOT_CANONICAL}. */
    public int readTime(byte[] in, int from, int to) {
        long time = CanonicalTime.read(in, from, to);
        if (time == CanonicalTime.NONE) {
            return NOT_CANONICAL;
        }
        value = time;
        return to;
    }

    /** Reads the time with nine decimals that begins at {@code from}; returns its end or {@link #NOT_CANONICAL}. */
    public int readNanoTime(byte[] in, int from, int to) {
        long time = to - from < CanonicalTime.MAX_LENGTH ? CanonicalTime.NONE : CanonicalTime.readNanos(in, from);
        if (time == CanonicalTime.NONE) {
            return NOT_CANONICAL;
        }
        value = time;
        return from + CanonicalTime.MAX_LENGTH;
    }
}
