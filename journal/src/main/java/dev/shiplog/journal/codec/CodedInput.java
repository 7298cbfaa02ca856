package dev.shiplog.journal.codec;

import java.util.Arrays;

/** Reads the pieces of a coded record, and refuses to read beyond its end or out of bounds. */
final class CodedInput {
    private byte[] bytes = {};
    private int at;
    private int end;

    void reset(byte[] newBytes, int from, int to) {
        bytes = newBytes;
        at = from;
        end = to;
    }

    boolean atEnd() {
        return at == end;
    }

    int unsignedByte() throws UndecodableException {
        if (at == end) {
            throw new UndecodableException("ends too early");
        }
        return bytes[at++] & 0xFF;
    }

    long varint() throws UndecodableException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at == end) {
                throw new UndecodableException("ends too early");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new UndecodableException("varint of more than 10 bytes");
    }

    /** A varint from 0 to {@code limit}. */
    int varintUpTo(int limit) throws UndecodableException {
        long value = varint();
        if (value < 0 || value > limit) {
            throw new UndecodableException(value + " where at most " + limit + " can be");
        }
        return (int) value;
    }

    long zigZag() throws UndecodableException {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** The next {@code count} bytes, as a copy. */
    byte[] take(int count) throws UndecodableException {
        if (count > end - at) {
            throw new UndecodableException("ends too early");
        }
        at += count;
        return Arrays.copyOfRange(bytes, at - count, at);
    }

    int remaining() {
        return end - at;
    }
}
