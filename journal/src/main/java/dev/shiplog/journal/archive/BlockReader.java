package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.RecordView;

/** The records of one block, in order. Not thread safe. */
interface BlockReader {
    /** Goes to the next record; false if there is none. */
    boolean next() throws UndecodableException;

    /** The current record, valid until the next call of {@link #next()}. */
    RecordView record();
}
