package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.segment.SegmentSummary;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way to show segments: a line for each, in the order of the journal. */
interface Listing {
    /** Appends what comes before the first segment. */
    void begin(Bytes out);

    /**
     * Appends a segment.
     *
     * @param recording of the journal whose newest segment this is; null for any other segment
     */
    void add(SegmentSummary segment, @Nullable Recording recording, Bytes out);

    /** Appends what comes after the last segment, given what is known of each journal. */
    void end(Map<Path, Recording> recordings, Bytes out);

    /** The name of a state, as users read it. */
    static String label(SegmentSummary.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
