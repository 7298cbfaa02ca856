package dev.shiplog.recorder.source;

import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.StateView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Knows of each container that ended whether a description shows its end, with exit code and times, before the engine
 * removed the container: with {@code --rm} it does so at once. An end that none shows is stated as missing. Thread safe.
 */
final class SeenEnds {
    private final Clock clock;
    private final Missing missing;
    /** Containers whose end is not described yet, and when it was heard of, ns since the epoch. */
    private final Map<String, Long> awaited = new HashMap<>();
    /** Containers that a description showed after their end. */
    private final Set<String> seen = new HashSet<>();

    /** Takes the ends that nobody saw. */
    @FunctionalInterface
    interface Missing {
        void state(String id, long since, String reason);
    }

    SeenEnds(Clock clock, Missing missing) {
        this.clock = clock;
        this.missing = missing;
    }

    synchronized void started(String id) {
        seen.remove(id);
    }

    /** An event said that it ended. */
    synchronized void ended(String id) {
        if (!seen.contains(id)) {
            awaited.putIfAbsent(id, clock.now().received());
        }
    }

    /** @param isLast whether it exists, and no newer description follows */
    synchronized void described(String id, byte[] payload, boolean isLast) {
        Json description = Json.parse(payload);
        StateView state = description == null ? null : StateView.of(description);
        if (state != null && showsEnd(state)) {
            seen.add(id);
            awaited.remove(id);
        } else if (isLast) {
            awaited.remove(id); // it runs again
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
        if (!seen.remove(id) && since != null) {
            String answer = why.isEmpty() ? "" : ": " + why;
            missing.state(id, since, "end not seen, the container was removed before it was described" + answer);
        }
    }

    private static boolean showsEnd(StateView state) {
        return switch (state.status()) {
            case "exited", "dead", "removing" -> state.finished() != 0 && state.finished() >= state.started();
            default -> false;
        };
    }
}
