package dev.shiplog.recorder.source;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.StatsView;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for one sample of one container at a time, at each tick of an interval. All containers have the same
 * ticks, so that their requests are sent and their answers read one after the other, which finds code and data in the
 * processor's caches.
 */
final class PolledSampling extends Sampling implements Engine.Asked {
    /** A sample takes an engine some ms, or a second and what all its containers before this one take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Some engines before release 25 take up to this long: they wait for their own next reading. */
    private static final long READING_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long HANGING_NANOS = Duration.ofSeconds(2).toNanos();
    /** The pause after a request that hung, doubled after each further one. */
    private static final long HUNG_NANOS = Duration.ofSeconds(30).toNanos();

    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(60).toNanos();

    /** Between two samples in a burst. */
    private static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();

    private final Engine engine;
    private final ScheduledExecutorService executor;
    private final Places places;
    private final long intervalNanos;
    private long tickAt;
    /** Requests that failed in a row. */
    private volatile int failures;

    private volatile long askedAt;
    private volatile long askingNanos = READING_NANOS;
    private volatile boolean asks;
    private volatile long burstUntil = System.nanoTime();
    private volatile int memoryPercent = -1;
    /** The next request; one with an older ticket is not made. Guarded by this. */
    private @Nullable Future<?> next;

    private int ticket;

    /**
     * @param executor has one thread, which may wait for a place
     * @param places for requests that are under way
     * @param intervalNanos between two samples
     */
    PolledSampling(
            String id,
            boolean certain,
            Clock clock,
            RecordQueue queue,
            long missingAfterNanos,
            Engine engine,
            ScheduledExecutorService executor,
            Places places,
            long intervalNanos) {
        super(id, certain, clock, queue, missingAfterNanos);
        this.engine = engine;
        this.executor = executor;
        this.places = places;
        this.intervalNanos = intervalNanos;
    }

    /** Takes the first sample at once, so that a short life leaves one; the next at the ticks. */
    @Override
    void begin() {
        long now = System.nanoTime();
        tickAt = now - Math.floorMod(now, intervalNanos);
        schedule(0);
    }

    @Override
    synchronized void leave() {
        super.leave();
        if (!asks) {
            end(); // no answer is on its way
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
    long askingNanos() {
        return askingNanos;
    }

    @Override
    boolean hangs(long now) {
        return asks && now - askedAt > HANGING_NANOS;
    }

    @Override
    synchronized void burst(long nanos) {
        burstUntil = System.nanoTime() + nanos;
        if (next != null && !asks && failures == 0 && !hasEnded()) {
            next.cancel(false);
            schedule(0);
        }
    }

    @Override
    int takeMemoryPercent() {
        int percent = memoryPercent;
        memoryPercent = -1;
        return percent;
    }

    @Override
    void sampled(byte[] payload) {
        if (intervalNanos > BURST_NANOS) {
            memoryPercent = StatsView.memoryPercent(payload);
        }
    }

    private void run(int mine) {
        try {
            places.take();
        } catch (InterruptedException e) {
            return; // closed
        }
        if (beginAsking(mine)) {
            engine.ask("/containers/" + id + "/stats?stream=false&one-shot=true", engine.patience(PATIENCE), this);
        } else {
            places.giveBack();
        }
    }

    @Override
    public void answered(byte[] body) {
        places.giveBack();
        try {
            frame(Message.of(body));
        } finally {
            asked(0, 0);
        }
    }

    @Override
    public void failed(IOException failure) {
        places.giveBack();
        missing(failure); // The event stream says whether the engine is gone.
        long pause = (hangs(System.nanoTime()) ? HUNG_NANOS : intervalNanos) << Math.min(failures, 10);
        asked(failures + 1, pause);
    }

    private void asked(int failed, long pauseNanos) {
        askingNanos = Math.min(READING_NANOS, System.nanoTime() - askedAt);
        if (endAsking()) {
            failures = failed;
            scheduleNext(pauseNanos);
        }
    }

    /** A tick that was missed is not made up for: that would load an engine that is slow already. */
    private void scheduleNext(long pauseNanos) {
        long now = System.nanoTime();
        long pause = Math.min(pauseNanos, Math.max(LONGEST_PAUSE_NANOS, intervalNanos)) - intervalNanos;
        long earliest = now + Math.max(0, pause);
        tickAt += Math.max(0, Math.floorDiv(earliest - tickAt, intervalNanos) + 1) * intervalNanos;
        boolean bursts = pauseNanos == 0 && burstUntil - now > 0;
        schedule(bursts ? Math.min(tickAt - now, Math.max(0, askedAt + BURST_NANOS - now)) : tickAt - now);
    }

    private synchronized boolean beginAsking(int mine) {
        if (mine != ticket) {
            return false;
        }
        asks = endIfLeft();
        askedAt = System.nanoTime();
        return asks;
    }

    private synchronized boolean endAsking() {
        asks = false;
        return endIfLeft();
    }

    private synchronized void schedule(long nanos) {
        try {
            int mine = ++ticket;
            next = executor.schedule(() -> run(mine), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            end(); // closed meanwhile
        }
    }
}
