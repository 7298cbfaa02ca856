package dev.shiplog.recorder.exposition;

import dev.shiplog.recorder.live.LiveState;
import java.time.Duration;

/**
 * How old what was read of a container may be for it to be served: two of its intervals, and never less than it takes for
 * each to be scraped.
 *
 * @param sampleNanos of samples
 * @param socketsNanos of TCP states and shared memory
 */
public record Freshness(long sampleNanos, long socketsNanos) {
    /**
     * What the intervals ask for.
     *
     * @param stats between two samples of a container
     * @param sockets between two readings of its sockets
     */
    public static Freshness of(Duration stats, Duration sockets) {
        return new Freshness(nanos(stats), nanos(sockets));
    }

    private static long nanos(Duration interval) {
        return Math.max(LiveState.GRACE_NANOS, interval.multipliedBy(2).toNanos());
    }
}
