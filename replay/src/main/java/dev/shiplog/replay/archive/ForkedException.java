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

    ForkedException(Path archive, String segment) {
        super(archive + ": holds other records with the sequences of " + segment
                + ", as after a journal was restored from a copy; " + segment
                + " stays: archive it to a directory of its own");
    }

    /** Known without the archive, which is elsewhere. */
    ForkedException(Segment segment, String archive) {
        super(segment.path() + ": is not what was archived as " + archive
                + ", as after a journal was restored from a copy; it stays: archive it to a directory of its own");
    }
}
