package dev.shiplog.recorder.source;

import dev.shiplog.timeline.payload.EventView;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Knows from events which containers are about to end, so that a recorder that is to stop knows whether it stops alone.
 * Thread safe.
 */
final class Endings {
    /** HUP, USR1, USR2, CHLD, CONT, TSTP, TTIN, TTOU, URG and WINCH ask no process to end. */
    private static final Set<String> HARMLESS = Set.of("1", "10", "12", "17", "18", "20", "21", "22", "23", "28");

    /** By default an engine kills a container that has not ended 10 s after it was asked to. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
    /** When a host goes down, its containers end one after another within this. */
    private static final long TOGETHER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String own;
    /** Other containers that the engine asked to end and that have not ended, and when it asked. */
    private final Map<String, Long> asked = new HashMap<>();
    /** When the engine asked our own container to end, and when another one ended; long ago if never. */
    private long ownAsked;

    private long otherEnded;

    /**
     * @param own id of the container that the recorder runs in, or empty
     * @param now by the monotonic clock
     */
    Endings(String own, long now) {
        this.own = own;
        ownAsked = now - 2 * PATIENCE_NANOS;
        otherEnded = ownAsked;
    }

    /**
     * @param now by the monotonic clock
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
                    otherEnded = now;
                }
            }
            default -> {}
        }
    }

    /**
     * Whether other containers end, too: because the engine asked them to, or because the host ends all processes. In
     * that case they end one after another, and the engine has not asked ours.
     *
     * @param now by the monotonic clock
     */
    synchronized boolean others(long now) {
        asked.values().removeIf(since -> now - since > PATIENCE_NANOS);
        return !asked.isEmpty() || now - ownAsked > PATIENCE_NANOS && now - otherEnded < TOGETHER_NANOS;
    }
}
