package dev.shiplog.replay.command;

import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.Times;
import java.util.concurrent.TimeUnit;

/** Shows on a terminal how far a long reading is. */
final class Progress {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A look at the clock costs as much as some records: it is worth it once in so many steps. */
    private static final int STEPS_PER_LOOK = 1 << 12;

    private final Console console;
    private long next = System.nanoTime() + FIRST_NANOS;
    private long steps;
    private boolean shown;

    Progress(Console console) {
        this.console = console;
    }

    /** Shows where the reading is, if that is due; to be called at each step. */
    void step(Reading reading) {
        if (isDue()) {
            show(steps + " records read, " + reading.found() + " written, at " + Times.format(reading.received()));
        }
    }

    /** Whether it is time to show something; to be called at each step. */
    boolean isDue() {
        if (++steps % STEPS_PER_LOOK != 0 || !console.terminal()) {
            return false;
        }
        long now = System.nanoTime();
        if (now - next < 0) {
            return false;
        }
        next = now + INTERVAL_NANOS;
        return true;
    }

    /** Shows a line in the place of the one before. */
    void show(String line) {
        shown = true;
        console.err().print("\r" + Console.printable(line) + "\u001b[K");
        console.err().flush();
    }

    /** Takes the line away, so that another can be written. */
    void clear() {
        if (shown) {
            console.err().print("\r\u001b[K");
            console.err().flush();
            shown = false;
        }
    }
}
