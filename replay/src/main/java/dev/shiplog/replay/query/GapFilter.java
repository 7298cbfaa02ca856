package dev.shiplog.replay.query;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.Coverage;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.GapFinder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the gaps in which something that is asked for may be missing. Not thread safe. */
final class GapFilter {
    private final TimeRange range;
    private final RecordFilter filter;
    private final GapFinder finder = new GapFinder();

    /**
     * @param range in which a gap matters
     * @param filter for records that may be missing
     */
    GapFilter(TimeRange range, RecordFilter filter) {
        this.range = range;
        this.filter = filter;
    }

    /** Takes the next record; gives the gap that it reports, or null if it reports none that matters. */
    @Nullable
    Gap apply(RecordView record, ContainerIndex containers) {
        Gap gap = finder.apply(record);
        return gap != null && matters(gap) && filter.wantsSubject(gap.subject(), containers) ? gap : null;
    }

    /** What the records so far say about whether anybody listened. */
    Coverage coverage() {
        return finder.coverage();
    }

    /** The gaps that matter and are not over at the end of what was read. */
    List<Gap> open() {
        return finder.open().stream().filter(this::matters).toList();
    }

    private boolean matters(Gap gap) {
        return gap.type() == Gap.Type.UNKNOWN || range.overlaps(gap.from(), gap.to()) && isWanted(gap);
    }

    /** That the engine is silent matters only if events or samples are wanted: other kinds only explain these. */
    private boolean isWanted(Gap gap) {
        if (gap.kind().isEmpty() && gap.isOpen()) {
            return filter.kinds().contains(Kind.EVENT) || filter.kinds().contains(Kind.STATS);
        }
        Kind kind = Kind.ofLabel(gap.kind());
        return kind == null || filter.kinds().contains(kind);
    }
}
