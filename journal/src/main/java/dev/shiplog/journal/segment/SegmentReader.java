package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.UndecodableException;
import dev.shiplog.journal.record.RecordView;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment, in order, as far as they are intact. A record that is handed out is the one that was
 * appended; whatever is missing is told to a {@link LossTracker}. Reads with plain file reads, so that neither a live nor
 * a damaged nor a shrinking file can do harm. Not thread safe.
 */
public final class SegmentReader implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** The tracker has a loss to tell, which comes before the next record. */
        LOSS,
        /** Nothing more for now; damage at the end stays with the tracker. */
        END
    }

    private final String name;
    private final LossTracker losses;
    private final ExcerptReader excerpts;
    private final Decoder decoder = new Decoder();
    private final UnsaidHead unsaid = new UnsaidHead();
    /** Room is made at once for no more than this: a record of 16 MB. */
    private static final int MOST_PARTS = (16 << 20) / Excerpt.MAX_CODED;

    private Bytes joined = new Bytes(0);

    private @Nullable SegmentHeader header;
    private @Nullable Group group;
    private @Nullable RecordView record;
    /** The record was read, but a loss before it is told first. */
    private boolean held;

    /** Records below this were read from another segment, or are known to be lost: none is handed out twice. */
    private long floor;

    private long repeats;

    private long offset;
    private long groupOffset;
    private boolean readable = true;
    private boolean decoding = true;
    private int partIndex = -1;
    private int nextPart;
    private long partsFrom;

    /**
     * Opens the segment at {@code file}.
     *
     * @param losses knows what came before; the same for all segments of a journal
     * @throws IOException if it cannot be opened
     */
    public SegmentReader(Path file, LossTracker losses) throws IOException {
        this.name = file.getFileName().toString();
        this.losses = losses;
        this.excerpts = new ExcerptReader(file);
        losses.segment(name);
        floor = losses.next();
    }

    /** Goes to the next record, loss, or the end. */
    public Step next() throws IOException {
        while (true) {
            if (losses.pending()) {
                return Step.LOSS;
            }
            if (held) {
                held = false;
                return Step.RECORD;
            }
            if (!readable) {
                return Step.END;
            }
            switch (excerpts.next()) {
                case EXCERPT -> take();
                case SKIPPED -> losses.damaged(name, excerpts.skippedFrom(), excerpts.position(), excerpts.reason());
                case END -> {
                    tellRepeats(excerpts.position());
                    return losses.pending() ? Step.LOSS : Step.END;
                }
            }
        }
    }

    private void tellRepeats(long upTo) {
        if (repeats > 0) {
            losses.repeated(name, upTo, repeats);
            repeats = 0;
        }
    }

    private void take() throws IOException {
        byte[] array = excerpts.array();
        int from = excerpts.from();
        switch (excerpts.type()) {
            case Excerpt.HEADER -> takeHeader(array, from + 1, excerpts.to());
            case Excerpt.GROUP -> takeGroup(array, from + 1, excerpts.to());
            case Excerpt.PART -> takePart(array, from + 1, excerpts.to());
            default -> takeRecord(array, from, excerpts.to(), excerpts.offset());
        }
    }

    private void takeHeader(byte[] array, int from, int to) throws IOException {
        int version = SegmentHeader.version(array, from);
        if (version > SegmentHeader.VERSION) {
            readable = false;
            losses.damaged(
                    name,
                    excerpts.offset(),
                    excerpts.size(),
                    "format version " + version + ", this program reads up to " + SegmentHeader.VERSION);
            return;
        }
        SegmentHeader found = SegmentHeader.read(array, from, to);
        if (header == null) {
            if (losses.journal(found.journal())) {
                floor = 0;
            }
            excerpts.journal(found.journal());
        }
        header = found;
    }

    private void takeGroup(byte[] array, int from, int to) {
        Group found = Group.read(array, from, to);
        if (found == null) {
            return; // not reached: the excerpt reader looks at the magic
        }
        group = found;
        groupOffset = excerpts.offset();
        partIndex = -1;
        excerpts.group(found.salt());
        excerpts.nextBase(found.base());
        decoder.startGroup(found.base());
        if (found.base() >= floor) {
            losses.expect(name, excerpts.position(), found.base(), found.clock());
        }
    }

    private void takePart(byte[] array, int from, int to) throws IOException {
        Varints in = new Varints(array, from);
        int index = in.next();
        int part = in.next();
        int parts = in.next();
        if (part == 0) {
            partIndex = index;
            nextPart = 0;
            partsFrom = excerpts.offset();
            joined.clear();
            if (parts <= MOST_PARTS) {
                joined.ensure(parts * Excerpt.MAX_CODED); // while a buffer doubles, it is there twice
            }
        }
        if (index != partIndex || part != nextPart) {
            losses.damaged(name, excerpts.offset(), excerpts.position(), "a part of a record that is out of order");
            return;
        }
        joined.put(array, in.position(), to - in.position());
        nextPart++;
        if (nextPart == parts) {
            partIndex = -1;
            Bytes whole = joined;
            joined = new Bytes(0); // what is decoded has copies of what it keeps
            takeRecord(whole.array(), 0, whole.length(), partsFrom);
        }
    }

    private void takeRecord(byte[] coded, int from, int to, long at) {
        Group in = group;
        if (in == null) {
            return; // not reached: without a group no record verifies
        }
        int index = Decoder.index(coded, from);
        long sequence = in.base() + index;
        excerpts.nextIndex(index + 1);
        // A restated record was received long before; its group began when it was written.
        long received = in.clock();
        boolean own = false;
        if (decoding) {
            try {
                RecordView decoded = decoder.decode(coded, from, to);
                if (unsaid.restates(decoded, in.clock())) {
                    decoder.restate();
                }
                record = decoded;
                own = !decoded.restated();
                received = own ? decoded.received() : received;
            } catch (UndecodableException e) {
                if (sequence >= floor) {
                    losses.lost(name, at, excerpts.position(), sequence, String.valueOf(e.getMessage()));
                }
                return;
            }
        }
        excerpts.nextBase(sequence + 1);
        if (sequence < floor) {
            losses.harmless();
            repeats++;
            return;
        }
        tellRepeats(at);
        losses.expect(name, at, sequence, received);
        losses.read(sequence, own ? received : 0, excerpts.position());
        offset = at;
        held = true;
    }

    /** Whether records are decoded; otherwise they are only verified, and {@link #record()} has none. */
    void decoding(boolean wanted) {
        decoding = wanted;
        record = null;
    }

    /** Goes on at the head of a group, or the header before it. */
    public void position(long newOffset) {
        excerpts.position(newOffset);
    }

    /** Where the head of {@link #group()} begins in the file. */
    long groupOffset() {
        return groupOffset;
    }

    /** The current record, valid until the next call of {@link #next()}. */
    public RecordView record() {
        RecordView current = record;
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    /** The newest header read so far, or null. */
    public @Nullable SegmentHeader header() {
        return header;
    }

    /** The newest head of a group read so far, or null. */
    public @Nullable Group group() {
        return group;
    }

    /** Where the current record begins in the file. */
    public long offset() {
        return offset;
    }

    /** The first byte behind what was read or skipped so far. */
    public long position() {
        return excerpts.position();
    }

    /** Nothing more is written to this segment: its end, when it comes, is to be looked at once more. */
    public void complete() {
        excerpts.complete();
    }

    /** Whether nothing was found, not even the beginning of a segment. */
    public boolean isEmpty() {
        return excerpts.ending() == ExcerptReader.Ending.EMPTY;
    }

    /** Whether the file ends too soon. */
    public boolean isCut() {
        return excerpts.ending() == ExcerptReader.Ending.CUT;
    }

    /** Whether an end mark was read: nothing is added to this segment. */
    public boolean isMarked() {
        return excerpts.ending() == ExcerptReader.Ending.MARKED;
    }

    /**
     * Whether Chronicle can go on in this segment, which was read from its beginning to its end: it follows where its own
     * pages point to, over other records too.
     */
    public boolean isConsistent() {
        return excerpts.isConsistent();
    }

    @Override
    public void close() throws IOException {
        excerpts.close();
    }

    /** Reads varints of at most five bytes. */
    private static final class Varints {
        private final byte[] array;
        private int position;

        Varints(byte[] array, int position) {
            this.array = array;
            this.position = position;
        }

        int next() {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                byte b = array[position++];
                value |= (b & 0x7F) << shift;
                if (b >= 0) {
                    break;
                }
            }
            return value;
        }

        int position() {
            return position;
        }
    }
}
