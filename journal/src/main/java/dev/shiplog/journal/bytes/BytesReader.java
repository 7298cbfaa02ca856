package dev.shiplog.journal.bytes;

import java.util.Arrays;

/** Reads what {@link Bytes} wrote from a part of an array, and refuses to read past its end. Not thread safe. */
public final class BytesReader {
    private byte[] array = {};
    private int at;
    private int end;

    /** A reader of nothing, until it is {@link #reset}. */
    public BytesReader() {}

    /** A reader of the bytes from {@code from} to {@code to}, which must lie within the array. */
    public BytesReader(byte[] array, int from, int to) {
        reset(array, from, to);
    }

    /** Goes on with the bytes from {@code from} to {@code to}, which must lie within the array. */
    public void reset(byte[] newArray, int from, int to) {
        array = newArray;
        at = from;
        end = to;
    }

    /** Where in the array the next byte is. */
    public int position() {
        return at;
    }

    /** How many bytes are left. */
    public int remaining() {
        return end - at;
    }

    /** The next byte, 0 to 255. */
    public int unsignedByte() throws UndecodableException {
        if (at == end) {
            throw tooShort();
        }
        return array[at++] & 0xFF;
    }

    /** A {@link Varint}. */
    public long varint() throws UndecodableException {
        long value = 0;
        for (int shift = 0; shift < 7 * Varint.MAX_WIDTH; shift += 7) {
            if (at == end) {
                throw tooShort();
            }
            byte b = array[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new UndecodableException("varint of more than 10 bytes");
    }

    /** A varint from 0 to {@code limit}. */
    public int varintUpTo(int limit) throws UndecodableException {
        long value = varint();
        if (value < 0 || value > limit) {
            throw new UndecodableException(value + " where at most " + limit + " can be");
        }
        return (int) value;
    }

    /** A varint that holds a number of either sign. */
    public long zigZag() throws UndecodableException {
        return Varint.unZigZag(varint());
    }

    /** 8 bytes, lowest first. */
    public long fixedLong() throws UndecodableException {
        if (remaining() < Long.BYTES) {
            throw tooShort();
        }
        at += Long.BYTES;
        return LittleEndian.getLong(array, at - Long.BYTES);
    }

    /** The next {@code count} bytes, as a copy. */
    public byte[] take(int count) throws UndecodableException {
        if (count > remaining()) {
            throw tooShort();
        }
        at += count;
        return Arrays.copyOfRange(array, at - count, at);
    }

    private static UndecodableException tooShort() {
        return new UndecodableException("ends too early");
    }
}
