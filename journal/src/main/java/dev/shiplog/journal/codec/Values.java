package dev.shiplog.journal.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes and reads the canonical text forms of numbers and times; no allocation. A text is canonical if writing what was
 * read gives the same bytes again: anything else is kept as text.
 */
final class Values {
    /** What the readers return for a text that is not canonical; such a position does not exist. */
    static final int NOT_CANONICAL = -1;

    /** Longest text that {@link #writeTime} makes. */
    static final int MAX_TIME_LENGTH = 30;

    private static final byte[] DIGIT_PAIRS = digitPairs();

    private Values() {}

    /** Writes the decimal form of {@code value} at {@code at}; returns the position behind it. Needs 20 bytes. */
    static int writeDecimal(long value, byte[] out, int at) {
        int start = at;
        long rest = value;
        if (rest < 0) {
            if (rest == Long.MIN_VALUE) {
                byte[] text = Long.toString(rest).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(text, 0, out, at, text.length);
                return at + text.length;
            }
            out[start++] = '-';
            rest = -rest;
        }
        int end = start + width(rest);
        int i = end;
        while (rest >= 100) {
            long q = rest / 100;
            int pair = (int) (rest - q * 100) << 1;
            rest = q;
            out[--i] = DIGIT_PAIRS[pair + 1];
            out[--i] = DIGIT_PAIRS[pair];
        }
        if (rest >= 10) {
            out[--i] = DIGIT_PAIRS[((int) rest << 1) + 1];
            out[--i] = DIGIT_PAIRS[(int) rest << 1];
        } else {
            out[--i] = (byte) ('0' + rest);
        }
        return end;
    }

    private static int width(long value) {
        int n = 1;
        long limit = 10;
        while (n < 19 && value >= limit) {
            n++;
            limit *= 10;
        }
        return n;
    }

    /** Writes {@code 2026-11-21T08:59:53.1696Z} at {@code at}; returns the position behind it. Needs 30 bytes. */
    static int writeTime(long epochNanos, byte[] out, int at) {
        long seconds = Math.floorDiv(epochNanos, 1_000_000_000L);
        int nanos = (int) (epochNanos - seconds * 1_000_000_000L);
        long day = Math.floorDiv(seconds, 86_400L);
        int second = (int) (seconds - day * 86_400L);
        // Days to a civil date, after Howard Hinnant: eras of 400 years that begin on 1 March.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) (shifted - era * 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int m = (5 * dayOfYear + 2) / 153;
        int month = m < 10 ? m + 3 : m - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        int p = at;
        p = pair(year / 100, out, p);
        p = pair(year % 100, out, p);
        out[p++] = '-';
        p = pair(month, out, p);
        out[p++] = '-';
        p = pair(dayOfYear - (153 * m + 2) / 5 + 1, out, p);
        out[p++] = 'T';
        p = pair(second / 3600, out, p);
        out[p++] = ':';
        p = pair(second / 60 % 60, out, p);
        out[p++] = ':';
        p = pair(second % 60, out, p);
        if (nanos != 0) {
            out[p++] = '.';
            int end = p + 9;
            for (int i = end - 1; i >= p; i--) {
                out[i] = (byte) ('0' + nanos % 10);
                nanos /= 10;
            }
            while (out[end - 1] == '0') {
                end--;
            }
            p = end;
        }
        out[p++] = 'Z';
        return p;
    }

    /**
     * The end of the canonical integer that begins at {@code from}, or {@link #NOT_CANONICAL}. Its value is then to be
     * had by {@link #integer}.
     */
    static int integerEnd(byte[] in, int from, int to) {
        int p = from;
        if (p < to && in[p] == '-') {
            p++;
        }
        int first = p;
        while (p < to && in[p] >= '0' && in[p] <= '9') {
            p++;
        }
        int digits = p - first;
        if (digits == 0 || digits > 18) {
            return digits == 19 && fitsLong(in, from, p) ? p : NOT_CANONICAL;
        }
        boolean padded = in[first] == '0' && (digits > 1 || first > from);
        return padded ? NOT_CANONICAL : p;
    }

    /** Whether 19 digits, perhaps behind a minus, are a canonical long. */
    private static boolean fitsLong(byte[] in, int from, int to) {
        long value = integer(in, from, to);
        // An overflow of 19 digits shows as the wrong sign; "-0…" and "0…" as a leading zero.
        return in[from] == '-' ? value < 0 && in[from + 1] != '0' : value > 0 && in[from] != '0';
    }

    /** The value of the integer that stands in this range, as {@link #integerEnd} found it. */
    static long integer(byte[] in, int from, int to) {
        boolean negative = in[from] == '-';
        long value = 0;
        for (int p = negative ? from + 1 : from; p < to; p++) {
            value = value * 10 + (in[p] - '0');
        }
        return negative ? -value : value;
    }

    /** Whether exactly this range is a canonical time. Its value is then to be had by {@link #time}. */
    static boolean isTime(byte[] in, int from, int to, byte[] scratch) {
        int length = to - from;
        if (length < 20
                || length > MAX_TIME_LENGTH
                || in[to - 1] != 'Z'
                || in[from + 4] != '-'
                || in[from + 10] != 'T') {
            return false;
        }
        for (int i = 0; i < length - 1; i++) {
            byte b = in[from + i];
            boolean separator = i == 4 || i == 7 || i == 10 || i == 13 || i == 16 || i == 19;
            if (!separator && (b < '0' || b > '9')) {
                return false;
            }
        }
        int year = digits(in, from, 4);
        if (year < 1678 || year > 2261) {
            return false; // not in ns in a long
        }
        int end = writeTime(time(in, from, to), scratch, 0);
        return Arrays.equals(scratch, 0, end, in, from, to);
    }

    /** The time that stands in this range, ns since the epoch, as {@link #isTime} found it. */
    static long time(byte[] in, int from, int to) {
        int year = digits(in, from, 4);
        int month = digits(in, from + 5, 2);
        // A civil date to days, after Howard Hinnant: years begin on 1 March.
        int y = month <= 2 ? year - 1 : year;
        int m = month <= 2 ? month + 9 : month - 3;
        int dayOfYear = (153 * m + 2) / 5 + digits(in, from + 8, 2) - 1;
        long day = 365L * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468;
        long second = digits(in, from + 11, 2) * 3600L + digits(in, from + 14, 2) * 60L + digits(in, from + 17, 2);
        long nanos = 0;
        int places = to - from - 21;
        if (places > 0) {
            nanos = digits(in, from + 20, places);
            for (int i = places; i < 9; i++) {
                nanos *= 10;
            }
        }
        return (day * 86_400 + second) * 1_000_000_000L + nanos;
    }

    private static int digits(byte[] in, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            value = value * 10 + (in[i] - '0');
        }
        return value;
    }

    private static int pair(int value, byte[] out, int at) {
        out[at] = DIGIT_PAIRS[value << 1];
        out[at + 1] = DIGIT_PAIRS[(value << 1) + 1];
        return at + 2;
    }

    private static byte[] digitPairs() {
        byte[] pairs = new byte[200];
        for (int i = 0; i < 100; i++) {
            pairs[i << 1] = (byte) ('0' + i / 10);
            pairs[(i << 1) + 1] = (byte) ('0' + i % 10);
        }
        return pairs;
    }
}
