package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.StatsView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
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
 * failed readings): it is counted, not recorded. What is no sample at all is neither. Where samples are missing although
 * the container runs, a {@link Mark.Gap} says so when that is noticed, again every {@link #TELL_AGAIN}, and where it ends:
 * together these cover the stretch. A container whose samples hang or fail is asked less and less often, and costs the
 * others nothing. {@link #follow}, {@link #leave}, {@link #leaveAll} and {@link #look} belong to one thread.
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
    /** Beside those: threads that wait for an answer so long that others must not wait for them. */
    private static final int HANGING_MAX = 64;

    private static final long HANGING = TICK.multipliedBy(2).toNanos();
    /** A sample takes an engine some ms, or a tick and what all its containers before this one take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Who hung once is asked again after so long, then after twice that. */
    private static final Duration PUT_ASIDE = Duration.ofSeconds(30);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private static final long STACK = 128 * 1024;
    /** The engine samples all containers one after the other, then sleeps a second; Podman sleeps five. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** In which the stream of a stopped container brings its first empty frame. */
    private static final Duration LAST_FRAMES = Duration.ofSeconds(3);

    private static final long MISSED = Duration.ofSeconds(10).toNanos();
    /** What is told while it lasts is all that a kill leaves of it; a mark costs some 60 bytes and a sync. */
    private static final long TELL_AGAIN = Duration.ofMinutes(10).toNanos();

    private static final long RETRY_MILLIS = 500;
    private static final long RETRY_MILLIS_MAX = 30_000;
    /** A stream that lived so long worked: the next try comes soon. */
    private static final long WORKED = Duration.ofSeconds(5).toNanos();

    private final Engine engine;
    private final Watchdog watchdog;
    private final Clock clock;
    private final RecordQueue queue;
    private final Duration interval;
    private final long missed;
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
        this.missed = Math.max(MISSED, 3 * interval.toNanos());
        this.mayStream = interval.compareTo(STREAMED) < 0 ? mostStreams : 0;
        this.streams = new Semaphore(mayStream);
    }

    /** False if there is nothing to be sampled. */
    boolean samples() {
        return !interval.isZero();
    }

    /**
     * Samples this container from now on. Idempotent.
     *
     * @param certain false if it is not known that the container exists still: then nothing is missed where it does not
     */
    void follow(String id, boolean certain) {
        if (!samples()) {
            return;
        }
        Following before = followed.get(id);
        if (before == null || !before.goOn()) {
            Following following = streams.tryAcquire() ? new Streaming(id, certain) : new Asking(id, certain);
            followed.put(id, following);
            enoughAskers();
            following.begin();
        }
    }

    /** Samples this container no longer, once the frames that are on their way have come. Idempotent. */
    void leave(String id) {
        Following following = followed.get(id);
        if (following != null) {
            following.tellTheEnd();
            following.leave();
        }
    }

    /** Forgets this container, which is no more. Idempotent. */
    void forget(String id) {
        leave(id);
        if (followed.remove(id) != null) {
            enoughAskers();
        }
    }

    /** Samples none: the engine is gone, or we go. */
    void leaveAll() {
        followed.values().forEach(Following::tellTheEnd);
        followed.values().forEach(Following::end);
        followed.clear();
        enoughAskers();
    }

    /** To be called every second: tells of containers without samples, and gives threads in place of those that hang. */
    void look() {
        Clock.Reading now = clock.now();
        List<String> without = new ArrayList<>();
        List<String> again = new ArrayList<>();
        String reason = "";
        for (Following following : followed.values()) {
            switch (following.look(now)) {
                case TOLD -> {
                    without.add(shortened(following.id));
                    reason = following.reason;
                }
                case AGAIN -> again.add(shortened(following.id));
                case NOTHING -> {}
            }
        }
        if (!without.isEmpty()) {
            LOG.log(Level.WARNING, "no samples of {0}: {1}", containers(without), reason);
        }
        if (!again.isEmpty()) {
            LOG.log(Level.INFO, "samples again of {0}", containers(again));
        }
        if (mayStream < followed.size()) {
            enoughAskers();
        }
    }

    private static String shortened(String id) {
        return id.substring(0, Math.min(12, id.length()));
    }

    /** As people read them, and never a screenful. */
    private static String containers(List<String> ids) {
        int most = 5;
        String named = String.join(", ", ids.subList(0, Math.min(most, ids.size())));
        return (ids.size() == 1 ? "container " : "containers ")
                + named
                + (ids.size() > most ? " and " + (ids.size() - most) + " more" : "");
    }

    /** So many that a slow engine can be asked for all within an interval, and one more for each that hangs. */
    private void enoughAskers() {
        if (!samples()) {
            return;
        }
        int asked = Math.max(0, followed.size() - mayStream);
        long needed = asked * TICK.toMillis() / interval.toMillis() + 1;
        long now = System.nanoTime();
        long hanging = asked == 0
                ? 0
                : followed.values().stream()
                        .filter(following -> following.hangs(now))
                        .count();
        int threads = (int) (Math.min(ASKING_MAX, Math.max(ASKING, needed)) + Math.min(HANGING_MAX, hanging));
        if (threads != asking.getCorePoolSize()) {
            asking.setCorePoolSize(threads);
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

    /** What is new of a container. */
    private enum News {
        NOTHING,
        /** That it has no samples. */
        TOLD,
        /** That it has samples again. */
        AGAIN
    }

    /** One container being sampled. */
    private abstract class Following {
        final String id;
        private final boolean certain;
        private State state = State.FOLLOWED;

        /** Whether it runs, as far as we know, so that samples are due. */
        private boolean due = true;
        /** Up to when there are samples, or their lack was told; by both clocks. */
        private long from;

        private long fromMonotonic;
        private boolean told;
        private boolean again;
        private int samples;
        private volatile String reason = "no answer yet";

        Following(String id, boolean certain) {
            this.id = id;
            this.certain = certain;
            coveredUpTo(clock.now());
        }

        abstract void begin();

        final synchronized State state() {
            return state;
        }

        /** Takes back a {@link #leave}; false if it is too late for that. */
        final synchronized boolean goOn() {
            if (state == State.LEFT) {
                state = State.FOLLOWED;
                due = true;
                coveredUpTo(clock.now());
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

        /** Whether it occupies a thread for longer than an engine needs. */
        boolean hangs(long now) {
            return false;
        }

        /** False if that was the last one. */
        final boolean frame(Message message) {
            if (!message.whole()) {
                missing("a sample of " + message.length() + " bytes is too long to be recorded");
                return endIfLeft();
            }
            byte[] payload = message.bytes();
            long time = StatsView.time(payload);
            if (time == StatsView.EMPTY) {
                empty.incrementAndGet();
                missing("the engine sends empty samples");
                return endIfLeft();
            }
            if (!StatsView.isSample(payload, time)) {
                missing("the engine answers with no sample");
                return endIfLeft();
            }
            sample(clock.stamp(Kind.STATS, id, time, payload));
            return true;
        }

        private synchronized void sample(Record sample) {
            if (due && (told || sample.monotonic() - fromMonotonic > missed)) {
                tell(sample.received());
                again = told;
                told = false;
            }
            from = sample.received();
            fromMonotonic = sample.monotonic();
            reason = "the engine gave no samples";
            samples++;
            queue.put(sample);
        }

        /** How many came. */
        final synchronized int samples() {
            return samples;
        }

        /** Notes why there is no sample now. */
        final void missing(String why) {
            reason = why;
        }

        /** The same; the container may not be there, and then there is nothing to be sampled. */
        final synchronized void missing(IOException e) {
            boolean status = e instanceof EngineStatusException;
            if (status && ((EngineStatusException) e).status() == 404 && !certain) {
                due = false;
                end();
            }
            String message = String.valueOf(e.getMessage());
            reason =
                    status ? "the engine answers " + message.substring(Math.max(0, message.indexOf("HTTP "))) : message;
        }

        /** Notices if samples are missing. */
        final synchronized News look(Clock.Reading now) {
            boolean wasTold = told;
            if (due && now.monotonic() - fromMonotonic > (told ? TELL_AGAIN : missed)) {
                tell(now.received());
                told = true;
                coveredUpTo(now);
            }
            boolean is = again;
            again = false;
            return told && !wasTold ? News.TOLD : is ? News.AGAIN : News.NOTHING;
        }

        /** It does not run any more, or nobody listens. */
        final synchronized void tellTheEnd() {
            Clock.Reading now = clock.now();
            if (due && (told || now.monotonic() - fromMonotonic > missed)) {
                tell(now.received());
            }
            due = false;
            told = false;
        }

        private void tell(long to) {
            queue.put(clock.mark(id, new Mark.Gap(Kind.STATS.label(), id, from, to, reason)));
        }

        private void coveredUpTo(Clock.Reading now) {
            from = now.received();
            fromMonotonic = now.monotonic();
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

        Streaming(String id, boolean certain) {
            super(id, certain);
        }

        @Override
        void begin() {
            daemon(this, "shiplog-stats-" + shortened(id)).start();
        }

        @Override
        synchronized void leave() {
            super.leave();
            if (open == null) {
                end(); // nothing is on its way
            } else {
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
                int had = samples();
                try {
                    readStream();
                } catch (IOException e) {
                    missing(e); // The event stream tells whether the engine is gone.
                }
                boolean worked = System.nanoTime() - before > WORKED;
                boolean brought = samples() != had; // a front that buffers ends each stream after some samples
                pause = worked ? RETRY_MILLIS : Math.min(2 * (brought ? RETRY_MILLIS : pause), RETRY_MILLIS_MAX);
            } while (endIfLeft()
                    && pause(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2)));
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
                    if (message == null) {
                        missing("the engine ended the stream of samples");
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
        private long beat;
        private int failures;
        private volatile long askedAt;
        private volatile boolean asks;
        private @Nullable Future<?> next;

        Asking(String id, boolean certain) {
            super(id, certain);
        }

        /** The first sample at once, so that a short life leaves one; the next on this container's own beat. */
        @Override
        void begin() {
            long own = Math.floorMod(id.hashCode() * 0x9E3779B97F4A7C15L, interval.toNanos());
            own -= own % COMPANY.toNanos();
            long now = System.nanoTime();
            beat = now - Math.floorMod(now - own, interval.toNanos());
            schedule(0);
        }

        @Override
        synchronized void leave() {
            super.leave();
            if (!asks) {
                end(); // nothing is on its way
            }
        }

        @Override
        synchronized void end() {
            super.end();
            if (next != null) {
                next.cancel(false);
            }
        }

        @Override
        boolean hangs(long now) {
            return asks && now - askedAt > HANGING;
        }

        @Override
        public void run() {
            if (!begins()) {
                return;
            }
            boolean answered = true;
            long pause = 0;
            try {
                frame(Message.of(engine.get("/containers/" + id + "/stats?stream=false&one-shot=true", PATIENCE)));
            } catch (IOException e) {
                missing(e); // The event stream tells whether the engine is gone.
                answered = false;
                boolean hung = hangs(System.nanoTime());
                pause = (hung ? PUT_ASIDE.toNanos() : interval.toNanos()) << Math.min(failures, 10);
            }
            if (ends()) {
                failures = answered ? 0 : failures + 1;
                // A beat that was missed is not made up for: that would load an engine that is slow already.
                long now = System.nanoTime();
                pause = Math.min(pause, Math.max(LONGEST_PAUSE.toNanos(), interval.toNanos())) - interval.toNanos();
                long earliest = now + Math.max(0, pause);
                beat += Math.max(1, Math.floorDiv(earliest - beat, interval.toNanos()) + 1) * interval.toNanos();
                schedule(beat - now);
            }
        }

        private synchronized boolean begins() {
            asks = endIfLeft();
            askedAt = System.nanoTime();
            return asks;
        }

        private synchronized boolean ends() {
            asks = false;
            return endIfLeft();
        }

        private synchronized void schedule(long nanos) {
            try {
                next = asking.schedule(this, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                end(); // closed meanwhile
            }
        }
    }
}
