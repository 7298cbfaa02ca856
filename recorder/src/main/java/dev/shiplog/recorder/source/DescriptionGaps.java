package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Marks the descriptions that the engine does not give. Guarded by the lock of {@link Describer}. */
final class DescriptionGaps {
    private static final System.Logger LOG = System.getLogger(DescriptionGaps.class.getName());

    /** A proxy that forbids descriptions refuses each, and each mark is forced to disk at once. */
    private static final long STATE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Clock clock;
    private final RecordQueue queue;
    private final Kind kind;
    private final String noun;
    /** By HTTP status, 0 for none. */
    private final Map<Integer, Refusals> refusals = new TreeMap<>();

    /** The descriptions that the engine refused in the same way, and what of them is not stated yet. */
    private static final class Refusals {
        long statedAt;
        long count;
        long from;
        /** Of the one subject that all are about; empty if there are several. */
        String id = "";

        String reason = "";
    }

    /** @param noun what is described, for the log */
    DescriptionGaps(Clock clock, RecordQueue queue, Kind kind, String noun) {
        this.clock = clock;
        this.queue = queue;
        this.kind = kind;
        this.noun = noun;
    }

    /** States that a description is missing. */
    void missing(String id, long from, long to, String reason) {
        queue.put(clock.mark(id, new Mark.Gap(kind.label(), id, from, to, reason)));
    }

    /** States the first refusal with a status at once, and those that follow together. */
    void refused(int status, String id, long since, String reason) {
        Refusals same = refusals.get(status);
        boolean first = same == null;
        if (same == null) {
            same = new Refusals();
            refusals.put(status, same);
        }
        same.from = same.count == 0 ? since : Math.min(same.from, since);
        same.id = same.count == 0 || same.id.equals(id) ? id : "";
        same.reason = reason;
        same.count++;
        if (first || System.nanoTime() - same.statedAt >= STATE_EVERY_NANOS) {
            state(same);
        }
    }

    /** To be called now and then: states the refusals that have waited for long enough. */
    void tick() {
        state(STATE_EVERY_NANOS);
    }

    /** States all refusals that wait. */
    void flush() {
        state(0);
    }

    private void state(long afterNanos) {
        long now = System.nanoTime();
        for (Refusals same : refusals.values()) {
            if (same.count > 0 && now - same.statedAt >= afterNanos) {
                state(same);
            }
        }
    }

    private void state(Refusals same) {
        String id = same.id;
        missing(id, same.from, clock.now().received(), same.reason + (id.isEmpty() ? ", and others" : ""));
        LOG.log(
                Level.WARNING,
                "{0} not described: {1}",
                id.isEmpty() ? same.count + " " + noun + "s are" : noun + " " + id + " is",
                same.reason);
        same.count = 0;
        same.statedAt = System.nanoTime();
    }
}
