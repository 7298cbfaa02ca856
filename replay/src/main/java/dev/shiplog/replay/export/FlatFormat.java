package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record as one flat JSON object, the form that log pipelines have parsers for;
 * {@code docs/flattened-fields.md} names the fields. A log has one plan, whatever its line is; of others there are three ways
 * to the same line. A payload of a known shape is
 * written by the {@link FlatPlan} of that shape, without rendering or parsing it. A sample is mostly like the one before
 * of its container: its {@link FlatLine} is that one with a few values replaced. Anything else is parsed.
 */
final class FlatFormat implements LineFormat {
    /** More than the containers of a host, and their shapes; beyond it plans and lines are made anew as needed. */
    private static final int MAX_CACHED = 4096;

    /** Naming values (block devices) differ between a few containers of one shape, rarely more. */
    private static final int MAX_PLANS_PER_SHAPE = 16;

    private final ContainerIndex containers;
    private final Origin origin;
    private final Form form;
    private final FlatPlan logs;
    private Beside noContainer;
    private final Map<String, Subject> subjects = new HashMap<>();
    private final Map<Kind, Map<Shape, ShapePlans>> plansByShape = new EnumMap<>(Kind.class);
    private final Bytes example = new Bytes(1 << 13);

    /**
     * The caller keeps both up to date.
     *
     * @param containers names of the containers
     * @param origin where the records come from; has no part in the bare form
     */
    FlatFormat(ContainerIndex containers, Origin origin, Form form) {
        this.containers = containers;
        this.origin = origin;
        this.form = form;
        logs = FlatPlanCompiler.compile(FlatLayout.ofLog(form), new byte[0]);
        noContainer = Beside.of(origin.place(), "", null);
    }

    @Override
    public void write(RecordView record, Bytes out) {
        Shape shape = record.shape();
        if (record.kind() == Kind.LOG) {
            logs.write(record, beside(record), out);
        } else if (shape == null) {
            writeParsed(record, out);
        } else if (record.kind() == Kind.STATS) {
            writeNext(subject(record), shape, record, out);
        } else {
            FlatPlan plan = plan(shape, record);
            if (plan == null) {
                writeParsed(record, out);
            } else {
                plan.write(record, beside(record), out);
            }
        }
    }

    /** Writes a sample by changing the line of the subject's last one. */
    private void writeNext(Subject subject, Shape shape, RecordView record, Bytes out) {
        FlatLine line = subject.line;
        if (line == null || subject.shape != shape || !line.update(record)) {
            FlatPlan plan = plan(shape, record);
            line = plan == null ? null : new FlatLine(plan, record, subject.beside);
            subject.line = line;
            subject.shape = shape;
        }
        if (line == null) {
            writeParsed(record, out);
        } else {
            line.write(out);
        }
    }

    /** Writes a record that is no log by parsing its payload. */
    void writeParsed(RecordView record, Bytes out) {
        Bytes payload = record.payload();
        Json json = Json.parse(payload.array(), 0, payload.length());
        FlatLayout layout = json == null
                ? FlatLayout.ofText(record.kind(), payload.toArray(), form)
                : FlatLayout.of(record.kind(), json, form);
        FlatPlanCompiler.compile(layout, payload.array()).write(record, beside(record), out);
    }

    /** The plan for this record's shape, or null if it has none that fits. */
    @Nullable
    FlatPlan plan(Shape shape, RecordView record) {
        ShapePlans plans = plans(shape, record.kind());
        for (FlatPlan plan : plans.plans) {
            if (plan.fits(record)) {
                return plan;
            }
        }
        if (plans.attempts == MAX_PLANS_PER_SHAPE) {
            return null;
        }
        plans.attempts++;
        example.clear();
        SlotMap slots = new SlotMap(record, shape, example);
        Json json = Json.parse(example.array(), 0, example.length());
        if (json == null || !slots.isCoveredBy(json)) {
            return null;
        }
        FlatLayout layout = FlatLayout.of(record.kind(), json, form);
        FlatPlan plan = FlatPlanCompiler.compile(layout, example.array(), slots, record);
        if (plan != null) {
            plans.plans.add(plan);
        }
        return plan;
    }

    private ShapePlans plans(Shape shape, Kind kind) {
        Map<Shape, ShapePlans> plans = plansByShape.computeIfAbsent(kind, k -> new IdentityHashMap<>());
        ShapePlans found = plans.get(shape);
        if (found == null) {
            if (plans.size() >= MAX_CACHED) {
                plans.clear();
            }
            found = new ShapePlans();
            plans.put(shape, found);
        }
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // a place is a new object once it changes
    private Beside beside(RecordView record) {
        return switch (record.kind()) {
            case HOST, ENGINE_METRICS, MARK, IMAGE -> {
                if (noContainer.place() != origin.place()) {
                    noContainer = Beside.of(origin.place(), "", null);
                }
                yield noContainer;
            }
            case EVENT, STATS, LOG, INSPECT, SOCKETS, DISK -> subject(record).beside;
        };
    }

    @SuppressWarnings("ReferenceEquality") // a container or a place is a new object once it changes
    private Subject subject(RecordView record) {
        Container container = containers.get(record.subject());
        Subject subject = subjects.get(record.subject());
        if (subject == null || subject.beside.of() != container || subject.beside.place() != origin.place()) {
            if (subjects.size() >= MAX_CACHED) {
                subjects.clear();
            }
            subject = new Subject(Beside.of(origin.place(), record.subject(), container));
            subjects.put(record.subject(), subject);
        }
        return subject;
    }

    /** What is kept for a subject while nothing new is known of it. */
    private static final class Subject {
        final Beside beside;
        /** The line of its last sample, and the shape of that, if a plan wrote it. */
        @Nullable
        FlatLine line;

        @Nullable
        Shape shape;

        Subject(Beside beside) {
            this.beside = beside;
        }
    }

    /** The plans of one shape, one for each combination of naming values. */
    private static final class ShapePlans {
        final List<FlatPlan> plans = new ArrayList<>();
        int attempts;
    }
}
