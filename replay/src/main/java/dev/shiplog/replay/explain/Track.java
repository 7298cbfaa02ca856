package dev.shiplog.replay.explain;

import dev.shiplog.timeline.payload.Container;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What is known of one container that exists. Not thread safe. */
final class Track {
    Container container;
    /** Its newest description; null before there is one. */
    @Nullable
    Described described;
    /** The life that it lives; null if it does not run. */
    @Nullable
    OpenLife open;
    /** Its newest life that is over and not handed out yet; null if there is none. */
    @Nullable
    OpenLife last;

    /** When its newest life that is over ended; 0 if there is none. */
    long lastEnded;

    /** What happened in a life whose start was not recorded, as long as nothing else tells of that life. */
    final Deque<Happening> unclaimed = new ArrayDeque<>();

    /** When the engine connected it to a network in order to start it; 0 if it is not about to be started. */
    long connecting;
    /** When the engine last failed to start it, as far as its networks tell; 0 if that never happened. */
    long failedAt;
    /** Why the engine could not start it, as last told. */
    String errorTold = "";

    boolean destroyed;

    Track(String id) {
        container = Container.unknown(id);
    }

    /** Whether a label of it takes the place of this attribute of its events. */
    boolean disguises(String attribute) {
        return described != null && container.labels().containsKey(attribute);
    }
}
