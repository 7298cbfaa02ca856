package dev.shiplog.journal.archive;

import dev.shiplog.journal.record.RecordView;
import java.io.IOException;

/** Codes records as blocks, each of which can be read without the others. Not thread safe. */
interface BlockWriter {
    /** Adds a record to the block that is being made. */
    void add(RecordView record) throws IOException;

    /** Whether the block should be finished before the next record comes. */
    boolean isFull();

    /** The block; the next one begins. */
    byte[] finish() throws IOException;
}
