package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Record;
import java.io.IOException;

/**
 * Makes the excerpts of one segment after the other: headers, groups, and coded records, in parts if they are long. An
 * {@link ExcerptSink} takes them, and is asked for the room before it gets any. Not thread safe.
 */
public final class ExcerptWriter {
    /** No excerpt is longer. */
    public static final int LONGEST = Excerpt.MAX;

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

    private final String journal;
    private final ExcerptSink sink;

    private final Encoder encoder = new Encoder();
    private final Bytes frame = new Bytes(1024);
    private Bytes coded = new Bytes(BUFFER);

    /** Of the records in the segment. */
    private Tally.Counter tally;

    private boolean inGroup;
    private long nextSequence;
    private long groupBytes;
    private int salt;

    /**
     * @param journal the id of the journal
     * @param before of the records that are in the segment already
     */
    public ExcerptWriter(String journal, Tally before, ExcerptSink sink) {
        this.journal = journal;
        this.sink = sink;
        tally = new Tally.Counter(before);
    }

    /** At most this many bytes are added to the file for the record. */
    public static long bound(Record record) {
        return CODING_ROOM + 2L * record.payload().length;
    }

    /** What comes next goes to a new segment. */
    public void startSegment() {
        tally = new Tally.Counter(Tally.NONE);
    }

    /** Writes a header; the next record begins a group. */
    public void write(SegmentHeader header) throws IOException {
        inGroup = false;
        Excerpt.header(header, frame);
        sink.reserve(frame.length());
        put(frame);
    }

    /**
     * Writes a record.
     *
     * @param sequence its own; if it is not the one after the last record's, the record begins a group
     * @param clock the highest receipt of any record up to this one, ns since the epoch
     */
    public void write(long sequence, Record record, boolean restated, long clock) throws IOException {
        boolean newGroup = !inGroup || sequence != nextSequence || encoder.isFull() || groupBytes >= GROUP_BYTES;
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
        sink.reserve(length + (long) FRAME_ROOM * parts + (newGroup ? GROUP_ROOM : 0));
        if (newGroup) {
            beginGroup(sequence, clock);
        }
        if (parts == 1) {
            Excerpt.seal(coded, salt);
            put(coded);
        } else {
            putParts(index, length, parts);
        }
        inGroup = true;
        nextSequence = sequence + 1;
        groupBytes += length;
        tally.add(record.kind().code(), record.time());
    }

    private void beginGroup(long base, long clock) throws IOException {
        salt = Excerpt.salt(journal, base);
        Excerpt.group(new Group(base, salt, clock, tally.tally()), frame);
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
        sink.put(excerpt.array(), excerpt.length());
    }
}
