package dev.shiplog.journal.record;

import org.jspecify.annotations.Nullable;

/**
 * All of a payload but its values: the literals, and the types of the slots between them, as in {@code literal 0, slot 0,
 * literal 1, slot 1, … literal n}. Immutable. A reader gives the same object for payloads of the same shape throughout a
 * group, so it can be the key of an identity map.
 */
public final class Shape {
    /** How the value of a slot is held and written. The {@linkplain #code() code} is on disk and never changes. */
    public enum SlotType {
        /** An integer in canonical form that fits a long. */
        INTEGER(0),
        /** The inside of a string that is a time in canonical form, held as ns since the epoch. */
        TIME(1),
        /** Any other number, as its bytes. */
        NUMBER(2),
        /** The inside of any other string with its escapes, as its bytes. */
        STRING(3),
        /** A time with all nine decimals, as log messages begin with it, held as ns since the epoch. */
        NANO_TIME(4);

        private static final SlotType[] TYPES = values();

        private final int code;

        SlotType(int code) {
            this.code = code;
        }

        /** The number of this type on disk. */
        public int code() {
            return code;
        }

        /** The type with this code on disk, or null if there is none. */
        public static @Nullable SlotType ofCode(int code) {
            for (SlotType type : TYPES) {
                if (type.code == code) {
                    return type;
                }
            }
            return null;
        }

        /** Whether the value is held as a long, not as bytes. */
        public boolean isNumeric() {
            return this == INTEGER || this == TIME || this == NANO_TIME;
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

    /** The bytes before slot {@code i}, or after the last one if {@code i} is {@link #slots()}. Not to be changed. */
    public byte[] literal(int i) {
        return literals[i];
    }
}
