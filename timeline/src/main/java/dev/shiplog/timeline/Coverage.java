package dev.shiplog.timeline;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers up to when the journal holds all events: a fold of what the journal holds, first of its tail, then of what is
 * written. A stream that was quiet when it ended had delivered everything by then; one that ended in the midst of a
 * burst had delivered everything up to its last event. {@link #head} restates the answer in each segment, so that a
 * segment answers alone, and a run that never reached the engine does not hide how long the absence really is.
 */
public final class Coverage {
    private static final long BURST = 1_000_000_000L;
    /** 2013, when Docker was first shown: an earlier time is nobody's. */
    private static final long NO_ENGINE_BEFORE = 1_356_998_400_000_000_000L;

    private @Nullable Record up;
    private @Nullable Record down;
    private boolean contact;
    private boolean listens;
    private long newest;
    private long active;
    private long complete;
    private long lostAt;
    private long sampled;

    /** Takes note of the next record in the journal, whatever it is. */
    public void passed(long received) {
        newest = Math.max(newest, received);
    }

    /** Takes note that there was an engine to be recorded. */
    public void contact() {
        contact = true;
    }

    /** The journal holds a sample that was received then. Those of a new run that does not yet listen end no absence. */
    public void sampled(long received) {
        contact = true;
        if (listens) {
            sampled = received;
        }
    }

    /**
     * The journal holds this event. One that is stamped much earlier than what came before it says nothing: a manager of
     * a swarm stamped it, or a clock that shows the year 1. But where the recorder's own clock went back, all begins anew.
     */
    public void event(long received, long time) {
        if (!listens) {
            listening(received);
        }
        active = received;
        long told = time < NO_ENGINE_BEFORE ? received : Math.min(time, received);
        complete = received < complete || told > complete - BURST ? told : complete;
    }

    /** The engine repeated an event that the journal holds. */
    public void heard(long received) {
        active = received;
    }

    /** The engine answers, as the journal now says. */
    public void up(Record mark) {
        up = mark;
        listening(mark.received());
    }

    /** The stream of events is open. */
    public void listening(long since) {
        contact = true;
        listens = true;
        down = null;
        active = Math.max(active, since);
    }

    /** The engine does not answer since the mark's time, as the journal now says; the first such mark counts. */
    public void down(Record mark) {
        if (down == null) {
            lost(mark.time());
            down = mark;
        }
    }

    /** The run that wrote the tail is over. */
    public void runEnded() {
        if (contact && down == null) {
            lost(newest);
            down = mark("the recorder was not running");
        }
    }

    /** The stream of events ended. */
    public void lost(long at) {
        complete = completeAt(at);
        lostAt = at;
        listens = false;
    }

    /** A segment begins; its mark's time is up to when the journal held all events by then. */
    public void segment(Record mark) {
        active = mark.received();
        complete = mark.time();
    }

    /** Up to when the journal would hold all events if the stream ended now, ns since the epoch. */
    public long completeAt(long now) {
        boolean quiet = listens && now - active > BURST;
        return quiet || complete == 0 ? now : complete;
    }

    /** Up to when all events are in the journal, if nobody listens now, ns since the epoch; 0 if nobody ever did. */
    public long since() {
        return contact ? complete : 0;
    }

    /** From when on samples are missing, if nobody listens now, ns since the epoch; 0 if nobody tried before. */
    public long withoutSamplesSince() {
        return contact ? Math.max(complete, sampled) : down != null ? lostAt : 0;
    }

    /** Why nobody listens, where only an engine that was never reached says so; else {@code otherwise}. */
    public String reason(String otherwise) {
        try {
            return !contact && down != null && Mark.fromJson(down.payload()) instanceof Mark.EngineDown told
                    ? told.reason()
                    : otherwise;
        } catch (IOException e) {
            return otherwise; // a mark of a later version
        }
    }

    /** True as long as the stream of events is open, as far as the journal says. */
    boolean listens() {
        return listens;
    }

    /** Receipt of the newest record of the tail, ns since the epoch, or 0. */
    public long newest() {
        return newest;
    }

    /** The marks that tell the engine's state, as of then. */
    public List<Record> head() {
        List<Record> head = new ArrayList<>(2);
        if (up != null) {
            head.add(up);
        }
        if (down != null) {
            head.add(new Record(0, Kind.MARK, "", lostAt, lostAt, 0, down.payload()));
        }
        return head;
    }

    private Record mark(String reason) {
        return new Record(0, Kind.MARK, "", lostAt, lostAt, 0, new Mark.EngineDown(reason).toJson());
    }
}
