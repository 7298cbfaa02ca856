package dev.shiplog.replay.past;

import dev.shiplog.timeline.Coverage;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts what the recorder says at its place in time among the engine's events. These stay in their order, which is the
 * engine's own. Only after the recorder or the engine was away is something recorded long after its time: what the engine
 * repeats, and the gap. So lines are held back then, until a minute has passed without such a break. Not thread safe.
 *
 * @param <T> a line
 */
public final class EventOrder<T> {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    /** Then something may stand too late, which its time tells. */
    private static final int MOST = 1 << 16;

    private record Held<T>(T line, long time, boolean ofEngine) {}

    private final List<Held<T>> held = new ArrayList<>();

    /** Adds a line that the engine gave; only those of the recorder may come before it. */
    public void addEvent(T line, long time) {
        add(new Held<>(line, time, true));
    }

    /** Adds a line of the recorder. */
    public void addMark(T line, long time) {
        add(new Held<>(line, time, false));
    }

    private void add(Held<T> next) {
        int at = held.size();
        while (at > 0 && held.get(at - 1).time > next.time && !(next.ofEngine && held.get(at - 1).ofEngine)) {
            at--;
        }
        held.add(at, next);
    }

    /**
     * The lines that nothing can come before any more, in their order.
     *
     * @param coverage as of the last record
     */
    public List<T> ready(Coverage coverage) {
        if (held.isEmpty()) {
            return List.of();
        }
        boolean settled = coverage.silentSince() == 0
                && coverage.unsettled() == null
                && coverage.newest() - coverage.connectedAt() > MINUTE_NANOS;
        return settled || held.size() > MOST ? all() : List.of();
    }

    /** All lines that are held back, in their order. */
    public List<T> all() {
        List<T> lines = held.stream().map(Held::line).toList();
        held.clear();
        return lines;
    }
}
