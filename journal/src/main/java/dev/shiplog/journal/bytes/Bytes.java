package dev.shiplog.journal.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes with methods that append what the codec and the exporters write. Faster than a stream, and
 * its array can be read without a copy. {@link BytesReader} reads it. Not thread safe.
 */
public final class Bytes {
    /** No decimal form of a long is longer. */
    private static final int MAX_DECIMAL_LENGTH = 20;

    private byte[] array;
    private int length;

    public Bytes(int capacity) {
        this(new byte[capacity], 0);
    }

    private Bytes(byte[] array, int length) {
        this.array = array;
        this.length = length;
    }

    /** Holds {@code bytes}, which are not copied: nobody may change either. */
    public static Bytes of(byte[] bytes) {
        return new Bytes(bytes, bytes.length);
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

    /** Cuts off what is after {@code newLength}, or leaves a gap up to there; the next byte is put there. */
    public void length(int newLength) {
        ensure(newLength - length);
        length = newLength;
    }

    public byte[] toArray() {
        return Arrays.copyOf(array, length);
    }

    /** Makes room for {@code more} bytes. */
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
    @SuppressWarnings("deprecation") // the only call that copies ASCII without an encoder
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
        ensure(MAX_DECIMAL_LENGTH);
        length = Decimal.write(value, array, length);
    }

    /**
     * Overwrites the bytes from {@code from} to {@code to} with the decimal form of {@code value}, which must not be
     * negative.
     *
     * @return false if that has another length; then the bytes stay as they were
     */
    public boolean setDecimal(int from, int to, long value) {
        return Decimal.width(value) == to - from && Decimal.write(value, array, from) == to;
    }

    /** Appends a time, ns since the epoch, as {@link CanonicalTime} has it. */
    public void putTime(long epochNanos) {
        ensure(CanonicalTime.MAX_LENGTH);
        length = CanonicalTime.write(epochNanos, array, length);
    }

    /** Appends a time, ns since the epoch, with nine decimals. */
    public void putNanoTime(long epochNanos) {
        ensure(CanonicalTime.MAX_LENGTH);
        length = CanonicalTime.writeNanos(epochNanos, array, length);
    }

    /** Appends {@code value} as a {@link Varint}. */
    public void putVarint(long value) {
        ensure(Varint.MAX_WIDTH);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
    }

    /** Appends {@code value} as a varint that is short for small magnitudes of either sign. */
    public void putZigZag(long value) {
        putVarint(Varint.zigZag(value));
    }

    /** Appends 4 bytes, lowest first. */
    public void putInt(int value) {
        ensure(Integer.BYTES);
        LittleEndian.setInt(array, length, value);
        length += Integer.BYTES;
    }

    /** Appends 8 bytes, lowest first. */
    public void putLong(long value) {
        ensure(Long.BYTES);
        LittleEndian.setLong(array, length, value);
        length += Long.BYTES;
    }
}
