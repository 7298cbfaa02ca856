package dev.shiplog.journal.block;

import dev.shiplog.journal.record.Shape;

/**
 * The values of a record as a row of numbers: a cell for each of its time, its receipt and its subject, then one for each
 * slot of its payload. The number of a text is its place in the {@linkplain Texts texts} of the block.
 */
final class Cells {
    /** {@code time}, ns. */
    static final int TIME = 0;
    /** {@code received}, ns. */
    static final int RECEIVED = 1;
    /** The number of {@code subject}. */
    static final int SUBJECT = 2;
    /** Slot 0; the others follow. */
    static final int SLOTS = 3;

    private Cells() {}

    /** How many cells a record of this shape has. */
    static int count(Shape shape) {
        return SLOTS + shape.slots();
    }

    /** Whether the cell holds the number of a text. */
    static boolean isText(Shape shape, int cell) {
        return cell == SUBJECT || cell >= SLOTS && !shape.type(cell - SLOTS).isNumeric();
    }
}
