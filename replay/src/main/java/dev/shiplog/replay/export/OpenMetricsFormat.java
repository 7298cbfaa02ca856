package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Origin.Place;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.metric.Life;
import dev.shiplog.timeline.metric.Metric;
import dev.shiplog.timeline.metric.Metrics;
import dev.shiplog.timeline.metric.OpenMetrics;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.SeriesReader;
import dev.shiplog.timeline.payload.StateView;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes samples and events as the {@link Metrics} of containers, a line for each value with its time, in the order in
 * which they come: of each series that is the order of time, as {@code promtool} wants it. What OpenMetrics asks for
 * besides, that all values of a metric stand together, would need all of them in memory.
 *
 * <p>A sample whose time is not after that of the sample before is left out. Prometheus keeps milliseconds, so that is what
 * counts.
 */
public final class OpenMetricsFormat implements LineFormat {
    /** As many as a {@link ContainerIndex} knows; those that no record came of for the longest time go. */
    private static final int MAX_CONTAINERS = 1 << 16;

    private static final double MILLIS = 1000;
    private static final long MILLI = 1_000_000L;
    /** A number that no long holds. */
    private static final long TOO_LARGE = Long.MAX_VALUE;

    private final ContainerIndex containers;
    private final Origin origin;
    private final CounterReader counters = new CounterReader();
    private final SeriesReader series = new SeriesReader();
    private final Bytes time = new Bytes(32);
    private final Bytes label = new Bytes(64);
    private long leftOut;

    @SuppressWarnings("serial")
    private final Map<String, Track> tracks = new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Track> eldest) {
            return size() > MAX_CONTAINERS;
        }
    };

    /** What is known of one container. */
    private static final class Track {
        final Life life = new Life();
        /** Of the newest sample that was written, in ms. */
        long sampled;
        /** When what its events count was last written, in ns and in ms; 0 if never. */
        long countedNanos;

        long counted;

        @Nullable
        Container container;

        @Nullable
        Place place;
        /** Of this container at this place. */
        byte[] labels = {};
    }

    /**
     * @param containers kept up to date by the caller
     * @param origin kept up to date by the caller
     */
    OpenMetricsFormat(ContainerIndex containers, Origin origin) {
        this.containers = containers;
        this.origin = origin;
    }

    /** How many samples were left out. */
    public long leftOut() {
        return leftOut;
    }

    @Override
    public void begin(Bytes out) {
        Metrics.ALL.forEach(metric -> OpenMetrics.putHead(metric, out));
    }

    @Override
    public void end(Bytes out) {
        out.putAscii("# EOF\n");
    }

    @Override
    public void write(RecordView record, Bytes out) {
        int from = out.length();
        switch (record.kind()) {
            case STATS -> sample(record, out);
            case EVENT -> happen(record, out);
            case INSPECT -> describe(record);
            case LOG, HOST, ENGINE_METRICS, SOCKETS, MARK, IMAGE, DISK -> {}
        }
        if (out.length() > from) {
            out.length(out.length() - 1); // whoever writes lines puts the last end
        }
    }

    private void sample(RecordView record, Bytes out) {
        Track track = track(record);
        long millis = setTime(record.time());
        if (millis <= track.sampled) {
            leftOut++;
            return;
        }
        track.sampled = millis;
        Counters counted = counters.read(record);
        for (Metrics.OfCounters row : Metrics.OF_COUNTERS) {
            put(row.metric(), row.value().applyAsLong(counted), track, out);
        }
        series.read(record).forEach((what, value) -> {
            Metric metric = Metrics.OF_SERIES.get(what.term());
            if (metric != null) {
                label.clear();
                OpenMetrics.putEscaped(what.of(), label);
                put(metric, value, track, out);
            }
        });
        label.clear();
        put(Metrics.LAST_SEEN, record.time(), track, out);
        put(Metrics.START_TIME, track.life.started() == 0 ? Counters.ABSENT : track.life.started(), track, out);
        if (millis > track.counted) {
            putCounts(track, record.time(), millis, out);
        }
    }

    private void happen(RecordView record, Bytes out) {
        EventView event = EventView.scan(record.payload().toArray());
        if (!event.ofContainer() || record.subject().isEmpty()) {
            return;
        }
        Track track = track(record);
        long oomEvents = track.life.oomEvents();
        long restarts = track.life.restarts();
        track.life.apply(event);
        boolean changed = track.life.oomEvents() > oomEvents || track.life.restarts() > restarts;
        if (changed || track.counted == 0) {
            // An event that comes after a later sample must not be lost, should no other sample come.
            long nanos = Math.max(record.time(), track.countedNanos);
            long millis = setTime(nanos);
            while (millis <= track.counted) {
                nanos += MILLI;
                millis = setTime(nanos);
            }
            putCounts(track, nanos, millis, out);
        }
    }

    private void describe(RecordView record) {
        Bytes payload = record.payload();
        Json json = Json.parse(payload.array(), 0, payload.length());
        StateView state = json == null ? null : StateView.of(json);
        if (state != null) {
            track(record).life.startedAt(state.started());
        }
    }

    private void putCounts(Track track, long nanos, long millis, Bytes out) {
        track.countedNanos = nanos;
        track.counted = millis;
        put(Metrics.OOM_EVENTS, track.life.oomEvents(), track, out);
        put(Metrics.RESTARTS, track.life.restarts(), track, out);
    }

    /** Sets the time of the lines to come; gives the ms that Prometheus makes of it. */
    private long setTime(long nanos) {
        time.clear();
        OpenMetrics.putSeconds(nanos, time);
        String text = new String(time.array(), 0, time.length(), StandardCharsets.US_ASCII);
        return (long) (Double.parseDouble(text) * MILLIS);
    }

    private void put(Metric metric, long value, Track track, Bytes out) {
        if (value < 0 || value == TOO_LARGE) {
            return;
        }
        out.putAscii(metric.name());
        out.put('{');
        out.put(track.labels);
        if (!metric.label().isEmpty()) {
            if (track.labels.length > 0) {
                out.put(',');
            }
            out.putAscii(metric.label());
            out.putAscii("=\"");
            out.put(label.array(), 0, label.length());
            out.put('"');
        }
        out.putAscii("} ");
        OpenMetrics.putValue(metric.unit(), value, out);
        out.put(' ');
        out.put(time.array(), 0, time.length());
        out.put('\n');
    }

    @SuppressWarnings("ReferenceEquality") // both are new objects once they change
    private Track track(RecordView record) {
        Track track = tracks.computeIfAbsent(record.subject(), id -> new Track());
        Container container = containers.get(record.subject());
        if (track.place != origin.place() || track.container != container) {
            track.place = origin.place();
            track.container = container;
            Bytes labels = new Bytes(256);
            Container known = container == null ? Container.unknown(record.subject()) : container;
            OpenMetrics.putLabels(known, track.place.host(), labels);
            track.labels = labels.toArray();
        }
        return track;
    }
}
