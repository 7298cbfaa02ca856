package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.PlainShape;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;

/**
 * A shape as a decoder knows it. A shape of which there are few records has no columns; its records are {@link Rows}.
 *
 * <pre>
 * shape := byte layout, [{@link PlainShape}, but not in layout 0 and 1], [columns, in layouts 1 and 3]
 * layout := 0, 1 payloads that were not split: one STRING slot holds all · 2, 3 others
 * columns := cells × zigzag initial value, varint n, n × {@link Column}
 * </pre>
 */
final class BlockShape {
    /** Bit 0 of the layout. */
    static final int HAS_COLUMNS = 1;
    /** Bit 1 of the layout. */
    static final int IS_SPLIT = 2;

    /** The shape of payloads that were not split. */
    static final Shape WHOLE = new Shape(new byte[][] {{}, {}}, new SlotType[] {SlotType.STRING});

    /** The terms of all columns have so many cells together, so that no block makes a decoder busy for long. */
    static final int MAX_TERM_CELLS = 1 << 14;

    private static final Column[] NONE = {};

    final Shape shape;
    /** What the first record refers to. */
    final long[] initial;

    /** How long a payload is at least, without its texts. */
    private final long leastBytes;

    Column[] columns = NONE;
    private boolean hasColumns;

    /** The cells of the newest record. */
    long[] newest;

    private BlockShape(Shape shape) {
        this.shape = shape;
        this.initial = new long[cells()];
        this.newest = initial;
        long least = shape.literal(shape.slots()).length;
        for (int i = 0; i < shape.slots(); i++) {
            least += shape.literal(i).length + (shape.type(i).isNumeric() ? 1 : 0);
        }
        leastBytes = least;
    }

    /** How long the payload of these cells is at least: its numbers may have more than one digit. */
    long leastBytes(long[] cells, Texts.Reader texts) {
        long least = leastBytes;
        for (int i = 0; i < shape.slots(); i++) {
            least += shape.type(i).isNumeric() ? 0 : texts.length((int) cells[Cells.SLOTS + i]);
        }
        return least;
    }

    int cells() {
        return Cells.count(shape);
    }

    boolean hasColumns() {
        return hasColumns;
    }

    /** Reads the next record of the shape; the parameters are those of {@link Column#read}. */
    void read(long[] now, long[] last, boolean first) throws UndecodableException {
        for (Column column : columns) {
            column.read(now, last, newest, first);
        }
    }

    static BlockShape read(int texts, BytesReader directory, Content content) throws UndecodableException {
        int layout = directory.unsignedByte();
        if (layout > (HAS_COLUMNS | IS_SPLIT)) {
            throw new UndecodableException("a shape of layout " + layout);
        }
        BlockShape shape = new BlockShape((layout & IS_SPLIT) == 0 ? WHOLE : PlainShape.read(directory));
        if ((layout & HAS_COLUMNS) != 0) {
            shape.readColumns(texts, directory, content);
        }
        return shape;
    }

    private void readColumns(int texts, BytesReader directory, Content content) throws UndecodableException {
        hasColumns = true;
        for (int cell = 0; cell < initial.length; cell++) {
            long value = directory.zigZag();
            if (Cells.isText(shape, cell) && (value < 0 || value >= texts)) {
                throw new UndecodableException("no text has the number " + value);
            }
            initial[cell] = value;
        }
        columns = new Column[directory.varintUpTo(initial.length)];
        int termCells = 0;
        for (int i = 0; i < columns.length; i++) {
            columns[i] = Column.read(this, texts, directory, content);
            termCells += columns[i].termCells();
            if (termCells > MAX_TERM_CELLS) {
                throw new UndecodableException("columns that depend on too many others");
            }
        }
    }
}
