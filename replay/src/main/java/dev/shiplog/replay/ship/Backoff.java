package dev.shiplog.replay.ship;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Waits longer after each failure, and gives up after some time without a success. Not thread safe. */
final class Backoff {
    private static final long FIRST_MILLIS = 200;
    private static final long MOST_MILLIS = 30_000;

    private final Duration patience;
    private final Outage outage;
    private final LongSupplier nanoTime;
    private final Pause pause;
    private int failures;
    private long failingSince;

    /** Waits for so many ms, or until the program is to end: then returns true. */
    @FunctionalInterface
    interface Pause {
        boolean await(long millis) throws InterruptedException;
    }

    /**
     * @param patience for how long nothing has to succeed until this gives up
     * @param outage is told of each failure and success
     * @param stop counted down when the program is to end
     */
    Backoff(Duration patience, Outage outage, CountDownLatch stop) {
        this(patience, outage, System::nanoTime, millis -> stop.await(millis, TimeUnit.MILLISECONDS));
    }

    /** The same with a clock, in ns, and a way to wait of the caller's own. */
    Backoff(Duration patience, Outage outage, LongSupplier nanoTime, Pause pause) {
        this.patience = patience;
        this.outage = outage;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    /** Something succeeded. */
    void succeed() {
        failures = 0;
        outage.succeed();
    }

    /**
     * Something failed, and may succeed later: waits.
     *
     * @param retryAfter what the cluster says of that, in s; null if it says nothing, or no number
     * @throws IOException if it failed for too long, with the reason
     */
    void fail(String reason, @Nullable String retryAfter) throws IOException {
        outage.fail(reason);
        long now = nanoTime.getAsLong();
        if (failures++ == 0) {
            failingSince = now;
        } else if (now - failingSince > patience.toNanos()) {
            throw new IOException("gave up after " + patience.toSeconds() + " s: " + reason);
        }
        long most = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failures, 20));
        // Each waits for a time of its own, so that those that failed together do not come back together.
        long wait = ThreadLocalRandom.current().nextLong(most / 2, most + 1);
        long left = patience.toMillis() - TimeUnit.NANOSECONDS.toMillis(now - failingSince);
        try {
            if (pause.await(Math.max(0, Math.min(Math.max(wait, asked(retryAfter)), left)))) {
                throw new InterruptedIOException("interrupted while the cluster takes nothing: " + reason);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static long asked(@Nullable String retryAfter) {
        boolean isNumber = retryAfter != null && retryAfter.matches("\\d{1,4}");
        return isNumber ? Math.min(TimeUnit.SECONDS.toMillis(Long.parseLong(retryAfter)), 10 * MOST_MILLIS) : 0;
    }
}
