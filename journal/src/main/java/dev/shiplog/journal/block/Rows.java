package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Shape;

/**
 * The records of shapes without columns, one after the other in the order of the block. Columns of few values would take
 * more than they hold.
 *
 * <pre>
 * rows := for each record: zigzag received - that of the record before in the block
 *                          zigzag time - received
 *         for each slot:   zigzag value - that of the last record of the track, if it is a number
 *                          varint text, if it is a text
 * text := 0 as in the last record of the track · 1 one more than the highest so far in rows (the first is 0) · 2 + number
 * </pre>
 */
final class Rows {
    private static final int SAME = 0;
    private static final int NEXT = 1;
    private static final int NUMBER = 2;

    private Rows() {}

    /** Writes records. */
    static final class Writer {
        private final Bytes out = new Bytes(1 << 10);
        private long next;

        void write(Shape shape, long[] now, long[] last, long receivedBefore) {
            out.putZigZag(now[Cells.RECEIVED] - receivedBefore);
            out.putZigZag(now[Cells.TIME] - now[Cells.RECEIVED]);
            for (int c = Cells.SLOTS; c < now.length; c++) {
                if (!Cells.isText(shape, c)) {
                    out.putZigZag(now[c] - last[c]);
                } else if (now[c] == last[c]) {
                    out.put(SAME);
                } else if (now[c] == next) {
                    out.put(NEXT);
                    next++;
                } else {
                    out.putVarint(NUMBER + now[c]);
                    next = Math.max(next, now[c] + 1);
                }
            }
        }

        void write(Bytes directory, Streams streams) {
            directory.putVarint(out.length());
            streams.add(out);
        }
    }

    /** Reads records. */
    static final class Reader {
        private final BytesReader in;
        private final int texts;
        private long next;

        Reader(int texts, BytesReader directory, Content content) throws UndecodableException {
            int length = directory.varintUpTo(Block.MAX_CONTENT_BYTES);
            int start = content.take(length);
            this.in = new BytesReader(content.bytes(), start, start + length);
            this.texts = texts;
        }

        void read(Shape shape, long[] now, long[] last, long receivedBefore) throws UndecodableException {
            now[Cells.RECEIVED] = receivedBefore + in.zigZag();
            now[Cells.TIME] = now[Cells.RECEIVED] + in.zigZag();
            for (int c = Cells.SLOTS; c < now.length; c++) {
                now[c] = Cells.isText(shape, c) ? text(last[c]) : last[c] + in.zigZag();
            }
        }

        private long text(long last) throws UndecodableException {
            long code = in.varint();
            if (code == SAME) {
                return last;
            }
            long number = code == NEXT ? next : code - NUMBER;
            if (number < 0 || number >= texts) {
                throw new UndecodableException("no text has the number " + number);
            }
            next = Math.max(next, number + 1);
            return number;
        }
    }
}
