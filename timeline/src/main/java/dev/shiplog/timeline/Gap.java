package dev.shiplog.timeline;

/**
 * A stretch of time of which records are missing, or may be.
 *
 * @param kind label of the kind of what is missing; empty for everything
 * @param subject id of the container of which it is missing; empty for all
 * @param count how many records are missing; 0 if that is not known
 * @param from ns since the epoch; {@link Long#MIN_VALUE} if it is not known what is missing and when
 * @param to ns since the epoch; {@link Long#MAX_VALUE} if the gap is still open
 * @param reason why it is missing, as a clause
 * @param certain whether it is missing for certain; else nobody knows
 */
public record Gap(String kind, String subject, long count, long from, long to, String reason, boolean certain) {
    /** A gap of which the journal says something that this version does not understand. */
    static Gap unknown(String reason) {
        return new Gap("", "", 0, Long.MIN_VALUE, Long.MAX_VALUE, reason, false);
    }

    /** Whether it is not known what is missing and when. */
    public boolean isUnknown() {
        return from == Long.MIN_VALUE;
    }

    /** Whether the gap is not over at the end of what was read. */
    public boolean isOpen() {
        return to == Long.MAX_VALUE;
    }
}
