package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** A record of a kind that only a newer version knows; in all else it is {@code as}. */
record OfUnknownKind(int kindCode, RecordView as) implements RecordView {
    @Override
    public Kind kind() {
        throw new IllegalStateException("a record of " + Kind.label(kindCode));
    }

    @Override
    public boolean isOfKnownKind() {
        return false;
    }

    @Override
    public Record toRecord() {
        throw new IllegalStateException("a record of " + Kind.label(kindCode));
    }

    @Override
    public long sequence() {
        return as.sequence();
    }

    @Override
    public String subject() {
        return as.subject();
    }

    @Override
    public long time() {
        return as.time();
    }

    @Override
    public long received() {
        return as.received();
    }

    @Override
    public long monotonic() {
        return as.monotonic();
    }

    @Override
    public boolean restated() {
        return as.restated();
    }

    @Override
    public @Nullable Shape shape() {
        return as.shape();
    }

    @Override
    public long number(int slot) {
        return as.number(slot);
    }

    @Override
    public byte[] text(int slot) {
        return as.text(slot);
    }

    @Override
    public void payload(Bytes out) {
        as.payload(out);
    }

    @Override
    public Bytes payload() {
        return as.payload();
    }
}
