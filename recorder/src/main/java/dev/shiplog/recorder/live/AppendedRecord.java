package dev.shiplog.recorder.live;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** A record that was just appended, as those take it who read journals. Its payload is not split. */
final class AppendedRecord implements RecordView {
    private final Record record;

    AppendedRecord(Record record) {
        this.record = record;
    }

    @Override
    public long sequence() {
        return record.sequence();
    }

    @Override
    public Kind kind() {
        return record.kind();
    }

    @Override
    public boolean isOfKnownKind() {
        return true;
    }

    @Override
    public int kindCode() {
        return record.kind().code();
    }

    @Override
    public String subject() {
        return record.subject();
    }

    @Override
    public long time() {
        return record.time();
    }

    @Override
    public long received() {
        return record.received();
    }

    @Override
    public long monotonic() {
        return record.monotonic();
    }

    @Override
    public boolean restated() {
        return false;
    }

    @Override
    public @Nullable Shape shape() {
        return null;
    }

    @Override
    public long number(int slot) {
        throw new IllegalArgumentException("the payload has no slots");
    }

    @Override
    public byte[] text(int slot) {
        throw new IllegalArgumentException("the payload has no slots");
    }

    @Override
    public void payload(Bytes out) {
        out.put(record.payload());
    }

    @Override
    public Bytes payload() {
        return Bytes.of(record.payload());
    }

    @Override
    public Record toRecord() {
        return record;
    }
}
