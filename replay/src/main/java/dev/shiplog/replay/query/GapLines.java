package dev.shiplog.replay.query;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.Coverage;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.GapFinder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses the gaps in which something that is asked for may be missing, and puts each into a line. */
public final class GapLines {
    private final TimeRange range;
    private final RecordFilter filter;
    private final GapFinder finder = new GapFinder();

    /**
     * @param range in which a gap matters
     * @param filter for records that a gap may have swallowed
     */
    public GapLines(TimeRange range, RecordFilter filter) {
        this.range = range;
        this.filter = filter;
    }

    /** A line about the gap that {@code record} reports, or null if it reports none that matters. */
    public @Nullable String find(RecordView record, ContainerIndex containers) {
        Gap gap = finder.apply(record);
        return gap != null && matters(gap) && filter.wantsSubject(gap.subject(), containers) ? line(gap) : null;
    }

    /** What the records so far say about whether anybody listened. */
    public Coverage coverage() {
        return finder.coverage();
    }

    /** A line about each gap that matters and is not over at the end of what was read. */
    public List<String> open() {
        return finder.open().stream().filter(this::matters).map(GapLines::line).toList();
    }

    private boolean matters(Gap gap) {
        return gap.isUnknown() || range.overlaps(gap.from(), gap.to()) && isWanted(gap.kind());
    }

    /** A gap of everything matters to whoever wants events or samples: other kinds only explain these. */
    private boolean isWanted(String label) {
        if (label.isEmpty()) {
            return filter.kinds().contains(Kind.EVENT) || filter.kinds().contains(Kind.STATS);
        }
        Kind kind = Kind.ofLabel(label);
        return kind == null || filter.kinds().contains(kind);
    }

    private static String line(Gap gap) {
        return "gap: " + (gap.isUnknown() ? "" : what(gap) + when(gap)) + gap.reason();
    }

    private static String what(Gap gap) {
        String kind = gap.kind().isEmpty() ? "everything" : gap.kind();
        return (gap.count() == 0 ? kind : gap.count() + " " + gap.kind())
                + (gap.subject().isEmpty() ? "" : " of " + gap.subject());
    }

    private static String when(Gap gap) {
        String from = Times.format(gap.from());
        String stretch = gap.isOpen()
                ? " from " + from + " on"
                : gap.from() == gap.to() ? " at " + from : " from " + from + " to " + Times.format(gap.to());
        return stretch + (gap.certain() ? " not recorded: " : " may be missing: ");
    }
}
