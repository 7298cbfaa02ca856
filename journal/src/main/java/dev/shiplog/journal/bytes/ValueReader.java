package dev.shiplog.journal.bytes;

/**
 * Reads numbers and times that stand in their canonical form: writing what was read gives the same bytes again. Anything
 * else is refused, and kept as text. Not thread safe.
 */
public final class ValueReader {
    /** What is returned for a text that is not canonical; such a position does not exist. */
    public static final int NOT_CANONICAL = -1;

    /** What was read last. */
    public long value;

    /** Reads the integer that begins at {@code from}; returns its end, or {@link #NOT_CANONICAL}. */
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
        // 19 digits do not overflow 64 bits, but they may reach the sign.
        return digits < 19 || negative == value < 0 ? p : NOT_CANONICAL;
    }

    /** Reads the time that fills this range; returns its end, or {@link #NOT_CANONICAL}. */
    public int readTime(byte[] in, int from, int to) {
        long time = CanonicalTime.read(in, from, to);
        if (time == CanonicalTime.NONE) {
            return NOT_CANONICAL;
        }
        value = time;
        return to;
    }
}
