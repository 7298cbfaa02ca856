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

    /** Whether each container that there is was in the segment's snapshot, or was created since. */
    private boolean listensSinceSnapshot;

    /** Whether the next gap of events only answers what was asked before the events since then. */
    private boolean isAsked;

    public HostState() {
        this(removed -> {});
    }

    /** @param gone takes each container that is removed, as it was last */
    public HostState(Consumer<ContainerState> gone) {
        this.gone = gone;
    }

    /** Takes the next record of the journal. */
    public void apply(RecordView record) {
        switch (record.kind()) {
            case EVENT -> happen(record);
            case INSPECT -> describe(record);
            case STATS -> name(record);
            case MARK -> mark(record);
            case LOG, HOST, ENGINE_METRICS, SOCKETS -> {}
        }
    }

    private void happen(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        boolean ofContainer = event.ofContainer() && !record.subject().isEmpty();
        if (ofContainer && !removed.contains(record.subject())) { // Podman tells of a cleanup after the removal
            ContainerState state = state(record.subject());
            state.apply(event, record.time());
            removeIfGone(state);
        }
    }

    private void describe(RecordView record) {
        byte[] payload = record.payload().toArray();
        Json description = Json.parse(payload);
        if (description == null || removed.contains(record.subject())) {
            return; // of one that is gone: the answer came after its end
        }
        StateView seen = StateView.of(description);
        if (!containers.containsKey(record.subject()) && !record.restated() && seen != null && isLate(seen)) {
            return;
        }
        try {
            Container whose = ContainerView.scanInspect(payload, label -> true);
            state(record.subject()).describe(whose, seen, payload, record.time());
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
    private boolean isLate(StateView seen) {
        return listensSinceSnapshot
                && (seen.status().equals("removing") || seen.status().equals("dead"));
    }

    /** At the beginning of a copy of one segment, a sample may be all that tells of a container: then it runs. */
    private void name(RecordView record) {
        if (!containers.containsKey(record.subject()) && !removed.contains(record.subject())) {
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
            case SEGMENT_START -> listensSinceSnapshot = true;
            case ENGINE_UP -> listensSinceSnapshot &= record.restated();
            case START, UNCLEAN_STOP, ENGINE_DOWN -> missed();
            case UNSETTLED -> {
                missed();
                isAsked = true;
            }
            case SETTLED -> isAsked = false;
            case GAP, SYNTHETIC -> mark(payload, record.time());
            case CLEAN_STOP, OVERSIZED, DROPPED, CLOCK_STEP, DAMAGE, REDACTION, RETENTION -> {}
        }
    }

    private void missed() {
        listensSinceSnapshot = false;
        containers.values().forEach(ContainerState::missed);
    }

    private void mark(byte[] payload, long time) {
        try {
            Mark mark = Mark.fromJson(payload);
            if (mark instanceof Mark.Synthetic change) {
                ContainerState state = state(change.subject());
                if (state.container().name().isEmpty()) {
                    state.name(state.container().named(change.name()));
                }
                state.found(change.change(), time);
                removeIfGone(state);
            } else if (mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
                if (!isAsked) {
                    missed();
                }
                isAsked = false;
            }
        } catch (IOException e) {
            // A newer recorder's: what it says is not known.
        }
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

    /** Whether all that there is was in the segment's snapshot or happened since, so that nothing is left to be found out. */
    public boolean isWhole() {
        return listensSinceSnapshot;
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
