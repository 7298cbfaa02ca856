package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.retention.Forecast;

/** Fills a {@link Tally} as the writer does, for tests of what is told of it. */
public final class TallyFiller {
    private static final long SECOND = 1_000_000_000L;

    private final Clock clock;
    private final Tally tally;

    public TallyFiller(Clock clock) {
        this.clock = clock;
        tally = new Tally(clock.now());
    }

    public Tally tally() {
        return tally;
    }

    public void appended(Record record) {
        tally.appended(record);
    }

    /** Three gaps, a full disk, five events that the engine repeated, and what the writer knows of its journal. */
    public void fill() {
        for (String kind : new String[] {"event", "stats", "event"}) {
            appended(clock.mark(new Mark.Gap(kind, "", 1, 2, "it was away")));
        }
        tally.event(true, 1);
        for (int i = 0; i < 5; i++) {
            tally.event(false, 1);
        }
        tally.diskFull(true);
        tally.journal(new Tally.Journal("20261128-05.cq4", 99, 4096, new Forecast(251_658_240)));
        Clock.Reading now = clock.now();
        tally.unforced(now.monotonic() - 3 * SECOND / 2);
        tally.turned(tally.started().monotonic() + 2 * SECOND);
    }
}
