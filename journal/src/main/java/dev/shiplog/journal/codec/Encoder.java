package dev.shiplog.journal.codec;

import static java.util.Objects.requireNonNull;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Codes records, one after the other, against what came before them in the same group. Lossless for any payload. Not
 * thread safe.
 *
 * <p>A payload is split into its {@link Shape}, which is written once a group, and its values. A <em>track</em> is the
 * row of records with the same kind, subject and shape; a record is coded against the one before it on its track (or, at
 * a track's beginning, on another track of the same shape) and <em>names that record</em> by how far back it stands.
 * Shapes and dictionary entries have numbers and never change. So a decoder knows of each record whether it has all that
 * the record was coded against: damage costs the records that build on the damaged one, and no others, and can never
 * make a wrong record. So that these are few, tracks are short, definitions and texts that many need are told twice, and
 * a track does not begin as the copy of one that builds on many records, or on the bringer of a definition.
 *
 * <pre>
 * record := byte flags, varint index in the group, rest by form (flags bits 0-1); restated if flags bit 6
 *   0 new:  byte kind, text subject, shape, all values, clock
 *   1 next: varint back, [shape], misses, clock               same kind, subject and layout as the record named
 *   2 copy: varint back, text subject, [shape], misses, clock   same kind and layout
 * shape  := varint id, [definition if flags bit 5]            form 1, 2: only if flags bit 4; see {@link CodedShape}
 * misses := mask, then for each slot in it
 *             number: zigzag (value - guess) / scale, or 0 and then zigzag value - guess if that does not divide
 *             text:   see {@link Text}
 * mask   := varint 2n, n × varint gap: slots whose bit differs from the mask of the record before on the track
 *         | varint 1, ceil(slots / 8) bytes: the mask itself, lowest bit first
 * values := zigzag value or text, for each slot
 * clock  := [zigzag time - received, if flags bit 2; else the time is the value of the shape's time slot]
 *           unit received - expected: form 0: 0, or if flags bit 2 is clear, the time
 *                                     form 1, 2: as long after time as the record named was after its own, rounded down
 *                                     to whole µs from its receipt; or if flags bit 2 is set, the receipt of that record
 *           unit offset - expected, form 0 (expected 0) and if flags bit 3 (expected that of the record named)
 *           where offset = received - monotonic
 * unit   := varint (zigzag(d / 1000) &lt;&lt; 1), if that divides · varint (zigzag(d) &lt;&lt; 1 | 1), else · varint 1, 8 bytes d,
 *           if it is 2^61 or more
 * </pre>
 */
public final class Encoder {
    /** A group holds at most this many records. */
    public static final int MAX_GROUP = 4096;

    static final int FORM_NEW = 0;
    static final int FORM_NEXT = 1;
    static final int FORM_COPY = 2;
    static final int FORM_BITS = 3;
    static final int TIME_EXPLICIT = 1 << 2;
    static final int OFFSET_EXPLICIT = 1 << 3;
    static final int SHAPE_NAMED = 1 << 4;
    static final int SHAPE_DEFINED = 1 << 5;
    static final int IS_RESTATED = 1 << 6;

    /** A group defines at most this many shapes, and this many bytes of them; what comes later is coded as a whole. */
    static final int MAX_SHAPES = 1024;

    private static final int MAX_SHAPE_BYTES = 1 << 20;

    /** A container has few shapes of stats: that of its first sample and that of the others. */
    private static final int MAX_TRACKS_OF_A_SERIES = 4;

    private static final int MAX_DICTIONARY_TEXT = 256;
    private static final int MIN_DICTIONARY_TEXT = 3;

    /** With a record the rest of its track is lost, so none is longer; with 57 containers and more a group is full before. */
    private static final int MAX_TRACK = 72;
    /** What begins as a copy builds on all that its model builds on: on no more records than this. */
    private static final int MAX_DEPTH_OF_A_MODEL = 16;
    /** The newest model is the likest, but not one that itself is a copy of many. */
    private static final int MAX_DEPTH_OF_A_NEW_MODEL = 2;
    /** What many records need, definitions and texts, is told so many times, so that it is not lost with one record. */
    private static final int TELL = 2;

    /**
     * What a group remembers of its last records, in bytes: descriptions of many containers with large labels differ by a
     * few bytes when coded, and would stay in memory all. More than 1,500 containers' samples need.
     */
    private static final int MAX_HELD = 8 << 20;
    /** Where a slot begins and ends, and its numbers. */
    private static final int HELD_BY_SLOT = 24;

    /** What was learned of shapes is kept over groups, of no more than this many. */
    private static final int MAX_LEARNERS = 512;

    private final Splitter splitter = new Splitter();
    private final Bytes scratch = new Bytes(4096);
    private final Map<Text.Key, Trainer> learners = new HashMap<>();

    // The group.
    private final Map<Kind, Map<String, Track>> series = new EnumMap<>(Kind.class);
    private final Map<Text.Key, KnownShape> shapes = new HashMap<>();
    private final Map<Text.Key, Entry> dictionary = new HashMap<>();
    private KnownShape whole = KnownShape.whole();
    private int size;
    private int shapeCount = 1;
    private int shapeBytes;
    private boolean longTrack;
    private long held;

    // The record at hand: its slots, its numbers, by what the guesses miss them, and where they do.
    private int[] starts = new int[128];
    private int[] ends = new int[128];
    private long[] now = new long[128];
    private long[] misses = new long[128];
    private long[] mask = new long[2];

    /** Forgets everything: the next record is the first of a new group and can be decoded on its own. */
    public void startGroup() {
        series.clear();
        shapes.clear();
        dictionary.clear();
        whole = KnownShape.whole();
        size = 0;
        shapeCount = 1;
        shapeBytes = 0;
        longTrack = false;
        held = 0;
    }

    /** Whether the next record must begin a new group: for the format's sake, or for what damage or memory would cost. */
    public boolean isFull() {
        return size == MAX_GROUP || longTrack || held >= MAX_HELD;
    }

    /** How many records the group holds so far. */
    public int size() {
        return size;
    }

    /** As {@link #encode}, of a record that repeats what the journal holds already, and says so. */
    public void encodeRestated(Record record, Bytes out) {
        int head = out.length();
        encode(record, out);
        out.array()[head] |= IS_RESTATED;
    }

    /**
     * Appends the coded form of {@code record} to {@code out}. Its first byte is below 0x80; then follows the index in
     * the group, a varint. Whoever cannot store it must start a new group.
     *
     * @throws IllegalStateException if the group is full
     */
    public void encode(Record record, Bytes out) {
        if (size == MAX_GROUP) {
            throw new IllegalStateException("the group is full");
        }
        Map<String, Track> ofKind = series.computeIfAbsent(record.kind(), kind -> new HashMap<>());
        Track newest = ofKind.get(record.subject());
        int tracks = 0;
        for (Track track = newest; track != null; track = track.older) {
            if (splitLike(track, record.payload())) {
                writeNext(record, track, out);
                return;
            }
            if (++tracks == MAX_TRACKS_OF_A_SERIES) {
                track.older = null;
            }
        }
        KnownShape known = split(record);
        Track track = new Track(record.kind(), known);
        Track model = known.model;
        if (model != null && model.kind == record.kind() && model.depth < MAX_DEPTH_OF_A_MODEL) {
            writeCopy(record, track, model, out);
        } else {
            writeNew(record, track, out);
        }
        track.older = newest;
        ofKind.put(record.subject(), track);
    }

    private void writeNew(Record record, Track track, Bytes out) {
        int head = startRecord(out);
        out.put(record.kind().code());
        writeText(record, record.subject().getBytes(StandardCharsets.UTF_8), out);
        int flags = FORM_NEW | writeShape(track, record.time(), out);
        if ((flags & SHAPE_DEFINED) == 0) {
            track.known.model = track;
        }
        Shape shape = track.known.shape;
        for (int i = 0; i < shape.slots(); i++) {
            if (shape.type(i).isNumeric()) {
                out.putZigZag(now[i]);
            } else {
                writeText(record, record.payload(), starts[i], ends[i], out);
            }
        }
        flags |= writeClock(record, track, null, out);
        Arrays.fill(mask, 0);
        finishRecord(record, track, flags, head, out);
        track.before = track.last.clone();
    }

    private void writeCopy(Record record, Track track, Track model, Bytes out) {
        int head = startRecord(out);
        out.putVarint(size - model.index);
        writeText(record, record.subject().getBytes(StandardCharsets.UTF_8), out);
        track.coded = model.coded;
        track.depth = model.depth;
        int flags = FORM_COPY | writeShape(track, record.time(), out);
        writeMisses(record, track, model, out);
        flags |= writeClock(record, track, model, out);
        finishRecord(record, track, flags, head, out);
        track.before = track.last.clone();
        if (track.depth <= MAX_DEPTH_OF_A_NEW_MODEL && (flags & SHAPE_DEFINED) == 0) {
            track.known.model = track;
        }
    }

    private void writeNext(Record record, Track track, Bytes out) {
        int head = startRecord(out);
        out.putVarint(size - track.index);
        int flags = FORM_NEXT | writeShape(track, record.time(), out);
        writeMisses(record, track, track, out);
        flags |= writeClock(record, track, track, out);
        finishRecord(record, track, flags, head, out);
    }

    /** Leaves room for the flags, which are known only at the end. */
    private int startRecord(Bytes out) {
        int head = out.length();
        out.put(0);
        out.putVarint(size);
        return head;
    }

    private void finishRecord(Record record, Track track, int flags, int head, Bytes out) {
        out.array()[head] = (byte) flags;
        track.index = size++;
        track.time = record.time();
        track.received = record.received();
        track.monotonic = record.monotonic();
        held += heldBy(record.payload(), starts) - heldBy(track.payload, track.starts);
        track.payload = record.payload();
        // The arrays of the record at hand become the track's, and the track's old ones serve the next record.
        int[] oldStarts = track.starts;
        int[] oldEnds = track.ends;
        long[] oldBefore = track.before;
        long[] oldMask = track.mask;
        track.starts = starts;
        track.ends = ends;
        track.before = track.last;
        track.last = now;
        track.mask = mask;
        starts = oldStarts;
        ends = oldEnds;
        now = oldBefore;
        mask = oldMask;
        longTrack |= ++track.depth == MAX_TRACK;
    }

    private static long heldBy(byte[] payload, int[] slots) {
        return payload.length + (long) HELD_BY_SLOT * slots.length;
    }

    // Splitting.

    /**
     * Splits {@code payload} by the shape of the track's last one, looking only at what differs; false if the shape is
     * another.
     */
    private boolean splitLike(Track track, byte[] payload) {
        Shape shape = track.known.shape;
        int slots = shape.slots();
        reserve(slots);
        byte[] old = track.payload;
        int[] oldStarts = track.starts;
        int[] oldEnds = track.ends;
        long[] last = track.last;
        int slot = 0;
        int oldAt = 0;
        int at = 0;
        while (true) {
            int same = Arrays.mismatch(old, oldAt, old.length, payload, at, payload.length);
            int differs = same < 0 ? old.length + 1 : oldAt + same;
            int shift = at - oldAt;
            // A slot that ends right where the difference begins may have become longer.
            while (slot < slots && oldEnds[slot] < differs) {
                starts[slot] = oldStarts[slot] + shift;
                ends[slot] = oldEnds[slot] + shift;
                now[slot] = last[slot];
                slot++;
            }
            if (same < 0) {
                return true;
            }
            if (slot == slots || oldStarts[slot] > differs) {
                return false; // the literals differ
            }
            int start = oldStarts[slot] + shift;
            int end = valueEnd(track, slot, payload, start);
            if (end < start) {
                return false;
            }
            starts[slot] = start;
            ends[slot] = end;
            oldAt = oldEnds[slot];
            at = end;
            slot++;
        }
    }

    /** Reads the value of a slot that begins at {@code start}; returns its end, or a negative number if there is none. */
    private int valueEnd(Track track, int slot, byte[] payload, int start) {
        if (track.known.learner == null) {
            return payload.length; // held as a whole
        }
        SlotType type = track.known.shape.type(slot);
        Prediction prediction = track.known.learner.prediction();
        if (type.isNumeric() && prediction.how[slot] == Prediction.PREVIOUS_OF) {
            // Likely the very bytes of another slot in the record before, and comparing is faster than reading.
            // That the value ends there shows when the literal behind it is compared.
            int of = prediction.of[slot];
            int length = track.ends[of] - track.starts[of];
            if (track.known.shape.type(of) == type
                    && start + length <= payload.length
                    && Arrays.equals(track.payload, track.starts[of], track.ends[of], payload, start, start + length)) {
                now[slot] = track.last[of];
                return start + length;
            }
        }
        int end = splitter.valueEnd(type, payload, start);
        now[slot] = splitter.value();
        return end;
    }

    /** Splits the record's payload on its own, and finds or makes its shape. */
    private KnownShape split(Record record) {
        byte[] payload = record.payload();
        if (splitter.split(payload)) {
            Shape shape = splitter.shape(payload);
            scratch.clear();
            CodedShape.writeShape(shape, scratch);
            Text.Key key = new Text.Key(scratch.toArray());
            KnownShape known = shapes.get(key);
            if (known == null && shapeCount < MAX_SHAPES && shapeBytes + scratch.length() <= MAX_SHAPE_BYTES) {
                known = new KnownShape(shape, learner(key, shape));
                shapes.put(key, known);
                shapeBytes += scratch.length();
            }
            if (known != null) {
                int slots = splitter.count;
                reserve(slots);
                System.arraycopy(splitter.starts, 0, starts, 0, slots);
                System.arraycopy(splitter.ends, 0, ends, 0, slots);
                System.arraycopy(splitter.numbers, 0, now, 0, slots);
                return known;
            }
        }
        reserve(1);
        starts[0] = 0;
        ends[0] = payload.length;
        return whole;
    }

    private Trainer learner(Text.Key key, Shape shape) {
        Trainer learner = learners.get(key);
        if (learner == null) {
            if (learners.size() == MAX_LEARNERS) {
                learners.clear();
            }
            learner = new Trainer(shape);
            learners.put(key, learner);
        }
        return learner;
    }

    private void reserve(int slots) {
        if (starts.length < slots) {
            starts = new int[slots];
        }
        if (ends.length < slots) {
            ends = new int[slots];
        }
        if (now.length < slots) {
            now = new long[slots];
        }
        if (misses.length < slots) {
            misses = new long[slots];
        }
        int words = slots + 63 >> 6;
        if (mask.length < words) {
            mask = new long[words];
        }
    }

    // Writing.

    /** Brings the track to the newest form of its shape; returns the flags. */
    @SuppressWarnings("ReferenceEquality") // a form is an object: the same one, or another
    private int writeShape(Track track, long time, Bytes out) {
        KnownShape known = track.known;
        CodedShape newest = known.coded;
        Trainer learner = known.learner;
        Prediction best = learner == null || (newest != null && shapeCount == MAX_SHAPES)
                ? requireNonNull(newest).prediction()
                : learner.prediction();
        if (newest == null || newest.prediction() != best) {
            int timeSlot = newest == null ? timeSlot(known.shape, time) : newest.timeSlot();
            known.parent = newest == null ? 0 : newest.id();
            known.coded = new CodedShape(shapeCount++, known.shape, timeSlot, best);
            known.told = 0;
        } else if (track.coded == newest) {
            return 0;
        }
        CodedShape named = requireNonNull(known.coded);
        boolean alone = track.coded == null;
        track.coded = named;
        out.putVarint(named.id());
        if (alone && known.toldWhole < TELL) {
            known.toldWhole++;
            known.told++;
            CodedShape.writeDefinition(named, 0, out);
            return SHAPE_NAMED | SHAPE_DEFINED;
        }
        if (known.told < TELL) {
            known.told++;
            CodedShape.writeDefinition(named, known.parent, out);
            return SHAPE_NAMED | SHAPE_DEFINED;
        }
        return SHAPE_NAMED;
    }

    private int timeSlot(Shape shape, long time) {
        for (int i = 0; i < shape.slots(); i++) {
            if (shape.type(i).isNumeric() && now[i] == time) {
                return i;
            }
        }
        return -1;
    }

    /** Writes by what the record at hand differs from the guesses after {@code last}, the last record of a track. */
    private void writeMisses(Record record, Track track, Track last, Bytes out) {
        Shape shape = track.known.shape;
        Prediction prediction = requireNonNull(track.coded).prediction();
        int slots = shape.slots();
        int words = slots + 63 >> 6;
        Arrays.fill(mask, 0);
        for (int i = 0; i < slots; i++) {
            boolean hit;
            if (shape.type(i).isNumeric()) {
                misses[i] = now[i] - prediction.guess(i, last.before, last.last, now);
                hit = misses[i] == 0;
            } else {
                hit = Arrays.equals(record.payload(), starts[i], ends[i], last.payload, last.starts[i], last.ends[i]);
            }
            if (!hit) {
                mask[i >> 6] |= 1L << i;
            }
        }
        writeMask(track.mask, slots, out);
        for (int w = 0; w < words; w++) {
            for (long rest = mask[w]; rest != 0; rest &= rest - 1) {
                int i = (w << 6) + Long.numberOfTrailingZeros(rest);
                if (shape.type(i).isNumeric()) {
                    long scale = Prediction.SCALES[prediction.scale[i]];
                    if (misses[i] % scale != 0) {
                        out.put(0);
                        scale = 1;
                    }
                    out.putZigZag(misses[i] / scale);
                } else {
                    writeText(record, record.payload(), starts[i], ends[i], out);
                }
            }
        }
        Trainer learner = track.known.learner;
        if (learner != null && learner.learning()) {
            learner.observe(last.before, last.last, now);
        }
    }

    private void writeMask(long[] old, int slots, Bytes out) {
        int words = slots + 63 >> 6;
        int flips = 0;
        for (int w = 0; w < words; w++) {
            flips += Long.bitCount(mask[w] ^ (w < old.length ? old[w] : 0));
        }
        int maskBytes = slots + 7 >> 3;
        if (flips > maskBytes) {
            out.putVarint(1);
            for (int b = 0; b < maskBytes; b++) {
                out.put((int) (mask[b >> 3] >>> (b << 3)));
            }
            return;
        }
        out.putVarint(2L * flips);
        int next = 0;
        for (int w = 0; w < words; w++) {
            for (long rest = mask[w] ^ (w < old.length ? old[w] : 0); rest != 0; rest &= rest - 1) {
                int i = (w << 6) + Long.numberOfTrailingZeros(rest);
                out.putVarint(i - next);
                next = i + 1;
            }
        }
    }

    /** Writes the three clocks; returns the flags. {@code last} is null if there is no record to expect them from. */
    private int writeClock(Record record, Track track, @Nullable Track last, Bytes out) {
        int timeSlot = requireNonNull(track.coded).timeSlot();
        boolean explicit = timeSlot < 0 || now[timeSlot] != record.time();
        int flags = explicit ? TIME_EXPLICIT : 0;
        if (explicit) {
            out.putZigZag(record.time() - record.received());
        }
        long offset = record.received() - record.monotonic();
        if (last == null) {
            writeUnit(explicit ? record.received() : record.received() - record.time(), out);
            writeUnit(offset, out);
            return flags;
        }
        writeUnit(record.received() - expectedReceipt(explicit, record.time(), last.time, last.received), out);
        long lastOffset = last.received - last.monotonic;
        if (offset != lastOffset) {
            writeUnit(offset - lastOffset, out);
            flags |= OFFSET_EXPLICIT;
        }
        return flags;
    }

    /** When a record is expected to arrive: as late after its time as the last one, in whole µs if that one was. */
    static long expectedReceipt(boolean explicit, long time, long lastTime, long lastReceived) {
        if (explicit) {
            return lastReceived;
        }
        long expected = time + (lastReceived - lastTime);
        return expected - Math.floorMod(expected - lastReceived, 1_000L);
    }

    private static void writeUnit(long nanos, Bytes out) {
        if (nanos % 1_000 == 0) {
            long micros = nanos / 1_000;
            out.putVarint(((micros << 1) ^ (micros >> 63)) << 1);
        } else if (nanos > -(1L << 61) && nanos < 1L << 61) {
            out.putVarint(((nanos << 1) ^ (nanos >> 63)) << 1 | 1);
        } else {
            out.putVarint(1);
            out.putLong(nanos);
        }
    }

    private void writeText(Record record, byte[] text, Bytes out) {
        writeText(record, text, 0, text.length, out);
    }

    private void writeText(Record record, byte[] bytes, int from, int to, Bytes out) {
        if (to - from < MIN_DICTIONARY_TEXT || to - from > MAX_DICTIONARY_TEXT) {
            writePlain(bytes, from, to, out);
            return;
        }
        byte[] text = Arrays.copyOfRange(bytes, from, to);
        Text.Key key = new Text.Key(text);
        Entry entry = dictionary.get(key);
        if (entry != null && (entry.told >= TELL || entry.isOf(record))) {
            out.putVarint((long) entry.id << 2 | Text.ENTRY);
        } else if (entry == null && dictionary.size() == Text.MAX_ENTRIES) {
            writePlain(text, 0, text.length, out);
        } else {
            if (entry == null) {
                entry = new Entry(dictionary.size(), record);
                dictionary.put(key, entry);
            }
            entry.told++;
            int id = entry.id;
            boolean hex = Text.isHex(text);
            out.putVarint(hex ? text.length / 2L << 2 | Text.NEW_HEX_ENTRY : (long) text.length << 2 | Text.NEW_ENTRY);
            out.putVarint(id);
            if (hex) {
                Text.pack(text, out);
            } else {
                out.put(text);
            }
        }
    }

    private static void writePlain(byte[] bytes, int from, int to, Bytes out) {
        out.putVarint((long) (to - from) << 2 | Text.PLAIN);
        out.put(bytes, from, to - from);
    }

    /** A shape as the group at hand knows it. */
    private static final class KnownShape {
        final Shape shape;
        final @Nullable Trainer learner;
        /** Its newest definition; null as long as there is none. */
        @Nullable
        CodedShape coded;
        /** The shape from which its guesses were drawn up anew; 0 for none. */
        int parent;
        /** How many records brought its newest definition, and how many a definition that needs no other one. */
        int told;

        int toldWhole;
        /** What other tracks begin as a copy of: its loss costs no definition. */
        @Nullable
        Track model;

        KnownShape(Shape shape, @Nullable Trainer learner) {
            this.shape = shape;
            this.learner = learner;
        }

        static KnownShape whole() {
            KnownShape whole = new KnownShape(CodedShape.WHOLE.shape(), null);
            whole.coded = CodedShape.WHOLE;
            whole.told = TELL;
            whole.toldWhole = TELL;
            return whole;
        }
    }

    /** A text of the dictionary: its number, and how many records brought it. */
    private static final class Entry {
        final int id;
        final Kind kind;
        final String subject;
        int told;

        Entry(int id, Record first) {
            this.id = id;
            this.kind = first.kind();
            this.subject = first.subject();
        }

        /** Whether a record of the same kind and container brought it first: damage to that costs the others as well. */
        boolean isOf(Record record) {
            return kind == record.kind() && !subject.isEmpty() && subject.equals(record.subject());
        }
    }

    /** The row of records with one kind, subject and shape: of the last one, all that the next is coded against. */
    private static final class Track {
        final Kind kind;
        final KnownShape known;

        @Nullable
        CodedShape coded;

        /** How many records the next one builds on. */
        int depth;

        int index;
        long time;
        long received;
        long monotonic;
        byte[] payload = {};
        int[] starts = {};
        int[] ends = {};
        long[] before = {};
        long[] last = {};
        long[] mask = {};
        /** The track of the same series that began before this one. */
        @Nullable
        Track older;

        Track(Kind kind, KnownShape known) {
            this.kind = kind;
            this.known = known;
        }
    }
}
