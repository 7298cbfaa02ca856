package dev.shiplog.journal.codec;

import dev.shiplog.journal.codec.Shape.SlotType;

/**
 * A shape as one group knows it: with a number, and with how its slots are guessed. Immutable; better guesses make a new
 * one, so that a record can be decoded if the records it names can.
 *
 * <pre>
 * definition := varint parent,  0: literals and types follow · k: those of the group's shape k
 *               [varint slots, slots × { varint length, literal, byte type }, varint length, last literal]
 *               varint time slot + 1,  the slot whose value is the record's time · 0: none
 *               prediction
 * </pre>
 *
 * @param id the number by which the records of the group name it; 0 is {@link #WHOLE}
 * @param timeSlot the slot that holds the record's time, or -1
 */
record CodedShape(int id, Shape shape, int timeSlot, Prediction prediction) {
    /** Known to every group: the payload as a whole is one text. */
    static final CodedShape WHOLE = new CodedShape(
            0, new Shape(new byte[][] {{}, {}}, new SlotType[] {SlotType.STRING}), -1, new Prediction(1));

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
