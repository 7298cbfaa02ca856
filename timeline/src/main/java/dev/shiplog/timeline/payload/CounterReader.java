package dev.shiplog.timeline.payload;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@link Counters}. Where they are in a sample is worked out once for each shape. Not thread safe. */
public final class CounterReader {
    /** The shapes of a group, and more; beyond it plans are made anew. */
    private static final int MAX_SHAPES = 256;

    /** The operations of block devices differ between few containers of one shape. */
    private static final int MAX_PLANS_PER_SHAPE = 16;

    private final Set<Term> wanted;
    private final IdentityHashMap<Shape, Plans> plansByShape = new IdentityHashMap<>();

    /** Reads all that there is. */
    public CounterReader() {
        this(EnumSet.allOf(Term.class));
    }

    private CounterReader(Set<Term> wanted) {
        this.wanted = wanted;
    }

    /** Reads what {@code docker stats} tells, in a part of the time; the rest is absent. */
    public static CounterReader ofUsage() {
        return new CounterReader(Term.OF_USAGE);
    }

    /** The counters of a sample; all absent if it cannot be read. */
    public Counters read(RecordView sample) {
        Shape shape = sample.shape();
        CounterPlan plan = shape == null ? null : plan(shape, sample);
        return shape == null || plan == null ? parsed(sample) : plan.read(shape, sample);
    }

    /** Only {@link Counters#memory} and {@link Counters#limit} of a sample; of the others nothing is to be read. */
    public Counters memory(RecordView sample) {
        Shape shape = sample.shape();
        Plans plans = shape == null ? null : plansByShape.get(shape);
        return shape == null || plans == null || plans.found.isEmpty()
                ? read(sample)
                : plans.found.get(0).memory(shape, sample); // plans of one shape differ in what block devices do
    }

    /** The same, read as JSON. */
    private Counters parsed(RecordView sample) {
        Bytes payload = sample.payload();
        Json json = Json.parse(payload.array(), 0, payload.length());
        return json == null ? Counters.NONE : read(json);
    }

    /** The counters of a sample that was parsed. */
    public Counters read(Json sample) {
        return CounterLayout.of(sample, wanted).counters(number -> CounterLayout.number(number.text()));
    }

    private @Nullable CounterPlan plan(Shape shape, RecordView sample) {
        Plans plans = plansByShape.get(shape);
        if (plans == null) {
            if (plansByShape.size() >= MAX_SHAPES) {
                plansByShape.clear();
            }
            plans = new Plans();
            plansByShape.put(shape, plans);
        }
        for (CounterPlan plan : plans.found) {
            if (plan.fits(sample)) {
                return plan;
            }
        }
        if (plans.attempts == MAX_PLANS_PER_SHAPE) {
            return null;
        }
        plans.attempts++;
        CounterPlan plan = CounterPlan.of(shape, sample, wanted);
        if (plan != null) {
            plans.found.add(plan);
        }
        return plan;
    }

    /** The plans of one shape, one for each combination of operations. */
    private static final class Plans {
        final List<CounterPlan> found = new ArrayList<>();
        int attempts;
    }
}
