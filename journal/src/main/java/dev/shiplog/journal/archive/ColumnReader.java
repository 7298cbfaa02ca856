package dev.shiplog.journal.archive;

import dev.shiplog.journal.block.BlockDecoder;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.RecordView;

/** Reads blocks that {@link ColumnWriter} writes. */
final class ColumnReader implements BlockReader {
    private final BlockDecoder decoder;

    ColumnReader(byte[] block, long payloadBytes) throws UndecodableException {
        decoder = new BlockDecoder(block, payloadBytes);
    }

    @Override
    public boolean next() throws UndecodableException {
        return decoder.next();
    }

    @Override
    public RecordView record() {
        return decoder.record();
    }
}
