package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A record whose payload is there as a whole, and is also known by shape and values. */
final class WholeRecord implements RecordView {
    private final Record record;
    private final int kindCode;
    private final boolean restated;
    /** Null if the payload is not split. */
    private final @Nullable Track track;

    private @Nullable Bytes payload;

    /** Records of one kind, subject and shape, of which this is the newest. */
    static final class Track {
        final EncoderTrack slots;
        /** By slot, the text that was asked for last: it mostly stays the same, and so does the object. */
        private final byte[] @Nullable [] texts;

        /** The next older track of the same kind and subject. */
        @Nullable
        Track older;

        Track(KnownShape known) {
            slots = new EncoderTrack(Kind.MARK, known); // its kind matters only where records are coded
            texts = new byte[known.shape.slots()] @Nullable [];
        }

        private byte[] text(int slot) {
            Slots now = slots.last;
            int from = now.starts[slot];
            int to = now.ends[slot];
            byte[] text = texts[slot];
            if (text == null || !Arrays.equals(text, 0, text.length, now.payload, from, to)) {
                text = Arrays.copyOfRange(now.payload, from, to);
                texts[slot] = text;
            }
            return text;
        }
    }

    WholeRecord(Record record, int kindCode, boolean restated, @Nullable Track track) {
        this.record = record;
        this.kindCode = kindCode;
        this.restated = restated;
        this.track = track;
    }

    @Override
    public long sequence() {
        return record.sequence();
    }

    @Override
    public Kind kind() {
        Kind kind = Kind.ofCode(kindCode);
        if (kind == null) {
            throw new IllegalStateException("a record of " + Kind.label(kindCode));
        }
        return kind;
    }

    @Override
    public boolean isOfKnownKind() {
        return Kind.ofCode(kindCode) != null;
    }

    @Override
    public int kindCode() {
        return kindCode;
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
        return restated;
    }

    @Override
    public @Nullable Shape shape() {
        return track == null ? null : track.slots.known.shape;
    }

    @Override
    public long number(int slot) {
        return Objects.requireNonNull(track).slots.last.numbers[slot];
    }

    @Override
    public byte[] text(int slot) {
        return Objects.requireNonNull(track).text(slot);
    }

    @Override
    public void payload(Bytes out) {
        out.put(record.payload());
    }

    @Override
    public Bytes payload() {
        Bytes bytes = payload;
        if (bytes == null) {
            bytes = Bytes.of(record.payload());
            payload = bytes;
        }
        return bytes;
    }

    @Override
    public Record toRecord() {
        kind();
        return record;
    }
}
