package dev.shiplog.replay.command;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Times;
import java.util.concurrent.TimeUnit;

/** Shows on a terminal how far long work has come. */
final class Progress {
    private static final long FIRST = TimeUnit.SECONDS.toNanos(2);
    private static final long EACH = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int RECORDS_PER_LOOK = 1 << 12;

    private final Console console;
    private long next = System.nanoTime() + FIRST;
    private long read;
    private boolean shown;

    Progress(Console console) {
        this.console = console;
    }

    void at(RecordView record, long written) {
        if (++read % RECORDS_PER_LOOK != 0 || !console.terminal()) {
            return;
        }
        long now = System.nanoTime();
        if (now - next < 0) {
            return;
        }
        next = now + EACH;
        shown = true;
        console.err()
                .print("\r" + read + " records read, " + written + " written, at " + Times.format(record.received())
                        + "\u001b[K");
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
