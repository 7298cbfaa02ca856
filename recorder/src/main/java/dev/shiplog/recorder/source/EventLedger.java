package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Knows which events the journal holds, so that each is appended exactly once however often the engine repeats it, and
 * says where the engine's ring does not meet the journal's tail.
 *
 * <p>The engine keeps its newest {@value #RING} events and repeats them at each connect. They have no id; the key of one
 * is a 64-bit hash (FNV-1a) of its raw bytes, timestamp included. The newest {@value #WINDOW} keys are known: twice the
 * ring, because live events may overtake each other. They live in the journal alone, in the {@link Mark.SegmentStart} at
 * each segment's head and in the events after it; there is no second file that could disagree with it. A key counts as
 * known once its event was appended, never before.
 *
 * <p>After a connect it and its events are held back until a known one shows that the ring meets the journal; where none
 * is known yet, one that is older than the journal. If none does, a {@link Mark.Gap} comes before them. Belongs to the
 * writer's thread.
 */
public final class EventLedger {
    static final int WINDOW = 512;
    static final int RING = 256;
    /** The ring comes in one burst. If it brought nothing known and is silent for so long, it brings no more. */
    private static final long QUIET = 3_000_000_000L;
    /** So much of it counts from one look to the next: while the process was held up, what came in was not taken. */
    private static final long MOST_AT_ONCE = 200_000_000L;

    private final Function<Mark, Record> marks;
    private final LinkedHashSet<Long> known = new LinkedHashSet<>();
    private final List<Arrival> held = new ArrayList<>();
    private int events;
    private boolean open;
    private long from;
    private String reason = "";
    private long connectedAt;
    private long silent;
    private long lookedAt;

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

    /** True if the journal holds the event with this key. */
    public boolean holds(long key) {
        return known.contains(key);
    }

    /** The journal now holds the event with this key, or it is accounted for without it. */
    public void appended(long key) {
        if (known.add(key) && known.size() > WINDOW) {
            Iterator<Long> oldest = known.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** The keys for a segment's head, oldest first, with spaces between them. */
    public String keys() {
        return known.stream().map(HexFormat.of()::toHexDigits).collect(Collectors.joining(" "));
    }

    /** Takes up what {@link #keys} gave to a segment's head; what is not a key is passed over. */
    public void resume(String keys) {
        for (String key : keys.split(" ", -1)) {
            try {
                appended(Long.parseUnsignedLong(key, 16));
            } catch (NumberFormatException e) {
                // A later version may have other keys.
            }
        }
    }

    /**
     * The stream is open; the ring follows. Gives what can be appended now: this, or nothing as long as it is not known
     * whether a gap comes before it.
     *
     * @param since up to when the journal holds all events, ns since the epoch; 0 if nobody ever listened, and so nothing
     *     can be missing
     */
    public List<Arrival> connected(Arrival.Connected connected, long since) {
        if (!open && since == 0) {
            return List.of(connected);
        }
        List<Arrival> released = List.of();
        if (!open) {
            from = since;
            reason = connected.reason();
        } else if (events > 0) {
            // Cut again before the ring met the journal. What it brought is no proof that the next one goes on there.
            long last = held.get(held.size() - 1).record().time();
            released = missed("the stream was cut before it met what is known");
            from = last;
            reason = connected.reason();
        }
        open = true;
        held.add(connected);
        connectedAt = connected.record().received();
        silent = 0;
        return released;
    }

    /** Takes one event; gives what can be appended now. */
    public List<Arrival> admit(Arrival.Event event) {
        if (!open) {
            return List.of(event);
        }
        silent = 0;
        if (holds(event.key())) {
            return release();
        }
        held.add(event);
        if (known.isEmpty() && event.record().time() < from) {
            return release(); // the ring reaches back behind all that was ever heard of the engine
        }
        events++;
        return events < RING ? List.of() : missed("the engine's ring of " + RING + " events ran over");
    }

    /**
     * Gives up waiting for the ring once it fell silent; gives what then can be appended. To be called again and again,
     * each time when what had come in was admitted.
     *
     * @param now the monotonic clock
     */
    public List<Arrival> settle(long now) {
        silent += Math.min(now - lookedAt, MOST_AT_ONCE);
        lookedAt = now;
        return open && silent >= QUIET ? settleNow() : List.of();
    }

    /** Waits no longer. */
    public List<Arrival> settleNow() {
        // Nothing was known before, nothing is in the ring: there is nothing to miss.
        return !open || known.isEmpty() && events == 0
                ? release()
                : missed("the engine forgot what it reported before: it was restarted, or is another one");
    }

    private List<Arrival> missed(String what) {
        long first = held.stream()
                .filter(Arrival.Event.class::isInstance)
                .findFirst()
                .map(event -> event.record().time())
                .orElse(connectedAt);
        long to = first > from ? first : connectedAt;
        held.add(0, new Arrival.Plain(marks.apply(new Mark.Gap("event", "", from, to, reason + "; " + what))));
        return release();
    }

    private List<Arrival> release() {
        List<Arrival> released = List.copyOf(held);
        held.clear();
        events = 0;
        open = false;
        return released;
    }
}
