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
    byte[] payload = {};

    Decoded() {}

    public long sequence() {
        return sequence;
    }

    public Kind kind() {
        return kind;
    }

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

    /** The shape of the payload, or null if it was stored verbatim: then only {@link #payload} is to be had. */
    public @Nullable Shape shape() {
        return null;
    }

    /** The value of an {@code INTEGER} or {@code TIME} slot (ns since the epoch). */
    public long number(int slot) {
        throw new IllegalStateException("verbatim");
    }

    /** The value of a {@code NUMBER} or {@code STRING} slot; not to be changed. */
    public byte[] text(int slot) {
        throw new IllegalStateException("verbatim");
    }

    /** Appends the payload, byte for byte as the engine sent it. */
    public void payload(Bytes out) {
        out.put(payload);
    }

    /** A copy that outlives the next decoding. */
    public Record toRecord() {
        Bytes out = new Bytes(2048);
        payload(out);
        return new Record(sequence, kind, subject, time, received, monotonic, out.toArray());
    }
}
