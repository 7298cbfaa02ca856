package dev.shiplog.replay.export;

import dev.shiplog.journal.record.RecordView;
import java.io.IOException;

/** Where a verb sends records. Not thread safe. */
public interface Sink {
    /** Takes a record, which is valid during this call. An error may be thrown by a later call. */
    void write(RecordView record) throws IOException;

    /**
     * Returns once all records taken so far have arrived: only then may a checkpoint include them.
     *
     * @throws IOException if any has not
     */
    void flush() throws IOException;
}
