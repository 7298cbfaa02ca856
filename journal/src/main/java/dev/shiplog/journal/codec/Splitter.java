package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.ValueReader;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits a payload into literals and slots. It knows the tokens of JSON and nothing of its grammar, since putting the
 * pieces together gives the payload again whatever it does. Keys, punctuation, {@code true}, {@code false} and
 * {@code null} are literal; numbers and the insides of other strings are slots. Of what is no JSON, it knows log messages and
 * pages of metrics. Not thread safe.
 */
final class Splitter {
    /** A payload with more slots is coded as a whole: the bookkeeping would take more than it saves. */
    static final int MAX_SLOTS = 4096;

    private final ValueReader reader = new ValueReader();

    // The slots of the payload that was split last on its own.
    private int count;
    private int[] starts = new int[128];
    private int[] ends = new int[128];
    private long[] numbers = new long[128];
    private SlotType[] types = new SlotType[128];

    /** Splits {@code payload} on its own; false if it is to be coded as a whole. */
    boolean split(byte[] payload) {
        count = 0;
        int n = payload.length;
        if (n > 1 && payload[0] == '#') {
            return splitPage(payload);
        }
        if (n < 2 || (payload[0] != '{' && payload[0] != '[')) {
            return splitMessage(payload);
        }
        int p = 0;
        while (p < n && count <= MAX_SLOTS) {
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
        }
        return count <= MAX_SLOTS;
    }

    /** Splits a log message: a byte that names its stream, a time, a space, and the rest, which is one text. */
    private boolean splitMessage(byte[] payload) {
        int end = payload.length < 2 ? ValueReader.NOT_CANONICAL : reader.readNanoTime(payload, 1, payload.length);
        if (end < 0 || end == payload.length || payload[end] != ' ') {
            return false;
        }
        add(1, end, SlotType.NANO_TIME);
        add(end + 1, payload.length, SlotType.STRING);
        return true;
    }

    /**
     * Splits a page of metrics, as Prometheus reads them: of each line that is no comment, the number at its end is a slot, in
     * whatever form. So a page has the shape of the one before it as long as it has the same lines.
     */
    private boolean splitPage(byte[] payload) {
        int from = 0;
        while (from < payload.length && count <= MAX_SLOTS) {
            int value = from;
            int to = from;
            while (to < payload.length && payload[to] != '\n') {
                value = payload[to] == ' ' ? to + 1 : value;
                to++;
            }
            if (payload[from] != '#' && value > from && value < to && numberEnd(payload, value, to) == to) {
                add(value, to, SlotType.NUMBER);
            }
            from = to + 1;
        }
        return count > 0 && count <= MAX_SLOTS;
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

    /** The shape of {@code payload}, which was just split. */
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

    /** Copies the slots of the payload that was just split. */
    void copyTo(Slots to) {
        to.reserve(count);
        System.arraycopy(starts, 0, to.starts, 0, count);
        System.arraycopy(ends, 0, to.ends, 0, count);
        System.arraycopy(numbers, 0, to.numbers, 0, count);
    }

    /**
     * Splits the payload of {@code now} like the last one of {@code track}, looking only at what differs.
     *
     * @return false if it has another shape; then {@code now} holds no slots
     */
    boolean splitLike(EncoderTrack track, Slots now) {
        int slots = track.known.shape.slots();
        now.reserve(slots);
        byte[] payload = now.payload;
        int[] starts = now.starts;
        int[] ends = now.ends;
        long[] numbers = now.numbers;
        byte[] oldPayload = track.last.payload;
        int[] oldStarts = track.last.starts;
        int[] oldEnds = track.last.ends;
        long[] oldNumbers = track.last.numbers;
        int slot = 0;
        int oldAt = 0;
        int at = 0;
        while (true) {
            int same = Arrays.mismatch(oldPayload, oldAt, oldPayload.length, payload, at, payload.length);
            int differs = same < 0 ? oldPayload.length + 1 : oldAt + same;
            int shift = at - oldAt;
            // A slot that ends right where the difference begins may have become longer.
            while (slot < slots && oldEnds[slot] < differs) {
                starts[slot] = oldStarts[slot] + shift;
                ends[slot] = oldEnds[slot] + shift;
                numbers[slot] = oldNumbers[slot];
                slot++;
            }
            if (same < 0) {
                return true;
            }
            if (slot == slots || oldStarts[slot] > differs) {
                return false; // the literals differ
            }
            int start = oldStarts[slot] + shift;
            int end = readValue(track, slot, start, now);
            if (end < start) {
                return false;
            }
            starts[slot] = start;
            ends[slot] = end;
            oldAt = oldEnds[slot];
            at = end;
            slot++;
        }
    }

    /**
     * Reads the value of a slot of {@code now} that begins at {@code start}; returns its end, or a negative number if there
     * is none.
     */
    private int readValue(EncoderTrack track, int slot, int start, Slots now) {
        byte[] payload = now.payload;
        if (track.known.trainer == null) {
            return payload.length; // coded as a whole
        }
        SlotType type = track.known.shape.type(slot);
        Prediction prediction = track.known.trainer.prediction();
        if (type.isNumeric() && prediction.how[slot] == Prediction.PREVIOUS_OF) {
            // Likely the very bytes of another slot in the record before, and comparing is faster than reading.
            // Whether the value ends there shows when the literal after it is compared.
            int of = prediction.of[slot];
            Slots last = track.last;
            int end = start + last.ends[of] - last.starts[of];
            if (track.known.shape.type(of) == type
                    && end <= payload.length
                    && Arrays.equals(last.payload, last.starts[of], last.ends[of], payload, start, end)) {
                now.numbers[slot] = last.numbers[of];
                return end;
            }
        }
        int end = track.known.isMessage && type == SlotType.STRING ? payload.length : valueEnd(type, payload, start);
        now.numbers[slot] = reader.value;
        return end;
    }

    /** The end of a value of {@code type} that begins at {@code from}, or a negative number if there is none. */
    private int valueEnd(SlotType type, byte[] payload, int from) {
        int n = payload.length;
        return switch (type) {
            case INTEGER -> reader.readInteger(payload, from, n);
            case NUMBER -> numberEnd(payload, from, n);
            case STRING -> stringEnd(payload, from, n);
            case NANO_TIME -> reader.readNanoTime(payload, from, n);
            case TIME -> {
                int end = stringEnd(payload, from, n);
                yield end < 0 ? ValueReader.NOT_CANONICAL : reader.readTime(payload, from, end);
            }
        };
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
