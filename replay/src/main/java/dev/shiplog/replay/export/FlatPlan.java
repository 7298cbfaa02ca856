package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Envelope;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.JsonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to write the flat line of a record: runs of constant bytes, and between each two a step that writes what differs
 * from record to record. Most plans are those of a {@link Shape}: a record of a known shape is then written without
 * parsing and without allocation. {@link FlatPlanCompiler} makes a plan of a {@link FlatLayout}. Immutable.
 */
final class FlatPlan {
    /** What a step writes. */
    enum Step {
        TIME,
        ORIGIN,
        SEQUENCE,
        RESTATED,
        LOG,
        CONTAINER_NAME,
        CONTAINER_ID,
        IMAGE,
        IMAGE_ID,
        INTEGER_SLOT,
        TIME_SLOT,
        NUMBER_SLOT,
        STRING_SLOT,
        /** A string slot with a leading slash, which is added if it has none. */
        NAME_SLOT,
        /** A string slot of JSON that is itself within a string. */
        NESTED_SLOT,
        SUM_OF_SLOTS
    }

    /** A slot that names of fields depend on, and the value it had: its text, or its number if that is null. */
    record NamingSlot(int slot, byte @Nullable [] text, long number) {
        boolean isSameIn(RecordView record) {
            return text == null ? record.number(slot) == number : Arrays.equals(record.text(slot), text);
        }
    }

    private final Step[] steps;
    private final byte[][] before;
    private final int[][] slots;
    private final byte[] end;
    private final List<NamingSlot> namingSlots;

    /**
     * @param before the constant bytes before each step
     * @param slots the slots that each step writes
     * @param end the constant bytes after the last step
     */
    FlatPlan(List<Step> steps, List<byte[]> before, List<int[]> slots, byte[] end, List<NamingSlot> namingSlots) {
        this.steps = steps.toArray(Step[]::new);
        this.before = before.toArray(byte[][]::new);
        this.slots = slots.toArray(int[][]::new);
        this.end = end;
        this.namingSlots = List.copyOf(namingSlots);
    }

    /** Whether this plan writes {@code record}, which is of the plan's shape. */
    boolean fits(RecordView record) {
        if (!hasSameNames(record)) {
            return false;
        }
        for (int i = 0; i < steps.length; i++) {
            if (!isWritable(i, record)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the fields of {@code record} have the names that this plan writes. */
    boolean hasSameNames(RecordView record) {
        for (NamingSlot slot : namingSlots) {
            if (!slot.isSameIn(record)) {
                return false;
            }
        }
        return true;
    }

    /** Whether what step {@code i} would write is JSON: a journal may hold broken values in a shape that is intact. */
    boolean isWritable(int i, RecordView record) {
        return switch (steps[i]) {
            case STRING_SLOT, NESTED_SLOT -> JsonText.isInsideOfString(record.text(slots[i][0]));
            case NAME_SLOT ->
                record.text(slots[i][0]).length > 0 && JsonText.isInsideOfString(record.text(slots[i][0]));
            case NUMBER_SLOT -> JsonText.isNumber(record.text(slots[i][0]));
            case SUM_OF_SLOTS ->
                Arrays.stream(slots[i])
                        .allMatch(slot -> isInteger(record, slot) || JsonText.isNumber(record.text(slot)));
            case TIME,
                    ORIGIN,
                    SEQUENCE,
                    RESTATED,
                    LOG,
                    CONTAINER_NAME,
                    CONTAINER_ID,
                    IMAGE,
                    IMAGE_ID,
                    INTEGER_SLOT,
                    TIME_SLOT -> true;
        };
    }

    /** The number of steps. */
    int steps() {
        return steps.length;
    }

    /** What step {@code i} writes. */
    Step step(int i) {
        return steps[i];
    }

    /** The slot that step {@code i} writes, or the first of several. */
    int slot(int i) {
        return slots[i][0];
    }

    /** The constant bytes before step {@code i}; if {@code i} is {@link #steps}, those after the last. */
    byte[] before(int i) {
        return i < before.length ? before[i] : end;
    }

    /** Appends the line of {@code record}, which this plan fits. */
    void write(RecordView record, Beside beside, Bytes out) {
        for (int i = 0; i < steps.length; i++) {
            out.put(before[i]);
            write(i, record, beside, out);
        }
        out.put(end);
    }

    /** Appends what step {@code i} writes. */
    void write(int i, RecordView record, Beside beside, Bytes out) {
        switch (steps[i]) {
            case TIME -> out.putTime(record.time());
            case ORIGIN -> out.put(beside.origin());
            case SEQUENCE -> out.putDecimal(record.sequence());
            case RESTATED -> out.putAscii(record.restated() ? Envelope.RESTATED : "");
            case LOG -> putLog(LogLine.of(record), out);
            case CONTAINER_NAME -> out.put(beside.name());
            case CONTAINER_ID -> out.put(beside.id());
            case IMAGE -> out.put(beside.image());
            case IMAGE_ID -> out.put(beside.imageId());
            case INTEGER_SLOT -> out.putDecimal(record.number(slots[i][0]));
            case TIME_SLOT -> out.putTime(record.number(slots[i][0]));
            case NUMBER_SLOT, STRING_SLOT -> out.put(record.text(slots[i][0]));
            case NAME_SLOT -> {
                byte[] name = record.text(slots[i][0]);
                if (!beginsWithSlash(name, 0)) {
                    out.put('/');
                }
                out.put(name);
            }
            case NESTED_SLOT -> putEscaped(record.text(slots[i][0]), out);
            case SUM_OF_SLOTS -> putSum(record, slots[i], out);
        }
    }

    private static void putLog(LogLine line, Bytes out) {
        boolean utf8 = line.isUtf8();
        out.putAscii(utf8 ? ",\"log\":" : ",\"log_base64\":");
        line.putJson(utf8, out);
        out.putAscii(",\"stream\":\"");
        out.putAscii(line.message().streamName());
        out.putAscii(line.message().isPartial() ? "\",\"log_partial\":true" : "\"");
    }

    /** Appends the inside of a JSON string, escaped once more. It has no control characters: {@link #isWritable}. */
    private static void putEscaped(byte[] inside, Bytes out) {
        for (byte b : inside) {
            if (b == '"' || b == '\\') {
                out.put('\\');
            }
            out.put(b);
        }
    }

    /** Whether the inside of a JSON string, from {@code from} on, begins with a slash, which may be escaped. */
    static boolean beginsWithSlash(byte[] inside, int from) {
        return inside[from] == '/'
                || inside[from] == '\\'
                        && (inside[from + 1] == '/'
                                || inside[from + 1] == 'u'
                                        && new String(inside, from + 2, 4, StandardCharsets.US_ASCII)
                                                .equalsIgnoreCase("002f"));
    }

    private static boolean isInteger(RecordView record, int slot) {
        Shape shape = record.shape();
        return shape != null && shape.type(slot) == Shape.SlotType.INTEGER;
    }

    private static void putSum(RecordView record, int[] slots, Bytes out) {
        long sum = 0;
        for (int slot : slots) {
            long term = 0;
            boolean fits = isInteger(record, slot);
            if (fits) {
                term = record.number(slot);
                fits = ((sum ^ (sum + term)) & (term ^ (sum + term))) >= 0; // no overflow
            }
            if (!fits) {
                putBigSum(record, slots, out);
                return;
            }
            sum += term;
        }
        out.putDecimal(sum);
    }

    private static void putBigSum(RecordView record, int[] slots, Bytes out) {
        List<String> terms = new ArrayList<>();
        for (int slot : slots) {
            terms.add(
                    isInteger(record, slot)
                            ? Long.toString(record.number(slot))
                            : new String(record.text(slot), StandardCharsets.US_ASCII));
        }
        out.putAscii(sum(terms));
    }

    /** The sum of JSON numbers: exact for integers of any size, to 34 digits for decimal fractions. */
    static String sum(List<String> terms) {
        BigDecimal sum = BigDecimal.ZERO;
        for (String term : terms) {
            BigDecimal number;
            try {
                number = new BigDecimal(term);
            } catch (NumberFormatException e) {
                continue; // an exponent of ten digits: no counter
            }
            sum = number.scale() == 0 && sum.scale() == 0 ? sum.add(number) : sum.add(number, MathContext.DECIMAL128);
        }
        return sum.toString();
    }
}
