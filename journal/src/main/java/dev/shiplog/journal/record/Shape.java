package dev.shiplog.journal.record;

/**
 * All bytes of a payload that are not values: {@code literal 0, slot 0, literal 1, slot 1, … literal n}. Immutable;
 * the same object stands for the same shape throughout a group, so it can key an identity map.
 */
public final class Shape {
    /** How the value of a slot is held and written. */
    public enum SlotType {
        /** An integer in canonical form that fits a long. */
        INTEGER,
        /** The inside of a string: RFC 3339 in UTC, as Go prints it, held as ns since the epoch. */
        TIME,
        /** Any other number, as its bytes. */
        NUMBER,
        /** The inside of any other string (escapes as they stand), as its bytes. */
        STRING;

        /** Whether the value is held as a long, not as bytes. */
        public boolean isNumeric() {
            return this == INTEGER || this == TIME;
        }
    }

    private final byte[][] literals;
    private final SlotType[] types;

    public Shape(byte[][] literals, SlotType[] types) {
        this.literals = literals;
        this.types = types;
    }

    /** The number of value slots. */
    public int slots() {
        return types.length;
    }

    /** The type of slot {@code i}. */
    public SlotType type(int i) {
        return types[i];
    }

    /** The bytes before slot {@code i}; {@code i == slots()} gives those after the last. Not to be changed. */
    public byte[] literal(int i) {
        return literals[i];
    }
}
