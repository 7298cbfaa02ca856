package dev.shiplog.journal.bytes;

import java.nio.charset.StandardCharsets;

/** Writes integers as decimal digits, two at a time and without allocating. */
final class Decimal {
    private static final byte[] DIGIT_PAIRS = digitPairs();
    private static final long[] POWERS_OF_TEN = powersOfTen();

    private Decimal() {}

    /** Writes {@code value} at {@code at}, up to 20 bytes; returns the position after it. */
    static int write(long value, byte[] out, int at) {
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

    /** The number of digits of {@code value}, which must not be negative. */
    static int width(long value) {
        int bits = 64 - Long.numberOfLeadingZeros(value | 1);
        int digits = bits * 1233 >> 12; // log10(2) is a little less than 1233 / 4096
        return value >= POWERS_OF_TEN[digits] ? digits + 1 : Math.max(digits, 1);
    }

    /** Writes the two digits of {@code value}, which is from 0 to 99; returns the position after them. */
    static int writePair(int value, byte[] out, int at) {
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
