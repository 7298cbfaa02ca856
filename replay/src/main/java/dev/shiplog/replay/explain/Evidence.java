package dev.shiplog.replay.explain;

/**
 * A recorded fact that a verdict rests on.
 *
 * @param time ns since the epoch
 * @param what a clause
 */
public record Evidence(long time, String what) {}
