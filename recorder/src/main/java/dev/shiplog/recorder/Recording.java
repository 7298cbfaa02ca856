package dev.shiplog.recorder;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.StoredSegments;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.recorder.control.ControlSocket;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.exposition.Exposition;
import dev.shiplog.recorder.exposition.Freshness;
import dev.shiplog.recorder.exposition.ListenAddress;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.ArchivedSegments;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.JournalWriter;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Retainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the process: {@link #run} opens, writes and closes the journal on the thread that calls it, until another
 * thread calls {@link #stop}. What is recorded is up to its sources.
 */
abstract class Recording {
    /** Records other than samples may fill a quarter of the heap while they wait for the disk. */
    private static final int WAITING_SHARE = 4;
    /** So often it is tried whether a full disk has room. */
    private static final int ROOM_SECONDS = 2;

    private static final System.Logger LOG = System.getLogger(Recording.class.getName());

    final RecorderConfig config;
    final String version;
    final RecordQueue queue;
    final Clock clock;
    final Watchdog watchdog = new Watchdog();
    final LiveState live;
    private final boolean samples;
    /** Null if no metrics are served. */
    private final @Nullable Exposition exposition;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Set when the journal is open. */
    private @Nullable JournalWriter writer;
    /** Set after it; null if there can be none. */
    private @Nullable ControlSocket control;

    /**
     * @param wall ns since the epoch
     * @param nanos the monotonic clock by which records are stamped, as {@link System#nanoTime()}
     * @param version of the program
     * @param samples whether containers are sampled
     */
    Recording(RecorderConfig config, LongSupplier wall, LongSupplier nanos, String version, boolean samples) {
        this.config = config;
        this.version = version;
        this.samples = samples;
        queue = new RecordQueue(config.queueSize(), Runtime.getRuntime().maxMemory() / WAITING_SHARE);
        clock = new Clock(wall, nanos, queue::put);
        ListenAddress listen = config.listen();
        live = new LiveState(clock, samples && listen != null);
        exposition = listen == null
                ? null
                : new Exposition(
                        listen,
                        config.protection(),
                        config.metricLabels(),
                        Freshness.of(config.statsInterval(), config.socketsInterval()),
                        live,
                        this::status);
    }

    /** What must be ready before the journal is opened, which may take seconds. */
    abstract void prepare() throws IOException;

    /** Says in a line what is recorded. */
    abstract void announce();

    /** Starts the sources. */
    abstract void begin();

    /** Lets the sources hear what comes while everything stops. */
    abstract void linger() throws InterruptedException;

    /** Ends the sources. Idempotent. */
    abstract void closeSources();

    /** Closes what the sources shared, after them. */
    abstract void closeEngine();

    abstract Checkpoints checkpoints();

    /** What is known of the engine. */
    abstract EngineState engine();

    /** How many containers run and are followed; {@link Status#NO_CONTAINERS} if none are to be. */
    abstract int containers();

    /** How the reading of their sockets goes. */
    abstract SocketsState sockets();

    /**
     * Records until {@link #stop}.
     *
     * @throws dev.shiplog.journal.JournalFailedException if this process must not touch the journal any more
     * @throws IOException if the journal cannot be opened, or cannot be forced to disk
     */
    final void run() throws IOException, InterruptedException {
        try {
            prepare();
            record();
        } finally {
            started.countDown();
            close();
            closeEngine();
            watchdog.close();
            ended.countDown();
        }
    }

    private void record() throws IOException, InterruptedException {
        // A journal that may delete its oldest segments makes room by that once it is open.
        boolean retains = !config.limits().isNone();
        List<StoredSegment> deleted = retains ? StoredSegments.makeRoomToOpen(config.dataDir()) : List.of();
        Checkpoints checkpoints = checkpoints();
        try (Appender appender = whereThereIsRoom(
                () -> Appender.open(config.dataDir(), options(retains ? 0 : config.minFree()), checkpoints))) {
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
                    new JournalWriter(appender, retainer, queue, checkpoints, clock, samples, config.syncInterval());
            writer = opened;
            announce();
            put(new Mark.Start(version, config.described()));
            checkpoints.restored(appender.recovery()).forEach(this::put);
            begin();
            control = ControlSocket.open(config.dataDir(), mark -> queue.put(clock.mark(mark)), this::status);
            if (exposition != null) {
                exposition.start();
            }
            started.countDown();
            opened.run();
        }
    }

    private interface Opening {
        Appender open() throws IOException;
    }

    /**
     * Waits while the disk is full. To end instead would have a restart policy start it again and again, and each start puts
     * events of its own in the place of older ones that the engine still knows.
     */
    private Appender whereThereIsRoom(Opening opening) throws IOException, InterruptedException {
        boolean told = false;
        while (true) {
            try {
                return opening.open();
            } catch (DiskFullException e) {
                if (!told) {
                    LOG.log(Level.WARNING, "{0}; nothing is recorded before there is room", e.getMessage());
                    told = true;
                }
                if (stopping.await(ROOM_SECONDS, TimeUnit.SECONDS)) {
                    throw e;
                }
            }
        }
    }

    private Appender.Options options(long minFree) {
        return new Appender.Options(
                config.roll(),
                firstLine("/proc/sys/kernel/hostname"),
                firstLine("/proc/sys/kernel/random/boot_id"),
                "shiplog " + version,
                minFree,
                config.access());
    }

    /** True if {@link #run} opened the journal; for the thread that called it. */
    final boolean begun() {
        return writer != null;
    }

    /** Ends {@link #run} in good order and waits for that. Idempotent. */
    final void stop(String reason) throws InterruptedException {
        stopping.countDown();
        started.await();
        linger();
        close();
        if (writer != null) {
            writer.stop(reason);
        }
        ended.await();
    }

    /** How it goes; any thread may ask. */
    final Status status() {
        return new Status(
                version,
                ProcessHandle.current().pid(),
                config.dataDir().toString(),
                clock.now(),
                engine(),
                checkpoints().tally(),
                queue.waiting(),
                queue.dropped(),
                containers(),
                new Status.Disk(freeBytes(config.dataDir()), config.minFree(), config.limits()),
                exposition == null ? Status.Metrics.NONE : exposition.status(),
                sockets());
    }

    final void put(Mark mark) {
        queue.put(clock.mark(mark));
    }

    private void close() {
        closeSources();
        if (control != null) {
            control.close();
        }
        if (exposition != null) {
            exposition.close();
        }
    }

    /** Of the disk that a journal is on; -1 if the file system does not say. */
    private static long freeBytes(Path dataDir) {
        try {
            return Files.getFileStore(dataDir).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
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
