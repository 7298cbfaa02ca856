package dev.shiplog.timeline;

/**
 * A stretch of time of which records are missing, or may be.
 *
 * @param type what is known of it
 * @param kind label of the kind of what is missing; empty for everything
 * @param subject id of the container of which it is missing; empty for all
 * @param count how many records are missing; 0 if that is not known
 * @param from ns since the epoch
 * @param to ns since the epoch; {@link Long#MAX_VALUE} if the gap is still open
 * @param reason why it is missing, as a clause
 */
public record Gap(Type type, String kind, String subject, long count, long from, long to, String reason) {
    /** What is known of a gap. */
    public enum Type {
        /** What happened between its times is missing. */
        CERTAIN,
        /** Something that happened between its times may be missing. */
        POSSIBLE,
        /** One message is missing, which was too long to be recorded. */
        MESSAGE,
        /** The journal reports it in a way that this version does not know: only {@link Gap#reason} says something. */
        UNKNOWN
    }

    /** A gap of which the journal says something that this version does not understand. */
    static Gap unknown(String reason) {
        return new Gap(Type.UNKNOWN, "", "", 0, 0, 0, reason);
    }

    /** Whether the gap is not over at the end of what was read. */
    public boolean isOpen() {
        return to == Long.MAX_VALUE;
    }
}
