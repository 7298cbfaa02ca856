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
 * Coverage: a completeness watermark. It answers whether anybody listened to the engine, and up to when the journal holds
 * all events, as a fold of the journal's records:
 *
 * <ol>
 * <li>{@code start}: a run begins, and the run before has ended, with its last record if not with {@code clean-stop}.
 * The first one is where the journal begins to owe events, also if no run reaches the engine for long.
 * <li>{@code unclean-stop}: the run before ended without one, at {@code last}.
 * <li>{@code engine-up}, or an event: the stream of events is open.
 * <li>{@code engine-down}: the engine does not answer since the mark's time; the first such mark counts.
 * <li>From the end of a stream or a run until the engine answers again, nothing is recorded.
 * <li>A stream that was quiet for five seconds when it ended had delivered everything: on a host with far too few
 * processors, an event takes two from the engine to the recorder.
 * <li>One that ended earlier had delivered everything up to its last event.
 * <li>{@code segment-start}: its time is the watermark as of then, so that a segment answers alone.
 * <li>{@code unsettled}: events may be missing; {@code settled} or a {@code gap} of events answers that.
 * <li>{@code execs}: the events that it counts were heard.
 * <li>A sample proves that the engine answers, but moves the watermark only while the stream of events is open.
 * </ol>
 *
 * While the recorder runs, its writer also reports what the journal does not hold: that the stream opened or ended, that it
 * repeated an event, and events that the recorder's filters do not want. Not thread safe.
 */
public final class Coverage {
    private static final long QUIET_NANOS = 5_000_000_000L;
    /** An event that is older than the one before by more was not stamped by this engine now. */
    private static final long DISORDER_NANOS = 1_000_000_000L;
    /** 2013, when Docker was first shown: no event is older. */
    private static final long NO_ENGINE_BEFORE = 1_356_998_400_000_000_000L;

    // The marks that say how the engine is, to be restated. After a run that ended it counts as down.
    private @Nullable Record up;
    private @Nullable Record down;

    // The watermark.
    /** Whether there ever was an engine to record. */
    private boolean engineSeen;

    /** Whether there ever was a run. */
    private boolean started;

    private boolean listens;
    /** Receipt of the newest record. */
    private long newest;
    /** When the stream of events last delivered something. */
    private long activeAt;

    private long completeUntil;
    /** When the stream of events ended. */
    private long endedAt;

    private long sampledAt;

    // Silence, and what else a reader asks.
    /** When the last run stopped as it was asked to; 0 if another one has begun. */
    private long stoppedAt;

    private long silentSince;
    /** When the recorder noted that; a sample that was on its way may have arrived before. */
    private long silenceNotedAt;

    private long connectedAt;
    private Mark.@Nullable Unsettled unsettled;

    /** Takes the next record of the journal. */
    public void apply(RecordView record) {
        if (record.kind() == Kind.MARK) {
            apply(record.toRecord());
        } else {
            apply(record.kind(), record.time(), record.received());
        }
    }

    /** Takes the next record of the journal; only a mark needs its payload. */
    public void apply(Record record) {
        if (record.kind() == Kind.MARK) {
            mark(record);
            newest = Math.max(newest, record.received());
        } else {
            apply(record.kind(), record.time(), record.received());
        }
    }

    private void apply(Kind kind, long time, long received) {
        engineSeen = true;
        newest = Math.max(newest, received);
        switch (kind) {
            case EVENT -> {
                event(received, time);
                endSilence(received);
            }
            case STATS -> {
                sample(received);
                endSilence(received);
            }
            case LOG, INSPECT, HOST, ENGINE_METRICS, SOCKETS, IMAGE, DISK, MARK -> {}
        }
    }

    private void mark(Record record) {
        MarkType type = MarkType.of(record.payload(), record.payload().length);
        if (type == null) {
            return; // of a later version
        }
        switch (type) {
            case START -> {
                runEnded();
                started = true;
                completeUntil = completeUntil == 0 ? record.received() : completeUntil;
                beginSilence(stoppedAt, record);
                stoppedAt = 0;
                connectedAt = record.received();
            }
            case CLEAN_STOP -> stoppedAt = record.received();
            case SEGMENT_START -> {
                activeAt = record.received();
                completeUntil = record.time();
            }
            case ENGINE_UP -> {
                up(record);
                silentSince = 0;
                connectedAt = record.received();
            }
            case ENGINE_DOWN -> {
                down(record);
                beginSilence(record.time(), record);
            }
            case SETTLED -> unsettled = null;
            case UNCLEAN_STOP, UNSETTLED, GAP, OVERSIZED, EXECS -> mark(record, parsed(record));
            case SYNTHETIC,
                    DROPPED,
                    CLOCK_STEP,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    EVENT_COUNT,
                    BURST,
                    COUNTS -> {}
        }
    }

    /** The marks that say something beside their type. */
    private void mark(Record record, @Nullable Mark mark) {
        if (mark instanceof Mark.UncleanStop stop) {
            beginSilence(stop.last() == 0 ? record.time() : stop.last(), record);
        } else if (mark instanceof Mark.Unsettled question) {
            unsettled = question;
        } else if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
            unsettled = null;
        } else if (mark instanceof Mark.Oversized message && message.kind().equals(Kind.EVENT.label())) {
            event(record.received(), record.time());
        } else if (mark instanceof Mark.Execs counted && listens && counted.to() > completeUntil) {
            event(counted.to(), counted.to());
        }
    }

    private void beginSilence(long since, Record mark) {
        if (silentSince == 0) {
            silentSince = since;
            silenceNotedAt = mark.received();
        }
    }

    private void endSilence(long received) {
        if (received > silenceNotedAt) {
            silentSince = 0;
        }
    }

    private static @Nullable Mark parsed(Record record) {
        try {
            return Mark.fromJson(record.payload());
        } catch (IOException e) {
            return null; // of a later version
        }
    }

    /** A sample that arrives before the stream of events is open does not move the watermark. */
    private void sample(long received) {
        engineSeen = true;
        if (listens) {
            sampledAt = received;
        }
    }

    /**
     * An event came. A time much earlier than that of events before it says nothing: a swarm's manager stamped
     * it, or a clock that shows the year 1. But where the recorder's own clock went back, the watermark goes back too.
     */
    public void event(long received, long time) {
        if (!listens) {
            listening(received);
        }
        activeAt = received;
        long happened = time < NO_ENGINE_BEFORE ? received : Math.min(time, received);
        completeUntil =
                received < completeUntil || happened > completeUntil - DISORDER_NANOS ? happened : completeUntil;
    }

    /** The engine repeated an event that the journal holds. */
    public void repeated(long received) {
        activeAt = received;
    }

    private void up(Record mark) {
        up = mark;
        listening(mark.received());
    }

    /** The stream of events is open. */
    public void listening(long since) {
        engineSeen = true;
        listens = true;
        down = null;
        activeAt = Math.max(activeAt, since);
    }

    private void down(Record mark) {
        if (down == null) {
            streamEnded(mark.time());
            down = mark;
        }
    }

    /** The run that wrote the records so far is over. */
    public void runEnded() {
        if ((engineSeen || started) && down == null) {
            streamEnded(newest);
            byte[] reason = new Mark.EngineDown("the recorder was not running").toJson();
            down = new Record(0, Kind.MARK, "", endedAt, endedAt, 0, reason);
        }
    }

    /** The stream of events ended. */
    public void streamEnded(long at) {
        completeUntil = completeAt(at);
        endedAt = at;
        listens = false;
    }

    /** Up to when the journal would hold all events if the stream ended now, ns since the epoch. */
    public long completeAt(long now) {
        boolean quiet = listens && now - activeAt > QUIET_NANOS;
        return quiet || completeUntil == 0 ? now : completeUntil;
    }

    /** Up to when all events are in the journal, if nobody listens now, ns since the epoch; 0 if none was missed so far. */
    public long since() {
        return engineSeen || down != null ? completeUntil : 0;
    }

    /** From when on samples are missing, if nobody listens now, ns since the epoch; 0 if nobody tried before. */
    public long withoutSamplesSince() {
        return engineSeen ? Math.max(completeUntil, sampledAt) : down != null ? endedAt : 0;
    }

    /** Why nobody listens: the engine-down mark's reason if the engine was never reached, else {@code otherwise}. */
    public String reason(String otherwise) {
        return !engineSeen && down != null && parsed(down) instanceof Mark.EngineDown mark ? mark.reason() : otherwise;
    }

    /** Receipt of the newest record, ns since the epoch, or 0. */
    public long newest() {
        return newest;
    }

    /** Since when nothing is recorded, ns since the epoch; 0 while the engine answers, or if that is not known. */
    public long silentSince() {
        return silentSince;
    }

    /** When the recorder last started or reached the engine, ns since the epoch: the engine may repeat itself then. */
    public long connectedAt() {
        return connectedAt;
    }

    /** The stretch of which it is not known whether events are missing; null if there is none. */
    public Mark.@Nullable Unsettled unsettled() {
        return unsettled;
    }

    /** The marks that say how the engine is, to be restated where a segment starts. */
    public List<Record> snapshot() {
        List<Record> marks = new ArrayList<>(2);
        if (up != null) {
            marks.add(up);
        }
        if (down != null) {
            marks.add(new Record(0, Kind.MARK, "", endedAt, endedAt, 0, down.payload()));
        }
        return marks;
    }
}
