package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.ValueReader;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits a payload into literals and value slots. It knows JSON's tokens and nothing of its grammar, since whatever it
 * does can be undone by putting the pieces together again: keys, punctuation, {@code true}, {@code false} and
 * {@code null} are literal, numbers and the insides of other strings are slots.
 */
final class Splitter {
    /** More slots than this are not worth the bookkeeping: such a payload is coded as a whole. */
    static final int MAX_SLOTS = 4096;

    private final ValueReader reader = new ValueReader();

    int count;
    int[] starts = new int[128];
    int[] ends = new int[128];
    long[] numbers = new long[128];
    SlotType[] types = new SlotType[128];

    /** The value of what {@link #valueEnd} found, if it is numeric. */
    long value() {
        return reader.value;
    }

    /** Fills the fields with the slots of {@code payload}; false if it is to be coded as a whole. */
    boolean split(byte[] payload) {
        count = 0;
        int n = payload.length;
        if (n < 2 || (payload[0] != '{' && payload[0] != '[')) {
            return false;
        }
        int p = 0;
        while (p < n) {
            byte b = payload[p];
            if (b == '"') {
                int end = stringEnd(payload, p + 1, n);
                if (end < 0) {
                    return true; // no closing quote: the rest is literal
                }
                if (end + 1 == n || payload[end + 1] != ':') {
                    boolean time = reader.readTime(payload, p + 1, end) == end;
                    add(p + 1, end, time ? SlotType.TIME : SlotType.STRING);
                }
                p = end + 1;
            } else if (isNumeric(b)) {
                int end = numberEnd(payload, p, n);
                boolean integer = reader.readInteger(payload, p, end) == end;
                add(p, end, integer ? SlotType.INTEGER : SlotType.NUMBER);
                p = end;
            } else {
                p++;
            }
            if (count > MAX_SLOTS) {
                return false;
            }
        }
        return true;
    }

    /** The end of a value of {@code type} that begins at {@code from}, or a negative number if there is none. */
    int valueEnd(SlotType type, byte[] payload, int from) {
        int n = payload.length;
        return switch (type) {
            case INTEGER -> reader.readInteger(payload, from, n);
            case NUMBER -> numberEnd(payload, from, n);
            case STRING -> stringEnd(payload, from, n);
            case TIME -> {
                int end = stringEnd(payload, from, n);
                yield end < 0 ? ValueReader.NOT_CANONICAL : reader.readTime(payload, from, end);
            }
        };
    }

    /** The shape of the payload just split. */
    Shape shape(byte[] payload) {
        byte[][] literals = new byte[count + 1][];
        int from = 0;
        for (int i = 0; i < count; i++) {
            literals[i] = Arrays.copyOfRange(payload, from, starts[i]);
            from = ends[i];
        }
        literals[count] = Arrays.copyOfRange(payload, from, payload.length);
        @Nullable SlotType[] copy = Arrays.copyOf(types, count);
        return new Shape(literals, copy);
    }

    private void add(int start, int end, SlotType type) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            numbers = Arrays.copyOf(numbers, count * 2);
            types = Arrays.copyOf(types, count * 2);
        }
        starts[count] = start;
        ends[count] = end;
        numbers[count] = type.isNumeric() ? reader.value : 0;
        types[count++] = type;
    }

    /** The position of the quote that ends the string whose inside begins at {@code from}, or a negative number. */
    private static int stringEnd(byte[] payload, int from, int to) {
        for (int p = from; p < to; p++) {
            byte b = payload[p];
            if (b == '"') {
                return p;
            }
            if (b == '\\') {
                p++;
            }
        }
        return -1;
    }

    private static int numberEnd(byte[] payload, int from, int to) {
        int p = from;
        while (p < to
                && (isNumeric(payload[p]) || payload[p] == '.' || payload[p] == '+' || (payload[p] | 0x20) == 'e')) {
            p++;
        }
        return p;
    }

    private static boolean isNumeric(byte b) {
        return b >= '0' && b <= '9' || b == '-';
    }
}
