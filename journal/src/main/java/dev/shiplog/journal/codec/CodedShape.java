package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A shape as one group knows it: with a number, and with how its slots are guessed. Immutable; better guesses make a new
 * one, so that a record can be decoded if the records it names can.
 *
 * <pre>
 * definition := varint parent,  0: the text follows · this shape's own id: packed · k: that of the group's shape k
 *               [text | varint length of the text, varint length, text as a raw deflate stream (RFC 1951)]
 *               varint time slot + 1,  the slot whose value is the record's time · 0: none
 *               prediction
 * text       := varint slots, slots × { varint length, literal, byte type }, varint length, last literal
 * </pre>
 *
 * @param id the number by which the records of the group name it; 0 is {@link #WHOLE}
 * @param timeSlot the slot that holds the record's time, or -1
 */
record CodedShape(int id, Shape shape, int timeSlot, Prediction prediction) {
    /** Known to every group: the payload as a whole is one text. */
    static final CodedShape WHOLE = new CodedShape(
            0, new Shape(new byte[][] {{}, {}}, new SlotType[] {SlotType.STRING}), -1, new Prediction(1));

    /** No shape is longer, unpacked: what claims to be must not take the memory. */
    private static final int MAX_UNPACKED = 1 << 20;

    private static final SlotType[] TYPES = SlotType.values();

    /** Writes the part of the definition that makes the shape; equal bytes, equal shapes. */
    static void writeShape(Shape shape, Bytes out) {
        out.putVarint(shape.slots());
        for (int i = 0; i < shape.slots(); i++) {
            out.putVarint(shape.literal(i).length);
            out.put(shape.literal(i));
            out.put(shape.type(i).ordinal());
        }
        byte[] last = shape.literal(shape.slots());
        out.putVarint(last.length);
        out.put(last);
    }

    /** Writes the definition behind the id: the shape packed, or that of {@code parent}, if that is not 0. */
    static void writeDefinition(CodedShape coded, int parent, Bytes out) {
        if (parent == 0) {
            Bytes plain = new Bytes(2048);
            writeShape(coded.shape, plain);
            byte[] packed = pack(plain);
            if (packed.length + 4 < plain.length()) {
                out.putVarint(coded.id);
                out.putVarint(plain.length());
                out.putVarint(packed.length);
                out.put(packed);
            } else {
                out.putVarint(0);
                out.put(plain.array(), 0, plain.length());
            }
        } else {
            out.putVarint(parent);
        }
        out.putVarint(coded.timeSlot + 1);
        coded.prediction.write(out);
    }

    private static byte[] pack(Bytes plain) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(plain.array(), 0, plain.length());
            deflater.finish();
            byte[] packed = new byte[plain.length()];
            int length = deflater.deflate(packed);
            return deflater.finished() ? Arrays.copyOf(packed, length) : packed;
        } finally {
            deflater.end();
        }
    }

    /** Reads what {@link #writeDefinition} packed. */
    static Shape readPacked(CodedInput in) throws UndecodableException {
        int length = in.varintUpTo(MAX_UNPACKED);
        byte[] packed = in.take(in.varintUpTo(in.remaining()));
        byte[] plain = new byte[length];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            if (inflater.inflate(plain) != length || inflater.getRemaining() != 0) {
                throw new UndecodableException("a shape that does not unpack");
            }
        } catch (DataFormatException e) {
            throw new UndecodableException("a shape that does not unpack");
        } finally {
            inflater.end();
        }
        CodedInput shape = new CodedInput();
        shape.reset(plain, 0, length);
        return readShape(shape);
    }

    static Shape readShape(CodedInput in) throws UndecodableException {
        int slots = in.varintUpTo(Splitter.MAX_SLOTS);
        byte[][] literals = new byte[slots + 1][];
        SlotType[] types = new SlotType[slots];
        for (int i = 0; i < slots; i++) {
            literals[i] = in.take(in.varintUpTo(in.remaining()));
            types[i] = TYPES[in.varintUpTo(TYPES.length - 1)];
        }
        literals[slots] = in.take(in.varintUpTo(in.remaining()));
        return new Shape(literals, types);
    }
}
