package dev.shiplog.recorder;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.StoredSegments;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.recorder.control.ControlSocket;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.exposition.Exposition;
import dev.shiplog.recorder.exposition.ListenAddress;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.logs.LastLines;
import dev.shiplog.recorder.logs.LogMode;
import dev.shiplog.recorder.logs.LogPositions;
import dev.shiplog.recorder.logs.LogSource;
import dev.shiplog.recorder.source.ContainerTracker;
import dev.shiplog.recorder.source.DestroyedContainers;
import dev.shiplog.recorder.source.DiskSource;
import dev.shiplog.recorder.source.EngineMetricsSource;
import dev.shiplog.recorder.source.EventSource;
import dev.shiplog.recorder.source.Follower;
import dev.shiplog.recorder.source.HostSource;
import dev.shiplog.recorder.source.ImageSource;
import dev.shiplog.recorder.source.InspectSource;
import dev.shiplog.recorder.source.InventorySource;
import dev.shiplog.recorder.source.Redactor;
import dev.shiplog.recorder.source.StatsSource;
import dev.shiplog.recorder.writer.ArchivedSegments;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.JournalWriter;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Retainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the recorder: wires the sources to the journal, starts them, and closes them in order. {@link #run} opens,
 * writes and closes the journal on the thread that calls it, until another thread calls {@link #stop}.
 */
final class Recorder implements Recording {
    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    /** Records other than samples may fill a quarter of the heap while they wait for the disk. */
    static final int WAITING_SHARE = 4;

    private final RecorderConfig config;
    private final String version;
    private final RecordQueue queue;
    private final Clock clock;
    private final Watchdog watchdog = new Watchdog();
    private final Engine engine;
    private final List<Follower> followers = new ArrayList<>();
    private final ContainerTracker containers;
    private final EventSource events;
    private final @Nullable DiskSource disk;
    private final @Nullable EngineMetricsSource metrics;
    /** Null if no metrics are served. */
    private final @Nullable InventorySource inventory;

    private final LiveState live;
    private final Checkpoints checkpoints;
    /** Null if no metrics are served. */
    private final @Nullable Exposition exposition;
    /** Null if no logs are recorded. */
    private final @Nullable LogPositions logs;

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Set when the journal is open. */
    private @Nullable JournalWriter writer;
    /** Set with it; null if there can be none. */
    private @Nullable ControlSocket control;

    /**
     * @param wall ns since the epoch
     * @param version of the program
     */
    Recorder(RecorderConfig config, LongSupplier wall, String version) {
        this(config, wall, System::nanoTime, version);
    }

    /**
     * As above.
     *
     * @param nanos the monotonic clock by which records are stamped, as {@link System#nanoTime()}
     */
    Recorder(RecorderConfig config, LongSupplier wall, LongSupplier nanos, String version) {
        this.config = config;
        this.version = version;
        queue = new RecordQueue(config.queueSize(), Runtime.getRuntime().maxMemory() / WAITING_SHARE);
        clock = new Clock(wall, nanos, queue::put);
        engine = Engine.open(
                config.engine(),
                watchdog,
                config.engineTimeout(),
                config.maxConcurrent() == 0 ? Integer.MAX_VALUE : config.maxConcurrent());
        Redactor redactor = new Redactor(config.redaction(), clock, queue::put);
        HostSource host = new HostSource(engine, clock, redactor);
        DestroyedContainers destroyed = new DestroyedContainers();
        ImageSource images = new ImageSource(engine, clock, queue, config.redaction(), destroyed);
        InspectSource inspects = new InspectSource(engine, clock, queue, config.redaction(), destroyed, images::used);
        followers.add(inspects);
        followers.add(images);
        if (samples()) {
            followers.add(new StatsSource(engine, watchdog, clock, queue, config.statsInterval()));
        }
        LogPositions positions = new LogPositions(clock, destroyed);
        if (config.logs() == LogMode.ALL) {
            followers.add(new LogSource(
                    engine, watchdog, clock, queue, positions, config.logFilter(), config.logRedaction()));
        } else if (config.logs() == LogMode.ENDS) {
            followers.add(new LastLines(
                    engine, watchdog, clock, queue, positions, config.logFilter(), config.logRedaction()));
        }
        logs = config.logs() == LogMode.OFF ? null : positions;
        containers =
                new ContainerTracker(engine, clock, queue, config.filter(), destroyed, inspects::askImage, followers);
        events = new EventSource(
                engine,
                clock,
                queue,
                config.filter(),
                config.execEvents(),
                host,
                containers,
                OwnContainer.id(),
                redactor);
        List<Checkpoint> states = new ArrayList<>(List.of(host, inspects, images, containers, events));
        if (logs != null) {
            states.add(logs);
        }
        disk = config.diskUsage() == RecorderConfig.DiskUsage.OFF
                ? null
                : new DiskSource(
                        engine,
                        clock,
                        queue,
                        redactor,
                        inspects::descriptions,
                        () -> events.engine().up());
        if (disk != null) {
            states.add(disk);
        }
        live = new LiveState(clock, config.listen() != null);
        states.add(live);
        checkpoints = new Checkpoints(clock, states);
        ListenAddress listen = config.listen();
        exposition = listen == null
                ? null
                : new Exposition(
                        listen, config.protection(), config.metricLabels(), config.statsInterval(), live, this::status);
        inventory = listen == null
                ? null
                : new InventorySource(
                        engine, clock, live.inventory(), () -> events.engine().up());
        MetricsPage.Address page = config.engineMetrics();
        metrics = page == null
                ? null
                : new EngineMetricsSource(
                        new MetricsPage(page, watchdog),
                        clock,
                        queue,
                        checkpoints.tally(),
                        events::engine,
                        config.engineMetricsEvery());
    }

    @Override
    public void run() throws IOException, InterruptedException {
        // A journal that may delete its oldest segments makes room by that once it is open.
        boolean retains = !config.limits().isNone();
        List<StoredSegment> deleted = retains ? StoredSegments.makeRoomToOpen(config.dataDir()) : List.of();
        try (Appender appender = Appender.open(
                config.dataDir(), options(config, version, retains ? 0 : config.minFree()), checkpoints)) {
            appender.setMinimumFree(config.minFree());
            appender.setSnapshot(checkpoints::snapshot);
            Retainer retainer = new Retainer(
                    appender,
                    config.limits(),
                    new ArchivedSegments(config.archives(), config.dataDir()),
                    clock,
                    deleted,
                    checkpoints.tally());
            JournalWriter opened =
                    new JournalWriter(appender, retainer, queue, checkpoints, clock, samples(), config.syncInterval());
            writer = opened;
            announce();
            checkpoints.restored(appender.recovery()).forEach(this::put);
            if (logs != null) {
                logs.begin().forEach(this::put);
            }
            containers.start();
            events.start();
            if (disk != null) {
                disk.start();
            }
            if (metrics != null) {
                metrics.start();
            }
            control = ControlSocket.open(config.dataDir(), mark -> queue.put(clock.mark(mark)), this::status);
            if (inventory != null) {
                inventory.start();
            }
            if (exposition != null) {
                exposition.start();
            }
            started.countDown();
            opened.run();
        } finally {
            started.countDown();
            closeSources();
            engine.close();
            watchdog.close();
            ended.countDown();
        }
    }

    static Appender.Options options(RecorderConfig config, String version, long minFree) {
        return new Appender.Options(
                config.roll(),
                firstLine("/proc/sys/kernel/hostname"),
                firstLine("/proc/sys/kernel/random/boot_id"),
                "shiplog " + version,
                minFree,
                config.access());
    }

    @Override
    public boolean begun() {
        return writer != null;
    }

    @Override
    public void stop(String reason) throws InterruptedException {
        started.await();
        events.linger(config.stopGrace());
        closeSources();
        if (writer != null) {
            writer.stop(reason);
        }
        ended.await();
    }

    private void announce() {
        LOG.log(
                Level.INFO,
                "shiplog recorder {0}: {1} into {2}, {3}",
                version,
                config.engine(),
                config.dataDir(),
                samples() ? "stats every " + config.described().get("stats-interval") : "no stats");
        Path archives = config.archives();
        if (archives != null && !Files.isDirectory(archives)) {
            LOG.log(
                    Level.WARNING,
                    "journal: {0}, where --keep-until-archived looks for archives, is no directory: until it is, nothing"
                            + " is deleted while --min-free is free",
                    archives);
        }
        put(new Mark.Start(version, config.described()));
    }

    /** How it goes; any thread may ask. */
    private Status status() {
        return new Status(
                version,
                ProcessHandle.current().pid(),
                config.dataDir().toString(),
                clock.now(),
                events.engine(),
                checkpoints.tally(),
                queue.waiting(),
                queue.dropped(),
                containers.followed(),
                new Status.Disk(freeBytes(config.dataDir()), config.minFree(), config.limits()),
                exposition == null ? Status.Metrics.NONE : exposition.status());
    }

    /** Of the disk that a journal is on; -1 if the file system does not say. */
    static long freeBytes(Path dataDir) {
        try {
            return Files.getFileStore(dataDir).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }

    private void put(Mark mark) {
        queue.put(clock.mark(mark));
    }

    private void closeSources() {
        if (metrics != null) {
            metrics.close();
        }
        if (disk != null) {
            disk.close();
        }
        if (inventory != null) {
            inventory.close();
        }
        events.close();
        containers.close();
        followers.forEach(Follower::close);
        if (control != null) {
            control.close();
        }
        if (exposition != null) {
            exposition.close();
        }
    }

    private boolean samples() {
        return !config.statsInterval().isZero();
    }

    /** The line that the kernel shows in a file, or nothing where there is no such file. */
    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
