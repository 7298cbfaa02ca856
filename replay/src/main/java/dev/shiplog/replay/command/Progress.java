package dev.shiplog.replay.command;

import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.Times;
import java.util.function.Supplier;

/** Shows on a terminal how far a long work is. To be closed, so that the line of an error does not follow in the same line. */
final class Progress implements AutoCloseable {
    private static final long FIRST_MILLIS = 2_000;
    private static final long INTERVAL_MILLIS = 500;
    /** A look at the clock costs as much as some records: it is worth it once in so many steps. */
    private static final int STEPS_PER_LOOK = 1 << 12;

    private final Console console;
    private long next;
    private long steps;
    private boolean shown;

    Progress(Console console) {
        this.console = console;
        next = console.clock().millis() + FIRST_MILLIS;
    }

    /** Where a reading is. */
    static String where(Reading reading) {
        return reading.read() + " records read, " + reading.found() + " written, at "
                + Times.format(reading.received());
    }

    /** Shows how far it is, if that is due; to be called at each step. */
    void step(Supplier<String> where) {
        if (++steps % STEPS_PER_LOOK != 0 || !console.terminal()) {
            return;
        }
        long now = console.clock().millis();
        if (now < next) {
            return;
        }
        next = now + INTERVAL_MILLIS;
        shown = true;
        console.err().print("\r" + Console.printable(where.get()) + "\u001b[K");
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

    @Override
    public void close() {
        clear();
    }
}
