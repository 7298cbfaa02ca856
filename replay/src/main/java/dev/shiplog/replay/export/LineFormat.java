package dev.shiplog.replay.export;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.codec.Decoded;

/** One way to write a record as a line. Implementations may keep what they learn; they are not thread safe. */
@FunctionalInterface
public interface LineFormat {
    /** Appends the record to {@code out}, without a line end. */
    void write(Decoded record, Bytes out);

    /** The engine's bytes as they are: of events and stats always one line. */
    static LineFormat raw() {
        return Decoded::payload;
    }
}
