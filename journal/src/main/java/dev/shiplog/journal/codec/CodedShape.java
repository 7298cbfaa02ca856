package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A shape as one group defines it: with a number, and with how its slots are predicted. Immutable: better predictions
 * make a new one, so that a record can be decoded if the records that it names can.
 *
 * <pre>
 * definition := varint parent              0: plain follows · this shape's own id: packed follows
 *                                          k, another one: the literals and types are those of the group's shape k
 *               [plain | packed]
 *               varint time slot + 1       the slot whose value is the record's time · 0: none
 *               {@link Prediction}
 * plain      := {@link PlainShape}
 * packed     := varint length of plain, varint n, n bytes: plain as a raw deflate stream (RFC 1951)
 * </pre>
 *
 * @param id the number by which the records of the group name it; 0 is {@link #WHOLE}
 * @param timeSlot the slot that holds the record's time, or -1
 */
record CodedShape(int id, Shape shape, int timeSlot, Prediction prediction) {
    /** Known in every group without a definition: the payload as a whole is one text. */
    static final CodedShape WHOLE = new CodedShape(
            0, new Shape(new byte[][] {{}, {}}, new SlotType[] {SlotType.STRING}), -1, new Prediction(1));

    /** No shape is longer, unpacked: a damaged length must not take all memory. */
    private static final int MAX_PLAIN_BYTES = 1 << 20;

    /** What packing adds to the packed bytes is no more than this, so less saved is not worth it. */
    private static final int PACKING_BYTES = 4;

    /** Writes the definition, with the literals and types in it or, if {@code parent} is not 0, those of that shape. */
    void write(int parent, Bytes out) {
        if (parent == 0) {
            writeWhole(out);
        } else {
            out.putVarint(parent);
        }
        out.putVarint(timeSlot + 1);
        prediction.write(out);
    }

    private void writeWhole(Bytes out) {
        Bytes plain = new Bytes(2048);
        PlainShape.write(shape, plain);
        byte[] packed = pack(plain);
        if (packed.length + PACKING_BYTES < plain.length()) {
            out.putVarint(id);
            out.putVarint(plain.length());
            out.putVarint(packed.length);
            out.put(packed);
        } else {
            out.putVarint(0);
            out.put(plain.array(), 0, plain.length());
        }
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

    /** Reads the definition of shape {@code id}; {@code shapes} knows its parent. */
    static CodedShape read(int id, GroupShapes.Reader shapes, BytesReader in) throws UndecodableException {
        int parent = in.varintUpTo(GroupShapes.MAX_SHAPES - 1);
        Shape shape = parent == 0
                ? shapes.intern(PlainShape.read(in))
                : parent == id
                        ? shapes.intern(readPacked(in))
                        : shapes.get(parent).shape();
        int timeSlot = in.varintUpTo(shape.slots()) - 1;
        return new CodedShape(id, shape, timeSlot, Prediction.read(shape.slots(), in));
    }

    private static Shape readPacked(BytesReader in) throws UndecodableException {
        int length = in.varintUpTo(MAX_PLAIN_BYTES);
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
        return PlainShape.read(new BytesReader(plain, 0, length));
    }
}
