package dev.shiplog.replay.past;

import dev.shiplog.timeline.HostState;
import org.jspecify.annotations.Nullable;

/**
 * A host at a moment.
 *
 * @param host the host's name; empty if it is not known
 * @param moment ns since the epoch
 * @param state what the records up to then tell
 * @param unknown from when on nothing is known of it at that moment; null if all was recorded
 * @param cameBefore whether the clock was set back, and the moment came before
 */
public record HostAt(
        String host, long moment, HostState state, @Nullable Unknown unknown, boolean cameBefore) {
    /**
     * A stretch in which nobody listened, or of which the records are lost.
     *
     * @param since ns since the epoch; 0 if nothing was ever recorded before the moment
     * @param reason a clause
     */
    public record Unknown(long since, String reason) {}
}
