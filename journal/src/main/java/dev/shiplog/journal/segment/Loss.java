package dev.shiplog.journal.segment;

/**
 * A stretch of a journal that could not be read, and what is known of it. Damage that cost no record is reported as well:
 * {@link #records()} is 0.
 *
 * @param place which bytes could not be read
 * @param sequences which records are lost
 * @param received receipts of the good records around the loss
 * @param cause what kind of loss it is
 * @param reason what was found, in one clause
 */
public record Loss(Place place, Sequences sequences, Received received, Cause cause, String reason) {
    /** What kind of loss it is. */
    public enum Cause {
        /** Bytes are damaged or missing. */
        DAMAGED,
        /** The bytes are intact but cannot be decoded, usually because they build on records that are lost. */
        UNDECODABLE,
        /** The reader has no permission. The bytes may be intact. */
        REFUSED,
        /** An archive is not what its manifest says: it is damaged, or was changed. */
        MISMATCH,
        /** The recorder deleted the segments, as its limits ask, and says so in a mark: no damage. */
        DELETED
    }

    /**
     * Bytes in a segment's file.
     *
     * @param segment the name of the segment, or of the one before a missing one
     * @param from first byte that could not be read
     * @param to first byte after the stretch; equal to {@code from} if the bytes are not there at all; both 0 if all that
     *     is known is the file
     */
    public record Place(String segment, long from, long to) {
        /** As a phrase. */
        @Override
        public String toString() {
            return segment + (to == 0 ? "" : from == to ? ", at byte " + from : ", bytes " + from + " to " + to);
        }
    }

    /**
     * Sequences of records, 0 where not known.
     *
     * @param from of the first record lost
     * @param to of the last one; {@code from - 1} if no record is lost
     */
    public record Sequences(long from, long to) {
        static final Sequences UNKNOWN = new Sequences(0, 0);
    }

    /**
     * Receipts around the loss, ns since the epoch, 0 where not known.
     *
     * @param after of the last good record before the loss that is not restated
     * @param before of the first good record after the loss; if that is restated, when it was written
     */
    public record Received(long after, long before) {
        static final Received UNKNOWN = new Received(0, 0);
    }

    /** All that is known is that something is wrong with this segment. */
    public static Loss ofSegment(String segment, Cause cause, String reason) {
        return new Loss(new Place(segment, 0, 0), Sequences.UNKNOWN, Received.UNKNOWN, cause, reason);
    }

    /** The name of the segment, as {@link Place#segment()}. */
    public String segment() {
        return place.segment;
    }

    /** How many records are lost, or -1 if that is not known. */
    public long records() {
        return sequences.from == 0 || sequences.to == 0 ? -1 : sequences.to - sequences.from + 1;
    }
}
