package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Tally;
import dev.shiplog.timeline.payload.EngineMetricsView;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares how many events the engine counted with how many the recorder heard, from one quiet moment to another: while
 * events are under way, the numbers may differ though nothing is missing. A difference is marked at once, agreement now and
 * then. The engine counts from its start, so another start is another beginning. For one thread.
 */
final class EventCountCheck {
    private static final System.Logger LOG = System.getLogger(EventCountCheck.class.getName());
    /** Within this an event that the engine has counted is in the journal. */
    static final Duration QUIET = Duration.ofSeconds(2);

    private static final long STATE_AGREEMENT_NANOS = Duration.ofHours(1).toNanos();

    private final Clock clock;
    private final RecordQueue queue;
    private final Tally tally;
    private final Supplier<EngineState> engine;

    /** Where the stretch that is compared begins; null if nothing is known. */
    private @Nullable Point begin;

    private boolean agreementStated;
    private long agreementStatedAt;

    /** A quiet moment: what the engine had counted, and what was heard. */
    private record Point(Clock.Reading at, String started, long counted, long heard) {}

    EventCountCheck(Clock clock, RecordQueue queue, Tally tally, Supplier<EngineState> engine) {
        this.clock = clock;
        this.queue = queue;
        this.tally = tally;
        this.engine = engine;
    }

    /** Whether the stream is open, no event came for a while, and the writer has seen to all that came. */
    boolean isQuiet() {
        Clock.Reading now = clock.now();
        EngineState state = engine.get();
        long latest = tally.events().latest();
        long waiting = queue.waiting().oldest();
        return state.up()
                && now.received() - state.since() > QUIET.toNanos()
                && (latest == 0 || now.monotonic() - latest > QUIET.toNanos())
                && (waiting == 0 || now.monotonic() - waiting < QUIET.toNanos() / 2)
                && now.monotonic() - tally.turnedAt() < QUIET.toNanos() / 2
                && !tally.diskFull();
    }

    /**
     * Takes what a page says that was read between two quiet moments.
     *
     * @param heard events, in both moments
     */
    void compare(EngineMetricsView page, long heard) {
        if (page.events() < 0) {
            return;
        }
        Point end = new Point(clock.now(), page.started(), page.events(), heard);
        Point from = begin;
        if (from == null || !from.started.equals(end.started) || end.counted < from.counted) {
            begin = end;
            return;
        }
        long counted = end.counted - from.counted;
        long known = end.heard - from.heard;
        long now = end.at.monotonic();
        if (counted != known) {
            LOG.log(
                    Level.WARNING,
                    "the engine counted {0} events in the last {1} s, {2} were heard",
                    counted,
                    (now - from.at.monotonic()) / 1_000_000_000L,
                    known);
        } else if (agreementStated && now - agreementStatedAt < STATE_AGREEMENT_NANOS) {
            return;
        } else {
            agreementStated = true;
            agreementStatedAt = now;
        }
        queue.put(clock.mark(new Mark.EventCount(from.at.received(), end.at.received(), counted, known)));
        begin = end;
    }
}
