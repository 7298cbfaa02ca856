package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;

/**
 * A shape as bytes. Equal bytes are equal shapes.
 *
 * <pre>
 * plain := varint slots, slots × { varint length, literal, byte type }, varint length, last literal
 * </pre>
 */
public final class PlainShape {
    private PlainShape() {}

    /** Appends {@code shape}. */
    public static void write(Shape shape, Bytes out) {
        out.putVarint(shape.slots());
        for (int i = 0; i < shape.slots(); i++) {
            out.putVarint(shape.literal(i).length);
            out.put(shape.literal(i));
            out.put(shape.type(i).code());
        }
        byte[] last = shape.literal(shape.slots());
        out.putVarint(last.length);
        out.put(last);
    }

    /** Reads a shape. */
    public static Shape read(BytesReader in) throws UndecodableException {
        int slots = in.varintUpTo(Splitter.MAX_SLOTS);
        byte[][] literals = new byte[slots + 1][];
        SlotType[] types = new SlotType[slots];
        for (int i = 0; i < slots; i++) {
            literals[i] = in.take(in.varintUpTo(in.remaining()));
            types[i] = readType(in);
        }
        literals[slots] = in.take(in.varintUpTo(in.remaining()));
        return new Shape(literals, types);
    }

    private static SlotType readType(BytesReader in) throws UndecodableException {
        int code = in.unsignedByte();
        SlotType type = SlotType.ofCode(code);
        if (type == null) {
            throw new UndecodableException("no slot type has the code " + code);
        }
        return type;
    }
}
