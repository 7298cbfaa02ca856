package dev.shiplog.timeline;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was not recorded, in the marks of the recorder: a gap that is over has a mark of its own, one that is still
 * open follows from the {@link Coverage} at the end. Whether a gap matters is for the caller to decide. Not thread safe.
 */
public final class GapFinder {
    private Coverage coverage = new Coverage();
    private long lastSequence;

    /** Takes the next record; gives the gap that it reports, or null. */
    public @Nullable Gap apply(RecordView record) {
        if (record.sequence() < lastSequence) {
            coverage = new Coverage(); // another journal begins
        }
        lastSequence = record.sequence();
        if (record.kind() != Kind.MARK) {
            coverage.apply(record);
            return null;
        }
        Record mark = record.toRecord();
        coverage.apply(mark);
        MarkType type = MarkType.of(mark.payload(), mark.payload().length);
        return type != null && reportsGap(type, record.restated()) ? gap(mark) : null;
    }

    private static boolean reportsGap(MarkType type, boolean restated) {
        return switch (type) {
            case GAP, DROPPED, EVENT_COUNT -> true;
            case OVERSIZED -> !restated;
            case START,
                    CLEAN_STOP,
                    UNCLEAN_STOP,
                    SEGMENT_START,
                    ENGINE_UP,
                    ENGINE_DOWN,
                    UNSETTLED,
                    SETTLED,
                    SYNTHETIC,
                    CLOCK_STEP,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    BURST,
                    EXECS,
                    COUNTS -> false;
        };
    }

    /** What the records so far say about whether anybody listened. */
    public Coverage coverage() {
        return coverage;
    }

    /** The gaps that are not over, or not known for certain, at the end of what was read. */
    public List<Gap> open() {
        List<Gap> gaps = new ArrayList<>(2);
        Mark.Unsettled question = coverage.unsettled();
        if (question != null) {
            long to = question.to() == 0 ? Long.MAX_VALUE : question.to();
            String reason = question.reason() + "; it is not known whether the engine repeated all that happened since";
            gaps.add(new Gap(Gap.Type.POSSIBLE, Kind.EVENT.label(), "", 0, question.from(), to, reason));
        }
        if (coverage.silentSince() != 0) {
            String reason = "the engine has not answered since";
            gaps.add(new Gap(Gap.Type.CERTAIN, "", "", 0, coverage.silentSince(), Long.MAX_VALUE, reason));
        }
        return gaps;
    }

    private static @Nullable Gap gap(Record record) {
        Mark mark;
        try {
            mark = Mark.fromJson(record.payload());
        } catch (IOException e) {
            return Gap.unknown(
                    "record " + record.sequence() + " tells of one in a way that this version does not know");
        }
        if (mark instanceof Mark.Gap gap) {
            return new Gap(Gap.Type.CERTAIN, gap.kind(), gap.subject(), 0, gap.from(), gap.to(), gap.reason());
        }
        if (mark instanceof Mark.Dropped dropped) {
            String reason = dropped.reason();
            return new Gap(Gap.Type.CERTAIN, dropped.kind(), "", dropped.count(), dropped.from(), dropped.to(), reason);
        }
        if (mark instanceof Mark.EventCount count && count.engine() > count.heard()) {
            long missing = count.engine() - count.heard();
            String reason = "the engine counted " + count.engine() + " events, " + count.heard() + " were heard";
            return new Gap(Gap.Type.CERTAIN, Kind.EVENT.label(), "", missing, count.from(), count.to(), reason);
        }
        if (mark instanceof Mark.Oversized message) {
            String reason = message.length() + " bytes are too long";
            return new Gap(
                    Gap.Type.MESSAGE, message.kind(), message.subject(), 0, record.time(), record.time(), reason);
        }
        return null;
    }
}
