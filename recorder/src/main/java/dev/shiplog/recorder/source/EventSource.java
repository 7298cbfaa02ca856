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
 * Follows the engine's events for ever: connects, waits for an engine that is away, connects again. Each connect asks for
 * the whole ring of past events (the writer lets through what is new) because a replay from a point in time
 * may skip events that are stamped out of order. Nothing is filtered by the engine.
 *
 * <p>The thread that reads does nothing that could wait for the disk: the engine drops events, silently, of a reader that
 * is slow. A silent stream proves nothing, so a second thread asks the engine now and then whether it lives; a third one,
 * for each connection, asks who it is, which may take its time.
 */
public final class EventSource implements Checkpoint, Closeable {
    private static final System.Logger LOG = System.getLogger(EventSource.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration ASK_AFTER = Duration.ofSeconds(10);
    /** A connection that is dead though the engine lives (tcp through a NAT, say) is found out by connecting anew. */
    private static final Duration RENEW_AFTER = Duration.ofMinutes(10);
    /** A stream that lived so long may be opened again at once; one that ends sooner would make us spin. */
    private static final long STABLE = TimeUnit.SECONDS.toNanos(2);
    /** An engine that answers /_ping but is silent about events for so long sends its head with the first of them. */
    private static final long LATE_MILLIS = 1_000;
    /** Within this a live engine answers /_ping on a new connection, also when it is busy. */
    private static final Duration PING_PATIENCE = Duration.ofSeconds(5);

    /** While the engine goes down its socket may take a call that nobody answers: ask often, and wait briefly. */
    private static final Duration PROBE_PATIENCE = Duration.ofMillis(300);

    private static final long PROBE_EVERY_MILLIS = 100;
    /** The host and we may be told to end at once, and the engine a little later than we: so long we look again. */
    private static final long ALONE = TimeUnit.SECONDS.toNanos(1);

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final ContainerFilter filter;
    private final HostSource host;
    private final ContainerTracker containers;
    private final Endings endings;
    private final Redactor redactor;
    private final Thread reader = new Thread(this::run, "shiplog-events");
    private final Thread asker = new Thread(this::askWhetherItLives, "shiplog-liveness");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable Connection current;
    private volatile long lastTime;

    // Below: set before the threads start.
    private long askAfter;
    private long renewAfter;

    // Below: guarded by this.
    private boolean down;
    private long lostAt;
    /** When the first try to reach the engine began. */
    private long begun;

    private String reason = "the recorder was not running";
    private HostSource.@Nullable Identity identity;
    /** What the journal says the engine does not tell. */
    private List<String> refused = List.of();

    /** The reader's alone: how many connections in a row broke before they brought anything. */
    private int barren;
    /** The reader's alone: whether the engine answered when it was greeted last. */
    private boolean greeted;

    /** One try to follow the stream. */
    private static final class Connection {
        final MessageStream stream;
        final Engine.Greeting greeting;
        /** ns since the epoch. */
        final long asked;
        /** Whether a head alone is believed: of one that broke before it brought anything, only its messages are. */
        final boolean trusted;
        /** Whether the engine had answered {@code /_ping} before; else that tells nothing. */
        final boolean greeted;

        final CountDownLatch known = new CountDownLatch(1);
        volatile boolean opened;
        volatile boolean closedByUs;
        volatile long lastHeard = System.nanoTime();
        /** The reader's alone. */
        boolean brought;

        // Guarded by the source.
        boolean declared;
        boolean fresh;
        boolean over;

        Connection(MessageStream stream, Engine.Greeting greeting, long asked, boolean trusted, boolean greeted) {
            this.stream = stream;
            this.greeting = greeting;
            this.asked = asked;
            this.trusted = trusted;
            this.greeted = greeted;
        }
    }

    /**
     * @param own id of the container that the recorder runs in, or empty
     */
    public EventSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            ContainerFilter filter,
            HostSource host,
            ContainerTracker containers,
            String own,
            Redactor redactor) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.filter = filter;
        this.host = host;
        this.containers = containers;
        this.endings = new Endings(own, System.nanoTime());
        this.redactor = redactor;
        reader.setDaemon(true);
        asker.setDaemon(true);
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.EVENT) {
            lastTime = newest(lastTime, record);
        }
    }

    public void start() {
        start(ASK_AFTER, RENEW_AFTER);
    }

    /**
     * Starts.
     *
     * @param askAfter silence after which the engine is asked whether it lives
     * @param renewAfter silence after which the stream is opened anew
     */
    void start(Duration askAfter, Duration renewAfter) {
        this.askAfter = askAfter.toNanos();
        this.renewAfter = renewAfter.toNanos();
        synchronized (this) {
            begun = clock.now().received();
        }
        reader.start();
        asker.start();
    }

    /**
     * Reads on for a while, because what comes last matters most: when the whole host goes down, the engine takes no new
     * connections at once, but reports each container's end on the stream that is open. So: until the stream ends or the
     * grace period nearly is over; or until it is clear that only we must go, since the engine has taken every new
     * connection for a while and nobody else was about to end. Connects no more.
     */
    public void linger(Duration grace) throws InterruptedException {
        stopping.countDown();
        long begun = System.nanoTime();
        long patience = grace.toNanos() - Math.min(grace.toNanos() / 4, TimeUnit.MILLISECONDS.toNanos(500));
        long alone = begun;
        while (reader.isAlive() && current != null && System.nanoTime() - begun < patience) {
            boolean takes = engine.takesConnections(PROBE_PATIENCE);
            long now = System.nanoTime();
            if (!takes || endings.others(now)) {
                alone = now;
            } else if (now - alone >= ALONE) {
                return;
            }
            reader.join(PROBE_EVERY_MILLIS);
        }
    }

    /** Ends the reading. Idempotent. */
    @Override
    public void close() {
        stopping.countDown();
        closeStream(current, "the recorder stops");
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
            String ended;
            String question = "";
            Connection connection = null;
            try {
                Engine.Greeting greeting = greet();
                long asked = clock.now().received();
                try (MessageStream stream = engine.stream("/events?since=" + since(greeting))) {
                    connection = new Connection(stream, greeting, asked, barren == 0, greeted);
                    follow(connection);
                }
                ended = "the engine ended the event stream";
            } catch (EngineStatusException e) {
                if (engine.settle(e)) {
                    pause(pause);
                    continue;
                }
                ended = String.valueOf(e.getMessage());
            } catch (IOException e) {
                broke = true;
                ended = String.valueOf(e.getMessage());
                question = e instanceof EngineFailedException failed ? failed.question() : "";
            }
            current = null;
            boolean stable = connection != null && connection.opened && System.nanoTime() - begun > STABLE;
            if (connection == null || !lost(connection, ended)) {
                away(ended, question);
            }
            barren =
                    broke && connection != null && connection.opened && !connection.brought && !stable ? barren + 1 : 0;
            if (stable) {
                pause = FIRST_PAUSE_MILLIS;
            } else {
                pause(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** Whatever becomes of {@code /_ping}, which may hang or be forbidden, the events are asked for. */
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

    /**
     * Up to when events are known, ns since the epoch, once {@code event} is, too: not later than it was received, and not
     * earlier than before unless the clock went back.
     */
    private static long newest(long before, Record event) {
        long time = Math.min(event.time(), event.received());
        return event.received() < before ? time : Math.max(before, time);
    }

    /** Podman reads this as a floating point number and keeps its events for months; Docker only has its ring. */
    private String since(Engine.Greeting greeting) {
        if (!greeting.podman()) {
            return "0";
        }
        // Of what its clock has yet to reach, an engine says nothing.
        long now = clock.now().received();
        long from = (lastTime == 0 ? now : Math.min(lastTime, now)) - 1_000_000_000L;
        return String.format(Locale.ROOT, "%d.%09d", from / 1_000_000_000L, from % 1_000_000_000L);
    }

    private void follow(Connection connection) throws IOException {
        current = connection;
        if (isStopping()) {
            connection.stream.close();
        }
        Thread introducer = new Thread(() -> introduce(connection), "shiplog-host");
        introducer.setDaemon(true);
        introducer.start();
        connection.stream.open();
        connection.opened = true;
        connection.lastHeard = System.nanoTime();
        if (connection.trusted) {
            declare(connection);
        }
        read(connection);
    }

    private void read(Connection connection) throws IOException {
        MessageStream stream = connection.stream;
        for (Message message = stream.next(); message != null; message = stream.next()) {
            connection.lastHeard = System.nanoTime();
            if (message.length() == 0) {
                continue;
            }
            connection.brought = true;
            declare(connection);
            EventView head =
                    message.whole() ? EventView.scan(message.bytes()) : EventView.scanBeginning(message.bytes());
            byte[] payload = message.whole() ? redactor.redact(head.id(), message.bytes()) : message.bytes();
            long key = message.whole() ? ContentHash.of(payload) : ContentHash.of(payload, message.length());
            Record record = message.whole()
                    ? clock.stamp(Kind.EVENT, head.id(), head.time(), payload)
                    : oversized(head, message.length(), key);
            boolean wanted = !head.ofContainer() || filter.wants(head.container());
            containers.happened(head); // first: see there
            queue.put(new Arrival.Event(record, key, wanted, sync(head)));
            endings.happened(head, System.nanoTime());
            lastTime = newest(lastTime, record);
        }
    }

    /** What explains an outage must survive a power cut that follows; commands in containers are mostly health checks. */
    static Arrival.Sync sync(EventView event) {
        if (!event.ofContainer()) {
            return Arrival.Sync.SOON;
        }
        return switch (event.action()) {
            case "die", "oom", "health_status: unhealthy" -> Arrival.Sync.NOW;
            default -> event.action().startsWith("exec_") ? Arrival.Sync.BATCHED : Arrival.Sync.SOON;
        };
    }

    private Record oversized(EventView head, long length, long key) {
        String what = head.type() + " " + head.action().split(":", 2)[0];
        LOG.log(Level.DEBUG, "an event of {0} bytes is too long to be recorded: {1}", length, what);
        return clock.mark(
                head.id(),
                new Mark.Oversized(
                        Kind.EVENT.label(),
                        head.id(),
                        length,
                        what.strip(),
                        HexFormat.of().toHexDigits(key)));
    }

    /** The stream is open, as a head, a message or, where that is late, an answer beside it says. */
    private synchronized void declare(Connection connection) {
        if (connection.declared || connection.over) {
            return;
        }
        connection.declared = true;
        connection.fresh = down || lostAt == 0;
        down = false;
        Record now = clock.mark(new Mark.EngineUp("", "", connection.greeting.apiVersion()));
        queue.put(
                new Arrival.Connected(now, connection.fresh, connection.asked, !connection.greeting.podman(), reason));
        containers.connected();
        connection.known.countDown();
    }

    /** Finds out who the engine is, beside the stream, and for one whose head is late that it is there at all. */
    private void introduce(Connection connection) {
        try {
            while (!connection.known.await(LATE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (connection.opened || engine.takesConnections(PING_PATIENCE)) {
                    declare(connection);
                }
                if (isOver(connection)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            return;
        }
        List<Record> facts = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        introduced(connection, host.ask(facts, refusals), facts, refusals);
    }

    private synchronized boolean isOver(Connection connection) {
        return connection.over;
    }

    private synchronized void introduced(
            Connection connection, HostSource.Identity asked, List<Record> facts, List<String> refusals) {
        if (connection.over) {
            return;
        }
        boolean news = !refused.isEmpty();
        if (connection.fresh || identity == null || !asked.mayBe(identity)) {
            String api = connection.greeting.apiVersion();
            Record up = clock.mark(new Mark.EngineUp(asked.id(), asked.version(), api));
            queue.put(new Arrival.Introduced(up, asked.id()));
            news = true;
            LOG.log(Level.INFO, "engine {0} answers, API {1}", asked.version(), api);
        }
        if (news) {
            facts.forEach(queue::put);
        }
        identity = asked;
        if (!refusals.isEmpty() && !refusals.equals(refused)) {
            LOG.log(Level.WARNING, "facts about the host are not recorded: {0}", String.join("; ", refusals));
        }
        refused = refusals;
    }

    /** The stream ended; most often it can be opened again at once. False if it never was open. */
    private synchronized boolean lost(Connection connection, String why) {
        connection.over = true;
        connection.known.countDown();
        if (!connection.declared) {
            return false;
        }
        long silent = connection.closedByUs ? System.nanoTime() - connection.lastHeard : 0;
        Clock.Reading now = clock.now();
        lostAt = now.received() - silent;
        reason = why;
        queue.put(
                new Arrival.Ended(new Record(0, Kind.MARK, "", lostAt, now.received(), now.monotonic(), new byte[0])));
        if (!isStopping()) {
            LOG.log(Level.DEBUG, "event stream: {0}", why);
        }
        return true;
    }

    /** The engine cannot be reached. */
    private synchronized void away(String why, String question) {
        if (isStopping()) {
            return;
        }
        if (lostAt != 0) {
            reason = why;
        }
        if (!down) {
            down = true;
            queue.put(new Arrival.Disconnected(clock.mark(lostAt == 0 ? begun : lostAt, new Mark.EngineDown(why))));
            containers.disconnected();
            String asked = question.isEmpty() ? "" : " (" + question + ")";
            LOG.log(Level.WARNING, "{0}{1}; trying again until it answers", why, asked);
        }
    }

    private void askWhetherItLives() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(askAfter);
                Connection connection = current;
                if (connection == null) {
                    continue;
                }
                long silent = System.nanoTime() - connection.lastHeard;
                if (silent < askAfter) {
                    continue;
                }
                if (silent > renewAfter) {
                    closeStream(connection, "the event stream was silent for long");
                    continue;
                }
                if (connection.opened && !connection.greeted) {
                    continue;
                }
                try {
                    engine.get("/_ping", PING_PATIENCE);
                } catch (IOException e) {
                    closeStream(connection, String.valueOf(e.getMessage()));
                }
            }
        } catch (InterruptedException e) {
            // We stop.
        }
    }

    private static void closeStream(@Nullable Connection connection, String why) {
        if (connection != null) {
            connection.closedByUs = true;
            connection.stream.close(why);
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
