package dev.shiplog.recorder.source;

import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.StateView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Knows of each container that ended whether a description shows its end, with exit code and times, before the engine
 * removed the container: with {@code --rm} it does so at once. An end that none shows is stated as missing. Thread safe.
 */
final class SeenEnds {
    /** Containers whose end was seen; of those that ended before these, no news comes. */
    private static final int REMEMBERED = 4_096;

    private final Clock clock;
    private final Missing missing;
    /** Containers whose end is not described yet, and when it was heard of, ns since the epoch. */
    private final Map<String, Long> awaited = new HashMap<>();
    /** Of each container, the newest end that a description showed. */
    private final Map<String, Seen> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * An end that a description showed.
     *
     * @param finished when, by the engine, ns since the epoch
     * @param isHeard whether an event has told of it, too: a description may come first
     */
    private record Seen(long finished, boolean isHeard) {}

    /** Takes the ends that nobody saw. */
    @FunctionalInterface
    interface Missing {
        void state(String id, long since, String reason);
    }

    SeenEnds(Clock clock, Missing missing) {
        this.clock = clock;
        this.missing = missing;
    }

    /** An event said that it ended; there is one for each end. */
    synchronized void ended(String id) {
        Seen end = seen.get(id);
        if (end != null && !end.isHeard) {
            seen.put(id, new Seen(end.finished, true));
        } else {
            awaited.putIfAbsent(id, clock.now().received());
        }
    }

    /** @param isLast whether it exists, and no newer description follows */
    synchronized void described(String id, byte[] payload, boolean isLast) {
        Json description = Json.parse(payload);
        StateView state = description == null ? null : StateView.of(description);
        if (state != null && showsEnd(state)) {
            Seen before = seen.get(id);
            if (before == null || before.finished != state.finished()) {
                seen.put(id, new Seen(state.finished(), awaited.remove(id) != null));
            }
        } else if (isLast) {
            awaited.remove(id); // it runs again
            seen.remove(id);
        }
    }

    /** No description of it is to be had; whoever asks for them has stated that. */
    synchronized void refused(String id) {
        awaited.remove(id);
    }

    /**
     * It was removed, and no description of it is on its way.
     *
     * @param why what the engine answered, or empty if it was not asked
     */
    synchronized void gone(String id, String why) {
        Long since = awaited.remove(id);
        if (since != null) {
            String answer = why.isEmpty() ? "" : ": " + why;
            missing.state(id, since, "end not seen, the container was removed before it was described" + answer);
        }
    }

    /** A process that ends at once may end, by its own time, before the engine says that it was started. */
    private static boolean showsEnd(StateView state) {
        return switch (state.status()) {
            case "exited", "dead", "removing" -> state.finished() != 0;
            default -> false;
        };
    }
}
