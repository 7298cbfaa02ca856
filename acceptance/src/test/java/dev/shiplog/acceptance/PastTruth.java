package dev.shiplog.acceptance;

import dev.shiplog.recorder.source.SimulatedEngine.Seen;
import dev.shiplog.recorder.source.SimulatedEngine.Step;
import dev.shiplog.recorder.source.SimulatedTime.Reign;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who saw everything: which containers there were at any time, what the wall clock showed, and where nobody
 * listened. Times are of the monotonic clock, in ns; moments are what the wall clock showed, in ns since the epoch.
 */
final class PastTruth {
    /** @param why a clause */
    record Span(long from, long to, String why) {
        boolean holds(long nanos) {
            return from <= nanos && nanos <= to;
        }
    }

    /** The clock was set back at {@code from}, and read at {@code to}; up to {@code heard}, the recorder heard of all. */
    record Unnoticed(long heard, long from, long to) {}

    /** A sample in the journal: of {@code id}, with this time by the wall clock, taken and recorded then. */
    record Sample(String id, long time, long takenAt, long recordedAt) {}

    private final List<Step> steps;
    private final List<Reign> reigns;
    final List<Sample> samples = new ArrayList<>();
    /** Where nothing can be known. */
    final List<Span> unknown = new ArrayList<>();
    /** Where a reader cannot know all, because the journal does not tell. */
    final List<Span> uncertain = new ArrayList<>();

    final List<Unnoticed> unnoticed = new ArrayList<>();
    /** Moments, by the wall clock, that may have come again before the recorder noticed that it was set back. */
    final List<Span> blind = new ArrayList<>();

    PastTruth(List<Step> steps, List<Reign> reigns) {
        this.steps = steps;
        this.reigns = reigns;
    }

    /** What there was. */
    Map<String, Seen> at(long nanos) {
        Map<String, Seen> seen = Map.of();
        for (Step step : steps) {
            if (step.nanos() > nanos) {
                break;
            }
            seen = step.containers();
        }
        return seen;
    }

    /** What the wall clock showed. */
    long moment(long nanos) {
        long moment = 0;
        for (Reign reign : reigns) {
            moment = reign.from() <= nanos ? nanos + reign.offset() : moment;
        }
        return moment;
    }

    /** When the wall clock showed {@code moment}, or passed over it, the last time first; empty if it did not. */
    List<Long> comings(long moment) {
        List<Long> comings = new ArrayList<>();
        for (int i = reigns.size(); i-- > 0; ) {
            Reign reign = reigns.get(i);
            boolean isLast = i + 1 == reigns.size();
            long end = isLast ? Long.MAX_VALUE : reigns.get(i + 1).from();
            long nanos = moment - reign.offset();
            boolean isPassedOver = nanos >= end && end + reigns.get(i + 1).offset() > moment;
            if (reign.from() <= nanos && (nanos < end || isPassedOver)) {
                comings.add(Math.min(nanos, end - 1));
            }
        }
        return comings;
    }

    /** Why nothing can be known; null if it can. */
    @Nullable
    Span unknown(long nanos) {
        return unknown.stream().filter(span -> span.holds(nanos)).findFirst().orElse(null);
    }

    /** Whether a reader may say of {@code moment}, asked for when it came at {@code nanos}, that it does not know. */
    boolean mayBeUnknown(long moment, long nanos) {
        return unknown(nanos) != null
                || uncertain.stream().anyMatch(span -> span.holds(nanos))
                || blind.stream().anyMatch(span -> span.holds(moment));
    }

    /** When something happened, by the monotonic clock. */
    List<Long> times() {
        return steps.stream().skip(1).map(Step::nanos).toList();
    }

    /**
     * When {@code moment} came last, to the notice of the recorder: what came after the clock was set back and before it was
     * read again does not count, if the recorder listened when it came before.
     */
    long noticed(long moment) {
        List<Long> comings = comings(moment);
        int i = 0;
        while (i + 1 < comings.size() && isUnnoticed(comings.get(i), comings.get(i + 1))) {
            i++;
        }
        return comings.get(i);
    }

    private boolean isUnnoticed(long last, long before) {
        return unnoticed.stream().anyMatch(set -> set.from <= last && last < set.to && before < set.heard);
    }

    /** Time of the newest sample that a reader must show, by the wall clock; 0 if there is none. */
    long sample(String id, long nanos) {
        long started = Long.MIN_VALUE;
        String status = "";
        for (Step step : steps) {
            Seen seen = step.nanos() <= nanos ? step.containers().get(id) : null;
            boolean starts = seen != null && seen.isAlive() && !status.equals("running") && !status.equals("paused");
            started = starts ? step.nanos() : started;
            status = seen == null ? status : seen.status();
        }
        long since = started;
        return samples.stream()
                .filter(sample -> sample.id.equals(id) && sample.takenAt >= since && sample.takenAt <= nanos)
                .max(Comparator.comparingLong(Sample::takenAt))
                .map(Sample::time)
                .orElse(0L);
    }
}
