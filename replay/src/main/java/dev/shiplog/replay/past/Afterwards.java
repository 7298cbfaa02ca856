package dev.shiplog.replay.past;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.HostState;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the records after a moment say of the moment. A recorder that found its engine again describes the containers and
 * compares the list within a second or two; what it finds was so before. It counts for a container until the first event
 * of it, and for all until listening breaks off again. Not thread safe.
 */
final class Afterwards {
    private final long moment;
    private final Breaks breaks;
    private final Set<String> happened = new HashSet<>();
    private boolean broken;

    /**
     * @param moment ns since the epoch
     * @param breaks up to the moment; where the recorder did not listen, what comes later says nothing of it
     */
    Afterwards(long moment, Breaks breaks) {
        this.moment = moment;
        this.breaks = breaks;
        this.broken = !breaks.listens();
    }

    /**
     * Takes the next record after the moment into the state at the moment.
     *
     * @return false if it shows that the state is not known
     */
    boolean apply(RecordView record, HostState state) {
        if (broken || !record.isOfKnownKind()) {
            return !tellsOfGapBefore(record);
        }
        return switch (record.kind()) {
            case EVENT -> happened(record, state);
            case INSPECT -> {
                if (!happened.contains(record.subject()) && isOfMoment(record)) {
                    if (isMissing(state, record.subject())) {
                        state.apply(record);
                    } else {
                        state.describeNow(record);
                    }
                }
                yield true;
            }
            case MARK -> {
                mark(record, state);
                yield true;
            }
            case STATS, LOG, HOST, ENGINE_METRICS, SOCKETS -> true;
        };
    }

    /** Whether the recorder did not listen all the time since the moment. */
    boolean isBroken() {
        return broken;
    }

    /** Whether it has come out that what happened before the first event that the engine repeated is missing. */
    private boolean tellsOfGapBefore(RecordView record) {
        Breaks.Stretch missed = Breaks.missed(record);
        if (missed == null || !Breaks.isCertain(record) || missed.from() > moment) {
            return false;
        }
        breaks.apply(record);
        return true;
    }

    /** Whether an event fits to what was known before it; only the first of a container tells. */
    private boolean happened(RecordView record, HostState state) {
        EventView event = EventView.scan(record.payload().toArray());
        if (event.type().equals("network")) {
            happened.add(event.attribute("container")); // the description that follows has the change
        }
        if (!event.ofContainer() || !happened.add(record.subject())) {
            return true;
        }
        ContainerState container = state.get(record.subject());
        return switch (event.action()) {
            case "create" -> container == null;
            case "start" -> container != null && !container.isAlive();
            case "die" -> container != null && container.isAlive();
            case "pause" -> is(container, ContainerState.Status.RUNNING);
            case "unpause" -> is(container, ContainerState.Status.PAUSED);
            default -> true;
        };
    }

    /** Whether something is to be found out about a container. */
    private boolean isMissing(HostState state, String id) {
        ContainerState container = state.get(id);
        return container == null || !state.isWhole() && !container.isTold();
    }

    private static boolean is(@Nullable ContainerState container, ContainerState.Status status) {
        return container != null && container.status() == status;
    }

    /** Whether nothing that a description tells came after the moment. */
    private boolean isOfMoment(RecordView record) {
        Json description = Json.parse(record.payload().toArray());
        StateView state = description == null ? null : StateView.of(description);
        return state != null && Math.max(state.created(), Math.max(state.started(), state.finished())) <= moment;
    }

    private void mark(RecordView record, HostState state) {
        MarkType type = MarkType.of(record.payload().array(), record.payload().length());
        Breaks.Stretch missed = Breaks.missed(record);
        if (type == MarkType.SYNTHETIC) {
            if (!happened.contains(record.subject())) {
                state.apply(record);
            }
        } else if (missed != null) {
            broken = missed.from() > moment || missed.to() > moment;
            if (!broken) { // it is known only now that something was missed before the moment
                breaks.apply(record);
                state.apply(record);
            }
        } else {
            broken = Breaks.isBreak(record);
        }
    }
}
