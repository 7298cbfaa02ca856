package dev.shiplog.recorder.writer;

import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Arrival.Haste;
import dev.shiplog.timeline.Coverage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Moves what arrived into the journal: the one place where it is decided what is appended, in which order, and when it
 * goes to the disk. Marks and the events that explain an outage are synced at once (all that arrived together in one
 * go), and everything before with them; other records within a second, and what comes again and again, samples above
 * all, within the sync interval, for each force writes whole pages.
 *
 * <p>When the disk is full, stats are given up, everything else waits in memory, and every second is a new attempt.
 * {@link #run} belongs to the thread that opened the journal; {@link #stop} may be called from any.
 */
public final class JournalWriter {
    private static final System.Logger LOG = System.getLogger(JournalWriter.class.getName());
    private static final int BATCH = 512;
    private static final long RETRY_MILLIS = 1_000;
    /** How long samples wait for company; a kill loses them. */
    private static final long BEAT_MILLIS = 100;
    /** How long what happens now and then may wait for the disk, unless the sync interval is shorter. */
    private static final long SOON_NANOS = 1_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final Journal journal;
    private final RecordQueue queue;
    private final EventLedger ledger;
    private final Coverage absence;
    private final Clock clock;
    private final boolean stats;
    private final long syncNanos;
    private final long soonNanos;

    private final Deque<Arrival> batch = new ArrayDeque<>(BATCH);
    private final Deque<Arrival> outbox = new ArrayDeque<>();
    /** When it was last told what was dropped. */
    private long told;
    /** When what was appended must be on the disk. */
    private long syncBy = NEVER;

    private boolean diskFull;
    private volatile String reason = "";
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** What the writer asks of a journal: an {@link dev.shiplog.journal.Appender}, and in tests one that fails. */
    public interface Journal {
        void append(Record record) throws IOException;

        void sync() throws IOException;

        void engineId(String id);
    }

    /**
     * @param stats true if samples are missing where nobody listened
     */
    public JournalWriter(
            Journal journal,
            RecordQueue queue,
            EventLedger ledger,
            Coverage absence,
            Clock clock,
            boolean stats,
            Duration syncInterval) {
        this.journal = journal;
        this.queue = queue;
        this.ledger = ledger;
        this.absence = absence;
        this.clock = clock;
        this.stats = stats;
        this.syncNanos = syncInterval.toNanos();
        this.soonNanos = Math.min(SOON_NANOS, syncNanos);
        this.told = clock.now().monotonic();
    }

    /**
     * Writes until {@link #stop}, and then what had arrived by then.
     *
     * @throws IOException the journal cannot be written to any more
     */
    public void run() throws IOException, InterruptedException {
        while (turn(RETRY_MILLIS)) {}
        if (outbox.isEmpty()) {
            LOG.log(Level.INFO, "stopped: {0}; nothing is left to be written", reason);
        } else {
            LOG.log(Level.ERROR, "journal: {0} records are lost: the disk is still full", outbox.size() + batch.size());
        }
    }

    /** Waits for what arrives, {@code patience} ms at most, and writes it; false if that was the last. */
    public boolean turn(long patience) throws IOException, InterruptedException {
        boolean stop = stopping.getCount() == 0;
        if (diskFull) {
            boolean stopped = stopping.await(patience, TimeUnit.MILLISECONDS);
            if (outbox.isEmpty()) {
                tellDropped(); // samples that were given up got us here, so there is something to try with
            }
            write();
            return !(diskFull && stopped);
        }
        long wait = TimeUnit.NANOSECONDS.toMillis(
                Math.min(told + soonNanos, syncBy) - clock.now().monotonic());
        queue.drainTo(batch, BATCH, stop ? 0 : Math.min(Math.min(patience, BEAT_MILLIS), Math.max(1, wait)));
        boolean last = stop && batch.isEmpty();
        while (!diskFull && !batch.isEmpty()) {
            outbox.add(batch.remove());
            write();
        }
        if (!diskFull) {
            outbox.addAll(last ? ledger.stopped() : ledger.settle(clock.now().monotonic()));
        }
        boolean due = last || clock.now().monotonic() - told >= soonNanos;
        if (due && !diskFull) {
            tellDropped();
        }
        if (last) {
            outbox.add(mark(new Mark.CleanStop(reason)));
        }
        write();
        if (syncBy != NEVER && (last || clock.now().monotonic() >= syncBy)) {
            journal.sync();
            syncBy = NEVER;
        }
        if (due) {
            told = clock.now().monotonic();
        }
        return !last;
    }

    /**
     * Lets {@link #run} end when it has written what had arrived, and the clean stop after it.
     *
     * @param why it stops
     */
    public void stop(String why) {
        reason = why;
        stopping.countDown();
        queue.wake();
    }

    private void write() throws IOException {
        try {
            while (!outbox.isEmpty()) {
                List<Arrival> before = before(outbox.element());
                for (int i = before.size(); i-- > 0; ) {
                    outbox.addFirst(before.get(i));
                }
                write(outbox.element());
                outbox.remove();
            }
        } catch (DiskFullException e) {
            outbox.removeIf(arrival -> {
                boolean sample = arrival.record().kind() == Kind.STATS;
                if (sample) {
                    queue.giveUp(arrival.record());
                }
                return sample;
            });
            if (!diskFull) {
                diskFull = true;
                queue.diskFull(true);
                LOG.log(Level.ERROR, "journal: {0}; stats are dropped, events wait in memory", e.getMessage());
            }
        }
    }

    /** The ledger's marks that go before it; none when it is asked again, because the disk was full. */
    private List<Arrival> before(Arrival arrival) {
        if (arrival instanceof Arrival.Event event) {
            return ledger.before(event);
        }
        if (arrival instanceof Arrival.Connected connected) {
            return ledger.connected(connected, absence.since());
        }
        return arrival instanceof Arrival.Introduced ? ledger.beforeUp() : List.of();
    }

    private void write(Arrival arrival) throws IOException {
        Record record = arrival.record();
        if (arrival instanceof Arrival.Event event) {
            write(event);
        } else if (arrival instanceof Arrival.Lost) {
            absence.lost(record.time());
            ledger.lost();
        } else if (arrival instanceof Arrival.Connected connected) {
            if (stats && connected.fresh() && absence.withoutSamplesSince() != 0) {
                append(clock.mark(new Mark.Gap(
                        "stats",
                        "",
                        absence.withoutSamplesSince(),
                        record.received(),
                        absence.reason(connected.reason()))));
            }
            absence.listening(record.received());
        } else if (arrival instanceof Arrival.Introduced introduced) {
            journal.engineId(introduced.engineId());
            append(record);
            absence.up(record);
        } else {
            append(record);
            if (record.kind() == Kind.STATS) {
                absence.sampled(record.received());
            } else if (arrival instanceof Arrival.Disconnected) {
                absence.down(record);
            }
        }
    }

    private void write(Arrival.Event event) throws IOException {
        Record record = event.record();
        if (ledger.repeats(event)) {
            ledger.repeated(event);
            absence.heard(record.received());
            return;
        }
        if (event.wanted()) {
            append(record, event.haste());
        }
        ledger.appended(event);
        absence.event(record.received(), record.time());
    }

    private void append(Record record) throws IOException {
        append(
                record,
                switch (record.kind()) {
                    case MARK -> Haste.AT_ONCE;
                    case STATS -> Haste.IN_COMPANY;
                    case EVENT, INSPECT, HOST, LOG, ENGINE_METRICS, SOCKETS -> Haste.SOON;
                });
    }

    private void append(Record record, Haste haste) throws IOException {
        journal.append(record);
        long wait = switch (haste) {
            case AT_ONCE -> 0;
            case SOON -> soonNanos;
            case IN_COMPANY -> syncNanos;
        };
        syncBy = Math.min(syncBy, clock.now().monotonic() + wait);
        if (diskFull) {
            diskFull = false;
            queue.diskFull(false);
            LOG.log(Level.INFO, "journal: there is room again; writing goes on");
        }
    }

    private void tellDropped() {
        queue.takeDropped().forEach(dropped -> outbox.add(mark(dropped)));
    }

    private Arrival mark(Mark mark) {
        return new Arrival.Plain(clock.mark(mark));
    }
}
