package dev.shiplog.recorder.live;

import dev.shiplog.timeline.payload.EventView;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** How many events of each type and action the journal has, since it began. The writer's thread counts, any thread reads. */
final class EventCounts {
    /** An engine has some sixty; whatever sends more must not fill the memory. */
    private static final int MOST = 200;

    private static final String OTHERS = "other other";

    private final Map<String, Long> counts = new ConcurrentHashMap<>();

    /** Takes an event; of its action, what follows a colon does not count. */
    void count(EventView event) {
        int colon = event.action().indexOf(':');
        count(event.type(), colon < 0 ? event.action() : event.action().substring(0, colon), 1);
    }

    void count(String type, String action, long more) {
        add(type + ' ' + action, more);
    }

    private void add(String name, long more) {
        if (more > 0) {
            counts.merge(counts.size() < MOST || counts.containsKey(name) ? name : OTHERS, more, Long::sum);
        }
    }

    /** Takes what was counted up to a moment: where less is known, because records of it were lost, that is true. */
    void restore(Map<String, Long> counted) {
        counted.forEach((name, count) -> add(name, count - counts.getOrDefault(name, 0L)));
    }

    /** By type and action with a space between, in order. */
    Map<String, Long> all() {
        return Collections.unmodifiableMap(new TreeMap<>(counts));
    }
}
