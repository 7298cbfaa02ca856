package dev.shiplog.journal.bytes;

import java.nio.charset.StandardCharsets;

/** Writes the canonical text forms of numbers and times; no allocation. */
final class Decimal {
    private static final byte[] DIGIT_PAIRS = digitPairs();
    private static final long[] POWERS_OF_TEN = powersOfTen();

    private Decimal() {}

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

    /** How many digits a value that is not negative has. */
    static int width(long value) {
        int bits = 64 - Long.numberOfLeadingZeros(value | 1);
        int digits = bits * 1233 >> 12; // log10(2) is a little less than 1233 / 4096
        return value >= POWERS_OF_TEN[digits] ? digits + 1 : Math.max(digits, 1);
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
            int high = nanos / 100_000;
            int low = nanos - high * 100_000;
            pair(high / 100, out, p);
            pair(high % 100, out, p + 2);
            pair(low / 1_000, out, p + 4);
            pair(low / 10 % 100, out, p + 6);
            out[p + 8] = (byte) ('0' + low % 10);
            while (out[end - 1] == '0') {
                end--;
            }
            p = end;
        }
        out[p++] = 'Z';
        return p;
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

    private static long[] powersOfTen() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }
}
