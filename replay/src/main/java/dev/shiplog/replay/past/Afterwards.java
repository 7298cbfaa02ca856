package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.HostAt.Unknown;
import dev.shiplog.timeline.HostState;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the records that were received after a moment say of the moment. Events from before it count; {@link Completeness} says
 * whether all of them came. If events were missed, the recorder describes the containers once it is back: what it finds of
 * a container before the first event of it was so at the moment. All that ends when the recorder breaks off again. Not
 * thread safe.
 */
final class Afterwards {
    private final long moment;
    private final HostState state;
    private final Completeness completeness;

    /** Containers of which an event came that happened after the moment. */
    private final Set<String> happened = new HashSet<>();
    /** The first that came of these containers after the moment was an event. */
    private final Set<String> doubtful = new HashSet<>();
    /** When these containers were described after the moment, ns since the epoch. */
    private final Map<String, Long> described = new HashMap<>();
    /** Nothing that comes says anything of the moment any more. */
    private boolean isOver;
    /** The recorder had not described all containers when it broke off. */
    private boolean isUnsettled;
    /** Of the last record. */
    private long monotonic;

    /**
     * @param moment ns since the epoch
     * @param state at the moment, by the records received up to then; takes what comes to light
     * @param breaks as of then
     */
    Afterwards(long moment, HostState state, Breaks breaks) {
        this.moment = moment;
        this.state = state;
        completeness = new Completeness(moment, breaks);
        monotonic = breaks.monotonic();
        isUnsettled = completeness.isInBreak() && state.isSettling(monotonic);
    }

    /**
     * Takes the next record that is not restated.
     *
     * @param breaks as of this record
     * @return whether it belongs to what had happened by the moment
     */
    boolean apply(RecordView record, Breaks breaks) {
        boolean belongs = take(record, breaks);
        completeness.pass(record, breaks);
        monotonic = record.restated() ? monotonic : record.monotonic();
        return belongs;
    }

    private boolean take(RecordView record, Breaks breaks) {
        Mark.Gap gap = Breaks.gapOfEvents(record);
        if (gap != null) {
            missed(record, gap);
        } else if (!isOver && record.isOfKnownKind()) {
            switch (record.kind()) {
                case EVENT -> {
                    return happen(record, breaks);
                }
                case STATS -> {
                    return completeness.isBefore(record);
                }
                case INSPECT -> describe(record);
                case MARK -> mark(record, breaks);
                case LOG, HOST, ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {}
            }
        }
        return false;
    }

    /** The wall clock was set back before the next record. */
    void setBack(Breaks breaks) {
        completeness.setBack(breaks);
    }

    /** Records are missing before the next one. */
    void lose() {
        if (!isOver) {
            completeness.lose();
        }
        end();
    }

    private boolean happen(RecordView record, Breaks breaks) {
        completeness.happen(record, breaks);
        if (completeness.isBefore(record)) {
            state.apply(record);
            return true;
        }
        EventView event = EventView.scan(record.payload().toArray());
        String id = changed(event, record.subject());
        if (completeness.isInBreak() || id.isEmpty() || !happened.add(id)) {
            return false;
        }
        isUnsettled |= record.time() <= described.getOrDefault(id, Long.MIN_VALUE);
        boolean isNew = state.get(id) == null;
        if (!event.action().equals("create") && (isNew || state.isSettling(record.monotonic()))) {
            doubtful.add(id);
        }
        return false;
    }

    /** The container of which a description would say what this event changed; empty if there is none. */
    private static String changed(EventView event, String subject) {
        return event.type().equals("network")
                ? event.attribute("container")
                : event.ofContainer() && changesState(event.action()) ? subject : "";
    }

    private static boolean changesState(String action) {
        return switch (action) {
            case "create", "start", "die", "oom", "pause", "unpause", "rename", "update", "destroy", "remove" -> true;
            default -> action.startsWith("health_status");
        };
    }

    private void describe(RecordView record) {
        String id = record.subject();
        if (completeness.isInBreak() || happened.contains(id)) {
            return;
        }
        boolean isOfMoment = isOfMoment(record);
        if (state.isSettled(id)) {
            if (isOfMoment) {
                state.describeNow(record);
            }
        } else if (isOfMoment) {
            state.apply(record);
            described.put(id, record.received());
        } else if (state.isSettling(record.monotonic())) {
            doubtful.add(id);
        }
    }

    /** Whether nothing that a description tells came after the moment; before the clock was set back, times were later. */
    private boolean isOfMoment(RecordView record) {
        Json description = Json.parse(record.payload().toArray());
        StateView seen = description == null ? null : StateView.of(description);
        if (seen == null) {
            return false;
        }
        long newest = Math.max(seen.created(), Math.max(seen.started(), seen.finished()));
        return newest <= moment || newest > record.received();
    }

    private void mark(RecordView record, Breaks breaks) {
        MarkType type = Marks.type(record);
        if (type == MarkType.SYNTHETIC) {
            if (!completeness.isInBreak() && !happened.contains(record.subject())) {
                state.apply(record);
            }
        } else if (type == MarkType.UNSETTLED) {
            if (completeness.isAskedOfLater(breaks)) {
                end();
            }
        } else if (type == MarkType.SETTLED) {
            if (completeness.isAsked()) {
                state.apply(record);
            }
            completeness.answer();
        } else if (type == MarkType.ENGINE_UP) {
            completeness.up(breaks);
        } else if (!breaks.listens()) {
            if (type == MarkType.CLEAN_STOP || type == MarkType.ENGINE_DOWN) { // it listened until then
                monotonic = record.monotonic() - Math.max(0, record.received() - record.time());
            }
            breakOff(breaks);
        }
    }

    private void breakOff(Breaks breaks) {
        boolean listened = !completeness.isInBreak();
        if (completeness.breaksOffLater(breaks)) {
            end();
        } else {
            isUnsettled |= listened && state.isSettling(monotonic);
        }
    }

    private void missed(RecordView record, Mark.Gap gap) {
        boolean isAsked = completeness.isAsked();
        if (completeness.isMissed(gap)) {
            return;
        }
        if (!isAsked) {
            end();
        } else if (!isOver) {
            state.apply(record);
        }
    }

    /** What was not described by now is not known. */
    private void end() {
        isUnsettled |= !isOver && !completeness.isInBreak() && state.isSettling(monotonic);
        isOver = true;
    }

    /**
     * Why the state is not known; null if it is. To be asked at the end.
     *
     * @param silence for how long nothing was recorded then, ns
     */
    @Nullable
    Unknown unknown(long silence) {
        monotonic += silence;
        end();
        Unknown missing = completeness.unknown();
        if (missing == null && (isUnsettled || !doubtful.stream().allMatch(state::isSettled))) {
            return new Unknown(completeness.brokeOff(), "it was not known yet what had happened before");
        }
        return missing;
    }
}
