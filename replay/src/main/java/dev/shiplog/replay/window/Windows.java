package dev.shiplog.replay.window;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sums up samples by container in windows of one length, which begin at multiples of it. A window is over when a sample
 * comes that is {@value #LATE_SECONDS} s after its end, or before it by as much (the clock was set back), or when any record
 * was received so long after the window's first. A sample is late if one of the last minutes is so long after the end of its
 * window. All this depends on the journal alone: whoever reads it again, from some minutes before a window's first record
 * on, comes to the same window. Not thread safe.
 */
public final class Windows {
    /** Samples of one moment are recorded within this time. */
    static final long LATE_SECONDS = 10;

    private static final long LATE_NANOS = LATE_SECONDS * 1_000_000_000L;
    /** For so long a sample makes others late; a reading that goes on sees as much of what was read before. */
    private static final long MEMORY_NANOS = 240_000_000_000L;

    private final long length;
    private final Account account;
    private final Page page;
    private final Map<String, Reached> before;
    private final Map<String, Journal> journals = new HashMap<>();

    /** Takes what a container used in a window that is over. */
    @FunctionalInterface
    public interface Page {
        void turn(Window window) throws IOException;
    }

    /** Counts the samples of a journal that are in no window that was handed out. */
    public interface Account {
        /** One came too late for its window. */
        void late(String journal);

        /** One is part of a window that an earlier shipment sent. */
        void existed(String journal);

        /** So many more are in windows that are not over. */
        void open(String journal, int more);
    }

    /** The windows of one journal. */
    private static final class Journal {
        /** By their numbers since the epoch. */
        final TreeMap<Long, Open> open = new TreeMap<>();
        /** The samples of the last minutes that are later than all after them. */
        final Deque<Place> latest = new ArrayDeque<>();

        /** Those that an earlier shipment sent, as far as it has to be known. */
        final Set<Sent> sent = new HashSet<>();

        /** The record before the current one; null if there is none. */
        @Nullable
        Reached before;

        /** The current record is a sample that is in no window yet. */
        boolean adding;

        Journal(@Nullable Reached before) {
            this.before = before;
        }

        /** The time of the latest sample of the last minutes, with this one. */
        long latest(RecordView sample) {
            while (!latest.isEmpty() && latest.getLast().time <= sample.time()) {
                latest.removeLast();
            }
            latest.addLast(new Place(sample.time(), sample.received()));
            while (Math.abs(sample.received() - latest.getFirst().received) > MEMORY_NANOS) {
                latest.removeFirst();
            }
            return latest.getFirst().time;
        }
    }

    /** A container in the window of this number. */
    private record Sent(String container, long number) {}

    /** A sample in time. */
    private record Place(long time, long received) {}

    /** A window that is not over. */
    private static final class Open {
        final Map<String, Window> containers = new TreeMap<>();
        /** The record before its first; null if there is none. */
        final @Nullable Reached before;
        /** Receipt of its first record. */
        final long received;

        Open(@Nullable Reached before, long received) {
            this.before = before;
            this.received = received;
        }
    }

    /**
     * @param length of a window, in ns
     * @param account of what becomes of the samples
     * @param before up to where each journal was read by an earlier shipment
     */
    public Windows(long length, Account account, Map<String, Reached> before, Page page) {
        this.length = length;
        this.account = account;
        this.before = before;
        this.page = page;
    }

    private Journal journal(String id) {
        return journals.computeIfAbsent(id, key -> new Journal(before.get(key)));
    }

    /** Takes a sample that is wanted. */
    public void add(String journal, String host, RecordView sample, Container container, Consumption consumption)
            throws IOException {
        Journal of = journal(journal);
        long number = Math.floorDiv(sample.time(), length);
        of.adding = true;
        turn(of, sample.time(), sample.received());
        of.adding = false;
        if (of.latest(sample) >= (number + 1) * length + LATE_NANOS) {
            account.late(journal);
            return;
        }
        if (of.sent.contains(new Sent(container.id(), number))) {
            account.existed(journal);
            return;
        }
        Open open = of.open.computeIfAbsent(number, n -> new Open(of.before, sample.received()));
        Window window = open.containers.computeIfAbsent(
                container.id(), id -> new Window(journal, host, container, number * length, length));
        window.add(sample.sequence(), consumption);
        account.open(journal, 1);
    }

    /** To be called after each record, be it wanted or not. */
    public void pass(String journal, RecordView record) throws IOException {
        Journal of = journal(journal);
        turn(of, Long.MIN_VALUE, record.received());
        of.before = new Reached(record.sequence(), record.received(), false);
    }

    /** Takes a sample that an earlier shipment had: its window was sent, else this one would begin before it. */
    public void learn(String journal, RecordView sample) {
        Journal of = journal(journal);
        of.latest(sample);
        of.sent.add(new Sent(sample.subject(), Math.floorDiv(sample.time(), length)));
    }

    /**
     * Hands out the windows that are over.
     *
     * @param time of a sample; {@link Long#MIN_VALUE} of any other record
     */
    private void turn(Journal of, long time, long received) throws IOException {
        turn(of, entry -> {
            long from = entry.getKey() * length;
            boolean after = time >= from + length + LATE_NANOS;
            boolean setBack = time != Long.MIN_VALUE && time < from - length - LATE_NANOS;
            return after || setBack || received - entry.getValue().received >= length + LATE_NANOS;
        });
    }

    private void turn(Journal of, Predicate<Map.Entry<Long, Open>> over) throws IOException {
        for (Iterator<Map.Entry<Long, Open>> each = of.open.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Long, Open> entry = each.next();
            if (over.test(entry)) {
                turn(entry.getValue());
                each.remove();
            }
        }
    }

    private void turn(Open open) throws IOException {
        for (Window window : open.containers.values()) {
            account.open(window.journal(), -window.records());
            page.turn(window);
        }
    }

    /** Hands out all windows of the journals that were read up to some time after {@code until}: nothing more of them is wanted. */
    public void turnBefore(long until) throws IOException {
        for (Journal of : journals.values()) {
            Reached read = of.before;
            if (until != Long.MAX_VALUE && read != null && read.received() >= until + LATE_NANOS) {
                turn(of, open -> true);
            }
        }
    }

    /** Hands out all windows: the journal has ended, and nothing more of them will come. */
    public void turnAll(String journal) throws IOException {
        turn(journal(journal), open -> true);
    }

    /**
     * Where a later reading has to go on so that it comes upon all records of the windows that are not over.
     *
     * @param reached up to where each journal was read
     */
    public Map<String, Reached> reached(Map<String, Reached> reached) {
        Map<String, Reached> back = new TreeMap<>(reached);
        journals.forEach((id, of) -> {
            List<@Nullable Reached> needed = new ArrayList<>();
            of.open.values().forEach(open -> needed.add(open.before));
            if (of.adding) {
                needed.add(of.before);
            }
            if (needed.contains(null)) {
                back.remove(id);
            } else {
                needed.forEach(place -> back.merge(id, place, (a, b) -> a.sequence() <= b.sequence() ? a : b));
            }
        });
        return back;
    }
}
