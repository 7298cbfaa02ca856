package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a stream that has been silent for too long, since a read on a unix socket knows no timeout. One thread for all
 * streams; it wakes once per stream and time limit, whatever the traffic. Thread safe.
 *
 * <p>A stream of events may be silent for days and be well: ask {@link Engine#greet} beside it instead.
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
     * Watches until the stream is closed, by whom ever, or {@link Watch#cancel} is called.
     *
     * @param limit closes it when nothing was heard for this long
     */
    public Watch watch(MessageStream stream, Duration limit) {
        Watch watch = new Watch(stream, limit);
        watch.lookAgainIn(limit.toNanos());
        return watch;
    }

    /** Ends all watching, without closing what was watched. Idempotent. */
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

        private void look() {
            long left = limit.toNanos() - (System.nanoTime() - stream.lastHeard());
            if (left > 0) {
                lookAgainIn(left);
            } else {
                stream.close("silent for " + seconds(limit));
            }
        }

        private synchronized void lookAgainIn(long nanos) {
            if (cancelled) {
                return;
            }
            try {
                next = timer.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                cancelled = true; // the watchdog was closed
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
