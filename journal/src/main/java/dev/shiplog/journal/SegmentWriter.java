package dev.shiplog.journal;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.file.Preallocator;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.Excerpt;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.Tally;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes headers, groups and coded records to the current segment, one {@link Excerpt} each, and numbers the records.
 * Makes sure of the room for an excerpt before it writes it: after a {@link DiskFullException} the segment is intact.
 * Belongs to the {@link Appender}'s thread.
 */
final class SegmentWriter {
    /** A group is closed when it holds this much, so that damage costs no more. */
    private static final int GROUP_BYTES = 1 << 20;
    /** A buffer that grew for one large record is given back. */
    private static final int KEEP_BUFFER = 1 << 20;

    private static final int BUFFER = 8192;
    /** What an excerpt needs on disk besides the coded record. */
    private static final int FRAME_ROOM = 64;

    private static final int GROUP_ROOM = 256;
    /** A coded record is smaller than its payload but for this; the encoder may at worst double a short one. */
    private static final int CODING_ROOM = 4096;

    private final ChronicleWriter chronicle;
    private final Preallocator room;
    private final String journal;

    private final Encoder encoder = new Encoder();
    private final Bytes frame = new Bytes(1024);
    private Bytes coded = new Bytes(BUFFER);

    /** Where the next excerpt begins in the segment. */
    private long used;
    /** Of the records in the segment. */
    private Tally.Counter tally;

    private long nextSequence;

    private boolean inGroup;
    private long groupBytes;
    private int salt;

    /**
     * @param found where an older run ended
     */
    SegmentWriter(ChronicleWriter chronicle, Preallocator room, RecoveryScan found) {
        this.chronicle = chronicle;
        this.room = room;
        journal = found.journal();
        nextSequence = found.nextSequence();
        used = found.used();
        tally = new Tally.Counter(found.tally());
    }

    /** At most this many bytes are added to the file for the record. */
    static long bound(Record record) {
        return CODING_ROOM + 2L * record.payload().length;
    }

    /** Makes sure that the current segment has room for so many bytes more. */
    void resume(long bytes) throws IOException {
        room.reserve(used, bytes);
    }

    /** Goes to a new segment, with room for so many bytes. Chronicle must know of it by its clock. */
    void begin(Path segment, long bytes) throws IOException {
        room.begin(ChronicleFiles.precreated(segment), segment, ChronicleFiles.FIRST_PAGES + bytes);
        used = 0;
        tally = new Tally.Counter(Tally.NONE);
    }

    /** Writes a header; the next record begins a group. */
    void write(SegmentHeader header) throws IOException {
        inGroup = false;
        Excerpt.header(header, frame);
        room.reserve(used, frame.length());
        put(frame);
    }

    /**
     * Writes a record.
     *
     * @param clock the highest receipt of any record up to this one, ns since the epoch
     * @return the sequence that it was given
     */
    long write(Record record, boolean restated, long clock) throws IOException {
        boolean newGroup = !inGroup || encoder.isFull() || groupBytes >= GROUP_BYTES;
        inGroup = false; // if anything fails, what the encoder remembers is not what was written
        if (newGroup) {
            encoder.startGroup();
        }
        int index = encoder.size();
        Excerpt.begin(coded);
        // At once: while a buffer doubles, it is there twice.
        coded.ensure(record.payload().length + CODING_ROOM);
        if (restated) {
            encoder.encodeRestated(record, coded);
        } else {
            encoder.encode(record, coded);
        }
        int length = coded.length() - Excerpt.CRC_WIDTH;
        int parts = (length + Excerpt.MAX_CODED - 1) / Excerpt.MAX_CODED;
        room.reserve(used, length + (long) FRAME_ROOM * parts + (newGroup ? GROUP_ROOM : 0));
        if (newGroup) {
            beginGroup(clock);
        }
        if (parts == 1) {
            Excerpt.seal(coded, salt);
            put(coded);
        } else {
            putParts(index, length, parts);
        }
        inGroup = true;
        groupBytes += length;
        tally.add(record.kind().code(), record.time());
        return nextSequence++;
    }

    private void beginGroup(long clock) throws IOException {
        salt = Excerpt.salt(journal, nextSequence);
        Excerpt.group(new Group(nextSequence, salt, clock, tally.tally()), frame);
        put(frame);
        groupBytes = 0;
    }

    private void putParts(int index, int length, int parts) throws IOException {
        for (int part = 0; part < parts; part++) {
            int from = part * Excerpt.MAX_CODED;
            int count = Math.min(Excerpt.MAX_CODED, length - from);
            Excerpt.part(index, part, parts, coded.array(), Excerpt.CRC_WIDTH + from, count, salt, frame);
            put(frame);
        }
        if (length > KEEP_BUFFER) {
            coded = new Bytes(BUFFER);
        }
    }

    private void put(Bytes excerpt) throws IOException {
        chronicle.write(excerpt.array(), 0, excerpt.length());
        used = chronicle.position();
    }

    /** Where the next excerpt begins in the segment. */
    long used() {
        return used;
    }

    /** Whether no record was ever written to the journal. */
    boolean isFirst() {
        return nextSequence == 1;
    }
}
