package dev.shiplog.journal.segment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one segment holds, without its records.
 *
 * @param segment as it was listed
 * @param header the newest, or null if none is intact
 * @param records their tally; of a damaged segment the intact ones
 * @param lastSequence the highest of a record that was read or is known to be lost, 0 if damage leaves it open
 * @param firstReceived receipt of the first record that is not restated, ns since the epoch; if all are, when the first
 *     one was written; 0 if there is none
 * @param lastReceived of the last one likewise
 * @param fileBytes length of the file, most of which may be a hole
 * @param usedBytes up to the end of the last excerpt
 * @param state how the segment ends, or that it is damaged
 * @param losses what could not be read
 * @param cleanStop whether the recorder's clean stop is the last record
 */
public record SegmentSummary(
        Segment segment,
        @Nullable SegmentHeader header,
        Tally records,
        long lastSequence,
        long firstReceived,
        long lastReceived,
        long fileBytes,
        long usedBytes,
        State state,
        List<Loss> losses,
        boolean cleanStop) {

    /** The same of a file that is a copy. */
    public SegmentSummary asCopy(Segment copy) {
        return new SegmentSummary(
                copy,
                header,
                records,
                lastSequence,
                firstReceived,
                lastReceived,
                fileBytes,
                usedBytes,
                State.COPY,
                losses,
                cleanStop);
    }

    /** How a segment ends. */
    public enum State {
        /** The newest one: more may come. */
        OPEN,
        /** The writer closed it and went on in the next. */
        ROLLED,
        /** A newer one exists, yet the writer had no chance to close this one. Nothing is missing. */
        UNCLOSED,
        /** The file ends too soon. */
        CUT,
        /** Parts of it cannot be read. */
        DAMAGED,
        /** An archive, which is what its manifest says. */
        ARCHIVED,
        /** The reader has no permission. */
        REFUSED,
        /** It holds no record. */
        EMPTY,
        /** Another file holds the same, and perhaps more. */
        COPY
    }
}
