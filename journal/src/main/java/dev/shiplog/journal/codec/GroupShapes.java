package dev.shiplog.journal.codec;

import static java.util.Objects.requireNonNull;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesKey;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of a group. A record names its shape, and defines it, if one of the next records of the group may need it
 * and few records hold the definition yet.
 *
 * <pre>
 * shape := varint id, [{@link CodedShape definition}, if flags bit 5]   in forms 1 and 2 only if flags bit 4
 * </pre>
 *
 * <p>Where no shape is named, it is that of the record named. A shape that is named in forms 1 and 2 has the same
 * literals and types as that. A definition that comes again says the same.
 */
final class GroupShapes {
    /** A group defines at most this many shapes; payloads of other shapes are coded as a whole. */
    static final int MAX_SHAPES = 1024;

    private GroupShapes() {}

    /** Names and defines shapes. */
    static final class Writer {
        /** Of the shapes of a group, in bytes, for the memory of a decoder. */
        private static final int MAX_SHAPE_BYTES = 1 << 20;

        /** What was learned of this many shapes is kept over groups. */
        private static final int MAX_TRAINERS = 512;

        private final Bytes scratch = new Bytes(4096);
        private final Map<BytesKey, Trainer> trainers = new HashMap<>();
        private final Map<BytesKey, KnownShape> shapes = new HashMap<>();
        private KnownShape whole = KnownShape.whole();
        private int count = 1;
        private int shapeBytes;

        void startGroup() {
            shapes.clear();
            whole = KnownShape.whole();
            count = 1;
            shapeBytes = 0;
        }

        /** The shape of payloads that are coded as a whole. */
        KnownShape whole() {
            return whole;
        }

        /** What the group knows of {@code shape}, or null if it has no room for another one. */
        @Nullable
        KnownShape find(Shape shape) {
            scratch.clear();
            PlainShape.write(shape, scratch);
            BytesKey key = new BytesKey(scratch.toArray());
            KnownShape known = shapes.get(key);
            if (known == null && count < MAX_SHAPES && shapeBytes + scratch.length() <= MAX_SHAPE_BYTES) {
                known = new KnownShape(shape, trainer(key, shape));
                shapes.put(key, known);
                shapeBytes += scratch.length();
            }
            return known;
        }

        private Trainer trainer(BytesKey key, Shape shape) {
            Trainer trainer = trainers.get(key);
            if (trainer == null) {
                if (trainers.size() == MAX_TRAINERS) {
                    trainers.clear();
                }
                trainer = new Trainer(shape);
                trainers.put(key, trainer);
            }
            return trainer;
        }

        /**
         * Brings {@code track} to the newest definition of its shape; names and defines that where need be.
         *
         * @param now the record at hand
         * @param time its time
         * @return its flags
         */
        @SuppressWarnings("ReferenceEquality") // a definition is an object: the same one, or another
        int write(EncoderTrack track, Slots now, long time, Bytes out) {
            KnownShape known = track.known;
            redefine(known, now, time);
            CodedShape newest = requireNonNull(known.coded);
            if (track.coded == newest) {
                return 0;
            }
            boolean first = track.coded == null;
            track.coded = newest;
            out.putVarint(newest.id());
            if (first && known.wholeCopies < Encoder.COPIES) {
                known.wholeCopies++;
                known.copies++;
                newest.write(0, out);
            } else if (known.copies < Encoder.COPIES) {
                known.copies++;
                newest.write(known.parent, out);
            } else {
                return Flags.SHAPE_NAMED;
            }
            return Flags.SHAPE_NAMED | Flags.SHAPE_DEFINED;
        }

        /** Makes a definition if there is none, or if the numbers can be predicted better than with the newest. */
        @SuppressWarnings("ReferenceEquality") // a prediction is an object: the same one, or a better one
        private void redefine(KnownShape known, Slots now, long time) {
            CodedShape old = known.coded;
            Prediction best = known.prediction();
            if (old != null && (old.prediction() == best || count == MAX_SHAPES)) {
                return;
            }
            int timeSlot = old == null ? timeSlot(known.shape, now, time) : old.timeSlot();
            known.parent = old == null ? 0 : old.id();
            known.coded = new CodedShape(count++, known.shape, timeSlot, best);
            known.copies = 0;
        }

        private static int timeSlot(Shape shape, Slots now, long time) {
            for (int i = 0; i < shape.slots(); i++) {
                if (shape.type(i).isNumeric() && now.numbers[i] == time) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** Reads names and definitions, and knows the definitions of the group as far as its records were read. */
    static final class Reader {
        /** So many shapes are kept over groups, so that what is prepared for each of them is prepared once. */
        private static final int MAX_INTERNED = 4096;

        private final Bytes scratch = new Bytes(4096);
        private final Map<BytesKey, Shape> interned = new HashMap<>();
        private final @Nullable CodedShape[] shapes = new @Nullable CodedShape[MAX_SHAPES];

        void startGroup() {
            Arrays.fill(shapes, null);
            shapes[0] = CodedShape.WHOLE;
        }

        /**
         * Reads the shape of a record.
         *
         * @param current that of the record named, or null in form 0
         */
        CodedShape read(int flags, @Nullable CodedShape current, BytesReader in) throws UndecodableException {
            if ((flags & Flags.SHAPE_NAMED) == 0) {
                if (current == null) {
                    throw new UndecodableException("a shape is missing");
                }
                return current;
            }
            int id = in.varintUpTo(MAX_SHAPES - 1);
            if ((flags & Flags.SHAPE_DEFINED) != 0) {
                CodedShape defined = CodedShape.read(id, this, in);
                shapes[id] = shapes[id] == null ? defined : shapes[id];
            }
            CodedShape named = get(id);
            if (current != null && named.shape() != current.shape()) {
                throw new UndecodableException("shape " + id + " does not follow shape " + current.id());
            }
            return named;
        }

        /** The shape with this id. */
        CodedShape get(int id) throws UndecodableException {
            CodedShape shape = shapes[id];
            if (shape == null) {
                throw new UndecodableException("its shape was defined by a record that is lost");
            }
            return shape;
        }

        /** The same object for equal shapes. */
        Shape intern(Shape shape) {
            scratch.clear();
            PlainShape.write(shape, scratch);
            if (interned.size() == MAX_INTERNED) {
                interned.clear();
            }
            Shape known = interned.putIfAbsent(new BytesKey(scratch.toArray()), shape);
            return known == null ? shape : known;
        }
    }
}
