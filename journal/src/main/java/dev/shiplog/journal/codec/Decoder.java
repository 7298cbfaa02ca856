package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what an {@link Encoder} coded, in the same order; records may be missing. A record that was coded against a
 * missing one is refused, never guessed. Not thread safe.
 */
public final class Decoder {
    /** So many shapes are kept over groups, for those who prepare something for each. */
    private static final int MAX_INTERNED = 4096;

    private final DecodedRecord decoded = new DecodedRecord();
    private final CodedInput in = new CodedInput();
    private final Bytes scratch = new Bytes(4096);
    private final Map<Text.Key, Shape> interned = new HashMap<>();

    // The group.
    private final @Nullable Track[] tracks = new @Nullable Track[Encoder.MAX_GROUP];
    private final @Nullable CodedShape[] shapes = new @Nullable CodedShape[Encoder.MAX_SHAPES];
    private final byte[] @Nullable [] dictionary = new byte[Text.MAX_ENTRIES] @Nullable [];
    private long baseSequence;
    private int nextIndex;

    /** Begins a group whose first record has this sequence. */
    public void startGroup(long newBaseSequence) {
        baseSequence = newBaseSequence;
        nextIndex = 0;
        Arrays.fill(tracks, null);
        Arrays.fill(shapes, null);
        Arrays.fill(dictionary, null);
        shapes[0] = CodedShape.WHOLE;
    }

    /** The index in its group of the record whose coded form begins at {@code from}; negative if there is none. */
    public static int index(byte[] coded, int from) {
        int value = 0;
        for (int i = 0; i < 3; i++) {
            byte b = coded[from + 1 + i];
            value |= (b & 0x7F) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }

    /**
     * Decodes one record.
     *
     * @return a view that is valid until the next call
     * @throws UndecodableException if what it was coded against is missing, or the bytes make no sense
     */
    public RecordView decode(byte[] coded, int from, int to) throws UndecodableException {
        in.reset(coded, from, to);
        int flags = in.unsignedByte();
        int index = in.varintUpTo(Encoder.MAX_GROUP - 1);
        if (index < nextIndex) {
            throw new UndecodableException("record " + index + " of its group after record " + (nextIndex - 1));
        }
        Track track = switch (flags & Encoder.FORM_BITS) {
            case Encoder.FORM_NEW -> readNew(flags);
            case Encoder.FORM_NEXT -> readNext(flags, index);
            case Encoder.FORM_COPY -> readCopy(flags, index);
            default -> throw new UndecodableException("unknown form");
        };
        if (!in.atEnd()) {
            throw new UndecodableException(in.remaining() + " bytes too many");
        }
        tracks[index] = track;
        nextIndex = index + 1;
        decoded.startRecord();
        decoded.sequence = baseSequence + index;
        decoded.kind = track.kind;
        decoded.subject = track.subject;
        decoded.time = track.time;
        decoded.received = track.received;
        decoded.monotonic = track.received - track.offset;
        decoded.shape = track.coded.shape();
        decoded.numbers = track.last;
        decoded.texts = track.texts;
        decoded.restated = (flags & Encoder.IS_RESTATED) != 0;
        return decoded;
    }

    /** Lets the record just decoded be a restated one, though its writer did not say so. */
    public void restate() {
        decoded.restated = true;
    }

    private Track readNew(int flags) throws UndecodableException {
        Kind kind = Kind.ofCode(in.unsignedByte());
        if (kind == null) {
            throw new UndecodableException("a kind of record that this version does not know");
        }
        String subject = readSubject();
        CodedShape coded = readShape(flags, null);
        Shape shape = coded.shape();
        Track track = new Track(kind, subject, coded);
        for (int i = 0; i < shape.slots(); i++) {
            if (shape.type(i).isNumeric()) {
                track.last[i] = in.zigZag();
            } else {
                track.texts[i] = readText();
            }
        }
        System.arraycopy(track.last, 0, track.before, 0, track.last.length);
        boolean explicit = (flags & Encoder.TIME_EXPLICIT) != 0;
        if (explicit) {
            long lag = in.zigZag();
            track.received = readUnit();
            track.time = track.received + lag;
        } else {
            track.time = track.last[timeSlot(coded)];
            track.received = track.time + readUnit();
        }
        track.offset = readUnit();
        return track;
    }

    private Track readNext(int flags, int index) throws UndecodableException {
        int at = index - in.varintUpTo(index);
        Track track = named(at);
        tracks[at] = null; // it moves on; and should this fail, nothing is to build on it any more
        track.coded = readShape(flags, track.coded);
        readMisses(track.coded, track, track);
        readClock(flags, track, track);
        return track;
    }

    private Track readCopy(int flags, int index) throws UndecodableException {
        Track model = named(index - in.varintUpTo(index));
        String subject = readSubject();
        Track track = new Track(model.kind, subject, readShape(flags, model.coded));
        System.arraycopy(model.before, 0, track.before, 0, model.before.length);
        System.arraycopy(model.texts, 0, track.texts, 0, model.texts.length);
        readMisses(track.coded, track, model);
        System.arraycopy(track.last, 0, track.before, 0, track.last.length);
        readClock(flags, track, model);
        return track;
    }

    private Track named(int at) throws UndecodableException {
        Track track = tracks[at];
        if (track == null) {
            throw new UndecodableException("builds on a record that is lost");
        }
        return track;
    }

    /** Reads the slots of {@code track}, whose {@code before} is that of {@code model}. */
    private void readMisses(CodedShape coded, Track track, Track model) throws UndecodableException {
        Shape shape = coded.shape();
        Prediction prediction = coded.prediction();
        int slots = shape.slots();
        readMask(track.mask, slots);
        long[] last = model.last;
        long[] now = track.before; // each slot of it is read for its own guess before it is written
        for (int i = 0; i < slots; i++) {
            boolean missed = (track.mask[i >> 6] >>> i & 1) != 0;
            if (shape.type(i).isNumeric()) {
                long value = prediction.guess(i, now, last, now);
                if (missed) {
                    long miss = in.zigZag();
                    value += miss == 0 ? in.zigZag() : miss * Prediction.SCALES[prediction.scale[i]];
                }
                now[i] = value;
            } else if (missed) {
                track.texts[i] = readText();
            }
        }
        track.before = track.last;
        track.last = now;
    }

    private void readMask(long[] mask, int slots) throws UndecodableException {
        long head = in.varint();
        if (head == 1) {
            Arrays.fill(mask, 0);
            for (int b = 0; b < slots + 7 >> 3; b++) {
                mask[b >> 3] |= (long) in.unsignedByte() << (b << 3);
            }
            return;
        }
        if ((head & 1) != 0 || head >>> 1 > slots) {
            throw new UndecodableException("no such mask");
        }
        int slot = -1;
        for (long flips = head >>> 1; flips > 0; flips--) {
            slot += 1 + in.varintUpTo(slots - slot - 2);
            mask[slot >> 6] ^= 1L << slot;
        }
    }

    private void readClock(int flags, Track track, Track model) throws UndecodableException {
        boolean explicit = (flags & Encoder.TIME_EXPLICIT) != 0;
        long lag = explicit ? in.zigZag() : 0;
        long time = explicit ? 0 : track.last[timeSlot(track.coded)];
        long received = Encoder.expectedReceipt(explicit, time, model.time, model.received) + readUnit();
        track.offset = model.offset + ((flags & Encoder.OFFSET_EXPLICIT) != 0 ? readUnit() : 0);
        track.received = received;
        track.time = explicit ? received + lag : time;
    }

    private static int timeSlot(CodedShape coded) throws UndecodableException {
        if (coded.timeSlot() < 0) {
            throw new UndecodableException("a time is missing");
        }
        return coded.timeSlot();
    }

    private CodedShape readShape(int flags, @Nullable CodedShape current) throws UndecodableException {
        if ((flags & Encoder.SHAPE_NAMED) == 0) {
            if (current == null) {
                throw new UndecodableException("a shape is missing");
            }
            return current;
        }
        int id = in.varintUpTo(Encoder.MAX_SHAPES - 1);
        if ((flags & Encoder.SHAPE_DEFINED) != 0) {
            int parent = in.varintUpTo(Encoder.MAX_SHAPES - 1);
            Shape shape = parent == 0
                    ? intern(CodedShape.readShape(in))
                    : parent == id
                            ? intern(CodedShape.readPacked(in))
                            : shape(parent).shape();
            int timeSlot = in.varintUpTo(shape.slots()) - 1;
            CodedShape defined = new CodedShape(id, shape, timeSlot, Prediction.read(shape.slots(), in));
            shapes[id] = shapes[id] == null ? defined : shapes[id];
        }
        CodedShape named = shape(id);
        if (current != null && named.shape() != current.shape()) {
            throw new UndecodableException("shape " + id + " does not follow shape " + current.id());
        }
        return named;
    }

    private CodedShape shape(int id) throws UndecodableException {
        CodedShape shape = shapes[id];
        if (shape == null) {
            throw new UndecodableException("its shape was defined by a record that is lost");
        }
        return shape;
    }

    /** The same object for the same shape, over groups too: what is prepared for a shape is prepared once. */
    private Shape intern(Shape shape) {
        scratch.clear();
        CodedShape.writeShape(shape, scratch);
        if (interned.size() == MAX_INTERNED) {
            interned.clear();
        }
        Shape known = interned.putIfAbsent(new Text.Key(scratch.toArray()), shape);
        return known == null ? shape : known;
    }

    private String readSubject() throws UndecodableException {
        return new String(readText(), StandardCharsets.UTF_8);
    }

    private byte[] readText() throws UndecodableException {
        long head = in.varint();
        long n = head >>> 2;
        if (n > Integer.MAX_VALUE) {
            throw new UndecodableException("a text of " + n + " bytes");
        }
        switch ((int) head & 3) {
            case Text.ENTRY -> {
                byte[] entry = n < dictionary.length ? dictionary[(int) n] : null;
                if (entry == null) {
                    throw new UndecodableException("a text of it was in a record that is lost");
                }
                return entry;
            }
            case Text.PLAIN -> {
                return in.take((int) n);
            }
            default -> {
                int id = in.varintUpTo(dictionary.length - 1);
                byte[] bytes = in.take((int) n);
                byte[] text = (head & 3) == Text.NEW_HEX_ENTRY ? Text.unpack(bytes) : bytes;
                dictionary[id] = text;
                return text;
            }
        }
    }

    private long readUnit() throws UndecodableException {
        long head = in.varint();
        if (head == 1) {
            long value = 0;
            for (int i = 0; i < 8; i++) {
                value |= (long) in.unsignedByte() << 8 * i;
            }
            return value;
        }
        long zigZag = head >>> 1;
        long value = (zigZag >>> 1) ^ -(zigZag & 1);
        return (head & 1) == 0 ? value * 1_000 : value;
    }

    /** The row of records with one kind, subject and shape: the last one. */
    private static final class Track {
        final Kind kind;
        final String subject;
        CodedShape coded;
        long time;
        long received;
        long offset;
        long[] before;
        long[] last;
        final byte[][] texts;
        final long[] mask;

        Track(Kind kind, String subject, CodedShape coded) {
            this.kind = kind;
            this.subject = subject;
            this.coded = coded;
            int slots = coded.shape().slots();
            this.before = new long[slots];
            this.last = new long[slots];
            this.texts = new byte[slots][];
            this.mask = new long[slots + 63 >> 6];
        }
    }
}
