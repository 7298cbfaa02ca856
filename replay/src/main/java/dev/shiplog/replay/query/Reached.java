package dev.shiplog.replay.query;

/**
 * Up to where a journal was exported.
 *
 * @param sequence of the last record that was read; all before it were exported, filtered out, or reported lost
 * @param received receipt of that record, ns since the epoch: after a power cut another record may get its sequence
 * @param gone whether the journal was not among the sources the last time, and that was reported
 */
public record Reached(long sequence, long received, boolean gone) {}
