package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import org.jspecify.annotations.Nullable;

/**
 * One decoded record, still split into shape and values: exporters go over the values without parsing JSON, and
 * {@link #payload} renders the bytes that the engine sent. A view that the next decoding overwrites;
 * {@link #toRecord} keeps it.
 */
public final class Decoded {
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

    Decoded() {}

    /** As {@link Record#sequence()}. */
    public long sequence() {
        return sequence;
    }

    /** As {@link Record#kind()}. */
    public Kind kind() {
        return kind;
    }

    /** As {@link Record#subject()}. */
    public String subject() {
        return subject;
    }

    /** As {@link Record#time()}. */
    public long time() {
        return time;
    }

    /** As {@link Record#received()}. */
    public long received() {
        return received;
    }

    /** As {@link Record#monotonic()}. */
    public long monotonic() {
        return monotonic;
    }

    /**
     * Whether the record belongs to the head of a segment and repeats what was known when that began: whoever reads the
     * whole journal has it already. A {@code segment-start} is always restated.
     */
    public boolean restated() {
        return restated;
    }

    /** The shape of the payload, or null if it is held as a whole: then only {@link #payload} is to be had. */
    public @Nullable Shape shape() {
        return shape == CodedShape.WHOLE.shape() ? null : shape;
    }

    /** The value of an {@code INTEGER} or {@code TIME} slot (ns since the epoch). */
    public long number(int slot) {
        return numbers[slot];
    }

    /** The value of a {@code NUMBER} or {@code STRING} slot; not to be changed. */
    public byte[] text(int slot) {
        return texts[slot];
    }

    /** Appends the payload, byte for byte as the engine sent it. */
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

    /** A copy that outlives the next decoding. */
    public Record toRecord() {
        Bytes out = new Bytes(longest());
        payload(out);
        byte[] payload = out.array().length == out.length() ? out.array() : out.toArray();
        return new Record(sequence, kind, subject, time, received, monotonic, payload);
    }

    /** No less than the payload's length, and of a large one hardly more: a buffer that doubles is there twice. */
    private int longest() {
        int sum = shape.literalBytes();
        for (int i = 0; i < shape.slots(); i++) {
            sum += shape.type(i).isNumeric() ? Values.MAX_TIME_LENGTH : texts[i].length;
        }
        return sum;
    }
}
