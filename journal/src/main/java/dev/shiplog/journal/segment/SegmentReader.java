package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment's file. Uses plain file reads, so that neither a live nor a damaged nor a shrinking
 * file can do harm. Not thread safe.
 */
public final class SegmentReader implements RecordSource {
    /** Most parts to reserve memory for when the first is read: a record of 16 MB. */
    private static final int MOST_PARTS = (16 << 20) / Excerpt.MAX_CODED;

    private final String name;
    private final LossTracker losses;
    private final boolean isArchived;
    private final ExcerptReader excerpts;
    private final Decoder decoder = new Decoder();
    private final UnflaggedSnapshot unflagged = new UnflaggedSnapshot();

    private @Nullable SegmentHeader header;
    private @Nullable Group group;
    private @Nullable RecordView record;

    /** Records below this were read from another segment, or are known to be lost: none is handed out twice. */
    private long floor;
    /** How many records below the floor were met and are not reported yet. */
    private long repeats;

    private int version = SegmentHeader.VERSION;
    private long offset;
    private long groupOffset;
    /** Whether this program knows the format of what follows. */
    private boolean readable = true;

    private boolean decoding = true;
    /** Gets the bytes of each excerpt; null if nobody wants them. */
    private @Nullable MessageDigest digest;

    /** The parts of a record, as far as they were read. */
    private Bytes joined = new Bytes(0);

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
        this(file, losses, false);
    }

    /** @param isArchived whether an archive has handed out records of this segment, so that they come again */
    SegmentReader(Path file, LossTracker losses, boolean isArchived) throws IOException {
        this.isArchived = isArchived;
        this.name = file.getFileName().toString();
        this.losses = losses;
        this.excerpts = new ExcerptReader(file);
        losses.segment(name);
        floor = losses.next();
    }

    @Override
    public boolean next() throws IOException {
        while (readable) {
            switch (excerpts.next()) {
                case EXCERPT -> {
                    if (take()) {
                        return true;
                    }
                }
                case SKIPPED -> losses.damaged(place(excerpts.skippedFrom()), excerpts.reason());
                case END -> {
                    reportRepeats(excerpts.position());
                    return false;
                }
            }
        }
        return false;
    }

    private void reportRepeats(long upTo) {
        if (repeats > 0 && !isArchived) {
            losses.repeated(name, upTo, repeats);
        }
        repeats = 0;
    }

    private Place place(long from) {
        return new Place(name, from, excerpts.position());
    }

    /** Takes one excerpt; true if it completes a record. */
    private boolean take() throws IOException {
        byte[] array = excerpts.array();
        int from = excerpts.from();
        int to = excerpts.to();
        if (digest != null) {
            digest.update(array, from - Excerpt.CRC_WIDTH, to - from + Excerpt.CRC_WIDTH);
        }
        return switch (excerpts.type()) {
            case Excerpt.HEADER -> {
                takeHeader(array, from + 1, to);
                yield false;
            }
            case Excerpt.GROUP -> {
                takeGroup(array, from + 1, to);
                yield false;
            }
            case Excerpt.PART -> takePart(new BytesReader(array, from + 1, to));
            default -> takeRecord(array, from, to, excerpts.offset());
        };
    }

    private void takeHeader(byte[] array, int from, int to) throws IOException {
        version = SegmentHeader.version(array, from);
        if (version > SegmentHeader.VERSION) {
            readable = false;
            losses.damaged(
                    new Place(name, excerpts.offset(), excerpts.size()),
                    "format version " + version + ", this program reads up to " + SegmentHeader.VERSION);
            return;
        }
        SegmentHeader found = SegmentHeader.read(array, from, to);
        if (header == null) {
            if (losses.journal(found.journal())) {
                floor = 0;
            }
            excerpts.expectJournal(found.journal());
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
        excerpts.expectGroup(found.salt());
        excerpts.expectBase(found.base());
        decoder.startGroup(found.base());
        if (found.base() >= floor) {
            losses.expect(name, excerpts.position(), found.base(), found.clock());
        }
    }

    private boolean takePart(BytesReader in) throws IOException {
        int index;
        int part;
        int parts;
        try {
            index = in.varintUpTo(Integer.MAX_VALUE);
            part = in.varintUpTo(Integer.MAX_VALUE);
            parts = in.varintUpTo(Integer.MAX_VALUE);
        } catch (UndecodableException e) {
            losses.damaged(place(excerpts.offset()), "a part of a record that makes no sense");
            return false;
        }
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
            losses.damaged(place(excerpts.offset()), "a part of a record that is out of order");
            return false;
        }
        joined.put(excerpts.array(), in.position(), in.remaining());
        nextPart++;
        if (nextPart < parts) {
            return false;
        }
        partIndex = -1;
        Bytes whole = joined;
        joined = new Bytes(0); // a decoded record has copies of what it keeps
        return takeRecord(whole.array(), 0, whole.length(), partsFrom);
    }

    private boolean takeRecord(byte[] coded, int from, int to, long at) {
        Group in = group;
        if (in == null) {
            return false; // not reached: without a group no record verifies
        }
        int index = Decoder.index(coded, from);
        long sequence = in.base() + index;
        excerpts.expectIndex(index + 1);
        // A restated record was received long before; its group began when it was written.
        long received = in.clock();
        boolean restated = true;
        if (decoding) {
            try {
                RecordView decoded = decoder.decode(coded, from, to);
                if (unflagged.restates(decoded, in.clock())) {
                    decoder.restate();
                }
                record = decoded;
                restated = decoded.restated();
                received = restated ? received : decoded.received();
            } catch (UndecodableException e) {
                if (sequence >= floor) {
                    losses.undecodable(place(at), sequence, String.valueOf(e.getMessage()));
                }
                return false;
            }
        }
        excerpts.expectBase(sequence + 1);
        if (sequence < floor) {
            losses.harmless();
            repeats++;
            return false;
        }
        reportRepeats(at);
        losses.expect(name, at, sequence, received);
        losses.read(sequence, restated ? 0 : received, excerpts.position());
        offset = at;
        return true;
    }

    /** Whether records are decoded from here on; otherwise they are only verified, and {@link #record()} has none. */
    void setDecoding(boolean wanted) {
        decoding = wanted;
        record = null;
    }

    /** From here on, each excerpt goes to {@code taker}, with its CRC, which the salt of its group is part of. */
    void setDigest(MessageDigest taker) {
        digest = taker;
    }

    /** Goes on at this offset, where a group begins, or the header before it. */
    public void seek(long newOffset) {
        excerpts.seek(newOffset);
    }

    /** Where {@link #group()} begins in the file. */
    long groupOffset() {
        return groupOffset;
    }

    @Override
    public RecordView record() {
        RecordView current = record;
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    @Override
    public @Nullable SegmentHeader header() {
        return header;
    }

    /** The format version of the header that was read last, a newer one too; this program's own if there is none. */
    public int version() {
        return version;
    }

    /** The header of the group that was read last, or null. */
    public @Nullable Group group() {
        return group;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public long position() {
        return excerpts.position();
    }

    @Override
    public void markComplete() {
        excerpts.searchAgain();
    }

    @Override
    public boolean isEmpty() {
        return excerpts.ending() == ExcerptReader.Ending.EMPTY;
    }

    /** Whether the file ends too soon. */
    boolean isCut() {
        return excerpts.ending() == ExcerptReader.Ending.CUT;
    }

    @Override
    public boolean isClosedByWriter() {
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
}
