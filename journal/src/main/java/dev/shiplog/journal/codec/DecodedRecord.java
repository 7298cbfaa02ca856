package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.CanonicalTime;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** The record that was decoded last. The next decoding overwrites it. */
final class DecodedRecord implements RecordView {
    private long sequence;
    private int kindCode;
    private String subject = "";
    private long time;
    private long received;
    private long monotonic;
    private boolean restated;
    private Shape shape = CodedShape.WHOLE.shape();
    private long[] numbers = {};
    private byte[][] texts = {{}};

    private final Bytes rendered = new Bytes(1 << 10);
    private boolean isRendered;

    /** Makes this the newest record of {@code track}. */
    void set(long newSequence, DecoderTrack track, boolean isRestated) {
        sequence = newSequence;
        kindCode = track.kindCode;
        subject = track.subject;
        time = track.clock.time;
        received = track.clock.received;
        monotonic = track.clock.received - track.clock.offset;
        restated = isRestated;
        shape = track.coded.shape();
        numbers = track.last;
        texts = track.texts;
        isRendered = false;
    }

    void restate() {
        restated = true;
    }

    @Override
    public long sequence() {
        return sequence;
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
        return subject;
    }

    @Override
    public long time() {
        return time;
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public long monotonic() {
        return monotonic;
    }

    @Override
    public boolean restated() {
        return restated;
    }

    @Override
    public @Nullable Shape shape() {
        return shape == CodedShape.WHOLE.shape() ? null : shape;
    }

    @Override
    public long number(int slot) {
        return numbers[slot];
    }

    @Override
    public byte[] text(int slot) {
        return texts[slot];
    }

    @Override
    public void payload(Bytes out) {
        int slots = shape.slots();
        for (int i = 0; i < slots; i++) {
            out.put(shape.literal(i));
            switch (shape.type(i)) {
                case INTEGER -> out.putDecimal(numbers[i]);
                case TIME -> out.putTime(numbers[i]);
                case NUMBER, STRING -> out.put(texts[i]);
            }
        }
        out.put(shape.literal(slots));
    }

    @Override
    public Bytes payload() {
        if (!isRendered) {
            rendered.clear();
            rendered.ensure(capacity());
            payload(rendered);
            isRendered = true;
        }
        return rendered;
    }

    @Override
    public Record toRecord() {
        Bytes out = new Bytes(capacity());
        payload(out);
        byte[] payload = out.array().length == out.length() ? out.array() : out.toArray();
        return new Record(sequence, kind(), subject, time, received, monotonic, payload);
    }

    /** Enough for the payload, and hardly more than a large one: a buffer that has to grow is in memory twice. */
    private int capacity() {
        int sum = shape.literal(shape.slots()).length;
        for (int i = 0; i < shape.slots(); i++) {
            sum += shape.literal(i).length + (shape.type(i).isNumeric() ? CanonicalTime.MAX_LENGTH : texts[i].length);
        }
        return sum;
    }
}
