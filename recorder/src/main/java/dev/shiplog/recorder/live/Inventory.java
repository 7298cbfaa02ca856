package dev.shiplog.recorder.live;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How much of what the engine has beside containers: images, volumes, networks. One thread writes, any thread reads. */
public final class Inventory {
    /** A number that is not known. */
    public static final long UNKNOWN = -1;

    private static final Count NEVER_ASKED = new Count(UNKNOWN, 0);

    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    /**
     * How many there are of one sort.
     *
     * @param number or {@link #UNKNOWN}
     * @param failures how often the engine did not say
     */
    public record Count(long number, long failures) {}

    /** What is known of a sort. */
    public Count of(String sort) {
        return counts.getOrDefault(sort, NEVER_ASKED);
    }

    /** There are so many. */
    public void counted(String sort, long number) {
        counts.put(sort, new Count(number, of(sort).failures()));
    }

    /** The engine was asked, and did not say. */
    public void failed(String sort) {
        counts.put(sort, new Count(UNKNOWN, of(sort).failures() + 1));
    }

    /** It is not known any more, or not yet. */
    public void forget(String sort) {
        counts.put(sort, new Count(UNKNOWN, of(sort).failures()));
    }
}
