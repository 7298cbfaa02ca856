package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.CanonicalTime;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/** The record decoded last. The next decoding overwrites it. */
final class DecodedRecord implements RecordView {
    long sequence;
    Kind kind = Kind.MARK;
    String subject = "";
    long time;
    long received;
    long monotonic;
    Shape shape = CodedShape.WHOLE.shape();
    long[] numbers = {};
    byte[][] texts = {{}};
    boolean restated;

    private final Bytes rendered = new Bytes(1 << 10);
    private boolean isRendered;

    DecodedRecord() {}

    /** Forgets what was rendered of the record before. */
    void startRecord() {
        isRendered = false;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public Kind kind() {
        return kind;
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
            rendered.ensure(longest());
            payload(rendered);
            isRendered = true;
        }
        return rendered;
    }

    @Override
    public Record toRecord() {
        Bytes out = new Bytes(longest());
        payload(out);
        byte[] payload = out.array().length == out.length() ? out.array() : out.toArray();
        return new Record(sequence, kind, subject, time, received, monotonic, payload);
    }

    /** No less than the payload's length, and of a large one hardly more: a buffer that doubles is there twice. */
    private int longest() {
        int sum = shape.literal(shape.slots()).length;
        for (int i = 0; i < shape.slots(); i++) {
            sum += shape.literal(i).length + (shape.type(i).isNumeric() ? CanonicalTime.MAX_LENGTH : texts[i].length);
        }
        return sum;
    }
}
