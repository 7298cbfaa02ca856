package dev.shiplog.journal.codec;

import java.util.Arrays;

/**
 * Reads numbers and times that stand in their canonical form: writing what was read gives the same bytes again. Anything
 * else is refused, and kept as text. Not thread safe.
 */
final class ValueReader {
    /** What is returned for a text that is not canonical; such a position does not exist. */
    static final int NOT_CANONICAL = -1;

    private static final int DATE_LENGTH = "2026-11-21T".length();
    private static final long DAY = 86_400_000_000_000L;

    private final byte[] scratch = new byte[Values.MAX_TIME_LENGTH];

    /** The date that was read last, as text and in ns: nearly always the next one's. */
    private final byte[] date = new byte[DATE_LENGTH];

    private long dateNanos;

    /** What was read last. */
    long value;

    /** Reads the integer that begins at {@code from}; returns its end, or {@link #NOT_CANONICAL}. */
    int readInteger(byte[] in, int from, int to) {
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
    int readTime(byte[] in, int from, int to) {
        int length = to - from;
        if (length < 20 || length > Values.MAX_TIME_LENGTH || in[to - 1] != 'Z' || in[from + 10] != 'T') {
            return NOT_CANONICAL;
        }
        if (!Arrays.equals(date, 0, DATE_LENGTH, in, from, from + DATE_LENGTH) && !readDate(in, from)) {
            return NOT_CANONICAL;
        }
        int hour = pair(in, from + 11);
        int minute = pair(in, from + 14);
        int second = pair(in, from + 17);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return NOT_CANONICAL;
        }
        if (in[from + 13] != ':' || in[from + 16] != ':') {
            return NOT_CANONICAL;
        }
        long nanos = 0;
        if (length > 20) {
            if (length == 21 || in[from + 19] != '.' || in[to - 2] == '0') {
                return NOT_CANONICAL;
            }
            for (int p = from + 20; p < from + 29; p++) {
                int digit = p < to - 1 ? in[p] - '0' : 0;
                if (digit < 0 || digit > 9) {
                    return NOT_CANONICAL;
                }
                nanos = nanos * 10 + digit;
            }
        }
        value = dateNanos + (hour * 3_600L + minute * 60L + second) * 1_000_000_000L + nanos;
        return to;
    }

    private boolean readDate(byte[] in, int from) {
        int century = pair(in, from);
        int yearOfCentury = pair(in, from + 2);
        int month = pair(in, from + 5);
        int day = pair(in, from + 8);
        int year = century * 100 + yearOfCentury;
        // Years that do not fit into a long of ns wholly are kept as text.
        if (century < 0 || yearOfCentury < 0 || year < 1678 || year > 2261 || month < 1 || day < 1) {
            return false;
        }
        // A civil date to days, after Howard Hinnant: years begin on 1 March.
        int y = month <= 2 ? year - 1 : year;
        int m = month <= 2 ? month + 9 : month - 3;
        int dayOfYear = (153 * m + 2) / 5 + day - 1;
        long nanos = (365L * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468) * DAY;
        Values.writeTime(nanos, scratch, 0);
        if (!Arrays.equals(scratch, 0, DATE_LENGTH, in, from, from + DATE_LENGTH)) {
            return false; // no such day
        }
        System.arraycopy(in, from, date, 0, DATE_LENGTH);
        dateNanos = nanos;
        return true;
    }

    /** The value of two digits, negative if they are none. */
    private static int pair(byte[] in, int at) {
        int tens = in[at] - '0';
        int ones = in[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
    }
}
