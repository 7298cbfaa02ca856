package dev.shiplog.recorder.live;

import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.SeriesReader;
import dev.shiplog.timeline.payload.SocketsView;
import dev.shiplog.timeline.payload.StatsView;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container as it is now. The writer's thread writes, any thread reads: what it reads is never changed, but replaced.
 * Samples are kept as they came and read only when somebody asks, which is rarer than they come.
 */
public final class LiveContainer {
    private static final long SECOND = 1_000_000_000L;

    private final String id;
    private final Peak peak = new Peak();
    private volatile @Nullable ContainerState state;
    private volatile @Nullable Samples samples;
    private volatile @Nullable Record sockets;
    private volatile long oomEvents;
    private volatile long restarts;
    /** When it was removed, by the monotonic clock; {@link Long#MIN_VALUE} while it exists. */
    private volatile long goneAt = Long.MIN_VALUE;

    /** @param before of the same life; null if there is none */
    private record Samples(Record newest, @Nullable Record before) {}

    LiveContainer(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** Who it is and what it does; null as long as only its counts are known. */
    public @Nullable ContainerState state() {
        return state;
    }

    /** How often the kernel killed a process of it for lack of memory, by its events. */
    public long oomEvents() {
        return oomEvents;
    }

    /** How often it was started after an end, by its events. */
    public long restarts() {
        return restarts;
    }

    /** When its newest sample was received, by the monotonic clock; {@link Long#MIN_VALUE} if there is none. */
    public long sampledAt() {
        Samples now = samples;
        return now == null ? Long.MIN_VALUE : now.newest.monotonic();
    }

    /** What was read of its sockets in this life, not earlier than {@code since} by the monotonic clock; null if nothing. */
    public @Nullable SocketsView sockets(long since) {
        Record newest = sockets;
        return newest == null || newest.monotonic() < since ? null : SocketsView.of(newest.payload());
    }

    /** When it was removed, by the monotonic clock; {@link Long#MIN_VALUE} while it exists. */
    public long goneAt() {
        return goneAt;
    }

    public boolean isGone() {
        return goneAt != Long.MIN_VALUE;
    }

    /** The most memory that its samples of the last minute had, in bytes; absent if there is none. */
    public long memoryPeak(long monotonic) {
        return peak.highest(monotonic);
    }

    /**
     * What its newest sample says.
     *
     * @param consumption what it used since the one before, if there is one of the same life
     * @param series what is counted for each network and each device; valid until the reader's next step
     */
    public record Reading(Consumption consumption, Map<SeriesReader.Series, Long> series) {}

    /** Reads the newest sample; null if there is none, or none that can be read. */
    public @Nullable Reading read(CounterReader counters, SeriesReader series) {
        Samples now = samples;
        Json newest = now == null ? null : Json.parse(now.newest.payload());
        if (now == null || newest == null) {
            return null;
        }
        Json earlier = now.before == null ? null : Json.parse(now.before.payload());
        Counters counted = counters.read(newest);
        long time = now.newest.time();
        long nanos = now.before == null ? 0 : nanos(now.before, now.newest);
        return new Reading(
                earlier == null || nanos <= 0
                        ? Consumption.first(id, time, false, counted)
                        : Consumption.between(id, time, nanos, counters.read(earlier), counted),
                series.read(newest, new AppendedRecord(now.newest)));
    }

    /** By the engine's clock, which is exact, unless that was set meanwhile. */
    private static long nanos(Record before, Record newest) {
        long byEngine = newest.time() - before.time();
        long byRecorder = newest.monotonic() - before.monotonic();
        return Math.abs(byEngine - byRecorder) < SECOND ? byEngine : byRecorder;
    }

    // What follows is for the writer's thread.

    void sample(Record record) {
        Samples now = samples;
        samples = new Samples(record, now == null || isGone() ? null : now.newest);
        long memory = StatsView.memoryUsage(record.payload());
        if (memory > 0) {
            peak.put(record.monotonic(), memory);
        }
    }

    void sockets(Record record) {
        sockets = record;
    }

    /** What was sampled before is of another life. */
    void beginLife() {
        samples = null;
        sockets = null;
    }

    /** What it uses per second is not known any more. */
    void endLife() {
        Samples now = samples;
        if (now != null) {
            samples = new Samples(now.newest, null);
        }
    }

    void become(ContainerState newState) {
        state = newState;
    }

    void gone(long monotonic) {
        goneAt = monotonic;
        endLife();
    }

    void count(long newOomEvents, long newRestarts) {
        oomEvents = newOomEvents;
        restarts = newRestarts;
    }

    /** The highest value of each of the last twelve stretches of five seconds. */
    private static final class Peak {
        private static final int STRETCHES = 12;
        private static final long STRETCH = 5 * SECOND;

        private final long[] highest = new long[STRETCHES];
        private final long[] numbers = new long[STRETCHES];

        Peak() {
            Arrays.fill(highest, Counters.ABSENT);
        }

        synchronized void put(long monotonic, long value) {
            long number = Math.floorDiv(monotonic, STRETCH);
            int place = (int) Math.floorMod(number, (long) STRETCHES);
            highest[place] = numbers[place] == number ? Math.max(highest[place], value) : value;
            numbers[place] = number;
        }

        synchronized long highest(long monotonic) {
            long oldest = Math.floorDiv(monotonic, STRETCH) - STRETCHES + 1;
            long most = Counters.ABSENT;
            for (int i = 0; i < STRETCHES; i++) {
                most = numbers[i] >= oldest && highest[i] > most ? highest[i] : most;
            }
            return most;
        }
    }
}
