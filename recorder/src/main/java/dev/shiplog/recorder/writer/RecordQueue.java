package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Holds arrivals between the sources, which hardly ever wait, and the writer, which waits for the disk. It keeps the
 * order of arrival. Each kind of record belongs to a {@link Lane}; a lane that is full drops records of its own and
 * costs no other lane anything. Dropped records are counted, and {@link #takeDropped} reports them. Only what the engine
 * keeps for us, in its files, waits instead: {@link #putWhenRoom}. Thread safe.
 */
public final class RecordQueue {
    /** What an entry costs beside its payload: record, arrival, array header, subject, a slot. */
    private static final int OVERHEAD_BYTES = 256;

    /** Rare, and a large share of the memory. */
    private static final int LARGE_BYTES = 1024 * 1024;

    /** Longer than a disk takes for a large record; an engine keeps a thousand events for a slow reader. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final long ROOM_MILLIS = 200;

    /** While events come one after another, the writer comes this often: to wake it for each costs more than to write it. */
    private static final long PACE_MILLIS = 2;

    private static final String DISK_FULL = "the disk was full";
    private static final String BEHIND = "the writer fell behind";

    /** Why records are dropped. */
    public static final List<String> REASONS = List.of(DISK_FULL, BEHIND);

    /** Samples: the next one makes up for a dropped one. */
    private final Lane samples;
    /** Everything that happens once. */
    private final Lane kept;
    /** Lines of logs, which wait for room. */
    private final Lane lines;

    private final ArrayDeque<Arrival> entries = new ArrayDeque<>();
    private final Map<Kind, Drops> drops = new EnumMap<>(Kind.class);
    /** How many were dropped since the start, by kind and reason. */
    private final Map<Kind, Map<String, Long>> dropped = new EnumMap<>(Kind.class);

    // Large records that were put, taken by the writer, and written: it comes for more once it has written.
    private long largePut;
    private long largeTaken;
    private long largeWritten;

    /** How many threads wait for room. */
    private int waiting;

    private boolean diskFull;
    /** Whether the writer is not to wait for more. */
    private boolean woken;
    /** Whether the writer took what it was woken for a moment ago, and lets more come. */
    private boolean resting;
    /** When it was last woken, by {@link System#nanoTime()}. */
    private long hurriedAt = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

    /**
     * What waits for the writer.
     *
     * @param records how many
     * @param oldest when the first of them came, monotonic; 0 if none waits
     */
    public record Waiting(int records, long oldest) {}

    /** Kinds of records that share bounds, and how many of these records wait. */
    private static final class Lane {
        final int mostRecords;
        final long mostBytes;
        final Manner manner;

        int records;
        long bytes;

        Lane(int mostRecords, long mostBytes, Manner manner) {
            this.mostRecords = mostRecords;
            this.mostBytes = mostBytes;
            this.manner = manner;
        }

        /** A record that is shed second may fill half of the lane, so that it leaves room; alone it may fill all. */
        boolean hasRoom(Record record) {
            if (manner == Manner.WAITED_FOR && records == 0) {
                return true;
            }
            boolean half = manner == Manner.KEPT && record.kind().shedding() == Kind.Shedding.SECOND && bytes > 0;
            return records < mostRecords && bytes + size(record) <= (half ? mostBytes / 2 : mostBytes);
        }

        void add(Record record) {
            records++;
            bytes += size(record);
        }

        void remove(Record record) {
            records--;
            bytes -= size(record);
        }

        /** To wake a thread costs more than to write a sample: a lane of many records wakes the writer when half full. */
        boolean wakes(Record record) {
            return switch (manner) {
                case DROPPED -> records == (mostRecords + 1) / 2;
                case KEPT -> true;
                case WAITED_FOR -> isHalfFull() && bytes - size(record) < mostBytes / 2;
            };
        }

        boolean isHalfFull() {
            return bytes >= mostBytes / 2;
        }

        private static int size(Record record) {
            return record.payload().length + OVERHEAD_BYTES;
        }
    }

    /** How a lane treats its records. */
    private enum Manner {
        /** They are dropped while the disk is full, or the lane. */
        DROPPED,
        /** They are few, and dropped only when the lane is full. */
        KEPT,
        /** Whoever brings them waits for room. */
        WAITED_FOR
    }

    private static final class Drops {
        final String reason;
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        long count;

        Drops(String reason) {
            this.reason = reason;
        }
    }

    /**
     * @param mostSamples that may wait
     * @param mostBytes of all other records that may wait; lines of logs may take a quarter as much beside them
     */
    public RecordQueue(int mostSamples, long mostBytes) {
        samples = new Lane(mostSamples, Long.MAX_VALUE, Manner.DROPPED);
        kept = new Lane(Integer.MAX_VALUE, mostBytes, Manner.KEPT);
        lines = new Lane(Integer.MAX_VALUE, mostBytes / 4, Manner.WAITED_FOR);
    }

    private Lane lane(Kind kind) {
        if (kind == Kind.LOG) {
            return lines;
        }
        return switch (kind.shedding()) {
            case FIRST -> samples;
            case SECOND, LAST -> kept;
        };
    }

    /** As {@link #put(Arrival)}. */
    public boolean put(Record record) {
        return put(new Arrival.Plain(record));
    }

    /**
     * Takes the arrival, or counts it as dropped and returns false. Waits only with a large record, until that is
     * written or {@link #PATIENCE} ends: with the next one read meanwhile, memory would not hold what is made of them.
     */
    public synchronized boolean put(Arrival arrival) {
        Record record = arrival.record();
        Lane lane = lane(record.kind());
        if (lane.manner == Manner.DROPPED && diskFull || !lane.hasRoom(record)) {
            drop(record, diskFull ? DISK_FULL : BEHIND);
            return false;
        }
        lane.add(record);
        entries.add(arrival);
        if (lane.wakes(record)) {
            wake();
        }
        if (isLarge(record)) {
            awaitWritten();
        }
        return true;
    }

    /**
     * Takes the record once there is room for it: the writer may be slow, or the disk full.
     *
     * @param ended asked five times a second whether to give up
     * @return false if it gave up; the record is not counted as dropped
     */
    public synchronized boolean putWhenRoom(Record record, BooleanSupplier ended) {
        Lane lane = lane(record.kind());
        try {
            while (!lane.hasRoom(record)) {
                if (ended.getAsBoolean()) {
                    return false;
                }
                waiting++;
                try {
                    wait(ROOM_MILLIS);
                } finally {
                    waiting--;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        lane.add(record);
        entries.add(new Arrival.Plain(record));
        if (lane.wakes(record)) {
            wake();
        }
        return true;
    }

    private void awaitWritten() {
        largePut++;
        long ticket = largePut;
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (long left = PATIENCE.toMillis(); largeWritten < ticket && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Moves up to {@code max} entries to {@code batch}. Waits up to {@code millis} before: for anything but a sample,
     * for so many samples that they should not wait, or for a {@link #wake}.
     */
    public synchronized void drainTo(Collection<? super Arrival> batch, int max, long millis)
            throws InterruptedException {
        if (largeWritten < largeTaken) {
            largeWritten = largeTaken;
            notifyAll();
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (millis > 0 && entries.size() < max) {
            rest();
        }
        for (long left = millis; !woken && left > 0; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        }
        if (woken) {
            hurriedAt = System.nanoTime();
        }
        for (int n = 0; n < max && !entries.isEmpty(); n++) {
            Arrival arrival = entries.remove();
            Record record = arrival.record();
            lane(record.kind()).remove(record);
            if (isLarge(record)) {
                largeTaken++;
            }
            batch.add(arrival);
        }
        woken = !entries.isEmpty();
        if (waiting > 0 && !lines.isHalfFull()) {
            notifyAll();
        }
    }

    /** Lets more come, if the writer was woken a moment ago. */
    private void rest() throws InterruptedException {
        long begun = System.nanoTime();
        if (begun - hurriedAt >= TimeUnit.MILLISECONDS.toNanos(PACE_MILLIS)) {
            return;
        }
        resting = true;
        try {
            for (long left = PACE_MILLIS; left > 0; ) {
                wait(left);
                left = PACE_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            }
        } finally {
            resting = false;
        }
    }

    /** Ends a {@link #drainTo} that waits. */
    public synchronized void wake() {
        woken = true;
        if (!resting) {
            notifyAll();
        }
    }

    /** While the disk is full no samples are taken, and those that wait are dropped to leave the memory to events. */
    public synchronized void diskFull(boolean full) {
        diskFull = full;
        if (full) {
            entries.removeIf(arrival -> {
                boolean dropped = shed(arrival);
                if (dropped) {
                    lane(arrival.record().kind()).remove(arrival.record());
                }
                return dropped;
            });
        }
    }

    /** Drops what is shed on a full disk, though it was taken from the queue before; false if it must be kept. */
    synchronized boolean shed(Arrival arrival) {
        Record record = arrival.record();
        if (lane(record.kind()).manner != Manner.DROPPED) {
            return false;
        }
        drop(record, DISK_FULL);
        return true;
    }

    /** What was dropped since the last call. */
    public synchronized List<Mark.Dropped> takeDropped() {
        List<Mark.Dropped> marks = new ArrayList<>(drops.size());
        drops.forEach((kind, counted) ->
                marks.add(new Mark.Dropped(kind.label(), counted.count, counted.from, counted.to, counted.reason)));
        drops.clear();
        return marks;
    }

    /** What waits now. */
    public synchronized Waiting waiting() {
        Arrival first = entries.peek();
        return new Waiting(entries.size(), first == null ? 0 : first.record().monotonic());
    }

    /** How many records were dropped since the start, by kind and reason. */
    public synchronized Map<Kind, Map<String, Long>> dropped() {
        Map<Kind, Map<String, Long>> copy = new EnumMap<>(Kind.class);
        dropped.forEach((kind, counts) -> copy.put(kind, Map.copyOf(counts)));
        return copy;
    }

    private void drop(Record record, String reason) {
        dropped.computeIfAbsent(record.kind(), kind -> new TreeMap<>()).merge(reason, 1L, Long::sum);
        Drops counted = drops.computeIfAbsent(record.kind(), kind -> new Drops(reason));
        counted.count++;
        // On a full disk, what waited is dropped after what came later.
        counted.from = Math.min(counted.from, record.received());
        counted.to = Math.max(counted.to, record.received());
    }

    private boolean isLarge(Record record) {
        return lane(record.kind()).manner == Manner.KEPT && record.payload().length >= LARGE_BYTES;
    }
}
