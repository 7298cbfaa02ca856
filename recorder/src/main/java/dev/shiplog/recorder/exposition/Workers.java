package dev.shiplog.recorder.exposition;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that read requests and answer them: a few, which end when there is nothing to do. A request that comes while all
 * are busy and too many wait is refused.
 *
 * <p>The JDK's server has limits of time of its own, but where a client of TLS does not read what it asked for, its timer
 * waits for the very thread that it should end. So what takes longer than all these limits is interrupted, which closes
 * the connection.
 */
final class Workers extends ThreadPoolExecutor {
    /** A client that is slow with its request takes one of them for ten seconds. */
    private static final int THREADS = 8;

    private static final int WAITING = 16;
    private static final int IDLE_SECONDS = 30;

    private final long mostNanos;
    /** Since when each is at work. Guarded by itself. */
    private final Map<Thread, Long> busy = new HashMap<>();

    /** @param most that a request and its answer may take */
    Workers(Duration most) {
        super(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), Workers::thread);
        allowCoreThreadTimeOut(true);
        mostNanos = most.toNanos();
    }

    private static Thread thread(Runnable task) {
        Thread worker = new Thread(task, "shiplog-http");
        worker.setDaemon(true);
        return worker;
    }

    @Override
    protected void beforeExecute(Thread worker, Runnable task) {
        synchronized (busy) {
            busy.put(worker, System.nanoTime());
        }
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable failure) {
        synchronized (busy) {
            busy.remove(Thread.currentThread());
        }
    }

    /** To be called again and again. */
    void interruptLate() {
        long now = System.nanoTime();
        synchronized (busy) {
            busy.forEach((worker, since) -> {
                if (now - since > mostNanos) {
                    worker.interrupt();
                }
            });
        }
    }
}
