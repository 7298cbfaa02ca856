package dev.shiplog.replay.ship;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits longer after each failure, and gives up after some time without a success. Not thread safe. */
final class Backoff {
    private static final long FIRST_MILLIS = 200;
    private static final long MOST_MILLIS = 30_000;

    private final Duration patience;
    private final CountDownLatch stop;
    private int failures;
    private long failingSince;

    /**
     * @param patience for how long nothing has to succeed until this gives up
     * @param stop counted down when the program is to end
     */
    Backoff(Duration patience, CountDownLatch stop) {
        this.patience = patience;
        this.stop = stop;
    }

    /** Something succeeded. */
    void succeed() {
        failures = 0;
    }

    /**
     * Something failed, and may succeed later: waits.
     *
     * @param retryAfter what the cluster says of that, in s; null if it says nothing, or no number
     * @throws IOException if it failed for too long, with the reason
     */
    void fail(String reason, @Nullable String retryAfter) throws IOException {
        long now = System.nanoTime();
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
            if (stop.await(Math.max(Math.min(wait, left), asked(retryAfter)), TimeUnit.MILLISECONDS)) {
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
