package dev.shiplog.journal.block;

import org.jspecify.annotations.Nullable;

/** The records of a block with one kind, shape and subject, as a decoder knows them: what the next one refers to. */
final class BlockTrack {
    final int kindCode;
    final BlockShape shape;
    final int subjectNumber;
    final String subject;

    /** The cells of the newest record, null if there was none. */
    long @Nullable [] last;

    private long @Nullable [] spare;

    BlockTrack(int kindCode, BlockShape shape, int subjectNumber, String subject) {
        this.kindCode = kindCode;
        this.shape = shape;
        this.subjectNumber = subjectNumber;
        this.subject = subject;
    }

    /** Cells for the next record. */
    long[] cells() {
        long[] cells = spare;
        return cells == null ? new long[shape.cells()] : cells;
    }

    /** Makes {@code now} the newest record of track and shape. */
    void advance(long[] now) {
        spare = last;
        last = now;
        shape.newest = now;
    }
}
