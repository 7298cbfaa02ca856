package dev.shiplog.replay.archive;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All records of one segment or archive, whatever other segments hold, and what of it is lost. Not thread safe. */
final class SegmentRecords implements Closeable {
    private final List<Loss> losses = new ArrayList<>();
    private final LossTracker tracker = new LossTracker(losses::add);
    private final Segment segment;
    private final RecordSource source;
    private boolean complete;

    /** @param growing whether more may be written to it, so that what is at its end may be half written */
    SegmentRecords(Segment segment, boolean growing) throws UnreadableException {
        this.segment = segment;
        try {
            source = segment.open(tracker);
        } catch (IOException e) {
            throw new UnreadableException(segment.path(), e);
        }
        complete = growing;
    }

    /** Goes to the next record; false at the end, when all losses are known. */
    boolean next() throws UnreadableException {
        try {
            if (source.next()) {
                return true;
            }
        } catch (IOException e) {
            throw new UnreadableException(segment.path(), e);
        }
        if (!complete) {
            complete = true;
            source.markComplete();
            return next();
        }
        tracker.flush();
        return false;
    }

    RecordView record() {
        return source.record();
    }

    /** The header that the record follows; null if it is damaged. */
    @Nullable
    SegmentHeader header() {
        return source.header();
    }

    /** Up to where the file was read. */
    long position() {
        return source.position();
    }

    /** What could not be read; complete at the end. */
    List<Loss> losses() {
        return losses;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
