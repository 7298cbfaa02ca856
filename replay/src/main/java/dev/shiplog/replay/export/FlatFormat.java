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
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record as one flat JSON object, the form that log pipelines have parsers for; {@code docs/flattened-fields.md} names
 * the fields. A record whose payload is split into shape and values is written by the {@link FlatPlan} of its shape; any
 * other is parsed, with the same result.
 */
public final class FlatFormat implements LineFormat {
    /** More shapes than a host's containers have; when there are more, all plans are made anew as needed. */
    private static final int MOST_SHAPES = 4096;

    /** Name-giving values (block devices) differ between a few containers of one shape, rarely more. */
    private static final int MOST_PLANS_PER_SHAPE = 16;

    private final ContainerIndex containers;
    private final Origin origin;
    private final Form form;
    private Beside noContainer;
    private final Map<String, Row> rows = new HashMap<>();
    private final List<Map<Shape, ShapePlans>> plansByShape = new ArrayList<>();
    private final Bytes payload = new Bytes(1 << 13);

    /**
     * What is known is kept up to date by the caller.
     *
     * @param containers what is known of containers
     * @param origin whose the records are; does not matter in the bare form
     */
    public FlatFormat(ContainerIndex containers, Origin origin, Form form) {
        this.containers = containers;
        this.origin = origin;
        this.form = form;
        noContainer = Beside.of(origin.place(), "", null);
        for (int i = 0; i < Kind.values().length; i++) {
            plansByShape.add(new IdentityHashMap<>());
        }
    }

    @Override
    public void write(RecordView record, Bytes out) {
        Shape shape = record.shape();
        if (shape == null || record.kind() == Kind.LOG) {
            writeParsed(record, out);
        } else if (record.kind() == Kind.STATS) {
            writeNext(row(record), shape, record, out);
        } else {
            FlatPlan plan = plan(shape, record);
            if (plan == null) {
                writeParsed(record, out);
            } else {
                plan.write(record, beside(record), out);
            }
        }
    }

    /** Writes a record that is much like the last of its row. */
    private void writeNext(Row row, Shape shape, RecordView record, Bytes out) {
        FlatLine line = row.line;
        if (line == null || row.shape != shape || !line.update(record)) {
            FlatPlan plan = plan(shape, record);
            line = plan == null ? null : new FlatLine(plan, record, row.beside);
            row.line = line;
            row.shape = shape;
        }
        if (line == null) {
            writeParsed(record, out);
        } else {
            line.write(out);
        }
    }

    /** Writes a record by parsing its payload. What a container logs is text, JSON or not. */
    void writeParsed(RecordView record, Bytes out) {
        payload.clear();
        record.payload(payload);
        Json json = record.kind() == Kind.LOG ? null : Json.parse(payload.array(), 0, payload.length());
        FlatLayout layout = json == null
                ? FlatLayout.ofText(record.kind(), payload.toArray(), form)
                : FlatLayout.of(record.kind(), json, form);
        FlatPlan.of(layout, payload.array()).write(record, beside(record), out);
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
        if (plans.attempts == MOST_PLANS_PER_SHAPE) {
            return null;
        }
        plans.attempts++;
        payload.clear();
        SlotMap slots = new SlotMap(record, shape, payload);
        Json json = Json.parse(payload.array(), 0, payload.length());
        if (json == null || !slots.isCoveredBy(json)) {
            return null;
        }
        FlatPlan plan = FlatPlan.of(FlatLayout.of(record.kind(), json, form), payload.array(), slots, record);
        if (plan != null) {
            plans.plans.add(plan);
        }
        return plan;
    }

    private ShapePlans plans(Shape shape, Kind kind) {
        Map<Shape, ShapePlans> plans = plansByShape.get(kind.ordinal());
        ShapePlans found = plans.get(shape);
        if (found == null) {
            if (plans.size() >= MOST_SHAPES) {
                plans.clear();
            }
            found = new ShapePlans();
            plans.put(shape, found);
        }
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // an origin is a new object once it changes
    private Beside beside(RecordView record) {
        return switch (record.kind()) {
            case HOST, ENGINE_METRICS, MARK -> {
                if (noContainer.place() != origin.place()) {
                    noContainer = Beside.of(origin.place(), "", null);
                }
                yield noContainer;
            }
            case EVENT, STATS, LOG, INSPECT, SOCKETS -> row(record).beside;
        };
    }

    @SuppressWarnings("ReferenceEquality") // what is known of a container or an origin is a new object once it changes
    private Row row(RecordView record) {
        Container container = containers.get(record.subject());
        Row row = rows.get(record.subject());
        if (row == null || row.beside.of() != container || row.beside.place() != origin.place()) {
            if (rows.size() >= MOST_SHAPES) {
                rows.clear();
            }
            row = new Row(Beside.of(origin.place(), record.subject(), container));
            rows.put(record.subject(), row);
        }
        return row;
    }

    /** What is kept of a container while nothing new is known of it. */
    private static final class Row {
        final Beside beside;
        /** The line of its last sample, and the shape of that, if it was written by a plan. */
        @Nullable
        FlatLine line;

        @Nullable
        Shape shape;

        Row(Beside beside) {
            this.beside = beside;
        }
    }

    /** The plans of one shape, one for each combination of name-giving values. */
    private static final class ShapePlans {
        final List<FlatPlan> plans = new ArrayList<>();
        int attempts;
    }
}
