package dev.shiplog.journal.codec;

import static java.util.Objects.requireNonNull;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Codes records, one after the other, each against those before it in its group. Lossless for any payload. Not thread
 * safe.
 *
 * <p>A payload is split into its {@link dev.shiplog.journal.record.Shape}, which the group defines, and its values. The
 * records of one kind, subject and shape are a <em>track</em>. A record is coded against the one before it on its track, or,
 * at the beginning of a track, against the newest one of another track of that shape; it <em>names</em> that record by how
 * many records back it is. So a decoder knows of each record whether it has all that this one builds on: damage costs the
 * records that build on the damaged one and no others, and never makes a wrong record.
 *
 * <p>To keep these few, tracks are short, definitions and texts are written twice, and the first record of a track is not
 * coded against one that builds on many, or that holds a definition.
 *
 * <pre>
 * record := byte {@link Flags flags}, varint index in the group, then by form
 *   0 new:  byte kind (bit 7: {@link OwnText}), {@link Text} subject, {@link GroupShapes shape}, {@link Values}, {@link RecordClock clock}
 *   1 next: varint back, [shape], {@link Residuals}, clock
 *             with kind, subject and layout of the record named, which nothing else can name any more
 *   2 copy: varint back, text subject, [shape], residuals, clock
 *             with kind and layout of the record named
 * </pre>
 *
 * <p>{@link Decoder} reads it.
 */
public final class Encoder {
    /** A group holds at most this many records. */
    public static final int MAX_GROUP = 4096;

    /** How many records hold a text or definition that many may need, so that it is not lost with one of them. */
    static final int COPIES = 2;

    /** A container has few shapes of stats: one for its first sample and one for the others. */
    private static final int MAX_TRACKS_OF_A_SUBJECT = 4;

    /** The rest of a track is lost with a record. With 57 containers or more a group has 4,096 records before 72 of one. */
    private static final int MAX_TRACK = 72;
    /** A track of texts of its own ends without its group, which many containers that log much would fill. */
    private static final int MAX_OWN_TRACK = 128;
    /** The first record of a track builds on all that its model builds on: no more records than this. */
    private static final int MAX_MODEL_DEPTH = 16;
    /** The newest model predicts best, but takes the place of an older one only if it builds on few records. */
    private static final int MAX_NEW_MODEL_DEPTH = 2;

    /**
     * Of what the group remembers of its tracks. Descriptions of many containers with large labels take few bytes when coded,
     * but would all stay in memory. Samples of 1,500 containers take less.
     */
    private static final int MAX_MEMORY_BYTES = 8 << 20;

    private final Splitter splitter = new Splitter();
    private final GroupShapes.Writer shapes = new GroupShapes.Writer();
    private final Text.Writer texts = new Text.Writer();
    private final Residuals residuals = new Residuals();

    // The group: the newest track of each kind and subject.
    private final Map<Kind, Map<String, EncoderTrack>> tracks = new EnumMap<>(Kind.class);
    private int size;
    private boolean longTrack;
    private long memoryBytes;

    /** The record at hand. */
    private Slots now = new Slots(128);

    /** Forgets the group: the next record is the first of a new one, and can be decoded on its own. */
    public void startGroup() {
        tracks.clear();
        shapes.startGroup();
        texts.startGroup();
        size = 0;
        longTrack = false;
        memoryBytes = 0;
    }

    /** Whether the next record must begin a new group: the format, or the cost of damage or memory, allows no more. */
    public boolean isFull() {
        return size == MAX_GROUP || longTrack || memoryBytes >= MAX_MEMORY_BYTES;
    }

    /** How many records the group holds. */
    public int size() {
        return size;
    }

    /** As {@link #encode}, and marks the record as one that repeats what the journal holds already. */
    public void encodeRestated(Record record, Bytes out) {
        int start = out.length();
        encode(record, out);
        out.array()[start] |= Flags.RESTATED;
    }

    /**
     * Appends the coded form of {@code record} to {@code out}. If it cannot be stored, a new group must be started.
     *
     * @throws IllegalStateException if the group holds {@link #MAX_GROUP} records
     */
    public void encode(Record record, Bytes out) {
        if (size == MAX_GROUP) {
            throw new IllegalStateException("the group is full");
        }
        Map<String, EncoderTrack> ofKind = tracks.computeIfAbsent(record.kind(), kind -> new HashMap<>());
        EncoderTrack newest = ofKind.get(record.subject());
        if (newest != null && newest.own != null && newest.depth >= MAX_OWN_TRACK) {
            newest = null;
        }
        now.payload = record.payload();
        int count = 0;
        for (EncoderTrack track = newest; track != null; track = track.older) {
            if (splitter.splitLike(track, now)) {
                writeNext(record, track, out);
                return;
            }
            if (++count == MAX_TRACKS_OF_A_SUBJECT) {
                track.older = null;
            }
        }
        EncoderTrack track = new EncoderTrack(record.kind(), split());
        memoryBytes += track.own == null ? 0 : OwnText.Writer.MEMORY_BYTES;
        EncoderTrack model = track.known.model;
        if (model != null && model.kind == record.kind() && model.depth < MAX_MODEL_DEPTH) {
            writeCopy(record, track, model, out);
        } else {
            writeNew(record, track, out);
        }
        track.older = newest;
        ofKind.put(record.subject(), track);
    }

    /** Splits the record at hand on its own, and finds its shape. */
    private KnownShape split() {
        if (splitter.split(now.payload)) {
            KnownShape known = shapes.find(splitter.shape(now.payload));
            if (known != null) {
                splitter.copyTo(now);
                return known;
            }
        }
        now.whole();
        return shapes.whole();
    }

    private void writeNew(Record record, EncoderTrack track, Bytes out) {
        int start = start(out);
        out.put(record.kind().code() | (track.own == null ? 0 : OwnText.FLAG));
        texts.writeSubject(record, out);
        int flags = Flags.NEW | shapes.write(track, now, record.time(), out);
        if ((flags & Flags.SHAPE_DEFINED) == 0) {
            track.known.model = track;
        }
        Values.write(track.known.shape, record, now, track.own, texts, out);
        flags |= writeClock(record, track, null, out);
        Arrays.fill(now.mask, 0);
        finish(record, track, flags, start, out);
        track.begin();
    }

    private void writeCopy(Record record, EncoderTrack track, EncoderTrack model, Bytes out) {
        int start = start(out);
        out.putVarint(size - model.index);
        texts.writeSubject(record, out);
        track.coded = model.coded;
        track.depth = model.depth;
        int flags = Flags.COPY | shapes.write(track, now, record.time(), out);
        writeResiduals(record, track, model, out);
        flags |= writeClock(record, track, model.clock, out);
        finish(record, track, flags, start, out);
        track.begin();
        if (track.depth <= MAX_NEW_MODEL_DEPTH && (flags & Flags.SHAPE_DEFINED) == 0) {
            track.known.model = track;
        }
    }

    private void writeNext(Record record, EncoderTrack track, Bytes out) {
        int start = start(out);
        out.putVarint(size - track.index);
        int flags = Flags.NEXT | shapes.write(track, now, record.time(), out);
        writeResiduals(record, track, track, out);
        flags |= writeClock(record, track, track.clock, out);
        finish(record, track, flags, start, out);
    }

    /** Leaves room for the flags, which are known only at the end. */
    private int start(Bytes out) {
        int start = out.length();
        out.put(0);
        out.putVarint(size);
        return start;
    }

    private void writeResiduals(Record record, EncoderTrack track, EncoderTrack model, Bytes out) {
        residuals.write(record, requireNonNull(track.coded), model, track.last.mask, now, track.own, texts, out);
        Trainer trainer = track.known.trainer;
        if (trainer != null && trainer.isLearning()) {
            trainer.observe(model.before, model.last.numbers, now.numbers);
        }
    }

    private int writeClock(Record record, EncoderTrack track, @Nullable RecordClock named, Bytes out) {
        int timeSlot = requireNonNull(track.coded).timeSlot();
        boolean explicit = timeSlot < 0 || now.numbers[timeSlot] != record.time();
        return RecordClock.write(record, explicit, named, out);
    }

    private void finish(Record record, EncoderTrack track, int flags, int start, Bytes out) {
        out.array()[start] = (byte) flags;
        track.index = size++;
        track.clock.set(record);
        memoryBytes += now.memoryBytes() - track.last.memoryBytes();
        now = track.advance(now);
        longTrack |= ++track.depth == MAX_TRACK && track.own == null;
    }
}
