package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.payload.Container;
import java.io.Closeable;
import java.util.Set;

/**
 * Records something of each container, as the {@link ContainerTracker} says which containers there are. The tracker's
 * thread makes all calls, except {@link #close}. Each may come again with nothing new.
 */
public interface Follower extends Closeable {
    /** What it records: a gap of that kind says that the tracker does not know which containers there are. */
    Kind kind();

    /** Which of the containers that the recorder's filters want it wants. */
    default ContainerFilter filter() {
        return ContainerFilter.ALL;
    }

    /**
     * Something happened to a container that the filters want; the engine may repeat it.
     *
     * @param action as in the event
     * @param time of the event, ns since the epoch
     */
    default void happened(Container container, String action, long time) {}

    /**
     * The container exists, and the filters want it; {@link #started} or {@link #stopped} follows.
     *
     * @param certain as there
     */
    default void seen(Container container, boolean certain) {}

    /**
     * The container runs, and the filters want it.
     *
     * @param certain false if only the journal says so; if the engine does not know the container, nothing is missing
     */
    default void started(String id, boolean certain) {}

    /** The container no longer runs, or the filters do not want it. */
    default void stopped(String id) {}

    /** Something about the container changed, and the filters want it. */
    default void changed(String id) {}

    /**
     * The container, which the filters want, has just ended, and may be removed in a moment: comes at once, and only for
     * an end that the recorder had not heard of before.
     */
    default void ended(String id) {}

    /**
     * Something happened to an image.
     *
     * @param reference its id or its name
     * @param names that it got or lost, as far as the engine says so
     */
    default void imageChanged(String reference, Set<String> names) {}

    /** The image no longer exists. */
    default void imageGone(String id) {}

    /** The container no longer exists. */
    void gone(String id);

    /**
     * The engine is gone, or the recorder stops. After a reconnect each running container is {@link #started} again.
     */
    void disconnected();

    /** A second has passed; comes only while the engine is connected. */
    void tick();

    /** After {@link #disconnected}. Idempotent. */
    @Override
    void close();
}
