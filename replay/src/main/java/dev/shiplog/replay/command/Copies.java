package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.journal.segment.SegmentSummary.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds archives that are copies of one that was listed before: both are what the same manifest says. An archive that is
 * damaged is no copy, and no archive is called a copy of a damaged one. Not thread safe.
 */
final class Copies {
    /** By what archives that are equal have in common and what costs nothing to know. */
    private final Map<Object, ArchivedSegment> first = new HashMap<>();

    private final Map<String, Path> byDigest = new HashMap<>();

    private record Look(String journal, long first, long bytes) {}

    /** The next summary, marked as that of a copy if it is one. */
    SegmentSummary mark(SegmentSummary summary) {
        if (summary.state() != State.ARCHIVED || !(summary.segment() instanceof ArchivedSegment archive)) {
            return summary;
        }
        ArchivedSegment before =
                first.putIfAbsent(new Look(archive.journal(), archive.first(), summary.fileBytes()), archive);
        if (before == null) {
            return summary;
        }
        try {
            byDigest.putIfAbsent(before.digest(), before.path());
            Path original = byDigest.putIfAbsent(archive.digest(), archive.path());
            return original == null ? summary : summary.asCopy(archive.asCopyOf(original));
        } catch (IOException e) {
            return summary; // it is gone, or changed, since it was read
        }
    }
}
