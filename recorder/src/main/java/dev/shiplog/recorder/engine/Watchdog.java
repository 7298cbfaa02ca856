package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes streams that have been silent for too long, because reads on unix sockets have no timeout. One thread watches
 * all streams. It sleeps until the first of them may be due, so that a stream that is watched for a moment, as each
 * short call is, costs no waking. Thread safe.
 *
 * <p>It is not for the event stream, which may be silent for days: there {@link Engine#greet} shows whether the engine
 * lives.
 */
public final class Watchdog implements Closeable {
    private static final long LONGEST_SLEEP_NANOS = Duration.ofMinutes(1).toNanos();

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::watchAll, "shiplog-watchdog");
    /** When the thread looks again, by {@link System#nanoTime()}. */
    private volatile long looksAt = System.nanoTime();

    private volatile boolean closed;

    public Watchdog() {
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Watches until the stream is closed by silence, or {@link Watch#cancel} is called.
     *
     * @param limit silence after which the stream is closed
     */
    public Watch watch(MessageStream stream, Duration limit) {
        Watch watch = new Watch(stream, limit);
        watches.add(watch);
        if (watch.dueAt() - looksAt < 0) {
            LockSupport.unpark(thread);
        }
        return watch;
    }

    private void watchAll() {
        while (!closed) {
            // What is added from here on is seen now, or its watcher sees this time and wakes us.
            looksAt = System.nanoTime() + LONGEST_SLEEP_NANOS;
            long next = looksAt;
            for (Watch watch : watches) {
                long due = watch.dueAt();
                if (due - System.nanoTime() <= 0) {
                    watch.cancel();
                    watch.stream.close("silent for " + seconds(watch.limit));
                } else if (due - next < 0) {
                    next = due;
                }
            }
            looksAt = next;
            LockSupport.parkNanos(this, Math.max(1, next - System.nanoTime()));
        }
    }

    /** Ends all watching and closes no stream. Idempotent. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** One stream being watched. */
    public final class Watch {
        private final MessageStream stream;
        private final Duration limit;

        private Watch(MessageStream stream, Duration limit) {
            this.stream = stream;
            this.limit = limit;
        }

        private long dueAt() {
            return stream.lastHeard() + limit.toNanos();
        }

        /** Ends the watching. Idempotent. */
        public void cancel() {
            watches.remove(this);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
