package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Follows the engine's events for ever: connects, waits for an engine that is away, connects again. Each connect asks for
 * the whole ring of past events (the {@link EventLedger} lets through what is new) because a replay from a point in time
 * may skip events that are stamped out of order. Nothing is filtered by the engine.
 *
 * <p>The thread that reads does nothing that could wait for the disk: the engine drops events, silently, of a reader that
 * is slow. A silent stream proves nothing, so a second thread asks the engine now and then whether it lives.
 */
public final class EventSource implements Closeable {
    private static final System.Logger LOG = System.getLogger(EventSource.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration ASK_AFTER = Duration.ofSeconds(10);
    /** A connection that is dead though the engine lives (tcp through a NAT, say) is found out by connecting anew. */
    private static final Duration RENEW_AFTER = Duration.ofMinutes(10);
    /** A stream that lived so long may be opened again at once; one that ends sooner would make us spin. */
    private static final long STABLE = TimeUnit.SECONDS.toNanos(2);

    private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(300);

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Filter filter;
    private final HostSource host;
    private final Containers containers;
    private final long askAfter;
    private final long renewAfter;
    private final Thread reader = new Thread(this::run, "shiplog-events");
    private final Thread asker = new Thread(this::askWhetherItLives, "shiplog-liveness");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable MessageStream open;
    private volatile boolean closedByUs;
    private volatile long lastHeard;
    private volatile long lastTime;

    // Below: the reader's alone.
    private boolean down;
    private long lostAt;
    private String reason = "the recorder was not running";
    private HostSource.@Nullable Identity identity;

    public EventSource(
            Engine engine, Clock clock, RecordQueue queue, Filter filter, HostSource host, Containers containers) {
        this(engine, clock, queue, filter, host, containers, ASK_AFTER, RENEW_AFTER);
    }

    /**
     * @param askAfter silence after which the engine is asked whether it lives
     * @param renewAfter silence after which the stream is opened anew
     */
    EventSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            Filter filter,
            HostSource host,
            Containers containers,
            Duration askAfter,
            Duration renewAfter) {
        this.askAfter = askAfter.toNanos();
        this.renewAfter = renewAfter.toNanos();
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.filter = filter;
        this.host = host;
        this.containers = containers;
        reader.setDaemon(true);
        asker.setDaemon(true);
    }

    /**
     * Begins.
     *
     * @param newest time of the newest event in the journal, ns since the epoch, or 0
     */
    public void start(long newest) {
        lastTime = newest;
        reader.start();
        asker.start();
    }

    /**
     * Reads on for a while, because what comes last matters most: when the whole host goes down, the engine stops
     * answering new calls at once but reports each container's end on the stream that is open. So: until the stream
     * ends, or is quiet although the engine lives (then it is only us who must go), or the grace period nearly is over.
     * Connects no more.
     */
    public void linger(Duration grace) throws InterruptedException {
        stopping.countDown();
        long begun = System.nanoTime();
        long patience = grace.toNanos() - Math.min(grace.toNanos() / 4, TimeUnit.MILLISECONDS.toNanos(500));
        long asked = begun;
        while (reader.isAlive() && System.nanoTime() - begun < patience) {
            long now = System.nanoTime();
            boolean quiet = now - Math.max(lastHeard, begun) > QUIET || open == null;
            if (quiet && now - asked > QUIET) {
                if (open == null || lives()) {
                    return;
                }
                asked = System.nanoTime();
            }
            reader.join(20);
        }
    }

    /** Ends the reading. Idempotent. */
    @Override
    public void close() {
        stopping.countDown();
        closeStream("the recorder stops");
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
            boolean opened = false;
            String ended;
            try {
                Engine.Greeting greeting = engine.greet();
                List<Record> facts = new ArrayList<>();
                HostSource.Identity asked = host.ask(facts);
                try (MessageStream stream = engine.stream("/events?since=" + since(greeting))) {
                    stream.open();
                    opened = true;
                    opened(stream, greeting, asked, facts);
                    read(stream);
                    ended = "the engine ended the event stream";
                }
            } catch (IOException e) {
                ended = String.valueOf(e.getMessage());
            }
            boolean stable = opened && System.nanoTime() - begun > STABLE;
            if (opened) {
                lost(ended);
            } else if (!isStopping()) {
                away(ended);
            }
            if (stable) {
                pause = FIRST_PAUSE_MILLIS;
            } else {
                pause(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    /** Podman reads this as a floating point number and keeps its events for months; Docker only has its ring. */
    private String since(Engine.Greeting greeting) {
        if (!greeting.podman()) {
            return "0";
        }
        long from = (lastTime == 0 ? clock.now().received() : lastTime) - 1_000_000_000L;
        return String.format(Locale.ROOT, "%d.%09d", from / 1_000_000_000L, from % 1_000_000_000L);
    }

    private void opened(MessageStream stream, Engine.Greeting greeting, HostSource.Identity asked, List<Record> facts) {
        lastHeard = System.nanoTime();
        closedByUs = false;
        open = stream;
        if (isStopping()) {
            stream.close();
        }
        boolean announce = down || !asked.equals(identity);
        Record up = clock.mark(new Mark.EngineUp(asked.id(), asked.version(), greeting.apiVersion()));
        queue.put(new Arrival.Connected(up, announce, asked.id(), lostAt, reason));
        if (announce) {
            facts.forEach(queue::put);
            LOG.log(Level.INFO, "engine {0} answers, API {1}", asked.version(), greeting.apiVersion());
        }
        down = false;
        identity = asked;
        containers.connected();
    }

    private void read(MessageStream stream) throws IOException {
        for (Message message = stream.next(); message != null; message = stream.next()) {
            lastHeard = System.nanoTime();
            byte[] line = message.bytes();
            if (line.length == 0) {
                continue;
            }
            if (!message.whole()) {
                LOG.log(Level.WARNING, "an event of {0} bytes is too long to be recorded", message.length());
                continue;
            }
            EventHead head = EventHead.scan(line);
            Record record = clock.stamp(Kind.EVENT, head.id(), head.time(), line);
            boolean wanted = !head.ofContainer() || filter.wants(head.container());
            queue.put(new Arrival.Event(record, EventLedger.key(line), wanted, head.haste()));
            containers.happened(head);
            if (head.time() > lastTime) {
                lastTime = head.time();
            }
        }
    }

    /** The stream ended; most often it can be opened again at once. */
    private void lost(String why) {
        open = null;
        long silent = closedByUs ? System.nanoTime() - lastHeard : 0;
        lostAt = clock.now().received() - silent;
        reason = why;
        if (!isStopping()) {
            LOG.log(Level.DEBUG, "event stream: {0}", why);
        }
    }

    /** The engine cannot be reached. */
    private void away(String why) {
        if (lostAt != 0) {
            reason = why;
        }
        if (!down) {
            down = true;
            queue.put(new Arrival.Disconnected(clock.mark(lostAt, new Mark.EngineDown(why))));
            containers.disconnected();
            LOG.log(Level.WARNING, "{0}; trying again until it answers", why);
        }
    }

    private void askWhetherItLives() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(askAfter);
                MessageStream stream = open;
                long silent = System.nanoTime() - lastHeard;
                if (stream == null || silent < askAfter) {
                    continue;
                }
                if (silent > renewAfter) {
                    closeStream("the event stream was silent for long");
                    continue;
                }
                try {
                    engine.get("/_ping");
                } catch (IOException e) {
                    closeStream(String.valueOf(e.getMessage()));
                }
            }
        } catch (InterruptedException e) {
            // We stop.
        }
    }

    private void closeStream(String why) {
        MessageStream stream = open;
        if (stream != null) {
            closedByUs = true;
            stream.close(why);
        }
    }

    /** Asks once, in bounded time: while the engine goes down its socket may take a call that nobody answers. */
    private boolean lives() throws InterruptedException {
        FutureTask<byte[]> ping = new FutureTask<>(() -> engine.get("/_ping"));
        Thread thread = new Thread(ping, "shiplog-ping");
        thread.setDaemon(true);
        thread.start();
        try {
            ping.get(500, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
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
