package dev.shiplog.journal.record;

import dev.shiplog.journal.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One record as a reader sees it, its payload still split into shape and values: exporters go over the values without
 * parsing JSON, and {@link #payload} renders the bytes that the engine sent. Valid until the reader goes on;
 * {@link #toRecord} keeps it.
 */
public interface RecordView {
    /** As {@link Record#sequence()}. */
    long sequence();

    /** As {@link Record#kind()}. */
    Kind kind();

    /** As {@link Record#subject()}. */
    String subject();

    /** As {@link Record#time()}. */
    long time();

    /** As {@link Record#received()}. */
    long received();

    /** As {@link Record#monotonic()}. */
    long monotonic();

    /**
     * Whether the record belongs to the head of a segment and repeats what was known when that began: whoever reads the
     * whole journal has it already. A {@code segment-start} is always restated.
     */
    boolean restated();

    /** The shape of the payload, or null if it is held as a whole: then only {@link #payload} is to be had. */
    @Nullable
    Shape shape();

    /** The value of an {@code INTEGER} or {@code TIME} slot (ns since the epoch). */
    long number(int slot);

    /** The value of a {@code NUMBER} or {@code STRING} slot; not to be changed. */
    byte[] text(int slot);

    /** Appends the payload, byte for byte as the engine sent it. */
    void payload(Bytes out);

    /**
     * The same payload, rendered at the first call and kept until the reader goes on: whoever parses it calls this, so that
     * it is rendered once for all of them. Not to be changed.
     */
    Bytes payload();

    /** A copy that outlives the reader's next step. */
    Record toRecord();
}
