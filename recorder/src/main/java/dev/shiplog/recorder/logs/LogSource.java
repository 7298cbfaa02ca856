package dev.shiplog.recorder.logs;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.Follower;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.LogRedaction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Records all lines of all logs. The log of a container that runs is followed, by a thread of small stack, as long as these
 * fit into an eighth of the heap; those of further containers are read every five seconds, and so is, once, that of a
 * container that ended before anybody looked.
 */
public final class LogSource implements Follower {
    private static final int HEAP_SHARE = 8;
    /** Buffers of the transport and its client, the thread's own. */
    private static final long STREAM_BYTES = 96 * 1024;

    private static final long STACK_BYTES = 256 * 1024;
    private static final int POOL = 8;
    private static final int POLL_SECONDS = 5;

    private final Engine engine;
    private final Watchdog watchdog;
    private final Clock clock;
    private final RecordQueue queue;
    private final LogPositions positions;
    private final ContainerFilter filter;
    private final LogRedaction redaction;
    private final Semaphore streams;
    private final ExecutorService pool = pool();
    private final Map<String, LogReader> readers = new HashMap<>();
    /** Containers that were made while this run listened, of those without a reader, and when. */
    private final Map<String, Long> made = new HashMap<>();
    /** Those of them that never ran: they have no lines. */
    private final Set<String> unstarted = new HashSet<>();

    private final Set<String> troubles = ConcurrentHashMap.newKeySet();
    private int seconds;

    public LogSource(
            Engine engine,
            Watchdog watchdog,
            Clock clock,
            RecordQueue queue,
            LogPositions positions,
            ContainerFilter filter,
            LogRedaction redaction) {
        this(engine, watchdog, clock, queue, positions, filter, redaction, streams());
    }

    /** @param streams how many logs are followed at most */
    LogSource(
            Engine engine,
            Watchdog watchdog,
            Clock clock,
            RecordQueue queue,
            LogPositions positions,
            ContainerFilter filter,
            LogRedaction redaction,
            int streams) {
        this.engine = engine;
        this.watchdog = watchdog;
        this.clock = clock;
        this.queue = queue;
        this.positions = positions;
        this.filter = filter;
        this.redaction = redaction;
        this.streams = new Semaphore(streams);
    }

    private static int streams() {
        return (int) (Runtime.getRuntime().maxMemory() / HEAP_SHARE / STREAM_BYTES);
    }

    @Override
    public Kind kind() {
        return Kind.LOG;
    }

    @Override
    public ContainerFilter filter() {
        return filter;
    }

    @Override
    public void happened(Container container, String action, long time) {
        if (!positions.isNews(time)) {
            return;
        }
        if (action.equals("create") && !readers.containsKey(container.id())) {
            made.put(container.id(), time);
            unstarted.add(container.id());
        } else if (action.equals("start")) {
            unstarted.remove(container.id());
        }
    }

    @Override
    public void seen(Container container, boolean certain) {
        String id = container.id();
        boolean neverRan = !container.running() && unstarted.contains(id);
        if (!neverRan) {
            LogReader reader = readers.computeIfAbsent(id, this::reader);
            reader.wake(container.running(), certain);
            start(reader);
        }
    }

    private LogReader reader(String id) {
        Long since = made.remove(id);
        LogPosition beginning = positions.of(id, since);
        boolean isNew = positions.isNew(id, since);
        LogWriter writer = new LogWriter(id, clock, queue, redaction, beginning, isNew, troubles::add);
        return new LogReader(id, engine, watchdog, writer);
    }

    private void start(LogReader reader) {
        if (!reader.claim()) {
            return;
        }
        if (reader.runs() && streams.tryAcquire()) {
            Thread thread = new Thread(
                    null,
                    () -> {
                        try {
                            reader.run(true);
                        } finally {
                            streams.release();
                        }
                    },
                    "shiplog-log-" + reader.id.substring(0, Math.min(12, reader.id.length())),
                    STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            return;
        }
        try {
            pool.execute(() -> reader.run(false));
        } catch (RejectedExecutionException e) {
            reader.cut(); // closed meanwhile
        }
    }

    /** If it was not just {@link #seen} to have stopped, then the filters do not want it any more. */
    @Override
    public void stopped(String id) {
        LogReader reader = readers.get(id);
        if (reader != null && reader.runs()) {
            reader.cut();
        }
    }

    @Override
    public void gone(String id) {
        Long since = made.get(id);
        LogReader reader = readers.remove(id);
        if (reader == null && since != null && !unstarted.contains(id)) {
            reader = reader(id);
            reader.wake(false, true);
            start(reader); // it came and went at once; the engine may still have its log
        }
        made.remove(id);
        unstarted.remove(id);
        positions.forget(id);
        if (reader != null) {
            reader.gone();
        }
    }

    @Override
    public void disconnected() {
        readers.values().forEach(LogReader::cut);
    }

    @Override
    public void tick() {
        seconds++;
        for (LogReader reader : readers.values()) {
            if (seconds % POLL_SECONDS == 0 || streams.availablePermits() > 0) {
                start(reader);
            }
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(POOL, POOL, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "shiplog-logs", STACK_BYTES);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
