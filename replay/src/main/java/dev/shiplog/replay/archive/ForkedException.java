package dev.shiplog.replay.archive;

import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An archive holds other records than a segment that began as its own: the journal was restored from a copy, and its
 * recorder gave the same sequences to other records. Both must stay.
 */
final class ForkedException extends IOException {
    private static final long serialVersionUID = 1L;

    private ForkedException(String message) {
        super(message);
    }

    /** An archive holds other records in the place of the segment's. */
    static ForkedException different(Path archive, String segment) {
        return new ForkedException(archive + ": holds other records with the sequences of " + segment
                + ", as after a journal was restored from a copy; " + segment
                + " stays: archive it to a directory of its own");
    }

    /** An archive that others follow holds the segment's first records: the next sequences are taken by now. */
    static ForkedException grown(Path archive, String segment) {
        return new ForkedException(archive + ": holds only the first records of " + segment
                + ", and other archives follow it, as after a journal was restored from a copy; " + segment
                + " stays: archive it to a directory of its own");
    }

    /** A segment that was not archived begins with a sequence that was: it came after the fork. */
    static ForkedException taken(Segment segment, long first) {
        return new ForkedException(segment.path() + ": records with its sequences, from " + first
                + " on, are archived already, in an archive of another name or elsewhere, as after a journal was"
                + " restored from a copy; it stays: archive it to a directory of its own");
    }

    /** Known without the archive, which is elsewhere. */
    static ForkedException elsewhere(Segment segment, String archive) {
        return new ForkedException(segment.path() + ": is not what was archived as " + archive
                + ", as after a journal was restored from a copy; it stays: archive it to a directory of its own");
    }
}
