package dev.shiplog.journal.record;

import dev.shiplog.journal.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One record as a reader sees it, with its payload still split into shape and values: exporters take the values without
 * parsing JSON, and {@link #payload()} gives the bytes that the engine sent. Valid until the reader's next step;
 * {@link #toRecord} makes a copy that stays.
 */
public interface RecordView {
    /** As {@link Record#sequence()}. */
    long sequence();

    /**
     * As {@link Record#kind()}.
     *
     * @throws IllegalStateException if this version does not know the kind
     */
    Kind kind();

    /** Whether this version knows the kind; a newer recorder may write others. */
    boolean isOfKnownKind();

    /** The code of the kind on disk, known or not. */
    int kindCode();

    /** As {@link Record#subject()}. */
    String subject();

    /** As {@link Record#time()}. */
    long time();

    /** As {@link Record#received()}. */
    long received();

    /** As {@link Record#monotonic()}. */
    long monotonic();

    /**
     * Whether the record belongs to the snapshot at the beginning of a segment and repeats what the journal holds already,
     * so that a reader of the whole journal can skip it. A {@code segment-start} is always restated.
     */
    boolean restated();

    /** The shape of the payload, or null if the payload was not split: then it has no slots, only {@link #payload()}. */
    @Nullable
    Shape shape();

    /** The value of an {@code INTEGER} or {@code TIME} slot (ns since the epoch). */
    long number(int slot);

    /** The value of a {@code NUMBER} or {@code STRING} slot. Not to be changed. */
    byte[] text(int slot);

    /** Appends the payload, byte for byte as the engine sent it. */
    void payload(Bytes out);

    /**
     * The payload, byte for byte as the engine sent it. It is rendered at the first call and kept until the reader's next
     * step, so that all who parse it share it. Not to be changed.
     */
    Bytes payload();

    /** A copy that stays valid. */
    Record toRecord();
}
