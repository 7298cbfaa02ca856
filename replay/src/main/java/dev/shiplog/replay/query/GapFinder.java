package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds, in the recorder's own marks, what was not recorded of that which is asked for. */
public final class GapFinder {
    private final TimeRange range;
    private final RecordFilter filter;
    private final Bytes payload = new Bytes(256);

    /** Since when nothing was recorded, as far as is known; 0 while the recorder hears the engine. */
    private long deafSince;
    /** When the recorder noted that; a sample that was on its way may be received before. */
    private long deafNoted;
    /** When the last run ended; 0 if another has begun, or there was none. */
    private long endedAt;
    /** Of which the recorder did not know yet whether events are missing; null if it knows. */
    private Mark.@Nullable Unsettled unsettled;

    private long lastSequence;

    /**
     * @param range in which a gap matters
     * @param filter for records that a gap may have swallowed
     */
    public GapFinder(TimeRange range, RecordFilter filter) {
        this.range = range;
        this.filter = filter;
    }

    /** One line about the gap that {@code record} tells of, or null if it tells of none that matters. */
    public @Nullable String find(RecordView record, ContainerIndex containers) {
        if (record.sequence() < lastSequence) { // another journal's
            deafSince = 0;
            endedAt = 0;
            unsettled = null;
        }
        lastSequence = record.sequence();
        if (record.kind() != Kind.MARK) {
            boolean heard = record.kind() == Kind.EVENT || record.kind() == Kind.STATS;
            if (heard && record.received() > deafNoted) {
                deafSince = 0;
            }
            return null;
        }
        payload.clear();
        record.payload(payload);
        if (!isMark(payload, MarkType.GAP)
                && !isMark(payload, MarkType.DROPPED)
                && !isMark(payload, MarkType.OVERSIZED)) {
            listen(record);
            return null;
        }
        Mark mark;
        try {
            mark = Mark.fromJson(payload.toArray());
        } catch (IOException e) {
            return "gap: record " + record.sequence() + " tells of one in a way that this version does not know";
        }
        if (mark instanceof Mark.Gap gap) {
            if (gap.kind().equals(Kind.EVENT.label())) {
                unsettled = null;
            }
            boolean matters = range.overlaps(gap.from(), gap.to())
                    && isWanted(gap.kind())
                    && filter.wantsSubject(gap.subject(), containers);
            String of = gap.subject().isEmpty() ? "" : " of " + gap.subject();
            return matters ? line(gap.kind() + of, gap.from(), gap.to(), gap.reason()) : null;
        }
        if (mark instanceof Mark.Dropped dropped) {
            boolean matters = range.overlaps(dropped.from(), dropped.to()) && isWanted(dropped.kind());
            String what = dropped.count() + " " + dropped.kind();
            return matters ? line(what, dropped.from(), dropped.to(), dropped.reason()) : null;
        }
        if (mark instanceof Mark.Oversized message && !record.restated()) {
            boolean matters = range.contains(record.time())
                    && isWanted(message.kind())
                    && filter.wantsSubject(message.subject(), containers);
            String of = message.subject().isEmpty() ? "" : " of " + message.subject();
            return matters
                    ? "gap: " + message.kind() + of + " at " + Times.format(record.time()) + " not recorded: "
                            + message.length() + " bytes are too long"
                    : null;
        }
        return null;
    }

    /** Follows whether the recorder hears the engine: a gap is told of when that is so again, and not before. */
    private void listen(RecordView mark) {
        if (isMark(payload, MarkType.ENGINE_UP)) {
            deafSince = 0;
        } else if (isMark(payload, MarkType.CLEAN_STOP)) {
            endedAt = mark.received();
        } else if (isMark(payload, MarkType.START)) {
            deaf(mark, endedAt);
            endedAt = 0;
        } else if (isMark(payload, MarkType.UNCLEAN_STOP) || isMark(payload, MarkType.ENGINE_DOWN)) {
            deaf(mark, since(mark));
        } else if (isMark(payload, MarkType.UNSETTLED)) {
            unsettled = question();
        } else if (isMark(payload, MarkType.SETTLED)) {
            unsettled = null;
        }
    }

    private void deaf(RecordView mark, long since) {
        if (deafSince == 0) {
            deafSince = since;
            deafNoted = mark.received();
        }
    }

    private Mark.@Nullable Unsettled question() {
        try {
            return Mark.fromJson(payload.toArray()) instanceof Mark.Unsettled question ? question : null;
        } catch (IOException e) {
            return null; // of a later version
        }
    }

    private long since(RecordView mark) {
        try {
            return Mark.fromJson(payload.toArray()) instanceof Mark.UncleanStop stop && stop.last() != 0
                    ? stop.last()
                    : mark.time();
        } catch (IOException e) {
            return mark.time();
        }
    }

    /** A line about each gap that matters and is not over at the end of what was read. */
    public List<String> open() {
        List<String> lines = new ArrayList<>(2);
        boolean events = isWanted(Kind.EVENT.label());
        Mark.Unsettled question = unsettled;
        if (question != null && events) {
            long to = question.to() == 0 ? Long.MAX_VALUE : question.to();
            if (range.overlaps(question.from(), to)) {
                lines.add("gap: event from " + Times.format(question.from())
                        + (to == Long.MAX_VALUE ? " on" : " to " + Times.format(to))
                        + " may be missing: " + question.reason()
                        + "; it is not known whether the engine repeated all that happened since");
            }
        }
        if (deafSince != 0 && range.overlaps(deafSince, Long.MAX_VALUE) && (events || isWanted(Kind.STATS.label()))) {
            lines.add("gap: everything from " + Times.format(deafSince)
                    + " on not recorded: the engine has not answered since");
        }
        return lines;
    }

    private boolean isWanted(String label) {
        Kind kind = Kind.ofLabel(label);
        return kind == null || filter.kinds().contains(kind);
    }

    private static String line(String what, long from, long to, String reason) {
        return "gap: " + (what.isEmpty() ? "everything" : what) + " from " + Times.format(from) + " to "
                + Times.format(to) + " not recorded: " + reason;
    }

    static boolean isMark(Bytes payload, MarkType type) {
        return MarkType.of(payload.array(), payload.length()) == type;
    }
}
