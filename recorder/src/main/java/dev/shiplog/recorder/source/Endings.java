package dev.shiplog.recorder.source;

import dev.shiplog.timeline.payload.EventView;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Knows who is about to end, by what the events say, so that a recorder that is to stop can tell whether it goes alone.
 * Thread safe.
 */
final class Endings {
    /** By number: HUP, USR1, USR2, CHLD, CONT, TSTP, TTIN, TTOU, URG and WINCH ask nobody to end. */
    private static final Set<String> HARMLESS = Set.of("1", "10", "12", "17", "18", "20", "21", "22", "23", "28");

    /** An engine kills what has not ended 10 s after it was asked to, unless told otherwise. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(15);
    /** When a host goes down, its containers end within so short a time of each other. */
    private static final long TOGETHER = TimeUnit.SECONDS.toNanos(1);

    private final String own;
    private final Map<String, Long> asked = new HashMap<>();
    /** When the engine asked us to end, and when another container ended; far in the past if never. */
    private long ownAsked;

    private long ended;

    /**
     * @param own id of the container that the recorder runs in, or empty
     * @param now the monotonic clock
     */
    Endings(String own, long now) {
        this.own = own;
        ownAsked = now - 2 * PATIENCE;
        ended = ownAsked;
    }

    /**
     * @param now the monotonic clock
     */
    synchronized void happened(EventView event, long now) {
        if (!event.ofContainer() || event.id().isEmpty()) {
            return;
        }
        boolean ours = event.id().equals(own);
        switch (event.action()) {
            case "kill" -> {
                if (HARMLESS.contains(event.attribute("signal"))) {
                    return;
                }
                if (ours) {
                    ownAsked = now;
                } else {
                    asked.put(event.id(), now);
                }
            }
            case "die", "destroy", "remove" -> {
                asked.remove(event.id());
                if (!ours) {
                    ended = now;
                }
            }
            default -> {}
        }
    }

    /**
     * Whether others end, too: asked to by the engine; or, unless the engine asked us and so is not what ends us all, by
     * themselves one after the other, as when the host ends all processes.
     *
     * @param now the monotonic clock
     */
    synchronized boolean others(long now) {
        asked.values().removeIf(since -> now - since > PATIENCE);
        return !asked.isEmpty() || now - ownAsked > PATIENCE && now - ended < TOGETHER;
    }
}
