package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;

/** Splits the payloads of records into shape and values, as a reader of a journal sees them. Not thread safe. */
public final class RecordSplitter {
    private final Encoder encoder = new Encoder();
    private final Decoder decoder = new Decoder();
    private final Bytes coded = new Bytes(1 << 12);
    private long last = -1;

    /**
     * Splits the next record; sequences rise.
     *
     * @return the record, valid until the next call
     */
    public RecordView split(Record record, boolean restated) {
        if (last < 0 || record.sequence() != last + 1 || encoder.isFull()) {
            encoder.startGroup();
            decoder.startGroup(record.sequence());
        }
        last = record.sequence();
        coded.clear();
        if (restated) {
            encoder.encodeRestated(record, coded);
        } else {
            encoder.encode(record, coded);
        }
        try {
            return decoder.decode(coded.array(), 0, coded.length());
        } catch (UndecodableException e) {
            throw new IllegalStateException("the codec is lossless", e);
        }
    }
}
