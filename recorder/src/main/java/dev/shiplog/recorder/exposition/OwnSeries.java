package dev.shiplog.recorder.exposition;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Tally;
import dev.shiplog.timeline.metric.LiveMetrics;
import dev.shiplog.timeline.metric.Metric;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes the series of the engine and of the recorder itself, at one moment. */
final class OwnSeries {
    private static final double SECOND = 1e9;

    /** Marks are the recorder's own. */
    private static final Set<Kind> WHAT_MAY_BE_MISSING = EnumSet.complementOf(EnumSet.of(Kind.MARK));

    private final Labels common;
    private final Families families;

    OwnSeries(Labels common, Families families) {
        this.common = common;
        this.families = families;
    }

    /**
     * Puts all of them.
     *
     * @param events by type and action with a space between
     * @param cpu time that this process used
     * @param build of the program
     */
    void put(Status status, Map<String, Long> events, Duration cpu, Build build) {
        one(LiveMetrics.UP, status.engine().up() ? 1 : 0);
        one(LiveMetrics.EXPORTER_UP, status.engine().up() ? 1 : 0);
        families.add(
                LiveMetrics.BUILD,
                common.merge(Labels.of(
                        "version", status.version(),
                        "commit", build.commit(),
                        "build_date", build.date(),
                        "java_version", Runtime.version().toString())),
                1);
        events.forEach((name, count) -> {
            int space = name.indexOf(' ');
            families.put(
                    LiveMetrics.EVENTS,
                    common.merge(Labels.of("type", name.substring(0, space), "action", name.substring(space + 1))),
                    count);
        });
        Tally tally = status.tally();
        queue(status);
        tally.records().forEach((kind, count) -> {
            families.put(LiveMetrics.RECORDS, common.add("kind", kind.label()), count);
            families.put(LiveMetrics.PAYLOADS, common.add("kind", kind.label()), tally.payloadBytes(kind));
        });
        families.put(LiveMetrics.APPENDED, common, tally.journal().bytes());
        gaps(tally.gaps());
        families.put(LiveMetrics.DUPLICATES, common, tally.events().repeated());
        status.engine()
                .reconnects()
                .forEach((reason, count) -> families.put(LiveMetrics.RECONNECTS, common.add("reason", reason), count));
        one(LiveMetrics.SAMPLE_RATE, tally.sampleRate());
        one(LiveMetrics.STARTED, tally.started().received() / SECOND);
        one(LiveMetrics.NEWEST, tally.newestReceived() == 0 ? Double.NaN : tally.newestReceived() / SECOND);
        double seconds = cpu.toNanos() / SECOND;
        one(LiveMetrics.CPU, seconds);
        long samples = tally.records().getOrDefault(Kind.STATS, 0L);
        one(LiveMetrics.CPU_PER_SAMPLE, samples == 0 ? Double.NaN : seconds / samples);
        families.add(LiveMetrics.SEGMENT, common.add("segment", tally.journal().segment()), 1);
        disk(status);
    }

    /** From 0 on, as below. */
    private void gaps(Tally.Gaps gaps) {
        Map<String, Long> counts = new TreeMap<>(gaps.byKind());
        WHAT_MAY_BE_MISSING.forEach(kind -> counts.putIfAbsent(kind.label(), 0L));
        counts.forEach((kind, count) -> families.put(LiveMetrics.GAPS, common.add("kind", kind), count));
    }

    private void queue(Status status) {
        one(LiveMetrics.QUEUE, status.waiting().records());
        one(LiveMetrics.LAG, status.waitedNanos() / SECOND);
        one(LiveMetrics.UNFORCED, status.unforcedNanos() / SECOND);
        // From 0 on: no increase is seen of a series that begins with its first drop.
        Map<Kind, Map<String, Long>> dropped = new EnumMap<>(Kind.class);
        status.tally().records().keySet().forEach(kind -> dropped.put(kind, Map.of()));
        dropped.putAll(status.dropped());
        dropped.forEach((kind, reasons) -> RecordQueue.REASONS.forEach(reason -> families.put(
                LiveMetrics.DROPPED,
                common.merge(Labels.of("kind", kind.label(), "reason", reason)),
                reasons.getOrDefault(reason, 0L))));
    }

    private void disk(Status status) {
        Status.Disk disk = status.disk();
        double days = disk.daysLeft(status.tally().journal().growth().dailyBytes());
        families.put(LiveMetrics.FREE, common, disk.freeBytes());
        one(LiveMetrics.DAYS_LEFT, days < 0 ? Double.NaN : days);
        one(LiveMetrics.DISK_FULL, status.tally().diskFull() ? 1 : 0);
        families.put(LiveMetrics.KEEP_BYTES, common, disk.limits().keepBytes());
        families.put(LiveMetrics.KEEP_FOR, common, disk.limits().keepFor().toNanos());
    }

    private void one(Metric metric, double value) {
        families.add(metric, common, value);
    }
}
