package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Decides which containers are sampled every second for a minute, because something seems to go wrong with them: at most
 * {@value #MOST} at a time, and each at most a minute in ten. A mark says why. For one thread.
 */
final class Bursts {
    static final int MOST = 10;
    private static final long LENGTH_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();
    /** So many deaths within so long are a loop of restarts. */
    private static final int DEATHS = 3;

    private static final long DEATHS_WITHIN_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;
    private final RecordQueue queue;
    /** When the newest burst of each container began, monotonic; not longer than it matters. */
    private final Map<String, Long> begun = new HashMap<>();
    /** When each container died lately, by the engine's clock: an engine may repeat its events. */
    private final Map<String, TreeSet<Long>> deaths = new HashMap<>();

    Bursts(Clock clock, RecordQueue queue) {
        this.clock = clock;
        this.queue = queue;
    }

    /** Begins a burst of a container unless there are enough; true if it begins now. */
    boolean begin(String id, String reason) {
        Clock.Reading now = clock.now();
        begun.values().removeIf(at -> now.monotonic() - at >= AGAIN_NANOS);
        if (begun.containsKey(id) || active() >= MOST) {
            return false;
        }
        begun.put(id, now.monotonic());
        queue.put(clock.mark(id, new Mark.Burst(id, reason, now.received() + LENGTH_NANOS)));
        return true;
    }

    /**
     * A container died.
     *
     * @param time of the event, by the engine's clock
     * @return whether it is in a loop of restarts
     */
    boolean died(String id, long time) {
        TreeSet<Long> times = deaths.computeIfAbsent(id, any -> new TreeSet<>());
        times.add(time);
        times.headSet(times.last() - DEATHS_WITHIN_NANOS).clear();
        return times.size() >= DEATHS;
    }

    /** The container no longer exists. */
    void gone(String id) {
        begun.remove(id);
        deaths.remove(id);
    }

    /** How long the container's burst goes on; 0 if it has none. */
    long left(String id) {
        Long at = begun.get(id);
        return at == null ? 0 : Math.max(0, at + LENGTH_NANOS - clock.now().monotonic());
    }

    /** How many go on. */
    int active() {
        long now = clock.now().monotonic();
        return (int)
                begun.values().stream().filter(at -> now - at < LENGTH_NANOS).count();
    }
}
