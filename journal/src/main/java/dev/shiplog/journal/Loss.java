package dev.shiplog.journal;

/**
 * A stretch of a journal that could not be read, and what is known of it.
 *
 * @param segment the name of the segment, or of the one before a missing one
 * @param fromOffset first byte that could not be read
 * @param toOffset first byte behind the stretch; equal to {@code fromOffset} if the bytes are not there at all
 * @param fromSequence sequence of the first record lost, or 0 if not known
 * @param toSequence sequence of the last record lost, or 0 if not known
 * @param fromTime receipt of the last good record before, ns since the epoch, or 0
 * @param toTime receipt of the first good record after, or 0
 * @param reason what was found, in one clause
 */
public record Loss(
        String segment,
        long fromOffset,
        long toOffset,
        long fromSequence,
        long toSequence,
        long fromTime,
        long toTime,
        String reason) {}
