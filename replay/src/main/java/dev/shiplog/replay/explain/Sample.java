package dev.shiplog.replay.explain;

/**
 * Memory at a moment.
 *
 * @param time ns since the epoch
 * @param memory bytes, as docker counts them
 * @param limit bytes
 */
record Sample(long time, long memory, long limit) {}
