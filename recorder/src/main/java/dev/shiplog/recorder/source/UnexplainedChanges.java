package dev.shiplog.recorder.source;

import dev.shiplog.timeline.payload.Container;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the changes that no event explains: compares the containers that were known when the engine was found again
 * with those that it lists, except where an event came meanwhile. For one thread.
 */
final class UnexplainedChanges {
    /** What was known at the connect; null if there is nothing to compare. */
    private @Nullable Map<String, Container> before;

    /** Containers that an event was about since then. */
    private final Set<String> explained = new HashSet<>();

    /** The engine is found again. What an earlier comparison still owes stays in. */
    void begin(Map<String, Container> known) {
        Map<String, Container> start = new HashMap<>(before == null ? known : before);
        for (String id : explained) {
            start.compute(id, (key, old) -> known.get(key));
        }
        before = start;
        explained.clear();
    }

    /** There is nothing older than this to compare with. */
    void beginWith(Map<String, Container> known) {
        before = Map.copyOf(known);
    }

    /** An event was about this container. */
    void explain(String id) {
        if (before != null) {
            explained.add(id);
        }
    }

    /**
     * Compares, once.
     *
     * @param wanted the containers to report
     * @param report takes the container and what happened to it, in an event's own words
     */
    void compare(Map<String, Container> known, Predicate<Container> wanted, BiConsumer<Container, String> report) {
        Map<String, Container> old = before;
        before = null;
        if (old == null) {
            return;
        }
        Set<String> ids = new LinkedHashSet<>(old.keySet());
        ids.addAll(known.keySet());
        ids.removeAll(explained);
        explained.clear();
        for (String id : ids) {
            Container was = old.get(id);
            Container is = known.get(id);
            Container any = is != null ? is : was;
            if (any != null && wanted.test(any)) {
                compare(was, is, change -> report.accept(any, change));
            }
        }
    }

    private static void compare(@Nullable Container was, @Nullable Container is, Consumer<String> report) {
        boolean ran = was != null && was.running();
        boolean runs = is != null && is.running();
        if (was == null) {
            report.accept("create");
        }
        if (ran && !runs) {
            report.accept("die");
        } else if (runs && !ran) {
            report.accept("start");
        }
        if (is == null) {
            report.accept("destroy");
        }
    }
}
