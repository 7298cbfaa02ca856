package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import java.io.IOException;

/** The name under which a segment was recorded. */
final class RecordedName {
    private RecordedName() {}

    /** The name of its file, or of the file that it was archived from; empty if nobody knows. */
    static String of(Segment segment) throws IOException {
        if (segment instanceof SegmentFile file) {
            return file.named().text();
        }
        try (ArchiveFile archive = ArchiveFile.open(segment.path())) {
            return archive.manifest().description().segment();
        } catch (MismatchException e) {
            return "";
        }
    }
}
