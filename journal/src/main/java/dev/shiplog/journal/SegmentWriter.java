package dev.shiplog.journal;

import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.file.Preallocator;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.ExcerptSink;
import dev.shiplog.journal.segment.ExcerptWriter;
import dev.shiplog.journal.segment.SegmentHeader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes headers, groups and records to the current segment by Chronicle, and numbers the records. Makes sure of the room
 * for an excerpt before it writes it: after a {@link DiskFullException} the segment is intact. Belongs to the {@link
 * Appender}'s thread.
 */
final class SegmentWriter implements ExcerptSink {
    private final ChronicleWriter chronicle;
    private final Preallocator room;
    private final ExcerptWriter excerpts;

    /** Where the next excerpt begins in the segment. */
    private long used;

    private long appended;

    private long nextSequence;

    /**
     * @param found where an older run ended
     */
    SegmentWriter(ChronicleWriter chronicle, Preallocator room, RecoveryScan found) {
        this.chronicle = chronicle;
        this.room = room;
        nextSequence = found.nextSequence();
        used = found.used();
        excerpts = new ExcerptWriter(found.journal(), found.tally(), this);
    }

    /** Makes sure that the current segment has room for so many bytes more. */
    void resume(long bytes) throws IOException {
        room.reserve(used, bytes);
    }

    /** Goes to a new segment, with room for so many bytes. Chronicle must know of it by its clock. */
    void begin(Path segment, long bytes) throws IOException {
        room.begin(ChronicleFiles.precreated(segment), segment, ChronicleFiles.FIRST_PAGES + bytes);
        used = 0;
        excerpts.startSegment();
    }

    /** Writes a header; the next record begins a group. */
    void write(SegmentHeader header) throws IOException {
        excerpts.write(header);
    }

    /**
     * Writes a record.
     *
     * @param clock the highest receipt of any record up to this one, ns since the epoch
     * @return the sequence that it was given
     */
    long write(Record record, boolean restated, long clock) throws IOException {
        excerpts.write(nextSequence, record, restated, clock);
        return nextSequence++;
    }

    @Override
    public void reserve(long bytes) throws IOException {
        room.reserve(used, bytes);
    }

    @Override
    public void put(byte[] array, int length) throws IOException {
        chronicle.write(array, 0, length);
        appended += length;
        used = chronicle.position();
    }

    /** Where the next excerpt begins in the segment. */
    long used() {
        return used;
    }

    /** How many bytes were written in all. */
    long appended() {
        return appended;
    }

    /** The sequence of the newest record; 0 if there is none. */
    long lastSequence() {
        return nextSequence - 1;
    }

    /** Whether no record was ever written to the journal. */
    boolean isFirst() {
        return nextSequence == 1;
    }
}
