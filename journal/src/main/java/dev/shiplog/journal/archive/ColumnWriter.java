package dev.shiplog.journal.archive;

import dev.shiplog.journal.block.BlockEncoder;
import dev.shiplog.journal.record.RecordView;

/** Writes blocks by column. */
final class ColumnWriter implements BlockWriter {
    private final BlockEncoder encoder = new BlockEncoder();

    @Override
    public void add(RecordView record) {
        encoder.add(record);
    }

    @Override
    public boolean isFull() {
        return encoder.isFull();
    }

    @Override
    public byte[] finish() {
        return encoder.finish();
    }
}
