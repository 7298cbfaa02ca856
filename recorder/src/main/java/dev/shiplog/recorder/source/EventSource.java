package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineFailedException;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.UnfitEngineException;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.ContentHash;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows the engine's events: connects, waits for an engine that is away, connects again.
 *
 * <p>Each connect asks for the whole ring of past events, and the writer skips those that the journal holds: a replay
 * from a point in time may miss events that are stamped out of order. The engine filters nothing.
 *
 * <p>The thread that reads never waits for the disk, because the engine silently drops events of a slow reader. A
 * silent stream proves nothing, so a second thread asks the engine now and then whether it lives. For each connection a
 * third one asks who the engine is, which may take its time.
 */
public final class EventSource implements Checkpoint, Closeable {
    private static final System.Logger LOG = System.getLogger(EventSource.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration ASK_AFTER = Duration.ofSeconds(10);
    /** Only a new connection shows that the old one is dead although the engine lives (tcp through a NAT, say). */
    private static final Duration RENEW_AFTER = Duration.ofMinutes(10);
    /** A stream that lived so long may be opened again at once; after a shorter one that would be a busy loop. */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** An engine that sends no headers for so long, but answers /_ping, sends them with the first event. */
    private static final long LATE_MILLIS = 1_000;
    /** A live engine answers /_ping on a new connection within this time, even when it is busy. */
    private static final Duration PING_PATIENCE = Duration.ofSeconds(5);

    /** While the engine goes down, its socket may accept a call that nobody answers: ask often, and wait briefly. */
    private static final Duration PROBE_PATIENCE = Duration.ofMillis(300);

    private static final long PROBE_EVERY_MILLIS = 100;
    /** The host may stop the recorder a little before the engine: the engine is watched for this long. */
    private static final long ALONE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Part of the grace period that is left to the writer, at most half a second of it. */
    private static final int WRITER_SHARE = 4;

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final ContainerFilter filter;
    private final ExecEvents execEvents;
    private final HostSource host;
    private final ContainerTracker containers;
    private final Endings endings;
    private final Redactor redactor;
    private final EngineStatus status;
    private final Thread reader = new Thread(this::run, "shiplog-events");
    private final Thread asker = new Thread(this::askWhetherItLives, "shiplog-liveness");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable EventConnection current;
    /** The engine's time of the newest event, no later than its receipt, ns since the epoch; 0 before the first. */
    private volatile long newestTime;

    // Below: set before the threads start.
    private long askAfterNanos;
    private long renewAfterNanos;

    // Below: the reader's alone.
    /** How many connections in a row broke before they brought anything. */
    private int broughtNothing;
    /** Whether the engine answered when it was greeted last. */
    private boolean greeted;
    /** The engine repeats events up to this time, ns since the epoch, that were heard before or that nobody waited for. */
    private long heardUntil;

    /** @param own id of the container that the recorder runs in, or empty */
    public EventSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            ContainerFilter filter,
            ExecEvents execEvents,
            HostSource host,
            ContainerTracker containers,
            String own,
            Redactor redactor) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.filter = filter;
        this.execEvents = execEvents;
        this.host = host;
        this.containers = containers;
        this.endings = new Endings(own, System.nanoTime());
        this.redactor = redactor;
        this.status = new EngineStatus(clock, queue, containers);
        reader.setDaemon(true);
        asker.setDaemon(true);
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.EVENT || mark instanceof Mark.Execs) {
            noteTime(record);
        }
    }

    public void start() {
        start(ASK_AFTER, RENEW_AFTER);
    }

    /**
     * Starts.
     *
     * @param askAfter silence after which the engine is asked whether it lives
     * @param renewAfter silence after which the stream is opened again
     */
    void start(Duration askAfter, Duration renewAfter) {
        askAfterNanos = askAfter.toNanos();
        renewAfterNanos = renewAfter.toNanos();
        status.begin();
        reader.start();
        asker.start();
    }

    /**
     * Reads on for a while, because the last events matter most: when the whole host goes down, the engine accepts no
     * new connections, but reports each container's end on the open stream. Ends with the stream, shortly before the
     * grace period ends, or when only the recorder is to stop: the engine has accepted every new connection for a
     * while, and no other container was about to end. Connects no more.
     */
    public void linger(Duration grace) throws InterruptedException {
        stopping.countDown();
        long begun = System.nanoTime();
        long patience = grace.toNanos() - Math.min(grace.toNanos() / WRITER_SHARE, TimeUnit.MILLISECONDS.toNanos(500));
        long aloneSince = begun;
        while (reader.isAlive() && current != null && System.nanoTime() - begun < patience) {
            boolean accepts = engine.takesConnections(PROBE_PATIENCE);
            long now = System.nanoTime();
            if (!accepts || endings.others(now)) {
                aloneSince = now;
            } else if (now - aloneSince >= ALONE_NANOS) {
                return;
            }
            reader.join(PROBE_EVERY_MILLIS);
        }
    }

    /** Whether the engine can be reached now. */
    public EngineState engine() {
        return status.state();
    }

    /** Ends the reading. Idempotent. */
    @Override
    public void close() {
        stopping.countDown();
        EventConnection connection = current;
        if (connection != null) {
            connection.close("the recorder stops");
        }
        asker.interrupt();
        try {
            reader.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pause = FIRST_PAUSE_MILLIS;
        while (!isStopping()) {
            long begun = System.nanoTime();
            boolean broke = false;
            String why;
            String question = "";
            EventConnection connection = null;
            try {
                Engine.Greeting greeting = greet();
                long asked = clock.now().received();
                try (MessageStream stream = engine.stream("/events?since=" + since(greeting))) {
                    connection = new EventConnection(stream, greeting, asked, broughtNothing == 0, greeted);
                    follow(connection);
                }
                why = "the engine ended the event stream";
            } catch (EngineStatusException e) {
                if (engine.settle(e)) {
                    pause(pause);
                    continue;
                }
                why = String.valueOf(e.getMessage());
            } catch (IOException e) {
                broke = true;
                why = String.valueOf(e.getMessage());
                question = e instanceof EngineFailedException failed ? failed.question() : "";
            }
            current = null;
            boolean stable = connection != null && connection.opened && System.nanoTime() - begun > STABLE_NANOS;
            if ((connection == null || !status.ended(connection, why)) && !isStopping()) {
                status.away(why, question);
            }
            boolean nothing = broke && !stable && connection != null && connection.opened && !connection.brought;
            broughtNothing = nothing ? broughtNothing + 1 : 0;
            if (stable) {
                pause = FIRST_PAUSE_MILLIS;
            } else {
                pause(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** Even if {@code /_ping} hangs or is forbidden, the events are asked for. */
    private Engine.Greeting greet() throws UnfitEngineException {
        greeted = false;
        try {
            Engine.Greeting greeting = engine.greet();
            greeted = true;
            return greeting;
        } catch (UnfitEngineException e) {
            throw e;
        } catch (IOException e) {
            return engine.assume();
        }
    }

    /** Podman reads this as a floating point number and keeps events for months; Docker has only its ring. */
    private String since(Engine.Greeting greeting) {
        if (!greeting.podman()) {
            return "0";
        }
        // An engine says nothing about a time that its clock has yet to reach.
        long now = clock.now().received();
        long from = (newestTime == 0 ? now : Math.min(newestTime, now)) - 1_000_000_000L;
        return String.format(Locale.ROOT, "%d.%09d", from / 1_000_000_000L, from % 1_000_000_000L);
    }

    private void follow(EventConnection connection) throws IOException {
        current = connection;
        if (isStopping()) {
            connection.stream.close();
        }
        Thread introducer = new Thread(() -> introduce(connection), "shiplog-host");
        introducer.setDaemon(true);
        introducer.start();
        heardUntil = newestTime == 0 ? connection.asked : newestTime;
        connection.stream.open();
        connection.opened = true;
        connection.lastHeard = System.nanoTime();
        if (connection.trusted) {
            status.open(connection);
        }
        MessageStream stream = connection.stream;
        for (Message message = stream.next(); message != null; message = stream.next()) {
            connection.lastHeard = System.nanoTime();
            if (message.length() > 0) {
                connection.brought = true;
                status.open(connection);
                received(message);
            }
        }
    }

    private void received(Message message) {
        boolean whole = message.whole();
        EventView event = whole ? EventView.scan(message.bytes()) : EventView.scanBeginning(message.bytes());
        byte[] payload = whole ? redactor.redact(event.id(), message.bytes()) : message.bytes();
        long key = whole ? ContentHash.of(payload) : ContentHash.of(payload, message.length());
        Record record = whole
                ? clock.stamp(Kind.EVENT, event.id(), event.time(), payload)
                : oversized(event, message.length(), key);
        boolean wanted = !event.ofContainer() || filter.wants(event.container());
        boolean ends = wanted && event.action().equals("die") && event.ofContainer() && event.time() > heardUntil;
        containers.happened(event, ends); // before the event is enqueued: see there
        Arrival.Use use = wanted ? execEvents.use(event, whole) : Arrival.Use.HEARD;
        queue.put(new Arrival.Event(record, key, use, sync(event)));
        endings.happened(event, System.nanoTime());
        noteTime(record);
    }

    /** Never goes back, unless the clock did. */
    private void noteTime(Record event) {
        long time = Math.min(event.time(), event.received());
        newestTime = event.received() < newestTime ? time : Math.max(newestTime, time);
    }

    /**
     * What explains an outage must survive a power cut that follows; commands in containers are mostly health checks.
     */
    static Arrival.Sync sync(EventView event) {
        if (!event.ofContainer()) {
            return Arrival.Sync.SOON;
        }
        return switch (event.action()) {
            case "die", "oom", "health_status: unhealthy" -> Arrival.Sync.NOW;
            default -> event.action().startsWith("exec_") ? Arrival.Sync.BATCHED : Arrival.Sync.SOON;
        };
    }

    private Record oversized(EventView event, long length, long key) {
        String what = event.type() + " " + event.action().split(":", 2)[0];
        LOG.log(Level.DEBUG, "an event of {0} bytes is too long to be recorded: {1}", length, what);
        return clock.mark(
                event.id(),
                new Mark.Oversized(
                        Kind.EVENT.label(),
                        event.id(),
                        length,
                        what.strip(),
                        HexFormat.of().toHexDigits(key)));
    }

    /**
     * Asks, beside the stream, who the engine is; where the stream's headers are late, also whether the engine is
     * there.
     */
    private void introduce(EventConnection connection) {
        try {
            while (!connection.settled.await(LATE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (connection.opened || engine.takesConnections(PING_PATIENCE)) {
                    status.open(connection);
                }
                if (status.isOver(connection)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            return;
        }
        List<Record> facts = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        status.introduced(connection, host.ask(facts, missing), facts, missing);
    }

    private void askWhetherItLives() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(askAfterNanos);
                EventConnection connection = current;
                if (connection != null) {
                    askWhetherItLives(connection);
                }
            }
        } catch (InterruptedException e) {
            // We stop.
        }
    }

    private void askWhetherItLives(EventConnection connection) {
        long silentNanos = System.nanoTime() - connection.lastHeard;
        if (silentNanos < askAfterNanos) {
            return;
        }
        if (silentNanos > renewAfterNanos) {
            connection.close("the event stream was silent for long");
            return;
        }
        if (connection.opened && !connection.greeted) {
            return;
        }
        try {
            engine.get("/_ping", PING_PATIENCE);
        } catch (IOException e) {
            connection.close(String.valueOf(e.getMessage()));
        }
    }

    private void pause(long millis) {
        try {
            stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }
}
