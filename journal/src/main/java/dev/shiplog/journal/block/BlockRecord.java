package dev.shiplog.journal.block;

import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.SplitRecord;
import org.jspecify.annotations.Nullable;

/** The record that a decoder read last. */
final class BlockRecord extends SplitRecord {
    private final Texts.Reader texts;
    private long sequence;
    private long offset;
    private boolean restated;
    private int kindCode;
    private String subject = "";
    private Shape shape = BlockShape.WHOLE;
    private long[] cells = {};

    BlockRecord(Texts.Reader texts) {
        this.texts = texts;
    }

    void set(long newSequence, long newOffset, boolean isRestated, BlockTrack track, long[] newCells) {
        sequence = newSequence;
        offset = newOffset;
        restated = isRestated;
        kindCode = track.kindCode;
        subject = track.subject;
        shape = track.shape.shape;
        cells = newCells;
        changed();
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public int kindCode() {
        return kindCode;
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public long time() {
        return cells[Cells.TIME];
    }

    @Override
    public long received() {
        return cells[Cells.RECEIVED];
    }

    @Override
    public long monotonic() {
        return cells[Cells.RECEIVED] - offset;
    }

    @Override
    public boolean restated() {
        return restated;
    }

    @Override
    protected Shape pieces() {
        return shape;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // there is one object for this shape
    public @Nullable Shape shape() {
        return shape == BlockShape.WHOLE ? null : shape;
    }

    @Override
    public long number(int slot) {
        return cells[Cells.SLOTS + slot];
    }

    @Override
    public byte[] text(int slot) {
        return texts.get((int) cells[Cells.SLOTS + slot]);
    }
}
