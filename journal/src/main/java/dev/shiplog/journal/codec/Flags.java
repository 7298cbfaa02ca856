package dev.shiplog.journal.codec;

/**
 * The first byte of a coded record. It is below 0x80, which tells a record from the other types of excerpt.
 *
 * <pre>
 * flags := bits 0-1  form: 0 new · 1 next · 2 copy, see {@link Encoder}
 *          bit 2     the time is explicit, see {@link RecordClock}
 *          bit 3     the offset of the clocks is explicit, see {@link RecordClock}
 *          bit 4     a shape is named, see {@link GroupShapes}
 *          bit 5     the shape is defined, see {@link GroupShapes}
 *          bit 6     the record is restated
 * </pre>
 */
final class Flags {
    static final int NEW = 0;
    static final int NEXT = 1;
    static final int COPY = 2;
    static final int FORM = 3;

    static final int TIME_EXPLICIT = 1 << 2;
    static final int OFFSET_EXPLICIT = 1 << 3;
    static final int SHAPE_NAMED = 1 << 4;
    static final int SHAPE_DEFINED = 1 << 5;
    static final int RESTATED = 1 << 6;

    private Flags() {}
}
