package dev.shiplog.replay.past;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.replay.query.Times;
import java.util.Locale;

/**
 * A stretch of time of which something is missing, or may be.
 *
 * @param what why it is missing, roughly
 * @param kind label of the kind of what is missing; empty for everything
 * @param subject id of the container of which it is missing; empty for all
 * @param from ns since the epoch; 0 if not known
 * @param to ns since the epoch; {@link Long#MAX_VALUE} if it is not over
 * @param missing how many records
 * @param segment the name of the segment that is damaged; else empty
 * @param reason a clause
 */
public record MissingStretch(
        What what, String kind, String subject, long from, long to, Count missing, String segment, String reason) {
    /** Why something is missing. The names are those on the command line. */
    public enum What {
        /** It was not recorded. */
        GAP,
        /** It is not known whether it was. */
        POSSIBLE_GAP,
        /** The recorder had no room for it. */
        DROPPED,
        /** One message, which was too long to be recorded. */
        OVERSIZED,
        /** Damage took it. */
        LOSS,
        /** It was deleted as the limits of the journal ask. */
        RETENTION,
        /** The recorder was killed: what it had not yet written may be missing. */
        UNCLEAN_STOP;

        /** As people and programs read it, like the {@linkplain MarkType#label() names of marks}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A number of records.
     *
     * @param records -1 if nothing is known of it
     * @param isEstimate whether it follows from the rate before
     */
    public record Count(long records, boolean isEstimate) {
        /** Nobody knows. */
        public static final Count UNKNOWN = new Count(-1, false);

        /** So many, neither more nor less; -1 if that is not known. */
        public static Count exactly(long records) {
            return records < 0 ? UNKNOWN : new Count(records, false);
        }

        /** Some so many. */
        public static Count some(double records) {
            return records < 0 ? UNKNOWN : new Count(Math.round(records), true);
        }

        Count plus(Count more) {
            return records < 0 || more.records < 0
                    ? UNKNOWN
                    : new Count(records + more.records, isEstimate || more.isEstimate);
        }
    }

    /** Whether it is known how long it lasts: not if the clock was set back meanwhile to before it began. */
    public boolean isLengthKnown() {
        return from != 0 && to >= from;
    }

    /** How long it lasts, ns, if it is over at {@code end} at the latest; 0 if that is not known. */
    public long length(long end) {
        return !isLengthKnown() ? 0 : Math.max(0, Times.between(from, Math.min(to, end)));
    }

    /** Whether {@code next} goes on where this ends: the recorder states a long gap piece by piece. */
    boolean goesOnIn(MissingStretch next) {
        return what == next.what
                && kind.equals(next.kind)
                && subject.equals(next.subject)
                && segment.equals(next.segment)
                && (what == What.LOSS || what == What.RETENTION || reason.equals(next.reason))
                && what != What.OVERSIZED
                && next.isLengthKnown()
                && from <= next.from
                && next.from <= to;
    }

    MissingStretch and(MissingStretch next) {
        return new MissingStretch(
                what, kind, subject, from, Math.max(to, next.to), missing.plus(next.missing), segment, reason);
    }
}
