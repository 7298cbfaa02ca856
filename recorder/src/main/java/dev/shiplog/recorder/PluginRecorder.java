package dev.shiplog.recorder;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.StoredSegments;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.recorder.control.ControlSocket;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.exposition.Exposition;
import dev.shiplog.recorder.exposition.ListenAddress;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.plugin.PluginSocket;
import dev.shiplog.recorder.source.MetricsCollector;
import dev.shiplog.recorder.writer.ArchivedSegments;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.JournalWriter;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Retainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the recorder as a plugin of the engine: records the engine's own Prometheus page while the engine wants that,
 * and asks nothing of its API. The engine gives a plugin few seconds to listen, so that it does before the journal is open.
 */
final class PluginRecorder implements Recording {
    private static final System.Logger LOG = System.getLogger(PluginRecorder.class.getName());

    /** Where the engine mounts the socket of its page into plugins of this kind. */
    private static final String PAGE = "unix:///run/docker/metrics.sock";

    private final RecorderConfig config;
    private final Path socket;
    private final String version;
    private final RecordQueue queue;
    private final Clock clock;
    private final Watchdog watchdog = new Watchdog();
    private final MetricsPage.Address page;
    private final MetricsCollector collector;
    private final Checkpoints checkpoints;
    /** Null if no metrics are served. */
    private final @Nullable Exposition exposition;

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Set when the journal is open. */
    private @Nullable JournalWriter writer;
    /** Set before it. */
    private @Nullable PluginSocket calls;
    /** Set after it; null if there can be none. */
    private @Nullable ControlSocket control;

    /**
     * @param socket on which the engine calls
     * @param wall ns since the epoch
     * @param version of the program
     */
    PluginRecorder(RecorderConfig config, Path socket, LongSupplier wall, String version) {
        this.config = config;
        this.socket = socket;
        this.version = version;
        queue = new RecordQueue(config.queueSize(), Runtime.getRuntime().maxMemory() / Recorder.WAITING_SHARE);
        clock = new Clock(wall, System::nanoTime, queue::put);
        page = config.engineMetrics() == null ? MetricsPage.Address.of(PAGE) : config.engineMetrics();
        collector = new MetricsCollector(
                new MetricsPage(page, watchdog), clock, queue, config.engineMetricsEvery(), this::end);
        LiveState live = new LiveState(clock, false);
        checkpoints = new Checkpoints(clock, List.of(live, collector));
        ListenAddress listen = config.listen();
        exposition = listen == null
                ? null
                : new Exposition(
                        listen, config.protection(), config.metricLabels(), config.statsInterval(), live, this::status);
    }

    @Override
    public void run() throws IOException, InterruptedException {
        try {
            calls = PluginSocket.open(socket, collector::startMetrics, collector::stopMetrics);
            record();
        } finally {
            started.countDown();
            closeSources();
            watchdog.close();
            ended.countDown();
        }
    }

    private void record() throws IOException, InterruptedException {
        boolean retains = !config.limits().isNone();
        List<StoredSegment> deleted = retains ? StoredSegments.makeRoomToOpen(config.dataDir()) : List.of();
        Appender.Options options = Recorder.options(config, version, retains ? 0 : config.minFree());
        try (Appender appender = Appender.open(config.dataDir(), options, checkpoints)) {
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
                    new JournalWriter(appender, retainer, queue, checkpoints, clock, false, config.syncInterval());
            writer = opened;
            LOG.log(
                    Level.INFO,
                    "shiplog recorder {0}: a plugin, called on {1}: {2} into {3}",
                    version,
                    socket,
                    page,
                    config.dataDir());
            put(new Mark.Start(version, config.described()));
            checkpoints.restored(appender.recovery()).forEach(this::put);
            collector.begin();
            control = ControlSocket.open(config.dataDir(), mark -> queue.put(clock.mark(mark)), this::status);
            if (exposition != null) {
                exposition.start();
            }
            started.countDown();
            opened.run();
        }
    }

    @Override
    public boolean begun() {
        return writer != null;
    }

    @Override
    public void stop(String reason) throws InterruptedException {
        started.await();
        closeSources();
        if (writer != null) {
            writer.stop(reason);
        }
        ended.await();
    }

    /** Has the engine start this plugin again. */
    private void end() {
        LOG.log(
                Level.WARNING,
                "the engine has made its socket anew, out of reach: this plugin ends, to be started again");
        Thread thread = new Thread(
                () -> {
                    try {
                        stop("the engine has made the socket of its metrics anew");
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "shiplog-restart");
        thread.setDaemon(true);
        thread.start();
    }

    /** How it goes; any thread may ask. */
    private Status status() {
        return new Status(
                version,
                ProcessHandle.current().pid(),
                config.dataDir().toString(),
                clock.now(),
                collector.engine(),
                checkpoints.tally(),
                queue.waiting(),
                queue.dropped(),
                Status.NO_CONTAINERS,
                new Status.Disk(Recorder.freeBytes(config.dataDir()), config.minFree(), config.limits()),
                exposition == null ? Status.Metrics.NONE : exposition.status());
    }

    private void put(Mark mark) {
        queue.put(clock.mark(mark));
    }

    private void closeSources() {
        if (calls != null) {
            calls.close();
        }
        collector.close();
        if (control != null) {
            control.close();
        }
        if (exposition != null) {
            exposition.close();
        }
    }
}
