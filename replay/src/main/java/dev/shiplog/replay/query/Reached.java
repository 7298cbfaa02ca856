package dev.shiplog.replay.query;

/**
 * Up to where a journal was exported.
 *
 * @param sequence of the last record that was read; all before it were exported, filtered out, or told to be lost
 * @param received receipt of that record, ns since the epoch: another record may get its number after a power cut
 * @param gone the journal was not among the sources the last time, and that was told
 */
public record Reached(long sequence, long received, boolean gone) {}
