package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;

/**
 * One way to write a record as a line. {@link OutputFormat} lists those that users can choose; {@code replay.ecs} has
 * another. A format may keep what it learns from one record for the next; it is not thread safe.
 */
@FunctionalInterface
public interface LineFormat {
    /** Appends what comes before the first record, each line with its end. */
    default void begin(Bytes out) {}

    /** Appends what comes after the last record, each line with its end. */
    default void end(Bytes out) {}

    /** Appends what waited for more and need not wait any longer, each line with its end; nothing more comes for now. */
    default void idle(Bytes out) {}

    /** Whether a line feed is to follow what is written of each record. */
    default boolean endsLines() {
        return true;
    }

    /** The format that others stand around: itself, if none does. */
    default LineFormat innermost() {
        return this;
    }

    /**
     * Appends the record to {@code out}, without a line end; nothing if it makes no line.
     *
     * @throws java.io.UncheckedIOException if it cannot be written in this way, naming what stands against it
     */
    void write(RecordView record, Bytes out);

    /** The engine's bytes as they are, but for line feeds and carriage returns, which become spaces. */
    static LineFormat raw() {
        return new OneLine()::write;
    }
}
