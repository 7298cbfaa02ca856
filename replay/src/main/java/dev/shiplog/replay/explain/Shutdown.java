package dev.shiplog.replay.explain;

/**
 * The end of the engine or of the recorder shortly after the end of a life, with which it may have to do.
 *
 * @param time ns since the epoch
 * @param ofEngine whether the engine went; else the recorder was told to stop
 * @param complete whether all that ran were asked to end at that moment, and have ended just before
 * @param together how many containers were asked to end within a second of this one, itself among them
 */
record Shutdown(long time, boolean ofEngine, boolean complete, int together) {}
