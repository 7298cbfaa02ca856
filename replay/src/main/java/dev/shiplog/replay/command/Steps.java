package dev.shiplog.replay.command;

import dev.shiplog.replay.query.Reading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** Goes through a reading to its end, for every verb that reads: a signal ends it, a terminal shows how far it is. */
final class Steps {
    private static final long POLL_MILLIS = 200;

    private Steps() {}

    /** Takes a step. */
    @FunctionalInterface
    interface Taker {
        /** To be called for each step, {@link Reading.Waiting} and {@link Reading.End} among them. */
        void take(Reading.Step step) throws IOException;
    }

    /**
     * Hands each step to {@code taker}, the end last.
     *
     * @throws InterruptedIOException if a signal ended a reading that does not follow
     */
    static void each(Console console, Reading reading, Taker taker) throws IOException {
        Progress progress = new Progress(console);
        while (true) {
            if (console.isStopped()) {
                progress.clear();
                reading.interrupt();
            }
            Reading.Step step = reading.next();
            progress.step(reading);
            boolean isCommon = step instanceof Reading.Found || step instanceof Reading.Passed;
            if (!isCommon) {
                progress.clear();
            }
            taker.take(step);
            if (step instanceof Reading.Waiting) {
                awaitMore(console);
            } else if (step instanceof Reading.End) {
                return;
            }
        }
    }

    /** Waits a little for the journal to grow. */
    private static void awaitMore(Console console) throws InterruptedIOException {
        try {
            console.stop().await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
