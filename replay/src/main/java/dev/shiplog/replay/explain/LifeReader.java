package dev.shiplog.replay.explain;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of one host into lives. Each is handed out once, in the order of their ends, when its aftermath is
 * known: {@link #SETTLING} after its end by the journal's time, while somebody listens, or at the journal's end. In memory
 * are the containers that exist and the lives that ended just now. Not thread safe.
 */
public final class LifeReader {
    /**
     * For so long after an end, what happens may belong to it, in ns: the end of the engine, a removal, or a start by a
     * policy, which waits for up to a minute.
     */
    public static final long SETTLING = 65 * Life.SECOND;

    private final CounterReader counters = CounterReader.ofUsage();
    private final Listening listening = new Listening();
    private final Lives lives;
    private final LifeEvents events;
    private final LifeDescriptions descriptions;

    /** @param out takes each life that is over */
    public LifeReader(Consumer<Life> out) {
        lives = new Lives(out, listening);
        events = new LifeEvents(lives);
        descriptions = new LifeDescriptions(lives);
    }

    /**
     * Takes the next record of the journal.
     *
     * @param host where it comes from
     * @param boot the kernel's boot id; empty if it is not known
     */
    public void take(RecordView record, String host, String boot) {
        if (!record.isOfKnownKind()) {
            return;
        }
        listening.boot(boot);
        lives.at(host, record.restated() ? 0 : record.received());
        switch (record.kind()) {
            case EVENT -> {
                add(listening.heard(record.received()));
                happen(record);
            }
            case INSPECT ->
                descriptions.describe(
                        record.subject(), record.payload().toArray(), record.received(), record.restated());
            case STATS -> sample(record);
            case HOST -> {
                if (record.subject().equals("info")) {
                    lives.liveRestore(HostView.liveRestores(record.payload().toArray()));
                }
            }
            case MARK -> mark(record);
            case LOG -> {
                if (!record.restated()) {
                    events.print(record.subject(), Printed.of(record));
                }
            }
            case ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {}
        }
        lives.release();
    }

    private void happen(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        if (event.type().equals("network")) {
            descriptions.network(event.attribute("container"), event.action(), record.time());
        } else if (event.ofContainer() && !record.subject().isEmpty()) {
            events.happen(record.subject(), event, record.time());
        }
    }

    private void sample(RecordView record) {
        if (record.restated()) {
            return;
        }
        Counters now = counters.memory(record);
        if (now.memory() >= 0) {
            events.sample(record.subject(), new Sample(record.time(), now.memory(), now.limit()));
        }
    }

    private void mark(RecordView record) {
        byte[] payload = record.payload().toArray();
        MarkType type = MarkType.of(payload, payload.length);
        if (type == null || record.restated()) {
            return;
        }
        switch (type) {
            case START -> listening.stopped(record.time(), false);
            case CLEAN_STOP -> {
                listening.stopped(record.time(), false);
                lives.shutDown(record.time(), false);
            }
            case ENGINE_DOWN -> {
                listening.stopped(record.time(), true);
                lives.shutDown(record.time(), true);
            }
            case ENGINE_UP -> add(listening.heard(record.received()));
            case SETTLED -> listening.settled();
            case UNCLEAN_STOP, UNSETTLED, GAP, DROPPED, OVERSIZED, SYNTHETIC, CLOCK_STEP -> mark(record, payload);
            case SEGMENT_START,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    EVENT_COUNT,
                    BURST,
                    EXECS,
                    COUNTS -> {}
        }
    }

    /** The marks that say more than their type. */
    private void mark(RecordView record, byte[] payload) {
        Mark mark;
        try {
            mark = Mark.fromJson(payload);
        } catch (IOException e) {
            return; // of a later version
        }
        if (mark instanceof Mark.UncleanStop stop) {
            listening.hadStopped(stop.last() == 0 ? record.time() : stop.last());
        } else if (mark instanceof Mark.Unsettled question) {
            listening.asked(question);
        } else if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
            listening.settled();
            lives.miss(gap.subject(), new Hole(gap.from(), gap.to(), gap.reason()));
        } else if (mark instanceof Mark.Dropped dropped && dropped.kind().equals(Kind.EVENT.label())) {
            lives.miss("", new Hole(dropped.from(), dropped.to(), dropped.reason()));
        } else if (mark instanceof Mark.Oversized message && message.kind().equals(Kind.EVENT.label())) {
            lives.miss(
                    message.subject(), new Hole(record.time(), record.time(), "an event was too long to be recorded"));
        } else if (mark instanceof Mark.Synthetic change) {
            events.found(change.subject(), change.change(), record.time());
        } else if (mark instanceof Mark.ClockStep clock) {
            long step = Math.abs(clock.step());
            lives.miss(
                    "", new Hole(record.received() - step, record.received() + step, "the clock of the host was set"));
        }
    }

    private void add(@Nullable Silence silence) {
        if (silence != null) {
            lives.add(silence);
        }
    }

    /**
     * Records are lost.
     *
     * @param after receipt of the last one before, ns since the epoch; 0 if it is not known
     * @param before receipt of the first one after; 0 for the end
     */
    public void lose(long after, long before, String reason) {
        lives.miss("", new Hole(after, before == 0 ? Long.MAX_VALUE : before, reason));
    }

    /**
     * A container that exists and of which no life is known.
     *
     * @param neverStarted whether its description says so
     * @param ended when it ended last by its description, ns since the epoch; 0 if that does not say
     */
    public record Idle(Container container, boolean neverStarted, long ended) {}

    /** The containers that exist and of which no life is known. */
    public List<Idle> idle() {
        return lives.idle();
    }

    /**
     * Hands out what is left: the journal has ended, or another begins.
     *
     * @return the lives that are not over
     */
    public List<Life> end() {
        Hole open = listening.open();
        if (open != null) {
            lives.miss("", open);
        }
        return lives.end();
    }
}
