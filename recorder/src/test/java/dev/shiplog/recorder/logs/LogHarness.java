package dev.shiplog.recorder.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineAddress;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.DestroyedContainers;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.LogRedaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * A source of logs on a scripted engine, with a queue and no writer. Its seconds are tenths of one. A test says which
 * containers there are, as the tracker does.
 */
final class LogHarness implements AutoCloseable {
    private static final Duration SECOND = Duration.ofMillis(100);

    final ScriptedEngine engine;
    private final RecordQueue queue = new RecordQueue(100, 1L << 30);
    private final Clock clock = new Clock(() -> System.currentTimeMillis() * 1_000_000, System::nanoTime, queue::put);
    private final Watchdog watchdog = new Watchdog();
    private final Engine client;
    private final LogSource source;
    private final ScheduledExecutorService tracker = Executors.newSingleThreadScheduledExecutor();
    private final Future<?> ticks;
    private final List<Record> records = new ArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger("dev.shiplog.recorder.logs");
    private final Handler listener = new Listener();

    private final class Listener extends Handler {
        @Override
        public void publish(LogRecord line) {
            said.add(line.getLevel() + " " + java.text.MessageFormat.format(line.getMessage(), line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /** @param streams how many logs are followed at most */
    LogHarness(Path directory, int streams) throws IOException {
        engine = ScriptedEngine.at(directory.resolve("docker.sock"));
        client = Engine.open(EngineAddress.of(engine.address(), Map.of()), watchdog);
        DestroyedContainers destroyed = new DestroyedContainers();
        LogPositions positions = new LogPositions(clock, destroyed);
        positions.restore(clock.mark(new Mark.LogPosition("", 1, 0, 0)), new Mark.LogPosition("", 1, 0, 0));
        source = new LogSource(
                client, watchdog, clock, queue, positions, ContainerFilter.ALL, LogRedaction.NONE, streams);
        logger.addHandler(listener);
        ticks = tracker.scheduleAtFixedRate(source::tick, SECOND.toMillis(), SECOND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The container exists, as a list of the engine says. */
    void seen(String id, boolean runs) {
        tell(() -> {
            source.seen(new Container(id, "n", "i", "", Map.of(), runs), true);
            if (!runs) {
                source.stopped(id);
            }
        });
    }

    void gone(String id) {
        tell(() -> source.gone(id));
    }

    void disconnected() {
        tell(source::disconnected);
    }

    private void tell(Runnable what) {
        try {
            tracker.submit(what).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** What was said of a container in lines of the program's own log. */
    List<String> said(String id) {
        return said.stream().filter(line -> line.contains(id.substring(0, 12))).toList();
    }

    /** How often a container's log was asked for. */
    long requests(String id) {
        return engine.requests().stream()
                .filter(request -> request.path().equals(path(id)))
                .count();
    }

    static String path(String id) {
        return "/containers/" + id + "/logs";
    }

    /** Threads that read logs. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("shiplog-log"))
                .count();
    }

    List<String> recorded(String id) {
        return texts(records().stream()
                .filter(record -> record.kind() == Kind.LOG && record.subject().equals(id))
                .map(Record::payload)
                .toList());
    }

    List<String> logged(String id) {
        return texts(engine.logged(id));
    }

    <T extends Mark> List<T> marks(String id, Class<T> type) {
        List<T> marks = new ArrayList<>();
        for (Record record : records()) {
            try {
                if (record.kind() == Kind.MARK
                        && record.subject().equals(id)
                        && type.isInstance(Mark.fromJson(record.payload()))) {
                    marks.add(type.cast(Mark.fromJson(record.payload())));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return marks;
    }

    private static List<String> texts(List<byte[]> payloads) {
        return payloads.stream().map(bytes -> new String(bytes, ISO_8859_1)).toList();
    }

    private synchronized List<Record> records() {
        List<Arrival> batch = new ArrayList<>();
        try {
            queue.drainTo(batch, Integer.MAX_VALUE, 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        batch.forEach(arrival -> records.add(arrival.record()));
        return List.copyOf(records);
    }

    /** Ends all, and waits until no thread reads any more. */
    @Override
    public void close() throws IOException {
        ticks.cancel(true);
        tracker.shutdownNow();
        source.disconnected();
        source.close();
        client.close();
        watchdog.close();
        engine.close();
        logger.removeHandler(listener);
        await("no thread is left").atMost(Duration.ofSeconds(10)).until(() -> threads() == 0);
    }
}
