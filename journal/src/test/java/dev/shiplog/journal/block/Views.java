package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** Records as a reader of a segment sees them, and such as it has never seen. */
final class Views {
    private final Encoder encoder = new Encoder();
    private final Decoder decoder = new Decoder();
    private final Bytes out = new Bytes(1 << 12);

    /** A view of {@code record}, valid until the next call. */
    RecordView of(Record record, boolean restated, int kindCode) {
        if (encoder.size() == Encoder.MAX_GROUP || encoder.size() == 0) {
            encoder.startGroup();
            decoder.startGroup(0);
        }
        out.clear();
        encoder.encode(record, out);
        try {
            RecordView split = decoder.decode(out.array(), 0, out.length());
            return new Stated(split, record.sequence(), restated, kindCode);
        } catch (UndecodableException e) {
            throw new AssertionError(e);
        }
    }

    RecordView of(Record record) {
        return of(record, false, record.kind().code());
    }

    /** A view with another number, another kind, and a flag of its own. */
    private record Stated(RecordView split, long sequence, boolean restated, int kindCode) implements RecordView {
        @Override
        public Kind kind() {
            return split.kind();
        }

        @Override
        public boolean isOfKnownKind() {
            return Kind.ofCode(kindCode) != null;
        }

        @Override
        public String subject() {
            return split.subject();
        }

        @Override
        public long time() {
            return split.time();
        }

        @Override
        public long received() {
            return split.received();
        }

        @Override
        public long monotonic() {
            return split.monotonic();
        }

        @Override
        public @Nullable Shape shape() {
            return split.shape();
        }

        @Override
        public long number(int slot) {
            return split.number(slot);
        }

        @Override
        public byte[] text(int slot) {
            return split.text(slot);
        }

        @Override
        public void payload(Bytes to) {
            split.payload(to);
        }

        @Override
        public Bytes payload() {
            return split.payload();
        }

        @Override
        public Record toRecord() {
            return split.toRecord().withSequence(sequence);
        }
    }
}
