package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;

/**
 * A column of bits.
 *
 * <pre>
 * bits := varint count                 stream: ceil(count / 8) bytes; the first bit is the lowest of the first byte
 * </pre>
 */
final class Bits {
    private Bits() {}

    /** Collects bits, then writes them. */
    static final class Writer {
        private final Bytes bytes = new Bytes(64);
        private int count;

        void add(boolean bit) {
            if ((count & 7) == 0) {
                bytes.put(0);
            }
            if (bit) {
                bytes.array()[count >> 3] |= (byte) (1 << (count & 7));
            }
            count++;
        }

        int count() {
            return count;
        }

        /** Writes what is needed to read them to {@code directory}, and the bits to {@code streams}. */
        void write(Bytes directory, Streams streams) {
            directory.putVarint(count);
            streams.add(bytes);
        }
    }

    /** Reads bits, one after the other. */
    static final class Reader {
        private final byte[] content;
        final int start;
        final int count;
        private int at;

        Reader(BytesReader directory, Content streams) throws UndecodableException {
            count = directory.varintUpTo(BlockDecoder.MAX_RECORDS);
            content = streams.bytes();
            start = streams.take(count + 7 >> 3);
        }

        boolean next() throws UndecodableException {
            if (at == count) {
                throw new UndecodableException("a column ends too early");
            }
            boolean bit = (content[start + (at >> 3)] >> (at & 7) & 1) != 0;
            at++;
            return bit;
        }
    }
}
