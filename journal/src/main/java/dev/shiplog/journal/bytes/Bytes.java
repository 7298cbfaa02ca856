package dev.shiplog.journal.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing run of bytes with the few writers that the coding and the exporters need: cheaper than a stream, and its
 * array can be handed on. Not thread safe.
 */
public final class Bytes {
    private byte[] array;
    private int length;

    public Bytes(int capacity) {
        array = new byte[capacity];
    }

    /** The backing array: valid from 0 to {@link #length()} until the next write. */
    public byte[] array() {
        return array;
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    /** Cuts or reserves: the next byte goes to {@code newLength}. */
    public void length(int newLength) {
        ensure(newLength - length);
        length = newLength;
    }

    public byte[] toArray() {
        return Arrays.copyOf(array, length);
    }

    /** Makes room for {@code more} bytes behind the last. */
    public void ensure(int more) {
        if (length + more > array.length) {
            array = Arrays.copyOf(array, Math.max(length + more, array.length * 2));
        }
    }

    public void put(int b) {
        ensure(1);
        array[length++] = (byte) b;
    }

    public void put(byte[] bytes) {
        put(bytes, 0, bytes.length);
    }

    public void put(byte[] bytes, int offset, int count) {
        ensure(count);
        System.arraycopy(bytes, offset, array, length, count);
        length += count;
    }

    /** Appends the characters, which must all be ASCII. */
    @SuppressWarnings("deprecation") // the one call that copies ASCII without an encoder
    public void putAscii(String text) {
        ensure(text.length());
        text.getBytes(0, text.length(), array, length);
        length += text.length();
    }

    public void putUtf8(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends the decimal form of {@code value}. */
    public void putDecimal(long value) {
        ensure(20);
        length = Decimal.writeDecimal(value, array, length);
    }

    /**
     * Writes the decimal form of {@code value}, which is not negative, over the bytes at {@code from} up to {@code to}.
     *
     * @return false if it is not as long as they are; then they stay
     */
    public boolean setDecimal(int from, int to, long value) {
        return Decimal.width(value) == to - from && Decimal.writeDecimal(value, array, from) == to;
    }

    /** Appends {@code epochNanos} in RFC 3339, UTC, fraction without trailing zeros, as Go's RFC3339Nano does. */
    public void putTime(long epochNanos) {
        ensure(30);
        length = Decimal.writeTime(epochNanos, array, length);
    }

    /** Appends {@code value} in the varint form: 7 bits a byte, lowest first, the high bit on all but the last. */
    public void putVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
    }

    /** Appends {@code value} as a varint in which small magnitudes of either sign are short. */
    public void putZigZag(long value) {
        putVarint((value << 1) ^ (value >> 63));
    }

    /** Appends 4 bytes, lowest first. */
    public void putInt(int value) {
        ensure(4);
        for (int i = 0; i < 4; i++) {
            array[length++] = (byte) (value >>> (8 * i));
        }
    }

    /** Appends 8 bytes, lowest first. */
    public void putLong(long value) {
        ensure(8);
        for (int i = 0; i < 8; i++) {
            array[length++] = (byte) (value >>> (8 * i));
        }
    }
}
