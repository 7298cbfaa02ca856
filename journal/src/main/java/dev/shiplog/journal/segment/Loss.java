package dev.shiplog.journal.segment;

/**
 * A stretch of a journal that could not be read, and what is known of it. Damage that cost no record is told as well,
 * with an empty range: {@code toSequence == fromSequence - 1}.
 *
 * @param segment the name of the segment, or of the one before a missing one
 * @param fromOffset first byte that could not be read
 * @param toOffset first byte behind the stretch; equal to {@code fromOffset} if the bytes are not there at all
 * @param fromSequence sequence of the first record lost, or 0 if not known
 * @param toSequence sequence of the last record lost, or 0 if not known
 * @param fromTime receipt of the last good record before that is not restated, ns since the epoch, or 0
 * @param toTime receipt of the first good record after, or 0; if that is restated, when it was written
 * @param reason what was found, in one clause
 * @param undecodable the bytes are intact, but of no use: as a rule they build on records that are lost
 */
public record Loss(
        String segment,
        long fromOffset,
        long toOffset,
        long fromSequence,
        long toSequence,
        long fromTime,
        long toTime,
        String reason,
        boolean undecodable) {

    /** What the reason of one begins with that the system refused to read. */
    static final String REFUSED = "permission denied: ";

    /** Whether it may be intact: its reader has no permission. */
    public boolean refused() {
        return reason.startsWith(REFUSED);
    }

    /** How many records are lost, or -1 if that is not known. */
    public long records() {
        return fromSequence == 0 || toSequence == 0 ? -1 : toSequence - fromSequence + 1;
    }
}
