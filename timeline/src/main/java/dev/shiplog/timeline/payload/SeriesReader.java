package dev.shiplog.timeline.payload;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a sample counts for each network and each block device, where {@link CounterReader} reads sums. Where that is
 * in a sample is worked out once for each shape. Not thread safe.
 */
public final class SeriesReader {
    /**
     * What is counted, and of what.
     *
     * @param of the name of a network's interface, or the numbers of a device, as in {@code 8:0}
     */
    public record Series(Term term, String of) {}

    /** The shapes of a group, and more; beyond it plans are made anew. */
    private static final int MAX_SHAPES = 256;

    private final IdentityHashMap<Shape, SeriesPlan> plans = new IdentityHashMap<>();
    private final Map<Series, Long> counted = new LinkedHashMap<>();
    private final Bytes example = new Bytes(1 << 12);

    /**
     * What a sample counts: nothing if it cannot be read. What comes twice is added up. A number too large for a long is
     * {@link Long#MAX_VALUE}, a negative one {@link Counters#ABSENT}.
     *
     * @return valid until the next call
     */
    public Map<Series, Long> read(RecordView sample) {
        counted.clear();
        SeriesPlan plan = plan(sample);
        if (plan != null) {
            plan.read(sample, counted);
        }
        return Collections.unmodifiableMap(counted);
    }

    /** The same of a sample that was parsed. */
    public Map<Series, Long> read(Json sample, RecordView record) {
        counted.clear();
        SeriesPlan.of(sample).read(record, counted);
        return Collections.unmodifiableMap(counted);
    }

    private @Nullable SeriesPlan plan(RecordView sample) {
        Shape shape = sample.shape();
        SeriesPlan known = shape == null ? null : plans.get(shape);
        if (known != null) {
            return known;
        }
        SeriesPlan plan = shape == null ? null : SeriesPlan.of(shape, sample, example);
        if (shape == null || plan == null) {
            Bytes payload = sample.payload();
            Json json = Json.parse(payload.array(), 0, payload.length());
            return json == null ? null : SeriesPlan.of(json);
        }
        if (plans.size() >= MAX_SHAPES) {
            plans.clear();
        }
        plans.put(shape, plan);
        return plan;
    }
}
