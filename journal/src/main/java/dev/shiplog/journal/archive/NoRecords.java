package dev.shiplog.journal.archive;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.SegmentHeader;
import org.jspecify.annotations.Nullable;

/** The records of an archive that cannot be read at all. */
record NoRecords(long position) implements RecordSource {
    @Override
    public boolean next() {
        return false;
    }

    @Override
    public RecordView record() {
        throw new IllegalStateException("no record");
    }

    @Override
    public @Nullable SegmentHeader header() {
        return null;
    }

    @Override
    public long offset() {
        return position;
    }

    @Override
    public void markComplete() {
        // It always is.
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public boolean isClosedByWriter() {
        return true;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
