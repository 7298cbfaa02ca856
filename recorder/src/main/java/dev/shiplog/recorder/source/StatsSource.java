package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.Watchdog;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Samples the containers it is told to follow, from start to die. Intervals below two seconds read the engine's stream,
 * which brings a frame a second, with one thread of small stack for each container, as long as all these fit into an
 * eighth of the heap. Longer intervals, and all further containers, ask for one sample at a time, each container on a
 * beat of its own, as many at once as it takes.
 *
 * <p>A frame that is dated year 1 holds zeros (the engine sends them of stopped containers until they are removed, and of
 * failed readings): it is counted, not recorded. Where samples are missing although the container ran, a
 * {@link Mark.Gap} says so. {@link #follow}, {@link #leave} and {@link #leaveAll} belong to one thread.
 */
public final class StatsSource implements Closeable {
    private static final System.Logger LOG = System.getLogger(StatsSource.class.getName());

    private static final Duration STREAMED = Duration.ofSeconds(2);
    /** Buffers of the transport, its client, the thread's own; measured with 1,000 streams. */
    private static final long STREAM_BYTES = 64 * 1024;

    private static final int HEAP_SHARE = 8;
    /** Before release 25 an engine takes up to this long for one sample: it waits for its own next tick. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** Beats are whole multiples of this: who asks when another just asked finds its code in the processor's caches. */
    private static final Duration COMPANY = Duration.ofMillis(100);

    private static final int ASKING = 4;
    /** A thread that waits costs the engine nothing but a connection, and the host some KiB. */
    private static final int ASKING_MAX = 64;

    private static final long STACK = 128 * 1024;
    /** The engine samples all containers one after the other, then sleeps a second; Podman sleeps five. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** In which the stream of a stopped container brings its first empty frame. */
    private static final Duration LAST_FRAMES = Duration.ofSeconds(3);

    private static final long MISSED = Duration.ofSeconds(10).toNanos();
    private static final long RETRY_MILLIS = 500;
    private static final long RETRY_MILLIS_MAX = 5_000;

    private final Engine engine;
    private final Watchdog watchdog;
    private final Clock clock;
    private final RecordQueue queue;
    private final Duration interval;
    private final Map<String, Following> followed = new HashMap<>();
    private final AtomicLong empty = new AtomicLong();
    private final int mayStream;
    private final Semaphore streams;
    private final ScheduledThreadPoolExecutor asking = askers();

    /**
     * @param interval between two samples of a container; zero for none at all
     */
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
        this.interval = interval;
        this.mayStream = interval.compareTo(STREAMED) < 0 ? mostStreams : 0;
        this.streams = new Semaphore(mayStream);
    }

    /** Samples this container from now on. Idempotent. */
    void follow(String id) {
        if (interval.isZero()) {
            return;
        }
        Following before = followed.get(id);
        if (before == null || !before.goOn()) {
            Following following = streams.tryAcquire() ? new Streaming(id) : new Asking(id);
            followed.put(id, following);
            enoughAskers();
            following.begin();
        }
    }

    /** Samples this container no longer, once the frames that are on their way have come. Idempotent. */
    void leave(String id) {
        Following following = followed.get(id);
        if (following != null) {
            following.leave();
        }
    }

    /** Forgets this container, which is no more. Idempotent. */
    void forget(String id) {
        leave(id);
        followed.remove(id);
        enoughAskers();
    }

    /** Samples none: the engine is gone, or we go. */
    void leaveAll() {
        followed.values().forEach(Following::end);
        followed.clear();
        enoughAskers();
    }

    /** So many that a slow engine can be asked for all within an interval. */
    private void enoughAskers() {
        if (!interval.isZero()) {
            int asked = Math.max(0, followed.size() - mayStream);
            long needed = asked * TICK.toMillis() / interval.toMillis() + 1;
            asking.setCorePoolSize((int) Math.min(ASKING_MAX, Math.max(ASKING, needed)));
        }
    }

    /** How many frames came that held nothing. */
    public long emptyFrames() {
        return empty.get();
    }

    /** After {@link #leaveAll}; idempotent. */
    @Override
    public void close() {
        asking.shutdownNow();
    }

    private static ScheduledThreadPoolExecutor askers() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(ASKING, task -> daemon(task, "shiplog-stats"));
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, STACK);
        thread.setDaemon(true);
        return thread;
    }

    /** {@code FOLLOWED} → {@code LEFT} at its die → {@code ENDED}, or back if it starts again in time. */
    private enum State {
        FOLLOWED,
        LEFT,
        ENDED
    }

    /** One container being sampled. */
    private abstract class Following {
        final String id;
        private State state = State.FOLLOWED;
        private long last;

        Following(String id) {
            this.id = id;
        }

        abstract void begin();

        final synchronized State state() {
            return state;
        }

        /** Takes back a {@link #leave}; false if it is too late for that. */
        final synchronized boolean goOn() {
            if (state == State.LEFT) {
                state = State.FOLLOWED;
            }
            return state == State.FOLLOWED;
        }

        synchronized void leave() {
            if (state == State.FOLLOWED) {
                state = State.LEFT;
            }
        }

        synchronized void end() {
            state = State.ENDED;
            notifyAll();
        }

        /** False if that was the last one. */
        final boolean frame(Message message) {
            if (!message.whole()) {
                LOG.log(Level.WARNING, "a sample of {0} bytes is too long to be recorded", message.length());
                return endIfLeft();
            }
            byte[] payload = message.bytes();
            long time = StatsHead.time(payload);
            if (time == StatsHead.EMPTY) {
                empty.incrementAndGet();
                return endIfLeft();
            }
            Record sample = clock.stamp(Kind.STATS, id, time, payload);
            if (last != 0 && sample.received() - last > Math.max(MISSED, 3 * interval.toNanos())) {
                queue.put(clock.mark(
                        id, new Mark.Gap("stats", id, last, sample.received(), "the engine gave no samples")));
            }
            last = sample.received();
            queue.put(sample);
            return true;
        }

        /** True if it goes on. */
        final synchronized boolean endIfLeft() {
            if (state == State.LEFT) {
                end();
            }
            return state == State.FOLLOWED;
        }
    }

    private final class Streaming extends Following implements Runnable {
        private @Nullable MessageStream open;

        Streaming(String id) {
            super(id);
        }

        @Override
        void begin() {
            daemon(this, "shiplog-stats-" + id.substring(0, Math.min(12, id.length())))
                    .start();
        }

        @Override
        synchronized void leave() {
            super.leave();
            if (open != null) {
                watchdog.watch(open, LAST_FRAMES);
            }
        }

        @Override
        synchronized void end() {
            super.end();
            if (open != null) {
                open.close();
            }
        }

        @Override
        public void run() {
            try {
                readStreams();
            } finally {
                end(); // whatever happened: who asks to follow again gets a new thread
                streams.release();
            }
        }

        private void readStreams() {
            long pause = RETRY_MILLIS;
            do {
                long before = System.nanoTime();
                try {
                    readStream();
                } catch (EngineStatusException e) {
                    if (e.status() == 404 || e.status() == 409) {
                        end();
                    }
                } catch (IOException e) {
                    // Cut off. The event stream tells whether the engine is gone.
                }
                boolean worked = System.nanoTime() - before > TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS_MAX);
                pause = worked ? RETRY_MILLIS : Math.min(2 * pause, RETRY_MILLIS_MAX);
            } while (endIfLeft() && pause(pause));
        }

        private void readStream() throws IOException {
            try (MessageStream stream = engine.stream("/containers/" + id + "/stats?stream=true")) {
                if (!opened(stream)) {
                    return;
                }
                Watchdog.Watch watch = watchdog.watch(stream, SILENCE);
                try {
                    Message message = stream.next();
                    while (message != null && frame(message)) {
                        message = stream.next();
                    }
                } finally {
                    watch.cancel();
                    closed();
                }
            }
        }

        private synchronized boolean opened(MessageStream stream) {
            open = stream;
            return state() != State.ENDED;
        }

        private synchronized void closed() {
            open = null;
        }

        /** False if it ended meanwhile. */
        private synchronized boolean pause(long millis) {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            try {
                for (long left = millis; state() != State.ENDED && left > 0; ) {
                    wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                }
            } catch (InterruptedException e) {
                end();
            }
            return state() != State.ENDED;
        }
    }

    private final class Asking extends Following implements Runnable {
        private long due;

        Asking(String id) {
            super(id);
        }

        /** The first sample at once, so that a short life leaves one; the next on this container's own beat. */
        @Override
        void begin() {
            long beat = Math.floorMod(id.hashCode() * 0x9E3779B97F4A7C15L, interval.toNanos());
            beat -= beat % COMPANY.toNanos();
            long now = System.nanoTime();
            due = now - Math.floorMod(now - beat, interval.toNanos());
            schedule(0);
        }

        @Override
        public void run() {
            if (!endIfLeft()) {
                return;
            }
            try {
                byte[] payload = engine.get("/containers/" + id + "/stats?stream=false&one-shot=true");
                frame(Message.of(Lines.withoutEnd(payload)));
            } catch (EngineStatusException e) {
                if (e.status() == 404) {
                    end();
                }
            } catch (IOException e) {
                // The next beat tries again; the event stream tells whether the engine is gone.
            }
            if (endIfLeft()) {
                // A beat that was missed is not made up for: that would load an engine that is slow already.
                long now = System.nanoTime();
                due += Math.max(1, Math.floorDiv(now - due, interval.toNanos()) + 1) * interval.toNanos();
                schedule(due - now);
            }
        }

        private void schedule(long nanos) {
            try {
                var unused = asking.schedule(this, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                end(); // closed meanwhile
            }
        }
    }
}
