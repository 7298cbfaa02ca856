package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * When containers ran, of late, by events, descriptions and what was found in lists. Of a container that was found to have
 * ended, and nothing tells when, it assumes the middle. Times are ns since the epoch. Not thread safe.
 */
final class Lives {
    private static final long KEPT_NANOS = 4 * 3_600_000_000_000L;

    /** By container, the one that turned last at the end. */
    private final Map<String, Life> lives = new LinkedHashMap<>();

    private static final class Life {
        /** Whether it runs from each time on. */
        private final TreeMap<Long, Boolean> turns = new TreeMap<>();
        /** The one of these that is assumed; 0 if none is. */
        private long assumed;

        private boolean runsAt(long time) {
            Map.Entry<Long, Boolean> before = turns.floorEntry(time);
            if (before != null) {
                return before.getValue();
            }
            Map.Entry<Long, Boolean> after = turns.ceilingEntry(time);
            return after == null || !after.getValue();
        }

        private long ran(long from, long to) {
            long sum = 0;
            long since = from;
            boolean runs = runsAt(from);
            for (Map.Entry<Long, Boolean> turn :
                    turns.subMap(from, false, to, false).entrySet()) {
                sum += runs ? Times.between(since, turn.getKey()) : 0;
                since = turn.getKey();
                runs = turn.getValue();
            }
            return sum + (runs ? Times.between(since, to) : 0);
        }
    }

    /**
     * Takes the next record that is not restated.
     *
     * @param seen when a container was last known to run; 0 if never
     */
    void apply(RecordView record, ToLongFunction<String> seen) {
        if (record.kind() == Kind.EVENT) {
            happened(EventView.scan(record.payload().toArray()), record.time());
        } else if (record.kind() == Kind.INSPECT) {
            Json description = Json.parse(record.payload().toArray());
            described(record.subject(), description == null ? null : StateView.of(description));
        } else if (record.kind() == Kind.MARK && !record.subject().isEmpty()) {
            try {
                if (Mark.fromJson(record.payload().toArray()) instanceof Mark.Synthetic change) {
                    found(change, record.time(), seen.applyAsLong(change.subject()));
                }
            } catch (IOException e) {
                // Of a later version.
            }
        }
    }

    private void happened(EventView event, long time) {
        if (!event.ofContainer()) {
            return;
        }
        switch (event.action()) {
            case "start" -> turn(event.id(), time, true);
            case "die" -> turn(event.id(), time, false);
            default -> {}
        }
    }

    private void described(String id, @Nullable StateView state) {
        if (state == null || state.started() == 0) {
            return;
        }
        boolean runs = state.status().equals("running") || state.status().equals("paused");
        if (state.finished() != 0) {
            turn(id, state.finished(), false);
        }
        if (runs || state.finished() != 0) {
            turn(id, state.started(), true);
        }
    }

    private void found(Mark.Synthetic change, long time, long seen) {
        boolean hasEnded = change.change().equals("die") || change.change().equals("destroy");
        if (!hasEnded || seen == 0 || seen >= time) {
            return;
        }
        Life life = lives.get(change.subject());
        if (life == null || life.runsAt(time)) {
            long middle = seen + Times.between(seen, time) / 2;
            turn(change.subject(), middle, false).assumed = middle;
        }
    }

    private Life turn(String id, long time, boolean runs) {
        Life before = lives.remove(id);
        Life life = before == null ? new Life() : before;
        lives.put(id, life);
        if (life.assumed != 0) {
            life.turns.remove(life.assumed);
            life.assumed = 0;
        }
        life.turns.put(time, runs);
        life.turns.headMap(Times.plus(life.turns.lastKey(), -KEPT_NANOS)).clear();
        forgetBefore(Times.plus(time, -KEPT_NANOS));
        return life;
    }

    private void forgetBefore(long time) {
        for (Iterator<Life> oldest = lives.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next().turns.lastKey() >= time) {
                return;
            }
            oldest.remove();
        }
    }

    /** For how long a container ran between two moments, ns; all the time if nothing is known of it. */
    long ran(String id, long from, long to) {
        Life life = lives.get(id);
        return life == null ? Times.between(from, to) : life.ran(from, to);
    }

    /** The containers that were started between two moments. */
    List<String> startedBetween(long from, long to) {
        List<String> started = new ArrayList<>();
        lives.forEach((id, life) -> {
            if (life.turns.subMap(from, false, to, false).containsValue(true)) {
                started.add(id);
            }
        });
        return started;
    }
}
