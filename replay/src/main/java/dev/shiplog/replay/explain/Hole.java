package dev.shiplog.replay.explain;

/**
 * A stretch of which events are missing, or may be.
 *
 * @param from ns since the epoch
 * @param to ns since the epoch; {@link Long#MAX_VALUE} if it is not over at the end of what was read
 * @param reason why, as a clause
 */
record Hole(long from, long to, String reason) {
    boolean touches(long since, long until) {
        return from <= until && to >= since;
    }
}
