package dev.shiplog.journal.bytes;

/**
 * Integers of variable width.
 *
 * <pre>
 * varint := 1 to 10 bytes, 7 bits in each, lowest first; the high bit is set in all but the last
 * zigzag := varint z; the value is (z &gt;&gt;&gt; 1) ^ -(z &amp; 1): 0, 1, 2, 3 … are 0, -1, 1, -2 …
 * </pre>
 *
 * {@link Bytes} writes them and {@link BytesReader} reads them; here is what they share, and what reads without either.
 */
public final class Varint {
    static final int MAX_WIDTH = 10;

    /** An int takes no more bytes than this. */
    private static final int MAX_INT_WIDTH = 5;

    private Varint() {}

    /** The number whose varint stands for {@code value}: small if its magnitude is, of either sign. */
    public static long zigZag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    /** The value that {@link #zigZag} was given. */
    public static long unZigZag(long number) {
        return (number >>> 1) ^ -(number & 1);
    }

    /** The varint at {@code at}, or a negative number if it is too large for an int. */
    public static int intAt(byte[] array, int at) {
        int value = 0;
        for (int i = 0; i < MAX_INT_WIDTH; i++) {
            byte b = array[at + i];
            value |= (b & 0x7F) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }
}
