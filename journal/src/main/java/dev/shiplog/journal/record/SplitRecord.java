package dev.shiplog.journal.record;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.CanonicalTime;

/**
 * A record whose payload is still split into shape and values: what can be said of it from these alone. Subclasses hold
 * the values, and say when they change.
 */
public abstract class SplitRecord implements RecordView {
    private final Bytes rendered = new Bytes(1 << 10);
    private boolean isRendered;

    /** The shape of the payload; of one that was not split, a shape with one {@code STRING} slot that holds it all. */
    protected abstract Shape pieces();

    /** The record is another one now. */
    protected final void changed() {
        isRendered = false;
    }

    @Override
    public final Kind kind() {
        Kind kind = Kind.ofCode(kindCode());
        if (kind == null) {
            throw new IllegalStateException("a record of " + Kind.label(kindCode()));
        }
        return kind;
    }

    @Override
    public final boolean isOfKnownKind() {
        return Kind.ofCode(kindCode()) != null;
    }

    @Override
    public final void payload(Bytes out) {
        Shape shape = pieces();
        int slots = shape.slots();
        for (int i = 0; i < slots; i++) {
            out.put(shape.literal(i));
            switch (shape.type(i)) {
                case INTEGER -> out.putDecimal(number(i));
                case TIME -> out.putTime(number(i));
                case NANO_TIME -> out.putNanoTime(number(i));
                case NUMBER, STRING -> out.put(text(i));
            }
        }
        out.put(shape.literal(slots));
    }

    @Override
    public final Bytes payload() {
        if (!isRendered) {
            rendered.clear();
            rendered.ensure(capacity());
            payload(rendered);
            isRendered = true;
        }
        return rendered;
    }

    @Override
    public final Record toRecord() {
        Bytes out = new Bytes(capacity());
        payload(out);
        byte[] payload = out.array().length == out.length() ? out.array() : out.toArray();
        return new Record(sequence(), kind(), subject(), time(), received(), monotonic(), payload);
    }

    /** Enough for the payload, and hardly more than a large one: a buffer that has to grow is in memory twice. */
    private int capacity() {
        Shape shape = pieces();
        int sum = shape.literal(shape.slots()).length;
        for (int i = 0; i < shape.slots(); i++) {
            sum += shape.literal(i).length + (shape.type(i).isNumeric() ? CanonicalTime.MAX_LENGTH : text(i).length);
        }
        return sum;
    }
}
