package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.past.MissingStretch.Count;
import dev.shiplog.replay.past.MissingStretch.What;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import java.util.Map;

/**
 * What is missing of one host in a range of time.
 *
 * @param host the host's name; empty if it is not known
 * @param range what is asked for, as far as it is over: from its first to its last moment
 * @param stretches by the time at which they begin
 * @param samples how many samples there are
 * @param containers those that stretches are about, by id
 */
public record GapReport(
        String host, TimeRange range, List<MissingStretch> stretches, long samples, Map<String, Container> containers) {

    /** How long the range is, ns. */
    public long length() {
        return Times.between(range.since(), range.until());
    }

    /** How long events were recorded in the range, ns: at most, if {@link #isMostOfEvents}. */
    public long eventsRecorded() {
        long missing = 0;
        long covered = range.since();
        for (MissingStretch stretch : stretches) {
            if (!mayHold(stretch, Kind.EVENT) || stretch.what() == What.UNCLEAN_STOP || !stretch.isLengthKnown()) {
                continue;
            }
            long from = Math.max(covered, stretch.from());
            long to = Math.min(range.until(), stretch.to());
            missing += Math.max(0, to - from);
            covered = Math.max(covered, to);
        }
        return length() - missing;
    }

    /**
     * Whether events may be missing for some time more: in a stretch of a length that is not known, or because the recorder
     * was killed.
     */
    public boolean isMostOfEvents() {
        return stretches.stream()
                .anyMatch(stretch -> mayHold(stretch, Kind.EVENT)
                        && (stretch.what() == What.UNCLEAN_STOP || !stretch.isLengthKnown()));
    }

    /** How many samples are missing. What a kill cost stands in a gap of its own. */
    public Count samplesMissing() {
        return stretches.stream()
                .filter(stretch -> stretch.kind().equals(Kind.STATS.label())
                        || mayHold(stretch, Kind.STATS) && stretch.what() != What.UNCLEAN_STOP)
                .map(stretch -> stretch.kind().isEmpty() ? Count.UNKNOWN : stretch.missing())
                .reduce(Count.exactly(0), Count::plus);
    }

    /** Whether records of this kind, of every container, may be missing in a stretch. */
    private static boolean mayHold(MissingStretch stretch, Kind kind) {
        boolean ofKind = stretch.kind().isEmpty() || stretch.kind().equals(kind.label());
        return ofKind && stretch.subject().isEmpty() && stretch.missing().records() != 0;
    }
}
