package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Samples each running container. Intervals below two seconds read the engine's streams of a frame a second, as long as
 * all these fit into an eighth of the heap. Longer intervals, and all further containers, ask for one sample at a time.
 *
 * <p>A container with which something seems to go wrong is sampled every second for a minute: {@link Bursts}.
 *
 * <p>A container whose samples hang or fail is asked for less and less often, and costs the others nothing:
 * {@link Sampling} marks what is missing.
 */
public final class StatsSource implements Follower {
    private static final System.Logger LOG = System.getLogger(StatsSource.class.getName());

    private static final Duration STREAMED = Duration.ofSeconds(2);
    /** Heap that a stream takes, with some room; measured with 2,000 streams. */
    private static final long STREAM_BYTES = 32 * 1024;

    private static final int HEAP_SHARE = 8;
    /**
     * All samples are due at once, and shall come within such a part of the interval: an engine that is slower next time
     * still answers for all of them before the next are due.
     */
    private static final int PARTS = 5;
    /** Fewer requests at once spare the engine nothing. */
    private static final int LEAST_ASKED = 16;
    /** A request that is under way costs the engine little but a connection, and the recorder some KiB. */
    private static final int MOST_ASKED = 192;
    /** Beside those: requests that wait for an answer so long that other containers must not wait for them. */
    private static final int MOST_HANGING = 64;

    /** At least so long without a sample, and three intervals, before samples are missing. */
    private static final Duration MISSING_AFTER = Duration.ofSeconds(10);

    /** A line of the log names so many containers and counts the others. */
    private static final int MOST_NAMED = 5;

    /** More of its limit than this, and a container's memory seems to run out. */
    private static final int MEMORY_PERCENT = 90;
    /** An event that is older was repeated by the engine. */
    private static final long FRESH_NANOS = Duration.ofMinutes(1).toNanos();

    private final Engine engine;
    private final Watchdog watchdog;
    private final Clock clock;
    private final RecordQueue queue;
    private final long intervalNanos;
    private final long missingAfterNanos;
    private final Map<String, Sampling> samplings = new HashMap<>();
    private final Bursts bursts;
    /** Whether containers are sampled less often than in a burst. */
    private final boolean mayBurst;

    private final int mostStreams;
    private final Semaphore streams;
    private final ScheduledThreadPoolExecutor asker = asker();
    private final Places places = new Places(LEAST_ASKED);

    /** @param interval between two samples of a container, more than zero */
    public StatsSource(Engine engine, Watchdog watchdog, Clock clock, RecordQueue queue, Duration interval) {
        this(engine, watchdog, clock, queue, interval, (int)
                (Runtime.getRuntime().maxMemory() / HEAP_SHARE / STREAM_BYTES));
    }

    /** @param mostStreams to be open at once */
    StatsSource(Engine engine, Watchdog watchdog, Clock clock, RecordQueue queue, Duration interval, int mostStreams) {
        this.engine = engine;
        this.watchdog = watchdog;
        this.clock = clock;
        this.queue = queue;
        this.intervalNanos = interval.toNanos();
        this.missingAfterNanos = Math.max(MISSING_AFTER.toNanos(), 3 * intervalNanos);
        this.bursts = new Bursts(clock, queue);
        this.mayBurst = interval.compareTo(STREAMED) >= 0;
        this.mostStreams = mayBurst ? 0 : mostStreams;
        this.streams = new Semaphore(this.mostStreams);
    }

    @Override
    public Kind kind() {
        return Kind.STATS;
    }

    @Override
    public void started(String id, boolean certain) {
        Sampling before = samplings.get(id);
        if (before == null || !before.resume()) {
            Sampling sampling = sampling(id, certain);
            samplings.put(id, sampling);
            adjustPlaces();
            sampling.begin();
            long left = bursts.left(id);
            if (left > 0) {
                sampling.burst(left);
            }
        }
    }

    @Override
    public void happened(Container container, String action, long time) {
        if (!mayBurst || clock.now().received() - time > FRESH_NANOS) {
            return;
        }
        String id = container.id();
        switch (action) {
            case "die" -> {
                if (bursts.died(id, time)) {
                    burst(id, "it died again and again");
                }
            }
            case "oom" -> burst(id, "out of memory");
            case "health_status: unhealthy" -> burst(id, "unhealthy");
            default -> {}
        }
    }

    private void burst(String id, String reason) {
        if (bursts.begin(id, reason)) {
            Sampling sampling = samplings.get(id);
            if (sampling != null) {
                adjustPlaces();
                sampling.burst(bursts.left(id));
            }
        }
    }

    private Sampling sampling(String id, boolean certain) {
        return streams.tryAcquire()
                ? new StreamedSampling(id, certain, clock, queue, missingAfterNanos, engine, watchdog, streams::release)
                : new PolledSampling(
                        id, certain, clock, queue, missingAfterNanos, engine, asker, places, intervalNanos);
    }

    @Override
    public void stopped(String id) {
        Sampling sampling = samplings.get(id);
        if (sampling != null) {
            sampling.endGap();
            sampling.leave();
        }
    }

    @Override
    public void gone(String id) {
        stopped(id);
        bursts.gone(id);
        if (samplings.remove(id) != null) {
            adjustPlaces();
        }
    }

    @Override
    public void disconnected() {
        samplings.values().forEach(Sampling::endGap);
        samplings.values().forEach(Sampling::end);
        samplings.clear();
        adjustPlaces();
    }

    /** Reports containers without samples, and gives places in place of those that hang. */
    @Override
    public void tick() {
        Clock.Reading now = clock.now();
        List<String> missing = new ArrayList<>();
        List<String> resumed = new ArrayList<>();
        String reason = "";
        for (Sampling sampling : samplings.values()) {
            int memory = sampling.takeMemoryPercent();
            if (memory > MEMORY_PERCENT) {
                burst(sampling.id, "memory at " + memory + " % of its limit");
            }
            switch (sampling.tick(now)) {
                case MISSING -> {
                    missing.add(shortId(sampling.id));
                    reason = sampling.reason();
                }
                case RESUMED -> resumed.add(shortId(sampling.id));
                case NOTHING -> {}
            }
        }
        if (!missing.isEmpty()) {
            LOG.log(Level.WARNING, "no samples of {0}: {1}", containers(missing), reason);
        }
        if (!resumed.isEmpty()) {
            LOG.log(Level.INFO, "samples again of {0}", containers(resumed));
        }
        if (mostStreams < samplings.size()) {
            adjustPlaces();
        }
    }

    /** As people read an id. */
    static String shortId(String id) {
        return id.substring(0, Math.min(12, id.length()));
    }

    private static String containers(List<String> ids) {
        String named = String.join(", ", ids.subList(0, Math.min(MOST_NAMED, ids.size())));
        return (ids.size() == 1 ? "container " : "containers ")
                + named
                + (ids.size() > MOST_NAMED ? " and " + (ids.size() - MOST_NAMED) + " more" : "");
    }

    /** As many as it takes to ask for all samples within a part of an interval, and one for each that hangs. */
    private void adjustPlaces() {
        long now = System.nanoTime();
        long asking = 0;
        long hanging = 0;
        for (Sampling sampling : samplings.values()) {
            asking += sampling.askingNanos();
            hanging += sampling.hangs(now) ? 1 : 0;
        }
        long needed = PARTS * asking / intervalNanos + 1 + bursts.active();
        places.resize((int) (Math.max(LEAST_ASKED, Math.min(MOST_ASKED, needed)) + Math.min(MOST_HANGING, hanging)));
    }

    @Override
    public void close() {
        asker.shutdownNow();
    }

    private static ScheduledThreadPoolExecutor asker() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(1, task -> thread(task, "shiplog-stats")) {
                    /** An executor keeps to itself what a task throws; here it is what the thread throws. */
                    @Override
                    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
                        if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
                            try {
                                future.get();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } catch (ExecutionException e) {
                                throw new IllegalStateException(e.getCause());
                            }
                        }
                    }
                };
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
