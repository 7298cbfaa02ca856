package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.replay.export.SlotMap;
import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a sample that hold objects: what the kernel says of memory, and what each network counts. Which slots they
 * are made of is worked out once for each shape. Not thread safe.
 */
final class SampleParts {
    /** The shapes of a group, and more; beyond it plans are made anew. */
    private static final int MAX_SHAPES = 256;

    private final IdentityHashMap<Shape, Optional<Plan>> plans = new IdentityHashMap<>();
    private final Bytes example = new Bytes(1 << 12);

    /** The plan for this sample; null if it is no JSON object. */
    @Nullable
    Plan plan(RecordView record) {
        Shape shape = record.shape();
        if (shape == null) {
            return parsed(record);
        }
        Optional<Plan> plan = plans.get(shape);
        if (plan == null) {
            if (plans.size() >= MAX_SHAPES) {
                plans.clear();
            }
            plan = Optional.ofNullable(compiled(record, shape));
            plans.put(shape, plan);
        }
        return plan.isPresent() ? plan.get() : parsed(record);
    }

    private static @Nullable Plan parsed(RecordView record) {
        Bytes payload = record.payload();
        Json json = Json.parse(payload.array(), 0, payload.length());
        return json == null || json.type() != Json.Type.OBJECT ? null : new Plan(json, null);
    }

    private @Nullable Plan compiled(RecordView record, Shape shape) {
        example.clear();
        SlotMap slots = new SlotMap(record, shape, example);
        Json json = Json.parse(example.array(), 0, example.length());
        boolean fits = json != null && json.type() == Json.Type.OBJECT && slots.isCoveredBy(json);
        return json == null || !fits ? null : new Plan(json, slots);
    }

    /** What to append one after the other: bytes, and after some a number. */
    static final class Plan {
        /** @param slot of the number; {@link #NONE} for none, {@link #END} where an object ends */
        private record Step(byte[] text, int slot) {}

        private static final int NONE = -1;
        private static final int END = -2;

        private final List<Step> steps = new ArrayList<>();

        /** @param slots null if the numbers of {@code sample} itself are to be written */
        Plan(Json sample, @Nullable SlotMap slots) {
            Json memory = sample.get("memory_stats");
            add("docker.memory.stats", memory == null ? null : memory.get("stats"), slots);
            Json networks = sample.get("networks");
            if (networks != null) {
                Bytes names = new Bytes(64);
                Document document = new Document();
                document.open(names);
                document.texts("docker.network.interface", networks.names());
                add(new String(names.array(), 1, names.length() - 1, StandardCharsets.UTF_8), NONE);
            }
            add("shiplog.network.interfaces", networks, slots);
        }

        private void add(String name, @Nullable Json object, @Nullable SlotMap slots) {
            if (object == null || object.names().isEmpty()) {
                return;
            }
            add(key(name) + "{", NONE);
            List<String> names = Document.withoutDots(object.names());
            for (int i = 0; i < names.size(); i++) {
                Json member = object.children().get(i);
                String key = key(names.get(i));
                if (member.type() == Json.Type.OBJECT) {
                    add(names.get(i), member, slots);
                } else if (member.type() == Json.Type.NUMBER && slots != null) {
                    addNumber(key, slots.slotAt(member.from(), member.to()), slots.shape());
                } else if (Document.isLong(member)) {
                    add(key + member.text() + ",", NONE);
                }
            }
            add("", END);
        }

        private void addNumber(String key, int slot, Shape shape) {
            if (shape.type(slot) == Shape.SlotType.INTEGER) { // no long holds any other
                add(key, slot);
            }
        }

        private static String key(String name) {
            Bytes key = new Bytes(32);
            JsonString.put(name, key);
            return new String(key.toArray(), StandardCharsets.UTF_8) + ":";
        }

        private void add(String text, int slot) {
            steps.add(new Step(text.getBytes(StandardCharsets.UTF_8), slot));
        }

        /** Appends the fields of a sample of the plan's shape, with a comma after each; without numbers that no long holds. */
        void write(RecordView record, Bytes out) {
            for (Step step : steps) {
                if (step.slot == END) {
                    Document.close(out);
                    out.put(',');
                } else if (step.slot == NONE) {
                    out.put(step.text);
                } else {
                    out.put(step.text);
                    out.putDecimal(record.number(step.slot));
                    out.put(',');
                }
            }
        }
    }
}
