package dev.shiplog.journal.segment;

import dev.shiplog.journal.record.RecordView;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of one segment, wherever its bytes are kept: all that {@link dev.shiplog.journal.Cursor} needs to read it.
 * {@link Segment#open} makes one. Not thread safe.
 *
 * <p>An implementation promises:
 *
 * <ul>
 *   <li>A record that it hands out is the one that was appended; its checksum proved it.
 *   <li>Sequences rise. None is below {@link LossTracker#next()} as it was when the source was opened: another source has
 *       handed out that record.
 *   <li>What is missing before a record is reported to the tracker before {@link #next()} returns true for it. What is
 *       missing after the last one stays with the tracker: the next source shows how much it is.
 *   <li>Records that come later, if the segment is still written to, are found by the next call of {@link #next()}.
 *   <li>It never writes, never locks, never maps memory.
 * </ul>
 */
public interface RecordSource extends Closeable {
    /**
     * Goes to the next record; false if there is none for now.
     *
     * @throws IOException if the system fails to read; what comes after {@link #position()} is not read then
     */
    boolean next() throws IOException;

    /** From now on, stretches of records that are unwanted may be passed over, if none in them is needed for others. */
    default void passOver(Predicate<Stretch> unwanted) {
        // Whoever reads record by record cannot.
    }

    /** The current record, valid until the next call of {@link #next()}. */
    RecordView record();

    /** What the segment says about itself where it was read last; null if no header is read, or it is damaged. */
    @Nullable
    SegmentHeader header();

    /** Where the current record begins in the file. */
    long offset();

    /** The first byte that is neither read nor skipped. */
    long position();

    /** Nothing more is written to this segment: what is at its end now was not just being written. */
    void markComplete();

    /** Whether nothing was found, not even the beginning of a segment. */
    boolean isEmpty();

    /** Whether the writer has closed the segment, so that nothing more comes. */
    boolean isClosedByWriter();
}
