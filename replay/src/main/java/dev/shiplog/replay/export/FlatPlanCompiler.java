package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.replay.export.FlatField.Constant;
import dev.shiplog.replay.export.FlatField.ContainerName;
import dev.shiplog.replay.export.FlatField.Context;
import dev.shiplog.replay.export.FlatField.Member;
import dev.shiplog.replay.export.FlatField.Nested;
import dev.shiplog.replay.export.FlatField.Part;
import dev.shiplog.replay.export.FlatField.Rest;
import dev.shiplog.replay.export.FlatField.Source;
import dev.shiplog.replay.export.FlatField.Sum;
import dev.shiplog.replay.export.FlatField.Text;
import dev.shiplog.replay.export.FlatField.Value;
import dev.shiplog.replay.export.FlatPlan.NamingSlot;
import dev.shiplog.replay.export.FlatPlan.Step;
import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the fields of a {@link FlatLayout} into a {@link FlatPlan}: whatever is not a slot becomes a constant. */
final class FlatPlanCompiler {
    private static final int[] NO_SLOTS = {};

    /** The payload that the layout was made from. */
    private final byte[] source;
    /** Where its slots are; null if every value becomes a constant. */
    private final @Nullable SlotMap slotMap;
    /** The constant bytes since the last step. */
    private final Bytes constant = new Bytes(64);

    private final List<Step> steps = new ArrayList<>();
    private final List<byte[]> before = new ArrayList<>();
    private final List<int[]> slots = new ArrayList<>();
    private final List<NamingSlot> namingSlots = new ArrayList<>();
    /** Whether a field was added that cannot be written from slots. */
    private boolean refused;

    private FlatPlanCompiler(byte[] source, @Nullable SlotMap slotMap) {
        this.source = source;
        this.slotMap = slotMap;
    }

    /** The plan for one payload, which was read from {@code source}: all its values are constants. */
    static FlatPlan compile(FlatLayout layout, byte[] source) {
        FlatPlanCompiler compiler = new FlatPlanCompiler(source, null);
        layout.fields().forEach(compiler::add);
        return compiler.finish();
    }

    /**
     * The plan for all payloads of a shape in which the naming values are those of {@code example}.
     *
     * @param layout of the example
     * @param source the example's payload
     * @param slots where the shape's slots are in it
     * @return null if a field of the layout cannot be written from slots alone
     */
    static @Nullable FlatPlan compile(FlatLayout layout, byte[] source, SlotMap slots, RecordView example) {
        FlatPlanCompiler compiler = new FlatPlanCompiler(source, slots);
        layout.fields().forEach(compiler::add);
        for (Json value : layout.namingValues()) {
            compiler.addNamingValue(value, example);
        }
        return compiler.refused ? null : compiler.finish();
    }

    private void add(FlatField field) {
        Source from = field.source();
        if (from instanceof Context context) {
            addContext(context);
            return;
        }
        constant.put(',');
        JsonString.put(field.name(), constant);
        constant.put(':');
        if (from instanceof Value value) {
            addValue(value.json());
        } else if (from instanceof ContainerName name) {
            addContainerName(name.json());
        } else if (from instanceof Nested nested) {
            addNested(nested);
        } else if (from instanceof Constant fixed) {
            JsonString.put(fixed.text(), constant);
        } else if (from instanceof Sum sum) {
            addSum(sum.terms());
        } else if (from instanceof Text text) {
            addText(text.payload());
        }
    }

    /** Notes a value that the names of fields depend on, if it is a slot. */
    private void addNamingValue(Json value, RecordView example) {
        int slot = slot(value);
        if (slot >= 0) {
            namingSlots.add(
                    type(slot).isNumeric()
                            ? new NamingSlot(slot, null, example.number(slot))
                            : new NamingSlot(slot, example.text(slot).clone(), 0));
        }
    }

    private FlatPlan finish() {
        constant.put('}');
        return new FlatPlan(steps, before, slots, constant.toArray(), namingSlots);
    }

    private void addContext(Context context) {
        switch (context) {
            case TIME -> {
                constant.putAscii("{\"@timestamp\":\"");
                step(Step.TIME, NO_SLOTS);
                constant.put('"');
            }
            case SEQUENCE -> {
                constant.putAscii(",\"sequence\":");
                step(Step.SEQUENCE, NO_SLOTS);
            }
            // These steps write names as well, since they write nothing if the value is not known.
            case ORIGIN -> step(Step.ORIGIN, NO_SLOTS);
            case RESTATED -> step(Step.RESTATED, NO_SLOTS);
            case LOG -> step(Step.LOG, NO_SLOTS);
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

    private void addContainerName(Json json) {
        constant.put('"');
        int slot = slot(json);
        if (slot >= 0 && type(slot) == Shape.SlotType.STRING) {
            step(Step.NAME_SLOT, slot);
        } else {
            if (slot >= 0 || !FlatPlan.beginsWithSlash(source, json.from())) {
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

    private void addNested(Nested nested) {
        constant.put('"');
        if (nested instanceof Part part && part.deduplicated()) {
            refused |= slotMap != null; // which strings come again depends on their values
            JsonString.putInside(Deduplication.of(part.json(), source), constant);
        } else if (nested instanceof Part part) {
            addNestedValue(part.json());
        } else if (nested instanceof Rest rest) {
            String separator = "{";
            for (Member member : rest.members()) {
                Bytes name = new Bytes(64);
                JsonString.put(member.name(), name);
                JsonString.putInside(separator + new String(name.toArray(), StandardCharsets.UTF_8) + ":", constant);
                addNestedValue(member.value());
                separator = ",";
            }
            constant.put('}');
        }
        constant.put('"');
    }

    /** Adds a value as a part of JSON that is itself within a string. */
    private void addNestedValue(Json json) {
        int quote = json.type() == Json.Type.STRING ? 1 : 0;
        int at = json.from() - quote;
        int end = json.to() + quote;
        SlotMap map = slotMap;
        if (map != null) {
            for (int slot : map.slotsIn(at, end)) {
                addNestedConstant(at, map.start(slot));
                if (type(slot) == Shape.SlotType.STRING) {
                    step(Step.NESTED_SLOT, slot);
                } else {
                    addSlot(slot);
                }
                at = map.end(slot);
            }
        }
        addNestedConstant(at, end);
    }

    private void addNestedConstant(int from, int to) {
        JsonString.putInside(new String(source, from, to - from, StandardCharsets.UTF_8), constant);
    }

    private void addSlot(int slot) {
        switch (type(slot)) {
            case INTEGER -> step(Step.INTEGER_SLOT, slot);
            case TIME -> step(Step.TIME_SLOT, slot);
            case NUMBER -> step(Step.NUMBER_SLOT, slot);
            case STRING -> step(Step.STRING_SLOT, slot);
            case NANO_TIME -> refused = true; // no JSON has one
        }
    }

    private void addSum(List<Json> terms) {
        int[] termSlots = terms.stream().mapToInt(this::slot).toArray();
        if (terms.size() == 1) {
            addValue(terms.get(0));
        } else if (Arrays.stream(termSlots).allMatch(slot -> slot >= 0)) {
            step(Step.SUM_OF_SLOTS, termSlots);
        } else if (Arrays.stream(termSlots).allMatch(slot -> slot < 0)) {
            constant.putAscii(FlatPlan.sum(terms.stream().map(Json::text).toList()));
        } else {
            refused = true;
        }
    }

    private void addText(byte[] payload) {
        if (JsonString.isUtf8(payload, 0, payload.length)) {
            JsonString.put(payload, 0, payload.length, constant);
        } else {
            JsonString.put(Base64.getEncoder().encodeToString(payload), constant);
        }
    }

    /** The slot that holds exactly this value, or -1. */
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
}
