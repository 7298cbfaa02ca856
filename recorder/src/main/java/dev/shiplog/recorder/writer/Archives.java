package dev.shiplog.recorder.writer;

import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.SegmentStart;
import java.util.function.Predicate;

/** What is known of the archives of a journal's segments, as of now. */
interface Archives {
    /** Which segments are archived, by what they begin with: a cheap look at all of them. */
    Predicate<SegmentStart> archived();

    /** Whether a segment that is archived, as far as that look shows, is still what was archived: reads all of it. */
    default boolean prove(StoredSegment segment) {
        return true;
    }
}
