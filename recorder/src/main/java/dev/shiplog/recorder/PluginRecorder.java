package dev.shiplog.recorder;

import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.plugin.PluginSocket;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.MetricsCollector;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Checkpoints;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The recorder as a plugin of the engine: records the engine's own Prometheus page while the engine wants that, and asks
 * nothing of its API. The engine gives a plugin few seconds to listen, so that it does before the journal is open.
 */
final class PluginRecorder extends Recording {
    private static final System.Logger LOG = System.getLogger(PluginRecorder.class.getName());

    /** Where the engine mounts the socket of its page into plugins of this kind. */
    private static final String PAGE = "unix:///run/docker/metrics.sock";

    private final Path socket;
    private final MetricsPage.Address page;
    private final MetricsCollector collector;
    private final Checkpoints checkpoints;
    private @Nullable PluginSocket calls;

    /**
     * @param socket on which the engine calls
     * @param wall ns since the epoch
     * @param version of the program
     */
    PluginRecorder(RecorderConfig config, Path socket, LongSupplier wall, String version) {
        super(config, wall, System::nanoTime, version, false);
        this.socket = socket;
        page = config.engineMetrics() == null ? MetricsPage.Address.of(PAGE) : config.engineMetrics();
        collector = new MetricsCollector(
                new MetricsPage(page, watchdog), clock, queue, config.engineMetricsEvery(), this::end);
        checkpoints = new Checkpoints(clock, List.of(live, collector));
    }

    @Override
    void prepare() throws IOException {
        calls = PluginSocket.open(socket, collector::startMetrics, collector::stopMetrics);
    }

    @Override
    void announce() {
        LOG.log(
                Level.INFO,
                "shiplog recorder {0}: a plugin, called on {1}: {2} into {3}",
                version,
                socket,
                page,
                config.dataDir());
    }

    @Override
    void begin() {
        collector.begin();
    }

    @Override
    void linger() {}

    @Override
    void closeSources() {
        if (calls != null) {
            calls.close();
        }
        collector.close();
    }

    @Override
    void closeEngine() {}

    @Override
    Checkpoints checkpoints() {
        return checkpoints;
    }

    @Override
    EngineState engine() {
        return collector.engine();
    }

    @Override
    int containers() {
        return Status.NO_CONTAINERS;
    }

    @Override
    SocketsState sockets() {
        return SocketsState.OFF;
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
}
