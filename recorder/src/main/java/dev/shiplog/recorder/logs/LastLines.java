package dev.shiplog.recorder.logs;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.Follower;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.LogRedaction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Records the last lines of a container when it ends, runs out of memory or turns unhealthy: what explains a crash, for
 * little. Lines that are in the journal already are not written again.
 */
public final class LastLines implements Follower {
    /** Of each stream. */
    private static final int LINES = 50;
    /** Of both streams: an engine counts the last lines before it looks at their streams. */
    private static final int READ = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POOL = 4;

    private final Engine engine;
    private final Watchdog watchdog;
    private final Clock clock;
    private final RecordQueue queue;
    private final LogPositions positions;
    private final ContainerFilter filter;
    private final LogRedaction redaction;
    private final Map<String, LogWriter> writers = new ConcurrentHashMap<>();
    private final Set<String> troubles = ConcurrentHashMap.newKeySet();
    /** When containers were made, of those whose log was never read. */
    private final Map<String, Long> made = new HashMap<>();

    private final ThreadPoolExecutor pool;
    private volatile boolean closed;

    private record Line(long time, Message message) {}

    public LastLines(
            Engine engine,
            Watchdog watchdog,
            Clock clock,
            RecordQueue queue,
            LogPositions positions,
            ContainerFilter filter,
            LogRedaction redaction) {
        this.engine = engine;
        this.watchdog = watchdog;
        this.clock = clock;
        this.queue = queue;
        this.positions = positions;
        this.filter = filter;
        this.redaction = redaction;
        pool = new ThreadPoolExecutor(POOL, POOL, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "shiplog-last-lines");
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
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
        if (action.equals("create")) {
            made.put(container.id(), time);
        }
        boolean asks = action.equals("die") || action.equals("oom") || action.equals("health_status: unhealthy");
        if (asks) {
            String id = container.id();
            LogWriter writer = writers.computeIfAbsent(id, this::writer);
            try {
                pool.execute(() -> read(id, writer));
            } catch (RejectedExecutionException e) {
                // closed meanwhile
            }
        }
    }

    private LogWriter writer(String id) {
        LogPosition position = positions.of(id, made.remove(id));
        return new LogWriter(id, clock, queue, redaction, position, false, troubles::add);
    }

    private void read(String id, LogWriter writer) {
        synchronized (writer) {
            if (writer.isUnreadable()) {
                return;
            }
            try {
                List<Line> lines = last(id, writer);
                long newest = writer.position().newest();
                boolean none = writer.position().count() + writer.position().after() == 0;
                for (Line line : lines) {
                    if (line.time() > newest || none) {
                        writer.write(line.time(), line.message(), () -> closed);
                    }
                }
            } catch (EngineStatusException e) {
                if (e.status() == 404 || e.status() == 409) {
                    writer.removed();
                } else {
                    writer.failed(e, e.status());
                }
            } catch (IOException e) {
                writer.failed(e, 0);
            }
        }
    }

    /** The last lines of each stream, in the order of their times. */
    private List<Line> last(String id, LogWriter writer) throws IOException {
        String path = "/containers/" + id + "/logs?stdout=1&stderr=1&timestamps=1&tail=" + READ;
        Map<Byte, Deque<Line>> streams = new HashMap<>();
        try (MessageStream log = engine.logs(path)) {
            Watchdog.Watch watch = watchdog.watch(log, PATIENCE);
            try {
                for (Message message = log.next(); message != null; message = log.next()) {
                    long time = LogPosition.time(message.bytes());
                    if (!writer.isWordOfEngine(message) && time != LogPosition.NO_TIME) {
                        Deque<Line> stream =
                                streams.computeIfAbsent(message.bytes()[0], key -> new ArrayDeque<>(LINES + 1));
                        stream.add(new Line(time, message));
                        if (stream.size() > LINES) {
                            stream.remove();
                        }
                    }
                }
            } finally {
                watch.cancel();
            }
        }
        return streams.values().stream()
                .flatMap(Deque::stream)
                .sorted(Comparator.comparingLong(Line::time))
                .toList();
    }

    @Override
    public void gone(String id) {
        positions.forget(id);
        writers.remove(id);
        made.remove(id);
    }

    @Override
    public void disconnected() {}

    @Override
    public void tick() {}

    @Override
    public void close() {
        closed = true;
        pool.shutdownNow();
    }
}
