package dev.shiplog.replay.past;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.Life.End;

/** Knows since when something may have happened that a list of containers shows later and no event tells. Not thread safe. */
final class Doubt {
    private boolean listens;
    /** Since when; 0 if that is not known. */
    private long since;
    /** When the engine was found again. */
    private long back;
    /** Receipt of the newest record that was not restated. */
    private long newest;

    /** Takes the next record. */
    void apply(RecordView record) {
        Breaks.Stretch missed = record.restated() ? null : Breaks.missed(record);
        MarkType type = Marks.type(record);
        if (type == MarkType.ENGINE_UP) {
            listens = true;
            back = record.received();
        } else if (record.restated() && type == MarkType.ENGINE_DOWN) {
            since = record.time();
            listens = false;
        } else if (missed != null) {
            since = missed.from() <= back && since != 0 ? Math.min(since, missed.from()) : missed.from();
        } else if (!record.restated() && Breaks.isBreak(record)) {
            if (listens) {
                since = type == MarkType.START && newest != 0 ? Math.min(newest, record.time()) : record.time();
            }
            listens = false;
        }
        newest = record.restated() ? newest : record.received();
    }

    /** Records are lost that were received after this time, ns since the epoch. */
    void lose(long after) {
        since = after;
    }

    /** The stretch of doubt up to {@code now}, ns since the epoch, when a list shows what has happened. */
    End until(long now) {
        return End.between(Math.min(since, now), now);
    }
}
