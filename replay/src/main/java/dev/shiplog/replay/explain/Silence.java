package dev.shiplog.replay.explain;

/**
 * A stretch in which nobody listened to the engine. What happened in it may have been learned later.
 *
 * @param from ns since the epoch
 * @param to ns since the epoch
 * @param ofEngine whether the engine did not answer; else the recorder did not run
 * @param rebooted whether the host was started anew in it
 */
record Silence(long from, long to, boolean ofEngine, boolean rebooted) {
    boolean holds(long time) {
        return time >= from && time <= to;
    }
}
