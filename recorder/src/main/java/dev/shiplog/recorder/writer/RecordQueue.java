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
import java.util.concurrent.TimeUnit;

/**
 * Stands between the sources, which hardly ever wait, and the writer, which waits for the disk. Keeps the order of arrival.
 * Stats are bounded in number and shed first; everything else waits as long as memory lasts. What was shed is counted,
 * and told by {@link #takeDropped}. Thread safe.
 */
public final class RecordQueue {
    /** What an entry costs beside its payload: record, arrival, array header, subject, a slot. */
    private static final int OVERHEAD = 256;

    /** Rare, and a large share of the memory that there is. */
    private static final int LARGE = 1024 * 1024;

    /** Longer than a disk takes for a large record; an engine keeps a thousand events for a reader that is late. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final String DISK_FULL = "the disk was full";
    private static final String BEHIND = "the writer fell behind";

    private final int sampleLimit;
    private final long byteLimit;
    private final ArrayDeque<Arrival> entries = new ArrayDeque<>();
    private final Map<Kind, Loss> losses = new EnumMap<>(Kind.class);
    private int samples;
    private long bytes;
    /** How many large records were put, taken by the writer, and written: it comes for more when it is done. */
    private long largePut;

    private long largeTaken;
    private long largeWritten;
    private boolean diskFull;
    /** Whether what is there is not to wait for more. */
    private boolean woken;

    private static final class Loss {
        final String reason;
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        long count;

        Loss(String reason) {
            this.reason = reason;
        }
    }

    /**
     * @param sampleLimit how many stats may wait
     * @param byteLimit how many bytes of all other records may wait
     */
    public RecordQueue(int sampleLimit, long byteLimit) {
        this.sampleLimit = sampleLimit;
        this.byteLimit = byteLimit;
    }

    /** As {@link #put(Arrival)}. */
    public boolean put(Record record) {
        return put(new Arrival.Plain(record));
    }

    /**
     * Takes it, or counts it as dropped and returns false. Waits only with a large record, until that is written or {@link #PATIENCE} is
     * over: with the next one read meanwhile, memory would not hold what is made of them.
     */
    public synchronized boolean put(Arrival arrival) {
        if (!take(arrival)) {
            return false;
        }
        if (isLarge(arrival.record())) {
            awaitWritten();
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

    private boolean take(Arrival arrival) {
        Record record = arrival.record();
        if (record.kind() == Kind.STATS) {
            if (diskFull) {
                drop(record, DISK_FULL);
                return false;
            }
            if (samples >= sampleLimit) {
                drop(record, BEHIND);
                return false;
            }
            samples++;
        } else {
            // Inspect payloads are large, and the next one makes up for them: unless they are alone, they leave half of
            // the
            // room to events.
            long limit = record.kind() == Kind.INSPECT && bytes > 0 ? byteLimit / 2 : byteLimit;
            if (bytes + size(record) > limit) {
                drop(record, diskFull ? DISK_FULL : BEHIND);
                return false;
            }
            bytes += size(record);
        }
        entries.add(arrival);
        // To wake a thread costs more than to write a sample: samples are taken when the next thing is, or in time.
        if (record.kind() != Kind.STATS || samples == (sampleLimit + 1) / 2) {
            wake();
        }
        return true;
    }

    /**
     * Moves up to {@code max} entries to {@code batch}. Waits up to {@code millis} before: for anything but a sample, for
     * so many samples that they should not wait, or for a wake.
     */
    public synchronized void drainTo(Collection<? super Arrival> batch, int max, long millis)
            throws InterruptedException {
        if (largeWritten < largeTaken) {
            largeWritten = largeTaken;
            notifyAll();
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; !woken && left > 0; ) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        }
        for (int n = 0; n < max && !entries.isEmpty(); n++) {
            Arrival arrival = entries.remove();
            Record record = arrival.record();
            if (record.kind() == Kind.STATS) {
                samples--;
            } else {
                bytes -= size(record);
            }
            if (isLarge(record)) {
                largeTaken++;
            }
            batch.add(arrival);
        }
        woken = !entries.isEmpty();
    }

    /** Ends a {@link #drainTo} that waits. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    public synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** While the disk is full no stats are taken, and those that wait are given up to leave the memory to events. */
    public synchronized void diskFull(boolean full) {
        diskFull = full;
        if (full && samples > 0) {
            entries.removeIf(arrival -> {
                boolean sample = arrival.record().kind() == Kind.STATS;
                if (sample) {
                    drop(arrival.record(), DISK_FULL);
                }
                return sample;
            });
            samples = 0;
        }
    }

    /** Counts a record as dropped that had been taken out already, because the disk is full. */
    public synchronized void giveUp(Record record) {
        drop(record, DISK_FULL);
    }

    /** What was dropped since the last call. */
    public synchronized List<Mark.Dropped> takeDropped() {
        List<Mark.Dropped> dropped = new ArrayList<>(losses.size());
        losses.forEach((kind, loss) ->
                dropped.add(new Mark.Dropped(kind.label(), loss.count, loss.from, loss.to, loss.reason)));
        losses.clear();
        return dropped;
    }

    private void drop(Record record, String reason) {
        Loss loss = losses.computeIfAbsent(record.kind(), kind -> new Loss(reason));
        loss.count++;
        // A full disk sheds what waited after what had no more room.
        loss.from = Math.min(loss.from, record.received());
        loss.to = Math.max(loss.to, record.received());
    }

    /** Samples are none of these: they may be shed. */
    private static boolean isLarge(Record record) {
        return record.kind() != Kind.STATS && record.payload().length >= LARGE;
    }

    private static int size(Record record) {
        return record.payload().length + OVERHEAD;
    }
}
