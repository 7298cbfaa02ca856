package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Appends each event exactly once, however often the engine repeats it, and finds out at each connect whether events
 * are missing.
 *
 * <p>The engine keeps its newest {@value #RING} events, its ring, and repeats them at each connect. They have no id, so
 * the key of an event is the hash of its bytes, timestamp included. A key is known once its event was appended, never
 * before. The {@linkplain KnownEvents known keys} are restored from the {@link Mark.SegmentStart} of the newest segment
 * and from the events after it.
 *
 * <p>A connection may repeat what was known when it was made, each event as often as it was known then: within one
 * stream two events of the same bytes are two. Only an event that happened while the connection was made may come
 * twice, once with the ring and once live.
 *
 * <p>Events are appended at once; none waits until the ring is known to overlap the journal. The ring overlaps the journal when it
 * brings a known event or, if none was known, one that is older than the journal. Until then the question is open: a
 * {@link Mark.Unsettled} goes before what is appended, so that a run that is killed leaves the question to the next
 * one. {@link Mark.Settled} or a {@link Mark.Gap} answers it. Belongs to the writer's thread.
 */
final class EventLedger implements Checkpoint {
    static final int RING = 256;

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    /** The ring comes in one burst. After so long a silence it brings no more. */
    private static final long QUIET_NANOS = 3 * SECOND;
    /** A burst that takes longer is not the ring but a busy engine. */
    private static final long LONGEST_BURST_NANOS = 10 * SECOND;
    /** An event so much younger than the connection did not come with the ring: clocks differ, and events wait. */
    private static final long RING_MARGIN_NANOS = SECOND;
    /** A question that is open for so long is stated in the journal. */
    private static final long STATE_AFTER_NANOS = 300 * MILLI;
    /** Cap per check, so that a paused process is not mistaken for a silent engine. */
    private static final long LONGEST_STEP_NANOS = 200 * MILLI;
    /** Within this the engine keeps an event and then publishes it; a client that connects in between gets it twice. */
    private static final long CROSSING_NANOS = 10 * MILLI;
    /** Both copies arrive within this after the connect. */
    private static final long CROSSED_NANOS = 200 * MILLI;

    private final Function<Mark, Record> marks;
    private final KnownEvents known = new KnownEvents();
    private Connection connection = new Connection(false, 0, 0, Map.of());
    private @Nullable Question question;
    /** Nothing was known at the last connect. */
    private boolean blind;
    /** When {@link #settle} was called last, by the monotonic clock. */
    private long checkedAt;

    /** What is known of the newest connection; before the first connect, one that is not open. */
    private static final class Connection {
        /** Whether the engine repeats a ring. */
        final boolean ring;
        /** When the stream was asked for and when it was open, ns since the epoch. */
        final long asked;

        final long opened;
        /** Known events that it has yet to repeat, and how often. */
        final Map<Long, Integer> repeatable;

        /** Keys of events that may come a second time, because they happened during the connect. */
        final Set<Long> crossing = new HashSet<>();
        /** False once the stream has ended. */
        boolean open;
        /** New events that came with the ring. */
        int fresh;

        long silentNanos;
        long waitedNanos;

        Connection(boolean ring, long asked, long opened, Map<Long, Integer> repeatable) {
            this.ring = ring;
            this.asked = asked;
            this.opened = opened;
            this.repeatable = repeatable;
        }
    }

    /** Whether events are missing between what was known and what came later. */
    private static final class Question {
        final long from;
        final String reason;
        /** Time of the first event after the stretch, or 0 until there is one. */
        long to;
        /** Whether the journal states it. */
        boolean stated;

        Question(long from, long to, String reason, boolean stated) {
            this.from = from;
            this.to = to;
            this.reason = reason;
            this.stated = stated;
        }
    }

    /** @param marks makes a record of a mark */
    EventLedger(Function<Mark, Record> marks) {
        this.marks = marks;
    }

    /** True if the journal holds an event with this key. */
    boolean holds(long key) {
        return known.contains(key);
    }

    /**
     * The known keys, for the segment's start.
     *
     * @param but those of events that the journal does not hold yet
     */
    String keys(Set<Long> but) {
        return known.text(but);
    }

    /** The question, if it is open. */
    @Override
    public List<Record> snapshot() {
        Question open = question;
        if (open == null) {
            return List.of();
        }
        open.stated = true;
        return List.of(marks.apply(new Mark.Unsettled(open.from, open.to, open.reason)));
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.EVENT) {
            restoreEvent(ContentHash.of(record.payload()), record.time());
        } else if (mark != null) {
            restore(mark, record.time());
        }
    }

    private void restore(Mark mark, long time) {
        switch (mark.type()) {
            case SEGMENT_START -> known.replace(((Mark.SegmentStart) mark).events());
            case OVERSIZED -> restoreOversized((Mark.Oversized) mark, time);
            case UNSETTLED -> {
                Mark.Unsettled open = (Mark.Unsettled) mark;
                question = new Question(open.from(), open.to(), open.reason(), true);
            }
            case EXECS -> restoreCounted((Mark.Execs) mark);
            case SETTLED -> question = null;
            case GAP -> question = isOfEvents(((Mark.Gap) mark).kind()) ? null : question;
            case START,
                    CLEAN_STOP,
                    UNCLEAN_STOP,
                    ENGINE_UP,
                    ENGINE_DOWN,
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
                    COUNTS -> {}
        }
    }

    private static boolean isOfEvents(String kind) {
        return kind.equals(Kind.EVENT.label());
    }

    private void restoreOversized(Mark.Oversized message, long time) {
        if (!isOfEvents(message.kind())) {
            return;
        }
        try {
            restoreEvent(Long.parseUnsignedLong(message.key(), 16), time);
        } catch (NumberFormatException e) {
            // A later version may have other keys.
        }
    }

    private void restoreCounted(Mark.Execs counted) {
        known.addAll(counted.events());
        endStretch(counted.from());
    }

    private void restoreEvent(long key, long time) {
        known.add(key);
        endStretch(time);
    }

    /** The stretch in question ends with the first event after it. */
    private void endStretch(long time) {
        Question open = question;
        if (open != null && open.to == 0) {
            open.to = time;
        }
    }

    /** The stream ended. */
    void ended() {
        connection.open = false;
    }

    /**
     * The stream is open; the ring follows.
     *
     * @param since up to when the journal holds all events, ns since the epoch; 0 if nobody ever listened, so that
     *     nothing can be missing
     * @return what goes before the events of this connection
     */
    List<Arrival> connected(Arrival.Connected connected, long since) {
        connection = new Connection(
                connected.ring(), connected.asked(), connected.record().received(), known.counts());
        connection.open = true;
        List<Arrival> answer = List.of();
        if (question != null && question.to != 0) {
            // The last ring was cut before it met the journal, and this ring proves nothing about that.
            answer = missed("the stream ended before it was known whether the engine repeats what is in the journal");
        }
        if (question == null && since != 0) {
            question = new Question(since, 0, connected.reason(), false);
        }
        blind = known.isEmpty();
        return answer;
    }

    /** What goes before this event, once. */
    List<Arrival> before(Arrival.Event event) {
        Question open = question;
        if (open == null) {
            return List.of();
        }
        long time = event.record().time();
        if (isRepeated(event) || blind && time < open.from) {
            return met();
        }
        if (isCrossing(event)) {
            return List.of();
        }
        if (time > connection.opened && event.record().received() - connection.opened > RING_MARGIN_NANOS) {
            return ringEnded();
        }
        if (connection.ring && connection.fresh + 1 >= RING && time <= connection.opened) {
            endStretch(time);
            return missed("the engine's ring of " + RING + " events ran over");
        }
        return event.wanted() ? state(time) : List.of();
    }

    /** What goes before the mark that the engine is up, once. */
    List<Arrival> beforeUp() {
        return state(0);
    }

    /** True if the journal holds this very event, and the engine only repeats it. */
    boolean repeats(Arrival.Event event) {
        return isRepeated(event) || isCrossing(event);
    }

    private boolean isRepeated(Arrival.Event event) {
        return connection.repeatable.containsKey(event.key());
    }

    private boolean isCrossing(Arrival.Event event) {
        return event.record().received() <= connection.opened + CROSSED_NANOS
                && connection.crossing.contains(event.key());
    }

    /** An event was skipped because the engine only {@link #repeats} it. */
    void repeated(Arrival.Event event) {
        connection.silentNanos = 0;
        if (isRepeated(event)) {
            connection.repeatable.computeIfPresent(event.key(), (key, times) -> times == 1 ? null : times - 1);
        } else {
            connection.crossing.remove(event.key());
        }
    }

    /** The journal now holds this event, or the filters keep it out. */
    void appended(Arrival.Event event) {
        long time = event.record().time();
        connection.silentNanos = 0;
        known.add(event.key());
        if (time >= connection.asked - CROSSING_NANOS && time <= connection.opened + CROSSING_NANOS) {
            connection.crossing.add(event.key());
        }
        if (time <= connection.opened) {
            connection.fresh++;
        }
        endStretch(time);
    }

    /**
     * Stops waiting for the ring once it fell silent. To be called again and again, each time when all that had arrived
     * was taken.
     *
     * @param now by the monotonic clock
     * @return what is to be appended
     */
    List<Arrival> settle(long now) {
        long passed = Math.min(now - checkedAt, LONGEST_STEP_NANOS);
        checkedAt = now;
        if (question == null || !connection.open) {
            return List.of();
        }
        connection.silentNanos += passed;
        connection.waitedNanos += passed;
        if (connection.silentNanos >= QUIET_NANOS || connection.waitedNanos >= LONGEST_BURST_NANOS) {
            return ringEnded();
        }
        return connection.waitedNanos >= STATE_AFTER_NANOS ? state(0) : List.of();
    }

    /** Stops waiting because the run ends; what is to be appended. */
    List<Arrival> stopped() {
        if (question == null || !question.stated || connection.opened == 0) {
            return List.of(); // a question that this run did not raise is left to one that reaches the engine
        }
        return nothingToMiss()
                ? met()
                : missed("the recorder stopped before it was known whether the engine repeats what is in the journal");
    }

    /** The ring brought all that it has, and nothing known. */
    private List<Arrival> ringEnded() {
        if (nothingToMiss()) {
            return met();
        }
        return missed(
                connection.ring
                        ? "the engine no longer knows what it reported before: it was restarted, or is another one"
                        : "the engine does not repeat what it reported before");
    }

    /** Nothing was known before, and the ring holds nothing. */
    private boolean nothingToMiss() {
        return blind && question != null && question.to == 0;
    }

    private List<Arrival> state(long firstTime) {
        Question open = question;
        if (open == null || open.stated) {
            return List.of();
        }
        open.stated = true;
        return List.of(mark(new Mark.Unsettled(open.from, open.to == 0 ? firstTime : open.to, open.reason)));
    }

    private List<Arrival> met() {
        Question answered = question;
        question = null;
        return answered != null && answered.stated ? List.of(mark(new Mark.Settled(answered.from))) : List.of();
    }

    private List<Arrival> missed(String why) {
        Question answered = question;
        question = null;
        if (answered == null) {
            return List.of();
        }
        long opened = connection.opened;
        long end = answered.to > answered.from && answered.to <= opened ? answered.to : opened;
        return List.of(mark(
                new Mark.Gap(Kind.EVENT.label(), "", Math.min(answered.from, end), end, answered.reason + "; " + why)));
    }

    private Arrival mark(Mark mark) {
        return new Arrival.Plain(marks.apply(mark));
    }
}
