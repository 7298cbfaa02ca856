package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.bytes.Varint;
import java.util.Arrays;

/**
 * A column of numbers, most of them small: each one's zigzag, split into its bytes. All lowest bytes are one stream, all
 * second ones another, and so on. High bytes are nearly always the same, and low ones are noise, so each stream is like
 * itself.
 *
 * <pre>
 * residuals := varint (count &lt;&lt; 4 | planes)       streams: planes × count bytes, those of the lowest bytes first
 * </pre>
 */
final class Residuals {
    private static final int MAX_PLANES = 8;
    private static final int PLANES = 15;

    private Residuals() {}

    /** Collects numbers, then writes them. */
    static final class Writer {
        private long[] numbers = new long[64];
        private int count;
        private long all;

        void add(long residual) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
            }
            long number = Varint.zigZag(residual);
            all |= number;
            numbers[count++] = number;
        }

        int count() {
            return count;
        }

        /** How many bytes they may take. */
        double estimate(Cost cost) {
            return cost.residuals(numbers, count);
        }

        /** Writes what is needed to read them to {@code directory}, and the bytes to {@code streams}. */
        void write(Bytes directory, Streams streams) {
            int planes = (64 - Long.numberOfLeadingZeros(all) + 7) / 8;
            directory.putVarint((long) count << 4 | planes);
            for (int plane = 0; plane < planes; plane++) {
                Bytes bytes = new Bytes(count);
                for (int i = 0; i < count; i++) {
                    bytes.put((int) (numbers[i] >>> 8 * plane));
                }
                streams.add(bytes);
            }
        }
    }

    /** Reads numbers, one after the other. */
    static final class Reader {
        private final byte[] content;
        final int start;
        final int count;
        final int planes;
        private int at;

        Reader(BytesReader directory, Content streams) throws UndecodableException {
            int head = directory.varintUpTo(BlockDecoder.MAX_RECORDS << 4 | PLANES);
            planes = head & PLANES;
            count = head >> 4;
            if (planes > MAX_PLANES) {
                throw new UndecodableException(planes + " bytes in a number");
            }
            content = streams.bytes();
            start = streams.take((long) planes * count);
        }

        long next() throws UndecodableException {
            if (at == count) {
                throw new UndecodableException("a column ends too early");
            }
            long number = 0;
            int p = start + at++;
            for (int shift = 0; shift < planes << 3; shift += 8) {
                number |= (content[p] & 0xFFL) << shift;
                p += count;
            }
            return Varint.unZigZag(number);
        }
    }
}
