package dev.shiplog.recorder;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.logs.LastLines;
import dev.shiplog.recorder.logs.LogMode;
import dev.shiplog.recorder.logs.LogPositions;
import dev.shiplog.recorder.logs.LogSource;
import dev.shiplog.recorder.proc.HostProc;
import dev.shiplog.recorder.source.ContainerTracker;
import dev.shiplog.recorder.source.DestroyedContainers;
import dev.shiplog.recorder.source.DiskSource;
import dev.shiplog.recorder.source.EngineMetricsSource;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.EventSource;
import dev.shiplog.recorder.source.Follower;
import dev.shiplog.recorder.source.HostSource;
import dev.shiplog.recorder.source.ImageSource;
import dev.shiplog.recorder.source.InspectSource;
import dev.shiplog.recorder.source.InventorySource;
import dev.shiplog.recorder.source.Redactor;
import dev.shiplog.recorder.source.SocketsSource;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.source.StatsSource;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Checkpoints;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The recorder of an engine: wires the sources to the journal, starts them, and closes them in order. */
final class Recorder extends Recording {
    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());

    private final Engine engine;
    private final List<Follower> followers = new ArrayList<>();
    private final ContainerTracker containers;
    private final EventSource events;
    private final @Nullable DiskSource disk;
    private final @Nullable EngineMetricsSource metrics;
    private final @Nullable SocketsSource sockets;
    /** Null if no metrics are served. */
    private final @Nullable InventorySource inventory;

    private final Checkpoints checkpoints;
    /** Null if no logs are recorded. */
    private final @Nullable LogPositions logs;

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
        super(config, wall, nanos, version, samples(config));
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
        if (samples(config)) {
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
        states.add(live);
        checkpoints = new Checkpoints(clock, states);
        inventory = config.listen() == null
                ? null
                : new InventorySource(
                        engine, clock, live.inventory(), () -> events.engine().up());
        Path hostProc = config.hostProc();
        sockets = hostProc == null
                ? null
                : new SocketsSource(
                        new HostProc(hostProc, OwnContainer.id()),
                        config.socketsInterval(),
                        clock,
                        queue,
                        live::containers);
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
    void prepare() {}

    @Override
    void announce() {
        LOG.log(
                Level.INFO,
                "shiplog recorder {0}: {1} into {2}, {3}",
                version,
                config.engine(),
                config.dataDir(),
                samples(config) ? "stats every " + config.described().get("stats-interval") : "no stats");
        Path archives = config.archives();
        if (archives != null && !Files.isDirectory(archives)) {
            LOG.log(
                    Level.WARNING,
                    "journal: {0}, where --keep-until-archived looks for archives, is no directory: until it is, nothing"
                            + " is deleted while --min-free is free",
                    archives);
        }
    }

    @Override
    void begin() {
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
        if (sockets != null) {
            sockets.start();
        }
        if (inventory != null) {
            inventory.start();
        }
    }

    @Override
    void linger() throws InterruptedException {
        events.linger(config.stopGrace());
    }

    @Override
    void closeSources() {
        if (metrics != null) {
            metrics.close();
        }
        if (disk != null) {
            disk.close();
        }
        if (sockets != null) {
            sockets.close();
        }
        if (inventory != null) {
            inventory.close();
        }
        events.close();
        containers.close();
        followers.forEach(Follower::close);
    }

    @Override
    void closeEngine() {
        engine.close();
    }

    @Override
    Checkpoints checkpoints() {
        return checkpoints;
    }

    @Override
    EngineState engine() {
        return events.engine();
    }

    @Override
    int containers() {
        return containers.followed();
    }

    @Override
    SocketsState sockets() {
        return sockets == null ? SocketsState.OFF : sockets.state();
    }

    private static boolean samples(RecorderConfig config) {
        return !config.statsInterval().isZero();
    }
}
