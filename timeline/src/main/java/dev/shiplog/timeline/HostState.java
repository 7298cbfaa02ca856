package dev.shiplog.timeline;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import dev.shiplog.timeline.payload.StatsView;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a host, as the records up to some moment tell: which containers exist, and what each of them does. Each
 * segment begins with a snapshot, so reading may begin with any. {@link Coverage} says whether what happened since was
 * recorded. Not thread safe.
 */
public final class HostState {
    /** Samples of a container that is gone may still come; these are far more than go in the meantime. */
    private static final int MAX_REMOVED = 4096;

    private final Map<String, ContainerState> containers = new LinkedHashMap<>();

    @SuppressWarnings("serial")
    private final Set<String> removed = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_REMOVED;
        }
    });

    private final Consumer<ContainerState> gone;

    private final Settling settling;

    /** Whether any container was described, and any sampled. */
    private boolean hasDescriptions;

    private boolean hasSamples;

    public HostState() {
        this(removed -> {});
    }

    /** @param gone takes each container that is removed, as it was last */
    public HostState(Consumer<ContainerState> gone) {
        this(gone, new Settling());
    }

    private HostState(Consumer<ContainerState> gone, Settling settling) {
        this.gone = gone;
        this.settling = settling;
    }

    /**
     * The same state, which goes its own way from here on.
     *
     * @param goneFromCopy takes each container that is removed from the copy
     */
    public HostState copy(Consumer<ContainerState> goneFromCopy) {
        HostState copy = new HostState(goneFromCopy, settling.copy());
        containers.forEach((id, state) -> copy.containers.put(id, state.copy()));
        copy.removed.addAll(removed);
        copy.hasDescriptions = hasDescriptions;
        copy.hasSamples = hasSamples;
        return copy;
    }

    /** Takes the next record of the journal. */
    public void apply(RecordView record) {
        switch (record.kind()) {
            case EVENT -> happen(record);
            case INSPECT -> {
                hasDescriptions = true;
                describe(record);
            }
            case STATS -> {
                hasSamples = true;
                name(record);
            }
            case MARK -> mark(record);
            case LOG, HOST, ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {}
        }
        settling.pass(record);
    }

    private void happen(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        settling.hear(record);
        boolean ofContainer = event.ofContainer() && !record.subject().isEmpty();
        if (ofContainer && !removed.contains(record.subject())) { // Podman tells of a cleanup after the removal
            ContainerState state = state(record.subject());
            state.apply(event, record.time());
            if (event.action().equals("create")) {
                state.told(settling.breaks());
            }
            removeIfGone(state);
        }
    }

    private void describe(RecordView record) {
        ContainerState known = containers.get(record.subject());
        boolean repeated = record.restated() && known != null && known.description().length > 0;
        if (repeated || removed.contains(record.subject())) {
            return; // of one that is gone: the answer came after its end
        }
        byte[] payload = record.payload().toArray();
        Json description = Json.parse(payload);
        if (description == null) {
            return;
        }
        StateView seen = StateView.of(description);
        if (known == null && !record.restated() && seen != null && isLate(seen, record.received())) {
            return;
        }
        try {
            Container whose = ContainerView.scanInspect(payload, label -> true);
            ContainerState state = state(record.subject());
            state.describe(whose, seen, payload, record.time());
            state.told(settling.breaks());
        } catch (IOException e) {
            // Describes nothing.
        }
    }

    /**
     * Takes a description that was given after the moment of this state, but tells of it: it takes the place of one that is
     * older than the last change. The state itself stays as it is.
     */
    public void describeNow(RecordView record) {
        ContainerState known = containers.get(record.subject());
        byte[] payload = record.payload().toArray();
        Json description = known == null ? null : Json.parse(payload);
        StateView seen = description == null ? null : StateView.of(description);
        if (known != null && seen != null) {
            known.describeNow(seen, payload, record.time());
        }
    }

    /** Whether a description is the last of a container that went as the segment before ended: its snapshot lacks it. */
    private boolean isLate(StateView seen, long received) {
        boolean isEnd = seen.status().equals("removing") || seen.status().equals("dead");
        boolean isOld = settling.isJustBegun(received) && settling.isBeforeSnapshot(seen.created());
        return settling.isWhole() && (isEnd || isOld);
    }

    /**
     * A sample may be all that tells of a container: then it runs. But just after a snapshot that lacks it, it may be the
     * last of one that is gone.
     */
    private void name(RecordView record) {
        boolean isLate = settling.isJustBegun(record.received());
        if (!isLate && !containers.containsKey(record.subject()) && !removed.contains(record.subject())) {
            ContainerState state = state(record.subject());
            state.name(state.container().named(StatsView.name(record.payload().toArray())));
            state.found("start", record.time());
        }
    }

    private void mark(RecordView record) {
        byte[] payload = record.payload().toArray();
        MarkType type = MarkType.of(payload, payload.length);
        if (type == null) {
            return; // a newer recorder's
        }
        switch (type) {
            case SEGMENT_START -> settling.begin(record);
            case ENGINE_UP -> settling.up(record);
            case START, UNCLEAN_STOP -> settling.interrupt();
            case ENGINE_DOWN -> {
                settling.pass(record); // it listened until then
                settling.interrupt();
            }
            case UNSETTLED -> {
                if (settling.ask(record)) {
                    containers.values().forEach(ContainerState::missed);
                }
            }
            case SETTLED -> settling.settle();
            case GAP, SYNTHETIC -> mark(record, payload);
            case CLEAN_STOP,
                    OVERSIZED,
                    DROPPED,
                    CLOCK_STEP,
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

    private void mark(RecordView record, byte[] payload) {
        try {
            Mark mark = Mark.fromJson(payload);
            if (mark instanceof Mark.Synthetic change) {
                ContainerState state = state(change.subject());
                if (state.container().name().isEmpty()) {
                    state.name(state.container().named(change.name()));
                }
                state.found(change.change(), record.time());
                state.told(settling.breaks());
                removeIfGone(state);
            } else if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
                gap(record);
            }
        } catch (IOException e) {
            // A newer recorder's: what it says is not known.
        }
    }

    private void gap(RecordView record) {
        if (settling.miss(record)) {
            containers.values().forEach(ContainerState::missed);
        }
        containers.values().forEach(ContainerState::fallBack);
    }

    /** Takes out a container that a later snapshot does not have. It was found to be gone at {@code time}, ns since the epoch. */
    public void vanish(String id, long time) {
        ContainerState state = containers.get(id);
        if (state != null) {
            state.found("destroy", time);
            removeIfGone(state);
        }
    }

    private void removeIfGone(ContainerState state) {
        if (state.status() == ContainerState.Status.REMOVED) {
            containers.remove(state.container().id());
            removed.add(state.container().id());
            gone.accept(state);
        }
    }

    private ContainerState state(String id) {
        return containers.computeIfAbsent(id, ContainerState::new);
    }

    /** Whether all is known of a container, unless there is none: nothing was missed since it was described. */
    public boolean isSettled(String id) {
        ContainerState state = containers.get(id);
        return state == null ? settling.isWhole() : settling.isSettled(state.toldAfter());
    }

    /**
     * Whether something may still be said of what was missed: the recorder has just begun to ask for descriptions. Where
     * samples come and no container was ever described, none will be.
     *
     * @param monotonic when that is, by the recorder's monotonic clock
     */
    public boolean isSettling(long monotonic) {
        boolean describesNone = hasSamples && !hasDescriptions;
        return settling.isSoon(monotonic)
                && !describesNone
                && !(settling.isWhole() && containers.keySet().stream().allMatch(this::isSettled));
    }

    /** The containers that exist, in the order in which the records name them. */
    public Collection<ContainerState> containers() {
        return Collections.unmodifiableCollection(containers.values());
    }

    /** The container with this id; null if none exists. */
    public @Nullable ContainerState get(String id) {
        return containers.get(id);
    }
}
