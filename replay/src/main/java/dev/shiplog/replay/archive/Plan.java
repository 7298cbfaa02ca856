package dev.shiplog.replay.archive;

import dev.shiplog.journal.segment.SegmentFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about the segments of a journal. A pure function.
 *
 * @param olderThan how long ago the time of a segment must be over; null if that does not matter
 * @param newestToo whether the newest segment counts as well, if no recorder may add to it
 */
record Plan(@Nullable Duration olderThan, boolean newestToo) {
    /** What is to be done about one segment. */
    enum Action {
        /** It is left for a later run: the recorder may add to it, or it is too young. */
        WAIT,
        /** It holds nothing that another segment does not hold. */
        PASS,
        /** An archive of it is to be written. */
        ARCHIVE,
        /** It is archived, but when it was, more could still come: if more has come, it is archived again. */
        REVIEW,
        /** It is archived: what is left to do is the hook, and to delete it. */
        FINISH
    }

    /** What is known of the archive of a segment. */
    enum Archived {
        NO,
        /** It was the newest one then. */
        WHILE_NEWEST,
        COMPLETELY
    }

    /** A segment, and whether it is archived already. */
    record Candidate(SegmentFile segment, Archived archived) {}

    /**
     * What is to be done about a segment.
     *
     * @param newest whether it is the one to which a recorder would add
     */
    record Step(SegmentFile segment, Action action, boolean newest) {}

    /**
     * The steps for all segments of a journal, in the order in which they were written.
     *
     * @param recorderRuns whether a recorder may add to the newest one
     */
    List<Step> steps(List<Candidate> candidates, boolean recorderRuns, Instant now) {
        SegmentFile last = candidates.stream()
                .map(Candidate::segment)
                .filter(segment -> segment.copyOf() == null)
                .reduce((before, after) -> after)
                .orElse(null);
        SegmentFile lastByName = candidates.stream()
                .map(Candidate::segment)
                .filter(segment -> !segment.named().isQuarantined())
                .max(Comparator.comparing(SegmentFile::named))
                .orElse(null);
        List<Step> steps = new ArrayList<>();
        for (Candidate candidate : candidates) {
            SegmentFile segment = candidate.segment;
            // The recorder goes on in the last one by name, even if renamed segments come after it by their sequences.
            boolean newest = segment.equals(last) || segment.equals(lastByName);
            boolean waits = newest && (recorderRuns || !newestToo) || isTooYoung(segment, now);
            steps.add(new Step(segment, action(candidate, waits), newest));
        }
        return steps;
    }

    private static Action action(Candidate candidate, boolean waits) {
        if (candidate.segment.copyOf() != null) {
            return Action.PASS;
        }
        if (waits) {
            return Action.WAIT;
        }
        return switch (candidate.archived) {
            case NO -> Action.ARCHIVE;
            case WHILE_NEWEST -> Action.REVIEW;
            case COMPLETELY -> Action.FINISH;
        };
    }

    private boolean isTooYoung(SegmentFile segment, Instant now) {
        if (olderThan == null) {
            return false;
        }
        long end = segment.named().start() + segment.named().roll().length().toNanos();
        return Instant.ofEpochSecond(0, end).plus(olderThan).isAfter(now);
    }
}
