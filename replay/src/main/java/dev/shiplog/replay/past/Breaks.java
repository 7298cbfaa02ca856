package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import org.jspecify.annotations.Nullable;

/** Knows when listening to the engine broke off last, as the marks tell. Not thread safe. */
final class Breaks {
    /** Times in ns since the epoch. */
    record Stretch(long from, long to) {}

    private boolean listens = true;
    private long last;

    /** Takes the next record. */
    void apply(RecordView record) {
        Stretch missed = missed(record);
        if (Marks.type(record) == MarkType.ENGINE_UP) {
            listens = true;
        } else if (record.restated()) {
            listens &= Marks.type(record) != MarkType.ENGINE_DOWN; // when that began is not known here
        } else if (missed != null) {
            last = missed.from();
        } else if (isBreak(record)) {
            last = listens ? record.time() : last;
            listens = false;
        }
    }

    /** Whether the recorder listens. */
    boolean listens() {
        return listens;
    }

    /** Since when events were missed last, ns since the epoch; 0 if that is not known. */
    long last() {
        return last;
    }

    /** The stretch of which this mark says that events are or may be missing; null if it says no such thing. */
    static @Nullable Stretch missed(RecordView record) {
        MarkType type = Marks.type(record);
        if (type != MarkType.GAP && type != MarkType.UNSETTLED) {
            return null;
        }
        Mark mark = Marks.read(record);
        if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
            return new Stretch(gap.from(), gap.to());
        }
        return mark instanceof Mark.Unsettled question
                ? new Stretch(question.from(), question.to() == 0 ? Long.MAX_VALUE : question.to())
                : null;
    }

    /** Whether what {@link #missed} gives is missing for certain. */
    static boolean isCertain(RecordView record) {
        return Marks.type(record) == MarkType.GAP;
    }

    /** Whether something may have happened before this mark that no event before it tells. */
    static boolean isBreak(RecordView record) {
        MarkType type = Marks.type(record);
        return type == MarkType.START
                || type == MarkType.CLEAN_STOP
                || type == MarkType.UNCLEAN_STOP
                || type == MarkType.ENGINE_DOWN;
    }

    /**
     * Whether the wall clock was set back before this mark, by the recorder's word or while it did not run.
     *
     * @param before receipt of the record before it
     */
    static boolean isSetBack(RecordView record, long before) {
        MarkType type = Marks.type(record);
        return type == MarkType.START && record.received() < before
                || type == MarkType.CLOCK_STEP
                        && Marks.read(record) instanceof Mark.ClockStep clock
                        && clock.step() < 0;
    }
}
