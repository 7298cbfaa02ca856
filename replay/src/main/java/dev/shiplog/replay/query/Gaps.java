package dev.shiplog.replay.query;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds, in the recorder's own marks, what was not recorded of that which is asked for. */
public final class Gaps {
    private final TimeRange range;
    private final RecordFilter filter;
    private final Bytes payload = new Bytes(256);

    /** Since when nothing was recorded, as far as is known; 0 while the recorder hears the engine. */
    private long deafSince;
    /** When the last run ended; 0 if another has begun, or there was none. */
    private long endedAt;

    private long lastSequence;

    /**
     * @param range in which a gap matters
     * @param filter for records that a gap may have swallowed
     */
    public Gaps(TimeRange range, RecordFilter filter) {
        this.range = range;
        this.filter = filter;
    }

    /** One line about the gap that {@code record} tells of, or null if it tells of none that matters. */
    public @Nullable String find(Decoded record, Containers containers) {
        if (record.sequence() < lastSequence) { // another journal's
            deafSince = 0;
            endedAt = 0;
        }
        lastSequence = record.sequence();
        if (record.kind() != Kind.MARK) {
            return null;
        }
        payload.clear();
        record.payload(payload);
        if (!isMark(payload, "gap") && !isMark(payload, "dropped")) {
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
        return null;
    }

    /** Follows whether the recorder hears the engine: a gap is told of when that is so again, and not before. */
    private void listen(Decoded mark) {
        if (isMark(payload, "engine-up")) {
            deafSince = 0;
        } else if (isMark(payload, "clean-stop")) {
            endedAt = mark.received();
        } else if (isMark(payload, "start")) {
            deafSince = deafSince == 0 ? endedAt : deafSince;
            endedAt = 0;
        } else if (isMark(payload, "unclean-stop") || isMark(payload, "engine-down")) {
            deafSince = deafSince == 0 ? since(mark) : deafSince;
        }
    }

    private long since(Decoded mark) {
        try {
            return Mark.fromJson(payload.toArray()) instanceof Mark.UncleanStop stop && stop.last() != 0
                    ? stop.last()
                    : mark.time();
        } catch (IOException e) {
            return mark.time();
        }
    }

    /** One line about the gap that is not over at the end of what was read, or null if there is none that matters. */
    public @Nullable String open() {
        boolean matters = deafSince != 0
                && range.overlaps(deafSince, Long.MAX_VALUE)
                && (isWanted(Kind.EVENT.label()) || isWanted(Kind.STATS.label()));
        return matters
                ? "gap: everything from " + Times.format(deafSince)
                        + " on not recorded: the engine has not answered since"
                : null;
    }

    private boolean isWanted(String label) {
        Kind kind = Kind.ofLabel(label);
        return kind == null || filter.kinds().contains(kind);
    }

    private static String line(String what, long from, long to, String reason) {
        return "gap: " + (what.isEmpty() ? "everything" : what) + " from " + Times.format(from) + " to "
                + Times.format(to) + " not recorded: " + reason;
    }

    static boolean isMark(Bytes payload, String name) {
        return Mark.isNamed(name, payload.array(), payload.length());
    }
}
