package dev.shiplog.recorder.exposition;

import dev.shiplog.timeline.metric.Metric;
import dev.shiplog.timeline.metric.Metric.Type;
import dev.shiplog.timeline.metric.Metric.Unit;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Gathers values of metrics, in any order, into what can be written. Not thread safe. */
final class Families {
    private static final double SECOND = 1e9;

    private final IdentityHashMap<Metric, List<GaugeDataPointSnapshot>> gauges = new IdentityHashMap<>();
    private final IdentityHashMap<Metric, List<CounterDataPointSnapshot>> counters = new IdentityHashMap<>();

    /** Adds a value, in ns if it is in seconds; nothing if it is not known: negative, or more than a long holds. */
    void put(Metric metric, Labels labels, long value) {
        if (value >= 0 && value != Long.MAX_VALUE) {
            add(metric, labels, metric.unit() == Unit.SECONDS ? value / SECOND : (double) value);
        }
    }

    /** Adds a value, in seconds if it is a time; nothing if it is not known: not a number. */
    void add(Metric metric, Labels labels, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        if (metric.type() == Type.COUNTER) {
            counters.computeIfAbsent(metric, m -> new ArrayList<>())
                    .add(new CounterDataPointSnapshot(value, labels, null, 0));
        } else {
            gauges.computeIfAbsent(metric, m -> new ArrayList<>()).add(new GaugeDataPointSnapshot(value, labels, null));
        }
    }

    /** All of them. A metric without a value is not there. */
    MetricSnapshots snapshots() {
        List<MetricSnapshot> all = new ArrayList<>();
        gauges.forEach((metric, points) -> all.add(new GaugeSnapshot(metadata(metric), points)));
        counters.forEach((metric, points) -> all.add(new CounterSnapshot(metadata(metric), points)));
        return new MetricSnapshots(all);
    }

    private static MetricMetadata metadata(Metric metric) {
        return new MetricMetadata(
                metric.type() == Type.COUNTER ? metric.family() : metric.name(), metric.help(), unit(metric));
    }

    /** OpenMetrics allows only a unit that stands at the end of the name. */
    private static io.prometheus.metrics.model.snapshots.@Nullable Unit unit(Metric metric) {
        String unit = metric.unit().name().toLowerCase(Locale.ROOT);
        return metric.family().endsWith('_' + unit) ? new io.prometheus.metrics.model.snapshots.Unit(unit) : null;
    }
}
