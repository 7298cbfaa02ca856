package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes streams that have been silent for too long, because reads on unix sockets have no timeout. One thread watches
 * all streams; it wakes once per stream and time limit, whatever the traffic. Thread safe.
 *
 * <p>It is not for the event stream, which may be silent for days: there {@link Engine#greet} shows whether the engine
 * lives.
 */
public final class Watchdog implements Closeable {
    private final ScheduledThreadPoolExecutor timer;

    public Watchdog() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "shiplog-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Watches until the stream is closed, by anybody, or {@link Watch#cancel} is called.
     *
     * @param limit silence after which the stream is closed
     */
    public Watch watch(MessageStream stream, Duration limit) {
        Watch watch = new Watch(stream, limit);
        watch.checkIn(limit.toNanos());
        return watch;
    }

    /** Ends all watching and closes no stream. Idempotent. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One stream being watched. */
    public final class Watch {
        private final MessageStream stream;
        private final Duration limit;
        private @Nullable Future<?> next;
        private boolean cancelled;

        private Watch(MessageStream stream, Duration limit) {
            this.stream = stream;
            this.limit = limit;
        }

        private void check() {
            long left = limit.toNanos() - (System.nanoTime() - stream.lastHeard());
            if (left > 0) {
                checkIn(left);
            } else {
                stream.close("silent for " + seconds(limit));
            }
        }

        private synchronized void checkIn(long nanos) {
            if (cancelled) {
                return;
            }
            try {
                next = timer.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                cancelled = true; // the watchdog is closed
            }
        }

        /** Ends the watching. Idempotent. */
        public synchronized void cancel() {
            cancelled = true;
            if (next != null) {
                next.cancel(false);
            }
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
