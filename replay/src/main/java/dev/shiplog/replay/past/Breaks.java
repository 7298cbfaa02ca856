package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import org.jspecify.annotations.Nullable;

/** Knows whether the recorder listens to the engine, and how the wall clock moves, as the records tell. Not thread safe. */
final class Breaks {
    /** Times in ns since the epoch. */
    record Stretch(long from, long to) {}

    private boolean listens = true;
    private long brokeOff;
    /** The wall clock was set back while it did not listen. */
    private boolean isSetBack;

    private Mark.@Nullable Unsettled question;
    /** The wall clock was set back at any time. */
    private boolean wasSetBack;

    private long setBackFrom = Long.MAX_VALUE;
    private long newest;
    private long offset = Long.MIN_VALUE;
    private long monotonic;

    /**
     * Takes the next record.
     *
     * @return whether the wall clock was set back before it
     */
    boolean apply(RecordView record) {
        MarkType type = Marks.type(record);
        if (record.restated()) {
            restate(record, type);
            return false;
        }
        boolean back = isSetBack(record, type);
        setBackFrom = back && listens && type != MarkType.START ? monotonic + offset : Long.MAX_VALUE;
        isSetBack |= back && !listens;
        if (type == null) {
            listens |= record.isOfKnownKind() && record.kind() == Kind.EVENT;
        } else {
            mark(record, type);
        }
        isSetBack |= back && !listens;
        wasSetBack |= back;
        newest = record.received();
        monotonic = record.monotonic();
        return back;
    }

    private boolean isSetBack(RecordView record, @Nullable MarkType type) {
        long now = record.received() - record.monotonic();
        boolean isFirst =
                offset == Long.MIN_VALUE || type == MarkType.START; // each run has a monotonic clock of its own
        boolean back = isFirst ? record.received() < newest : now < offset;
        offset = now;
        return back;
    }

    private void restate(RecordView record, @Nullable MarkType type) {
        if (type == MarkType.ENGINE_UP) {
            listens = true;
        } else if (type == MarkType.ENGINE_DOWN) {
            breakOff(newest == 0 ? record.time() : newest);
        } else if (type == MarkType.UNSETTLED) {
            ask(record);
        }
    }

    private void mark(RecordView record, MarkType type) {
        switch (type) {
            case ENGINE_UP -> listens = true;
            case START, UNCLEAN_STOP -> breakOff(newest);
            case CLEAN_STOP -> breakOff(record.received());
            case ENGINE_DOWN -> breakOff(record.time());
            case UNSETTLED -> {
                listens = true;
                ask(record);
            }
            case SETTLED -> question = null;
            case GAP -> {
                if (gapOfEvents(record) != null) {
                    question = null;
                    listens = true;
                }
            }
            case SEGMENT_START,
                    OVERSIZED,
                    SYNTHETIC,
                    DROPPED,
                    CLOCK_STEP,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    EVENT_COUNT,
                    BURST,
                    EXECS,
                    COUNTS -> {}
        }
    }

    private void breakOff(long since) {
        brokeOff = listens ? since : brokeOff;
        isSetBack &= !listens;
        listens = false;
    }

    private void ask(RecordView record) {
        if (question == null && Marks.read(record) instanceof Mark.Unsettled asked) {
            question = asked;
        }
    }

    /** Whether the recorder listens. */
    boolean listens() {
        return listens;
    }

    /** Since when it does not listen, or did not when it broke off last, ns since the epoch. */
    long brokeOff() {
        return brokeOff;
    }

    /** Since when events may be missing, which is not known yet; null if none are. */
    Mark.@Nullable Unsettled question() {
        return question;
    }

    /** Whether the wall clock was set back while it did not listen, the last time that it did not. */
    boolean isSetBack() {
        return isSetBack;
    }

    /** Whether the wall clock was set back before the last record, at any time. */
    boolean wasSetBack() {
        return wasSetBack;
    }

    /**
     * The earliest that the wall clock may have shown after it was set back before the last record, while the recorder
     * listened, ns since the epoch; {@link Long#MAX_VALUE} if it was not set back so.
     */
    long setBackFrom() {
        return setBackFrom;
    }

    /** When the last record was received, by the recorder's monotonic clock. */
    long monotonic() {
        return monotonic;
    }

    /** The stretch of which this mark says that events are missing; null if it says no such thing. */
    static Mark.@Nullable Gap gapOfEvents(RecordView record) {
        boolean isOfEvents = Marks.type(record) == MarkType.GAP
                && Marks.read(record) instanceof Mark.Gap gap
                && gap.subject().isEmpty()
                && (gap.kind().isEmpty() || gap.kind().equals(Kind.EVENT.label()));
        return isOfEvents && Marks.read(record) instanceof Mark.Gap gap ? gap : null;
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

    /** Whether something may have happened before this mark that no event before it tells. */
    static boolean isBreak(RecordView record) {
        MarkType type = Marks.type(record);
        return type == MarkType.START
                || type == MarkType.CLEAN_STOP
                || type == MarkType.UNCLEAN_STOP
                || type == MarkType.ENGINE_DOWN;
    }
}
