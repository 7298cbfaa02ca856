package dev.shiplog.recorder.writer;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Arrival.Sync;
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
 * Moves arrivals into the journal: the one place that decides what is appended, in which order, and when it is forced
 * to disk. Marks and the events that explain an outage are forced at once, with everything before them; other records
 * within a second; records that come again and again, samples above all, within the sync interval.
 *
 * <p>While the disk is full and retention frees nothing, samples are dropped, everything else waits in memory, and each second is a new attempt.
 * {@link #run} belongs to the thread that opened the journal; any thread may call {@link #stop}.
 */
public final class JournalWriter {
    private static final System.Logger LOG = System.getLogger(JournalWriter.class.getName());
    private static final int BATCH = 512;
    private static final long RETRY_MILLIS = 1_000;
    /** How long samples wait for a batch, which costs as much as several samples; a kill loses those that wait. */
    private static final long BATCHING_DELAY_MILLIS = 500;
    /** How long a rare record may wait to be forced, unless the sync interval is shorter. */
    private static final long SOON_NANOS = 1_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final Journal journal;
    private final Retention retention;
    private final RecordQueue queue;
    private final Checkpoints checkpoints;
    private final EventLedger ledger;
    private final ExecTally execs;
    private final Coverage coverage;
    private final Tally tally;
    private final Clock clock;
    private final boolean samples;
    private final long syncNanos;
    private final long soonNanos;

    private final Deque<Arrival> batch = new ArrayDeque<>(BATCH);
    private final Deque<Arrival> outbox = new ArrayDeque<>();
    /** When the journal last stated what was dropped, by the monotonic clock. */
    private long droppedStatedAt;
    /** When what was appended must be on disk, by the monotonic clock. */
    private long syncBy = NEVER;

    private boolean diskFull;
    private volatile String reason = "";
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** What the writer needs of a journal: an {@link Appender}, or in tests one that fails. */
    interface Journal {
        void append(Record record) throws IOException;

        /** Also where less than the minimum is free. */
        void appendBelowMinimum(Record record) throws IOException;

        void sync() throws IOException;

        void engineId(String id);
    }

    /** Keeps the journal within its limits: a {@link Retainer}, or in tests a simpler one. */
    interface Retention {
        /** Deletes what the limits ask for, if it is time to look. */
        void keep(Teller teller) throws IOException;

        /** Deletes what may go, because the disk is full; false if nothing did. */
        boolean makeRoom(Teller teller) throws IOException;
    }

    /** Appends a mark and forces it to disk, with everything before it. */
    interface Teller {
        void tell(Mark mark) throws IOException;
    }

    private record AppenderJournal(Appender appender) implements Journal {
        @Override
        public void append(Record record) throws IOException {
            appender.append(record);
        }

        @Override
        public void appendBelowMinimum(Record record) throws IOException {
            appender.appendBelowMinimum(record);
        }

        @Override
        public void sync() throws IOException {
            appender.sync();
        }

        @Override
        public void engineId(String id) {
            appender.setEngineId(id);
        }
    }

    /** @param samples true if containers are sampled, so that samples are missing where nobody listened */
    public JournalWriter(
            Appender appender,
            Retainer retainer,
            RecordQueue queue,
            Checkpoints checkpoints,
            Clock clock,
            boolean samples,
            Duration syncInterval) {
        this(new AppenderJournal(appender), retainer, queue, checkpoints, clock, samples, syncInterval);
    }

    JournalWriter(
            Journal journal,
            Retention retention,
            RecordQueue queue,
            Checkpoints checkpoints,
            Clock clock,
            boolean samples,
            Duration syncInterval) {
        this.journal = journal;
        this.retention = retention;
        this.queue = queue;
        this.checkpoints = checkpoints;
        this.ledger = checkpoints.ledger();
        this.execs = checkpoints.execs();
        this.coverage = checkpoints.coverage();
        this.tally = checkpoints.tally();
        this.clock = clock;
        this.samples = samples;
        this.syncNanos = syncInterval.toNanos();
        this.soonNanos = Math.min(SOON_NANOS, syncNanos);
        this.droppedStatedAt = clock.monotonic();
    }

    /**
     * Writes until {@link #stop}, and then what had arrived by then.
     *
     * @throws IOException if the journal cannot be written to any more
     */
    public void run() throws IOException, InterruptedException {
        while (turn(RETRY_MILLIS)) {}
        if (outbox.isEmpty()) {
            LOG.log(Level.INFO, "stopped: {0}; nothing is left to be written", reason);
        } else {
            LOG.log(
                    Level.ERROR,
                    "stopped: {0}; {1} records are lost: the disk is still full",
                    reason,
                    outbox.size() + batch.size());
        }
    }

    /**
     * Ends {@link #run} once it has written what had arrived, and the clean stop after it.
     *
     * @param why it stops
     */
    public void stop(String why) {
        reason = why;
        stopping.countDown();
        queue.wake();
    }

    /** Waits for arrivals, {@code patienceMillis} at most, and writes them; false if those were the last. */
    boolean turn(long patienceMillis) throws IOException, InterruptedException {
        boolean goesOn = diskFull ? retry(patienceMillis) : writeArrivals(patienceMillis);
        tally.turned(clock.now().monotonic()); // and looks whether the wall clock was set
        return goesOn;
    }

    private boolean retry(long patienceMillis) throws IOException, InterruptedException {
        boolean stopped = stopping.await(patienceMillis, TimeUnit.MILLISECONDS);
        if (outbox.isEmpty()) {
            stateDropped(); // only samples met the full disk, and they were dropped: their mark is what to try with
        }
        writeOutbox();
        return !(diskFull && stopped);
    }

    private boolean writeArrivals(long patienceMillis) throws IOException, InterruptedException {
        boolean stop = stopping.getCount() == 0;
        long dueMillis =
                TimeUnit.NANOSECONDS.toMillis(Math.min(droppedStatedAt + soonNanos, syncBy) - clock.monotonic());
        long waitMillis = Math.min(Math.min(patienceMillis, BATCHING_DELAY_MILLIS), Math.max(1, dueMillis));
        queue.drainTo(batch, BATCH, stop ? 0 : waitMillis);
        boolean last = stop && batch.isEmpty();
        while (!diskFull && !batch.isEmpty()) {
            outbox.add(batch.remove());
            writeOutbox();
        }
        if (!diskFull) {
            execs.due(clock.now(), last).forEach(mark -> outbox.add(new Arrival.Plain(mark)));
            checkpoints.restated().forEach(mark -> outbox.add(new Arrival.Plain(mark)));
            outbox.addAll(last ? ledger.stopped() : ledger.settle(clock.monotonic()));
        }
        boolean due = last || clock.monotonic() - droppedStatedAt >= soonNanos;
        if (due && !diskFull) {
            stateDropped();
        }
        if (last) {
            outbox.add(mark(new Mark.CleanStop(reason)));
        }
        writeOutbox();
        if (!diskFull) {
            retention.keep(this::tell);
        }
        if (syncBy != NEVER && (last || clock.monotonic() >= syncBy)) {
            sync();
        }
        if (due) {
            droppedStatedAt = clock.monotonic();
        }
        return !last;
    }

    private void writeOutbox() throws IOException {
        boolean tries = true;
        while (tries) {
            try {
                emptyOutbox();
                tries = false;
            } catch (DiskFullException e) {
                tries = retention.makeRoom(this::tell);
                if (!tries) {
                    shed(e);
                }
            }
        }
    }

    private void emptyOutbox() throws IOException {
        while (!outbox.isEmpty()) {
            List<Arrival> before = before(outbox.element());
            for (int i = before.size(); i-- > 0; ) {
                outbox.addFirst(before.get(i));
            }
            write(outbox.element());
            outbox.remove();
        }
    }

    private void shed(DiskFullException full) {
        outbox.removeIf(queue::shed);
        if (!diskFull) {
            setDiskFull(true);
            LOG.log(Level.ERROR, "journal: {0}; stats are dropped, events wait in memory", full.getMessage());
        }
    }

    private void tell(Mark mark) throws IOException {
        Record record = clock.mark(mark);
        journal.appendBelowMinimum(record);
        checkpoints.appended(record);
        sync();
    }

    private void sync() throws IOException {
        journal.sync();
        syncBy = NEVER;
        tally.forced();
    }

    private void setDiskFull(boolean full) {
        diskFull = full;
        queue.diskFull(full);
        tally.diskFull(full);
    }

    /** The ledger's marks that go before an arrival; none when that is tried again because the disk was full. */
    private List<Arrival> before(Arrival arrival) {
        if (arrival instanceof Arrival.Event event) {
            return ledger.before(event);
        }
        if (arrival instanceof Arrival.Connected connected) {
            return ledger.connected(connected, coverage.since());
        }
        return arrival instanceof Arrival.Introduced ? ledger.beforeUp() : List.of();
    }

    private void write(Arrival arrival) throws IOException {
        Record record = arrival.record();
        if (arrival instanceof Arrival.Event event) {
            write(event);
        } else if (arrival instanceof Arrival.Ended) {
            coverage.streamEnded(record.time());
            ledger.ended();
        } else if (arrival instanceof Arrival.Connected connected) {
            write(connected);
        } else if (arrival instanceof Arrival.Introduced introduced) {
            journal.engineId(introduced.engineId());
            append(record);
        } else {
            append(record);
        }
    }

    private void write(Arrival.Connected connected) throws IOException {
        long now = connected.record().received();
        long from = coverage.withoutSamplesSince();
        if (samples && connected.fresh() && from != 0) {
            String why = coverage.reason(connected.reason());
            append(clock.mark(new Mark.Gap(Kind.STATS.label(), "", from, now, why)));
        }
        coverage.listening(now);
    }

    private void write(Arrival.Event event) throws IOException {
        Record record = event.record();
        boolean repeated = ledger.repeats(event);
        if (repeated) {
            ledger.repeated(event);
            coverage.repeated(record.received());
        } else {
            write(event, record);
            ledger.appended(event);
        }
        tally.event(!repeated, clock.monotonic());
    }

    private void write(Arrival.Event event, Record record) throws IOException {
        switch (event.use()) {
            case RECORDED -> append(record, event.sync());
            case COUNTED -> {
                execs.count(record, event.key());
                coverage.event(record.received(), record.time());
            }
            case HEARD -> coverage.event(record.received(), record.time());
        }
    }

    private void append(Record record) throws IOException {
        append(
                record,
                switch (record.kind()) {
                    case MARK -> Sync.NOW;
                    case STATS, SOCKETS, LOG -> Sync.BATCHED; // after a power cut the engine still has the lines
                    case EVENT, INSPECT, HOST, ENGINE_METRICS, IMAGE, DISK -> Sync.SOON;
                });
    }

    private void append(Record record, Sync sync) throws IOException {
        journal.append(record);
        checkpoints.appended(record);
        long waitNanos = switch (sync) {
            case NOW -> 0;
            case SOON -> soonNanos;
            case BATCHED -> syncNanos;
        };
        long now = clock.monotonic();
        syncBy = Math.min(syncBy, now + waitNanos);
        tally.unforced(now);
        if (diskFull) {
            setDiskFull(false);
            LOG.log(Level.INFO, "journal: there is room again; writing goes on");
        }
    }

    private void stateDropped() {
        queue.takeDropped().forEach(dropped -> outbox.add(mark(dropped)));
    }

    private Arrival mark(Mark mark) {
        return new Arrival.Plain(clock.mark(mark));
    }
}
