package dev.shiplog.replay.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A life, why it ended, and what that has to do with others.
 *
 * @param verdict null if it still runs
 * @param factors words for what may have played a part, such as {@code unhealthy}
 * @param firstMover who ended first, if this end followed; null if none is known
 * @param followed who ended because of it, in order of time
 * @param restarted who started it again: {@code policy}, {@code client}, {@code engine}, {@code recreated}; empty if nobody
 *     did, or that is not known
 * @param restarts how often its restart policy had started it
 */
public record Explanation(
        Life life,
        @Nullable Verdict verdict,
        List<String> factors,
        @Nullable FirstMover firstMover,
        List<Follower> followed,
        String restarted,
        int restarts) {
    /**
     * Who ended first.
     *
     * @param container its name
     * @param ended ns since the epoch
     * @param before by how many ns
     */
    public record FirstMover(String container, Cause cause, long ended, long before) {}

    /**
     * Who followed.
     *
     * @param container its name
     * @param after by how many ns
     * @param how a clause
     */
    public record Follower(String container, long after, String how) {}

    /** The label by which compose says which project a container belongs to. */
    public static final String PROJECT = "com.docker.compose.project";

    /** The label by which it says which service it is. */
    public static final String SERVICE = "com.docker.compose.service";

    /** The project; empty if it belongs to none. */
    public String project() {
        return life.container().labels().getOrDefault(PROJECT, "");
    }

    /** The service; empty if it belongs to none. */
    public String service() {
        return life.container().labels().getOrDefault(SERVICE, "");
    }
}
