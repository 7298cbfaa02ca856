package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Knows which events the journal holds, so that each is appended exactly once however often the engine repeats it, and
 * finds out, stretch by stretch, whether the engine's ring met the journal's tail.
 *
 * <p>The engine keeps its newest {@value #RING} events and repeats them at each connect. They have no id; the key of one
 * is a 64-bit hash (FNV-1a) of its raw bytes, timestamp included. The newest {@value #WINDOW} keys are known: twice the
 * ring, because live events may overtake each other. They live in the journal alone, in the {@link Mark.SegmentStart} at
 * each segment's head and in the events after it; there is no second file that could disagree with it. A key counts as
 * known once its event was appended, never before.
 *
 * <p>What a connection may repeat is what was known when it was made, each as often as it was known then: within one
 * stream two events of the same bytes are two. Only one that happened while the connection was made may come twice, with
 * the ring and as it happens.
 *
 * <p>Nothing is held back until the ring met the journal. A known event shows that it did; where none was known yet, one
 * that is older than the journal. Before that is settled, a {@link Mark.Unsettled} goes before what is appended, so that
 * a run that is killed leaves the question to the next one; then {@link Mark.Settled} or a {@link Mark.Gap} answers it.
 * Belongs to the writer's thread.
 */
public final class EventLedger {
    static final int WINDOW = 512;
    static final int RING = 256;

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    /** The ring comes in one burst. If it brought nothing known and is silent for so long, it brings no more. */
    private static final long QUIET = 3 * SECOND;
    /** A burst that takes longer is none: these are the events of a busy engine. */
    private static final long LONGEST_BURST = 10 * SECOND;
    /** An event that is younger than the connection did not come with the ring; so long clocks may err, and events wait. */
    private static final long BURST = SECOND;
    /** A question that is open for so long is told. */
    private static final long SOON = 300 * MILLI;
    /** So much of it counts from one look to the next: while the process was held up, what came in was not taken. */
    private static final long MOST_AT_ONCE = 200 * MILLI;
    /** An event is kept and then published within this, and comes twice if somebody connects between the two. */
    private static final long CROSSING = 10 * MILLI;
    /** Both come at once. */
    private static final long CROSSED = 200 * MILLI;

    private final Function<Mark, Record> marks;
    /** Oldest first. */
    private final Deque<Long> known = new ArrayDeque<>();

    // The connection.
    private final Map<Long, Integer> repeatable = new HashMap<>();
    private final Set<Long> crossing = new HashSet<>();
    private boolean listens;
    private boolean ring;
    private long asked;
    private long opened;
    /** New events that the ring brought. */
    private int fresh;

    private long silent;
    private long waited;
    private long lookedAt;

    // The question whether all is there between what was known and what came after.
    private boolean open;
    private boolean told;
    /** Nothing was known when it arose. */
    private boolean blind;

    private long from;
    /** Time of the first event behind the stretch, or 0 as long as there is none. */
    private long to;

    private String reason = "";

    /**
     * @param marks makes a record of a mark
     */
    public EventLedger(Function<Mark, Record> marks) {
        this.marks = marks;
    }

    /** What an event is known by. */
    public static long key(byte[] payload) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : payload) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001b3L;
        }
        return hash;
    }

    /** What an event is known by of which there is only the head: that, and how long it is. */
    public static long key(byte[] head, long length) {
        byte[] tail = Long.toString(length).getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return key(both);
    }

    /** True if the journal holds an event with this key. */
    public boolean holds(long key) {
        return known.contains(key);
    }

    /** The keys for a segment's head, oldest first, with spaces between them. */
    public String keys() {
        return known.stream().map(HexFormat.of()::toHexDigits).collect(Collectors.joining(" "));
    }

    /** What a segment's head says of a question that is open. */
    public List<Record> head() {
        if (!open) {
            return List.of();
        }
        told = true;
        return List.of(marks.apply(new Mark.Unsettled(from, to, reason)));
    }

    /** Takes up what {@link #keys} gave to a segment's head, in place of what was known; what is not a key is passed over. */
    public void resume(String keys) {
        List<Long> resumed = new ArrayList<>();
        for (String key : keys.split(" ", -1)) {
            try {
                resumed.add(Long.parseUnsignedLong(key, 16));
            } catch (NumberFormatException e) {
                // A later version may have other keys.
            }
        }
        if (!resumed.isEmpty()) {
            known.clear();
            resumed.forEach(this::learn);
        }
    }

    /** Takes up an event that the journal holds. */
    public void recover(long key, long time) {
        learn(key);
        if (open && to == 0) {
            to = time;
        }
    }

    /** Takes up a question that the journal leaves open. */
    public void recover(Mark.Unsettled question) {
        open = true;
        told = true;
        from = question.from();
        to = question.to();
        reason = question.reason();
    }

    /** Takes up that the journal answers the question. */
    public void recoverAnswer() {
        open = false;
    }

    private void learn(long key) {
        known.add(key);
        if (known.size() > WINDOW) {
            known.remove();
        }
    }

    /** The stream ended. */
    public void lost() {
        listens = false;
    }

    /**
     * The stream is open; the ring follows.
     *
     * @param since up to when the journal holds all events, ns since the epoch; 0 if nobody ever listened, and so nothing
     *     can be missing
     * @return what goes before the events of this connection
     */
    public List<Arrival> connected(Arrival.Connected connected, long since) {
        listens = true;
        ring = connected.ring();
        asked = connected.asked();
        opened = connected.record().received();
        fresh = 0;
        silent = 0;
        waited = 0;
        crossing.clear();
        repeatable.clear();
        known.forEach(key -> repeatable.merge(key, 1, Integer::sum));
        List<Arrival> answer = List.of();
        if (open && to != 0) {
            // Cut, or killed, before the ring met the journal: what it brought is no proof that this one goes on there.
            answer = missed("the stream ended before it was known whether the engine repeats what is in the journal");
        }
        if (!open && since != 0) {
            open = true;
            told = false;
            from = since;
            to = 0;
            reason = connected.reason();
        }
        blind = known.isEmpty();
        return answer;
    }

    /** What goes before this event, once. */
    public List<Arrival> before(Arrival.Event event) {
        if (!open) {
            return List.of();
        }
        long time = event.record().time();
        if (isOfTheJournal(event) || blind && time < from) {
            return met();
        }
        if (isCrossing(event)) {
            return List.of();
        }
        if (time > opened && event.record().received() - opened > BURST) {
            return over();
        }
        if (ring && fresh + 1 >= RING && time <= opened) {
            to = to == 0 ? time : to;
            return missed("the engine's ring of " + RING + " events ran over");
        }
        return event.wanted() ? tell(time) : List.of();
    }

    /** What goes before a mark that says that the engine is heard, once. */
    public List<Arrival> beforeUp() {
        return tell(0);
    }

    /** True if the journal holds this very event, and the engine only repeats it. */
    public boolean repeats(Arrival.Event event) {
        return isOfTheJournal(event) || isCrossing(event);
    }

    private boolean isOfTheJournal(Arrival.Event event) {
        return repeatable.containsKey(event.key());
    }

    private boolean isCrossing(Arrival.Event event) {
        return event.record().received() <= opened + CROSSED && crossing.contains(event.key());
    }

    /** An event was passed over since it {@link #repeats}. */
    public void repeated(Arrival.Event event) {
        silent = 0;
        if (isOfTheJournal(event)) {
            repeatable.computeIfPresent(event.key(), (key, times) -> times == 1 ? null : times - 1);
        } else {
            crossing.remove(event.key());
        }
    }

    /** The journal now holds this event, or it is accounted for without it. */
    public void appended(Arrival.Event event) {
        long time = event.record().time();
        silent = 0;
        learn(event.key());
        if (time >= asked - CROSSING && time <= opened + CROSSING) {
            crossing.add(event.key());
        }
        if (time <= opened) {
            fresh++;
        }
        if (open && to == 0) {
            to = time;
        }
    }

    /**
     * Gives up waiting for the ring once it fell silent. To be called again and again, each time when what had come in was
     * taken.
     *
     * @param now the monotonic clock
     * @return what is to be appended
     */
    public List<Arrival> settle(long now) {
        long passed = Math.min(now - lookedAt, MOST_AT_ONCE);
        lookedAt = now;
        if (!open || !listens) {
            return List.of();
        }
        silent += passed;
        waited += passed;
        if (silent >= QUIET || waited >= LONGEST_BURST) {
            return over();
        }
        return waited >= SOON ? tell(0) : List.of();
    }

    /** Waits no longer, since the run ends; what is to be appended. */
    public List<Arrival> stopped() {
        if (!open || !told || opened == 0) {
            return List.of(); // a question that this run did not raise is left to one that reaches the engine
        }
        return nothingToMiss()
                ? met()
                : missed("the recorder stopped before it was known whether the engine repeats what is in the journal");
    }

    /** The ring brought all that it has, and nothing known. */
    private List<Arrival> over() {
        if (nothingToMiss()) {
            return met();
        }
        return missed(
                ring
                        ? "the engine no longer knows what it reported before: it was restarted, or is another one"
                        : "the engine does not repeat what it reported before");
    }

    /** Nothing was known before, nothing is in the ring. */
    private boolean nothingToMiss() {
        return blind && to == 0;
    }

    private List<Arrival> tell(long first) {
        if (!open || told) {
            return List.of();
        }
        told = true;
        return List.of(mark(new Mark.Unsettled(from, to == 0 ? first : to, reason)));
    }

    private List<Arrival> met() {
        open = false;
        return told ? List.of(mark(new Mark.Settled(from))) : List.of();
    }

    private List<Arrival> missed(String what) {
        open = false;
        long end = to > from && to <= opened ? to : opened;
        return List.of(mark(new Mark.Gap("event", "", Math.min(from, end), end, reason + "; " + what)));
    }

    private Arrival mark(Mark mark) {
        return new Arrival.Plain(marks.apply(mark));
    }
}
