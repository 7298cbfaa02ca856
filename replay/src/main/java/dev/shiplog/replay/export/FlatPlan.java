package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.replay.export.FlatLayout.Field;
import dev.shiplog.replay.export.FlatLayout.Fixed;
import dev.shiplog.replay.export.FlatLayout.Inside;
import dev.shiplog.replay.export.FlatLayout.Known;
import dev.shiplog.replay.export.FlatLayout.Member;
import dev.shiplog.replay.export.FlatLayout.Name;
import dev.shiplog.replay.export.FlatLayout.Part;
import dev.shiplog.replay.export.FlatLayout.Rest;
import dev.shiplog.replay.export.FlatLayout.Source;
import dev.shiplog.replay.export.FlatLayout.Sum;
import dev.shiplog.replay.export.FlatLayout.Text;
import dev.shiplog.replay.export.FlatLayout.Value;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link FlatLayout} made ready for writing: runs of constant bytes with a step between each two that writes what
 * differs from record to record. What is constant is rendered once, so that a record of a known shape costs no parsing
 * and no allocation. Immutable.
 */
final class FlatPlan {
    /** What a step writes. */
    enum Step {
        TIME,
        ORIGIN,
        SEQUENCE,
        RESTATED,
        CONTAINER_NAME,
        CONTAINER_ID,
        IMAGE,
        IMAGE_ID,
        INTEGER_SLOT,
        TIME_SLOT,
        NUMBER_SLOT,
        STRING_SLOT,
        /** A string slot with a slash before it, if it has none. */
        NAME_SLOT,
        /** A string slot within JSON within a string. */
        INNER_SLOT,
        SUM_OF_SLOTS
    }

    /** A slot that a field got its name from, and the value it had: its text, or its number if that is null. */
    private record NameGiver(int slot, byte @Nullable [] text, long number) {
        boolean isIn(RecordView record) {
            return text == null ? record.number(slot) == number : Arrays.equals(record.text(slot), text);
        }
    }

    private static final int[] NO_SLOTS = {};

    private final Step[] steps;
    private final byte[][] before;
    private final int[][] slots;
    private final byte[] end;
    private final List<NameGiver> nameGivers;

    private FlatPlan(Compiler compiler) {
        steps = compiler.steps.toArray(Step[]::new);
        before = compiler.before.toArray(byte[][]::new);
        slots = compiler.slots.toArray(int[][]::new);
        end = compiler.constant.toArray();
        nameGivers = List.copyOf(compiler.nameGivers);
    }

    private static boolean isNumber(Shape.SlotType type) {
        return type == Shape.SlotType.INTEGER || type == Shape.SlotType.TIME;
    }

    /** The plan for this one payload, which stands in {@code source}: all its values are constants. */
    static FlatPlan of(FlatLayout layout, byte[] source) {
        Compiler compiler = new Compiler(source, null);
        layout.fields().forEach(compiler::add);
        return compiler.finish();
    }

    /**
     * The plan for all payloads of the shape of {@code example} whose name-giving values are the same.
     *
     * @param layout of the example
     * @param source the example's payload
     * @return null if the shape's slots are not all values of the JSON, or a sum is not of slots alone
     */
    static @Nullable FlatPlan of(FlatLayout layout, byte[] source, SlotMap slots, RecordView example) {
        Compiler compiler = new Compiler(source, slots);
        layout.fields().forEach(compiler::add);
        for (Json giver : layout.nameGivers()) {
            compiler.addNameGiver(giver, example);
        }
        return compiler.refused ? null : compiler.finish();
    }

    /** Whether this plan is the one for {@code record}, which is of the plan's shape. */
    boolean fits(RecordView record) {
        if (!namesAreThoseOf(record)) {
            return false;
        }
        for (int i = 0; i < steps.length; i++) {
            if (!isWritable(i, record)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the fields of {@code record} have the names that they have here. */
    boolean namesAreThoseOf(RecordView record) {
        for (NameGiver giver : nameGivers) {
            if (!giver.isIn(record)) {
                return false;
            }
        }
        return true;
    }

    /** Whether what step {@code i} would write is JSON, as it was in the record that the plan was made from. */
    boolean isWritable(int i, RecordView record) {
        return switch (steps[i]) {
            case STRING_SLOT, INNER_SLOT -> JsonText.isInsideOfString(record.text(slots[i][0]));
            case NAME_SLOT ->
                record.text(slots[i][0]).length > 0 && JsonText.isInsideOfString(record.text(slots[i][0]));
            case NUMBER_SLOT -> JsonText.isNumber(record.text(slots[i][0]));
            case SUM_OF_SLOTS ->
                Arrays.stream(slots[i])
                        .allMatch(slot -> isInteger(record, slot) || JsonText.isNumber(record.text(slot)));
            default -> true;
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

    /** The one slot that step {@code i} writes. */
    int slot(int i) {
        return slots[i][0];
    }

    /** The constant bytes before step {@code i}, or, if {@code i} is {@link #steps}, behind the last. */
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
            case RESTATED -> out.putAscii(record.restated() ? LineFormat.RESTATED : "");
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
            case INNER_SLOT -> putEscaped(record.text(slots[i][0]), out);
            case SUM_OF_SLOTS -> putSum(record, slots[i], out);
        }
    }

    /** Appends the inside of a string, which has no character that is not to stand there, as text within a string. */
    private static void putEscaped(byte[] inside, Bytes out) {
        for (byte b : inside) {
            if (b == '"' || b == '\\') {
                out.put('\\');
            }
            out.put(b);
        }
    }

    /** Whether the inside of a string that begins there begins with a slash, which may be escaped. */
    private static boolean beginsWithSlash(byte[] inside, int from) {
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
                fits = ((sum ^ (sum + term)) & (term ^ (sum + term))) >= 0;
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

    /** Integers add up exactly, whatever their size; decimal fractions to 34 digits. */
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

    /** Turns fields into steps and the constants between them. */
    private static final class Compiler {
        private final byte[] source;
        private final @Nullable SlotMap slotMap;
        private final Bytes constant = new Bytes(64);
        private final List<Step> steps = new ArrayList<>();
        private final List<byte[]> before = new ArrayList<>();
        private final List<int[]> slots = new ArrayList<>();
        private final List<NameGiver> nameGivers = new ArrayList<>();
        private boolean refused;

        Compiler(byte[] source, @Nullable SlotMap slotMap) {
            this.source = source;
            this.slotMap = slotMap;
        }

        void add(Field field) {
            Source from = field.source();
            if (from instanceof Known known) {
                addKnown(known);
                return;
            }
            constant.put(',');
            JsonText.putString(field.name(), constant);
            constant.put(':');
            if (from instanceof Value value) {
                addValue(value.json());
            } else if (from instanceof Name name) {
                addName(name.json());
            } else if (from instanceof Inside inside) {
                addInside(inside);
            } else if (from instanceof Fixed fixed) {
                JsonText.putString(fixed.text(), constant);
            } else if (from instanceof Sum sum) {
                addSum(sum.terms());
            } else if (from instanceof Text text) {
                addText(text.payload());
            }
        }

        private void addKnown(Known known) {
            switch (known) {
                case TIME -> {
                    constant.putAscii("{\"@timestamp\":\"");
                    step(Step.TIME, NO_SLOTS);
                    constant.put('"');
                }
                case SEQUENCE -> {
                    constant.putAscii(",\"sequence\":");
                    step(Step.SEQUENCE, NO_SLOTS);
                }
                // These come with their names, and not at all if they are not known.
                case ORIGIN -> step(Step.ORIGIN, NO_SLOTS);
                case RESTATED -> step(Step.RESTATED, NO_SLOTS);
                case CONTAINER_NAME -> step(Step.CONTAINER_NAME, NO_SLOTS);
                case CONTAINER_ID -> step(Step.CONTAINER_ID, NO_SLOTS);
                case IMAGE -> step(Step.IMAGE, NO_SLOTS);
                case IMAGE_ID -> step(Step.IMAGE_ID, NO_SLOTS);
            }
        }

        private void addValue(Json json) {
            boolean quoted = json.type() == Json.Type.STRING;
            if (quoted) {
                constant.put('"');
            }
            int slot = slot(json);
            if (slot < 0) {
                constant.put(source, json.from(), json.to() - json.from());
            } else {
                addSlot(slot);
            }
            if (quoted) {
                constant.put('"');
            }
        }

        private void addName(Json json) {
            constant.put('"');
            int slot = slot(json);
            if (slot >= 0 && type(slot) == Shape.SlotType.STRING) {
                step(Step.NAME_SLOT, slot);
            } else {
                if (slot >= 0 || !beginsWithSlash(source, json.from())) {
                    constant.put('/');
                }
                if (slot >= 0) {
                    addSlot(slot); // a time, which begins with a digit
                } else {
                    constant.put(source, json.from(), json.to() - json.from());
                }
            }
            constant.put('"');
        }

        private void addInside(Inside inside) {
            constant.put('"');
            if (inside instanceof Part part && part.once()) {
                refused |= slotMap != null;
                JsonText.putInsideOfString(InsideText.once(part.json(), source), constant);
            } else if (inside instanceof Part part) {
                addInner(part.json());
            } else if (inside instanceof Rest rest) {
                String before = "{";
                for (Member member : rest.members()) {
                    Bytes name = new Bytes(64);
                    JsonText.putString(member.name(), name);
                    JsonText.putInsideOfString(
                            before + new String(name.toArray(), StandardCharsets.UTF_8) + ":", constant);
                    addInner(member.value());
                    before = ",";
                }
                constant.put('}');
            }
            constant.put('"');
        }

        /** Adds a value, which stands in JSON that stands in a string. */
        private void addInner(Json json) {
            int quote = json.type() == Json.Type.STRING ? 1 : 0;
            int at = json.from() - quote;
            int end = json.to() + quote;
            SlotMap map = slotMap;
            if (map != null) {
                for (int slot : map.slotsIn(at, end)) {
                    addInnerConstant(at, map.start(slot));
                    if (type(slot) == Shape.SlotType.STRING) {
                        step(Step.INNER_SLOT, slot);
                    } else {
                        addSlot(slot);
                    }
                    at = map.end(slot);
                }
            }
            addInnerConstant(at, end);
        }

        private void addInnerConstant(int from, int to) {
            JsonText.putInsideOfString(new String(source, from, to - from, StandardCharsets.UTF_8), constant);
        }

        private void addSlot(int slot) {
            switch (type(slot)) {
                case INTEGER -> step(Step.INTEGER_SLOT, slot);
                case TIME -> step(Step.TIME_SLOT, slot);
                case NUMBER -> step(Step.NUMBER_SLOT, slot);
                case STRING -> step(Step.STRING_SLOT, slot);
            }
        }

        private void addSum(List<Json> terms) {
            int[] termSlots = terms.stream().mapToInt(this::slot).toArray();
            if (terms.size() == 1) {
                addValue(terms.get(0));
            } else if (Arrays.stream(termSlots).allMatch(slot -> slot >= 0)) {
                step(Step.SUM_OF_SLOTS, termSlots);
            } else if (Arrays.stream(termSlots).allMatch(slot -> slot < 0)) {
                constant.putAscii(sum(terms.stream().map(Json::text).toList()));
            } else {
                refused = true;
            }
        }

        private void addText(byte[] payload) {
            if (JsonText.isUtf8(payload, 0, payload.length)) {
                JsonText.putString(payload, 0, payload.length, constant);
            } else {
                JsonText.putString(Base64.getEncoder().encodeToString(payload), constant);
            }
        }

        void addNameGiver(Json giver, RecordView example) {
            int slot = slot(giver);
            if (slot >= 0) {
                nameGivers.add(
                        isNumber(type(slot))
                                ? new NameGiver(slot, null, example.number(slot))
                                : new NameGiver(slot, example.text(slot).clone(), 0));
            }
        }

        private int slot(Json json) {
            return slotMap == null ? -1 : slotMap.slotAt(json.from(), json.to());
        }

        private Shape.SlotType type(int slot) {
            return slotMap == null ? Shape.SlotType.STRING : slotMap.shape().type(slot);
        }

        private void step(Step step, int... stepSlots) {
            before.add(constant.toArray());
            constant.clear();
            steps.add(step);
            slots.add(stepSlots);
        }

        FlatPlan finish() {
            constant.put('}');
            return new FlatPlan(this);
        }
    }
}
