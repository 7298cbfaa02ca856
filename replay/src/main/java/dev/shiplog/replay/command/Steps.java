package dev.shiplog.replay.command;

import dev.shiplog.replay.query.Reading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Goes through a reading, for every verb that reads: a signal ends it, a terminal shows how far it is. Not thread safe. */
final class Steps {
    private static final long POLL_MILLIS = 200;

    private final Console console;
    private final Reading reading;
    private final Taker taker;
    private final Supplier<String> where;
    private final Progress progress;

    /** Goes through {@code reading} step by step, by {@link #next}. */
    Steps(Console console, Reading reading, Taker taker) {
        this(console, reading, taker, () -> Progress.where(reading));
    }

    /** The same. {@code where} says on a terminal how far it is. */
    Steps(Console console, Reading reading, Taker taker, Supplier<String> where) {
        this.console = console;
        this.reading = reading;
        this.taker = taker;
        this.where = where;
        this.progress = new Progress(console);
    }

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
        Steps steps = new Steps(console, reading, taker);
        while (steps.next()) {
            // All is done by the taker.
        }
    }

    /**
     * Hands the next step to the taker.
     *
     * @return false if that was the end
     * @throws InterruptedIOException if a signal ended a reading that does not follow
     */
    boolean next() throws IOException {
        if (console.isStopped()) {
            progress.clear();
            reading.interrupt();
        }
        Reading.Step step = reading.next();
        progress.step(where);
        boolean isCommon = step instanceof Reading.Found || step instanceof Reading.Passed;
        if (!isCommon) {
            progress.clear();
        }
        taker.take(step);
        if (step instanceof Reading.Waiting) {
            awaitMore(console);
        }
        return !(step instanceof Reading.End);
    }

    /** As {@link #each}, and hands each notice to {@code notices}, also those that come with the end. */
    static void notices(Console console, Reading reading, Taker taker, Consumer<Reading.Notice> notices)
            throws IOException {
        each(console, reading, step -> {
            taker.take(step);
            if (step instanceof Reading.Notice notice) {
                notices.accept(notice);
            } else if (step instanceof Reading.End end) {
                end.notices().forEach(notices);
            }
        });
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
