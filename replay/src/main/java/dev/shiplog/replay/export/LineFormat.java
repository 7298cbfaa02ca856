package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;

/** One way to write a record as a line. Implementations may keep what they learn; they are not thread safe. */
@FunctionalInterface
public interface LineFormat {
    /** The member that marks a record which repeats what the journal has already. */
    String RESTATED = ",\"restated\":true";

    /** Appends the record to {@code out}, without a line end. */
    void write(RecordView record, Bytes out);

    /** The engine's bytes as they are, but for line feeds and carriage returns, which become spaces. */
    static LineFormat raw() {
        return new OneLine()::write;
    }
}
