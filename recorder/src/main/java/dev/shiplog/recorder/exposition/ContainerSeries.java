package dev.shiplog.recorder.exposition;

import dev.shiplog.recorder.live.LiveContainer;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.ContainerState.Status;
import dev.shiplog.timeline.metric.LiveMetrics;
import dev.shiplog.timeline.metric.Metric;
import dev.shiplog.timeline.metric.Metrics;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.Counters.Term;
import dev.shiplog.timeline.payload.SeriesReader;
import dev.shiplog.timeline.payload.SocketsView;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the series of all containers, at one moment. Not thread safe. */
final class ContainerSeries {
    private static final List<Status> STATES = List.of(
            Status.CREATED,
            Status.RUNNING,
            Status.PAUSED,
            Status.RESTARTING,
            Status.EXITED,
            Status.REMOVING,
            Status.DEAD);

    private static final Set<Term> DEVICE_TERMS = EnumSet.of(Term.READ, Term.WRITTEN);

    /** A description says that there is none. */
    private static final String NO_CHECK = "none";

    private final LabelRules rules;
    private final Freshness freshness;
    private final Clock.Reading now;
    private final EngineState engine;
    private final Families families;
    private final CounterReader counters = new CounterReader();
    private final SeriesReader series = new SeriesReader();
    private final Map<Status, Integer> states = new EnumMap<>(Status.class);
    private int unreadable;

    /** A container with its state, as of one moment. */
    private record Known(LiveContainer container, ContainerState state) {}

    /** @param freshness what is older is left out */
    ContainerSeries(LabelRules rules, Freshness freshness, Clock.Reading now, EngineState engine, Families families) {
        this.rules = rules;
        this.freshness = freshness;
        this.now = now;
        this.engine = engine;
        this.families = families;
        STATES.forEach(state -> states.put(state, 0));
    }

    /** Of how many containers the newest sample could not be read. */
    int unreadable() {
        return unreadable;
    }

    void put(LiveState live) {
        // Of containers that had one name, the one that exists counts, or the last.
        // They are in the order in which they are written, so that nothing is left to be sorted.
        Map<Labels, Known> byLabels = new TreeMap<>();
        live.containers().stream()
                .filter(container -> !isForgotten(container))
                .sorted(Comparator.comparing(LiveContainer::isGone)
                        .thenComparing(LiveContainer::goneAt, Comparator.reverseOrder())
                        .thenComparing(LiveContainer::id))
                .forEach(container -> choose(container, container.state(), byLabels));
        byLabels.forEach((labels, known) -> put(known, labels, live.hostMemory()));
        states.forEach((state, count) -> families.add(
                LiveMetrics.CONTAINERS, rules.common().add("state", state.name().toLowerCase(Locale.ROOT)), count));
    }

    private boolean isForgotten(LiveContainer container) {
        return container.isGone() && now.monotonic() - container.goneAt() > LiveState.GRACE_NANOS;
    }

    /** What is not known but for its counts has no series. */
    private void choose(LiveContainer container, @Nullable ContainerState state, Map<Labels, Known> byLabels) {
        if (state != null) {
            if (!container.isGone()) {
                states.merge(state.status(), 1, Integer::sum);
            }
            byLabels.putIfAbsent(rules.of(state.container()), new Known(container, state));
        }
    }

    private void put(Known known, Labels labels, long hostMemory) {
        LiveContainer container = known.container();
        put(container, known.state(), labels);
        if (known.state().isAlive()) {
            put(container.sockets(now.monotonic() - freshness.socketsNanos()), labels);
        }
        boolean isFresh = container.sampledAt() != Long.MIN_VALUE
                && now.monotonic() - container.sampledAt() <= freshness.sampleNanos();
        LiveContainer.Reading reading = isFresh ? container.read(counters, series) : null;
        if (reading != null) {
            put(container, reading, labels, hostMemory);
        } else {
            unreadable += isFresh ? 1 : 0;
        }
    }

    private void put(LiveContainer container, ContainerState state, Labels labels) {
        String status = state.status().name().toLowerCase(Locale.ROOT);
        String health = state.health().isEmpty() && state.described() != 0 ? NO_CHECK : state.health();
        String started = state.started() == 0
                ? ""
                : Instant.ofEpochSecond(0, state.started()).toString();
        families.add(
                LiveMetrics.INFO,
                labels.merge(Labels.of(
                        "container_id",
                        LabelRules.shortId(state.container()),
                        "status",
                        status,
                        "health_status",
                        health,
                        "started_at",
                        started)),
                1);
        families.put(Metrics.LAST_SEEN, labels, lastSeen(container, state));
        families.put(Metrics.START_TIME, labels, state.started() == 0 ? Counters.ABSENT : state.started());
        families.put(
                LiveMetrics.UPTIME,
                labels,
                state.isAlive() && state.started() != 0 ? now.received() - state.started() : Counters.ABSENT);
        families.add(LiveMetrics.HEALTH, labels, health(health));
        families.put(LiveMetrics.RESTART_COUNT, labels, state.described() == 0 ? Counters.ABSENT : state.restarts());
        Integer exitCode = state.exitCode();
        families.add(LiveMetrics.EXIT_CODE, labels, exitCode == null ? Double.NaN : exitCode);
        families.put(Metrics.OOM_EVENTS, labels, container.oomEvents());
        families.put(Metrics.RESTARTS, labels, container.restarts());
    }

    private void put(@Nullable SocketsView sockets, Labels labels) {
        if (sockets != null) {
            sockets.tcp().forEach((state, count) -> families.put(LiveMetrics.TCP, labels.add("state", state), count));
            LiveMetrics.OF_SOCKETS.forEach(
                    row -> families.add(row.metric(), labels, row.value().applyAsDouble(sockets)));
        }
    }

    /** The recorder knows that a container exists as long as the engine tells it of all that happens. */
    private long lastSeen(LiveContainer container, ContainerState state) {
        if (container.isGone()) {
            return state.removed();
        }
        return engine.up() ? now.received() : Math.min(engine.since(), now.received());
    }

    private static double health(String health) {
        return switch (health) {
            case NO_CHECK -> 0;
            case "starting" -> 1;
            case "healthy" -> 2;
            case "unhealthy" -> 3;
            default -> Double.NaN;
        };
    }

    private void put(LiveContainer container, LiveContainer.Reading reading, Labels labels, long hostMemory) {
        Consumption consumption = reading.consumption();
        Counters now = consumption.now();
        for (Metrics.OfCounters row : Metrics.OF_COUNTERS) {
            families.put(row.metric(), labels, row.value().applyAsLong(now));
        }
        put(LiveMetrics.OF_CONSUMPTION, consumption, labels);
        if (reading.series().keySet().stream().anyMatch(what -> DEVICE_TERMS.contains(what.term()))) {
            put(LiveMetrics.OF_DEVICES, consumption, labels);
        }
        families.put(LiveMetrics.MEMORY_PEAK, labels, container.memoryPeak(this.now.monotonic()));
        boolean isLimited = now.limit() > 0 && now.limit() != Long.MAX_VALUE && hostMemory > 0;
        families.add(
                LiveMetrics.MEMORY_LIMIT_PERCENT, labels, isLimited ? 100.0 * now.limit() / hostMemory : Double.NaN);
        Map<String, Labels> parts = new HashMap<>();
        reading.series().forEach((what, value) -> {
            Metric metric = Metrics.OF_SERIES.get(what.term());
            if (metric != null) {
                families.put(
                        metric,
                        parts.computeIfAbsent(
                                metric.label() + ' ' + what.of(), of -> labels.add(metric.label(), what.of())),
                        value);
            }
        });
    }

    private void put(List<LiveMetrics.OfConsumption> rows, Consumption consumption, Labels labels) {
        rows.forEach(row -> families.add(row.metric(), labels, row.value().applyAsDouble(consumption)));
    }
}
