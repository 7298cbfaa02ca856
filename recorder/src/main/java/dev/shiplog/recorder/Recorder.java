package dev.shiplog.recorder;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.source.ContainerTracker;
import dev.shiplog.recorder.source.EventSource;
import dev.shiplog.recorder.source.HostSource;
import dev.shiplog.recorder.source.InspectSource;
import dev.shiplog.recorder.source.Redactor;
import dev.shiplog.recorder.source.StatsSource;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.EventLedger;
import dev.shiplog.recorder.writer.JournalWriter;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.Coverage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the recorder: wires the sources to the journal, starts them, closes them in order. {@link #run} opens,
 * writes and closes the journal on the thread that calls it, until {@link #stop} is called from another.
 */
final class Recorder {
    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    /** Of the heap, what records that must not be dropped may take while they wait for the disk: a quarter. */
    private static final int WAITING_SHARE = 4;

    private final RecorderConfig config;
    private final String version;
    private final RecordQueue queue;
    private final Clock clock;
    private final Watchdog watchdog = new Watchdog();
    private final Engine engine;
    private final HostSource host;
    private final InspectSource inspects;
    private final StatsSource stats;
    private final ContainerTracker containers;
    private final EventSource events;
    private final EventLedger ledger;
    private final Coverage absence = new Coverage();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final JournalWriter writer;
    private @Nullable Appender appender;

    /**
     * @param wall ns since the epoch
     * @param version of the program
     */
    Recorder(RecorderConfig config, LongSupplier wall, String version) {
        this.config = config;
        this.version = version;
        queue = new RecordQueue(config.queueSize(), Runtime.getRuntime().maxMemory() / WAITING_SHARE);
        clock = new Clock(wall, System::nanoTime, queue::put);
        engine = Engine.open(config.engine(), watchdog);
        Redactor redactor = new Redactor(config.redaction(), clock, queue::put);
        host = new HostSource(engine, clock, redactor);
        inspects = new InspectSource(engine, clock, queue, config.redaction());
        stats = new StatsSource(engine, watchdog, clock, queue, config.statsInterval());
        containers = new ContainerTracker(engine, clock, queue, config.filter(), stats, inspects);
        events = new EventSource(engine, clock, queue, config.filter(), host, containers, OwnContainer.id(), redactor);
        ledger = new EventLedger(clock::mark);
        writer = new JournalWriter(
                new ToAppender(),
                queue,
                ledger,
                absence,
                clock,
                !config.statsInterval().isZero(),
                config.syncInterval());
    }

    /**
     * Records until {@link #stop}.
     *
     * @throws dev.shiplog.journal.JournalFailedException if this process must not touch the journal any more
     * @throws IOException if the journal cannot be opened, or cannot be forced to disk
     */
    void run() throws IOException, InterruptedException {
        Resumption tail = new Resumption(ledger, containers, inspects, host, absence);
        Appender.Options options = new Appender.Options(
                config.roll(),
                firstLine("/proc/sys/kernel/hostname"),
                firstLine("/proc/sys/kernel/random/boot_id"),
                "shiplog " + version,
                config.minFree(),
                config.access());
        try (Appender opened = Appender.open(config.dataDir(), options, tail)) {
            appender = opened;
            absence.runEnded();
            opened.snapshot(this::snapshot);
            begin(opened.recovery(), tail);
            containers.start();
            events.start(tail.newestEvent());
            started.countDown();
            writer.run();
        } finally {
            started.countDown();
            closeSources();
            engine.close();
            watchdog.close();
            ended.countDown();
        }
    }

    /** True if {@link #run} opened the journal; for the thread that calls that. */
    boolean begun() {
        return appender != null;
    }

    /** Ends {@link #run} in good order, and waits for that. Idempotent. */
    void stop(String reason) throws InterruptedException {
        started.await();
        events.linger(config.stopGrace());
        closeSources();
        writer.stop(reason);
        ended.await();
    }

    private void begin(Appender.Recovery recovery, Resumption tail) {
        LOG.log(
                Level.INFO,
                "shiplog recorder {0}: {1} into {2}, {3}",
                version,
                config.engine(),
                config.dataDir(),
                config.statsInterval().isZero()
                        ? "no stats"
                        : "stats every " + config.described().get("stats-interval"));
        queue.put(clock.mark(new Mark.Start(version, config.described())));
        for (Loss loss : recovery.damage()) {
            LOG.log(Level.WARNING, "journal: damage in {0}: {1}; it was set aside", loss.segment(), loss.reason());
            queue.put(clock.mark(new Mark.Damage(loss.segment(), loss.fromOffset(), loss.reason())));
        }
        if (!recovery.created() && !tail.clean()) {
            LOG.log(Level.WARNING, "journal: the run before ended without a clean stop");
            queue.put(clock.mark(new Mark.UncleanStop(absence.newest(), recovery.lastSequence())));
        }
    }

    /** What each segment begins with. */
    private List<Record> snapshot() {
        List<Record> inspected = inspects.snapshot();
        List<Record> records = new ArrayList<>();
        long complete = absence.completeAt(clock.now().received());
        records.add(clock.mark(complete, new Mark.SegmentStart(ledger.keys(), inspected.size())));
        absence.head().forEach(mark -> records.add(clock.restate(mark)));
        records.addAll(ledger.head());
        records.addAll(host.snapshot());
        records.addAll(inspected);
        return records;
    }

    private void closeSources() {
        events.close();
        containers.close();
        stats.close();
        inspects.close();
    }

    /** The line that the kernel shows in a file, or nothing where there is no such file. */
    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private final class ToAppender implements JournalWriter.Journal {
        @Override
        public void append(Record record) throws IOException {
            open().append(record);
            // What the next head restates.
            if (record.kind() == Kind.INSPECT) {
                inspects.appended(record);
            } else if (record.kind() == Kind.HOST) {
                host.appended(record);
            }
        }

        @Override
        public void sync() throws IOException {
            open().sync();
        }

        @Override
        public void engineId(String id) {
            open().engineId(id);
        }

        private Appender open() {
            return Objects.requireNonNull(appender, "the journal is opened before anything is written");
        }
    }
}
