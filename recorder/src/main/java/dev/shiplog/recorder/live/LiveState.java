package dev.shiplog.recorder.live;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.ContainerState.Status;
import dev.shiplog.timeline.HostState;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The containers of a host as they are now, and what events counted since the journal began: that stands in each segment's
 * snapshot, so that it goes on where it was, whatever became of older segments. Told of each record by the writer's thread;
 * any thread may read, and holds nobody up.
 */
public final class LiveState implements Checkpoint {
    /** Whatever scrapes does so at least once in this time, and sees each container once. */
    public static final long GRACE_NANOS = 120_000_000_000L;

    /** Of more containers that are gone, the first go at once. */
    private static final int MOST_GONE = 1000;

    /** What is counted between two statements may be lost by damage. */
    private static final long STATE_AGAIN_NANOS = 300_000_000_000L;

    private static final String OOM = "oom";
    private static final String RESTART = "restart";
    /** Of what no event of an engine says. */
    private static final String OWN = "shiplog";

    private final Clock clock;
    private final boolean samples;
    private final HostState host = new HostState(this::remove);
    private final EventCounts counts = new EventCounts();
    private final MemoryCheck memory = new MemoryCheck();
    private final Inventory inventory = new Inventory();
    private final Map<String, LiveContainer> containers = new ConcurrentHashMap<>();
    private final Deque<LiveContainer> gone = new ArrayDeque<>();
    /** When the record was received that is being taken, by this run's monotonic clock. */
    private long now;

    /** Whether something was counted that is not stated, and of which containers. */
    private boolean unstated;

    private final Set<String> unstatedContainers = new HashSet<>();
    /** When all was stated last, by the monotonic clock. */
    private long statedAt;

    private volatile long hostMemory;
    private volatile byte[] enginePage = {};

    /** @param samples whether anybody asks for samples, so that they are to be kept */
    public LiveState(Clock clock, boolean samples) {
        this.clock = clock;
        this.samples = samples;
        statedAt = clock.now().monotonic();
    }

    /** The containers that exist, and those that were removed within {@link #GRACE_NANOS} or were not forgotten yet. */
    public Collection<LiveContainer> containers() {
        return Collections.unmodifiableCollection(containers.values());
    }

    /** How many events of each type and action the journal has, by both with a space between. */
    public Map<String, Long> events() {
        return counts.all();
    }

    /** What the engine has beside containers, as it was counted last. */
    public Inventory inventory() {
        return inventory;
    }

    /** The memory of the host, in bytes; 0 if the engine has not said it yet. */
    public long hostMemory() {
        return hostMemory;
    }

    /** The engine's own Prometheus page as this run read it last; empty if it has not. Not to be changed. */
    public byte[] enginePage() {
        return enginePage;
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (mark instanceof Mark.Counts counted) {
            restore(counted);
        } else if (record.kind() != Kind.STATS
                && record.kind() != Kind.SOCKETS
                && !(mark instanceof Mark.SegmentStart)) {
            take(clock.restate(record));
        }
    }

    private void restore(Mark.Counts counted) {
        if (counted.subject().isEmpty()) {
            counts.restore(counted.counted());
        } else {
            LiveContainer container = container(counted.subject());
            container.count(
                    Math.max(container.oomEvents(), counted.counted().getOrDefault(OOM, 0L)),
                    Math.max(container.restarts(), counted.counted().getOrDefault(RESTART, 0L)));
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.STATS) {
            memory.told(record);
            if (samples) {
                sample(record);
            }
        } else {
            if (record.kind() == Kind.ENGINE_METRICS) {
                enginePage = record.payload();
            }
            take(record);
        }
    }

    @Override
    public List<Record> snapshot() {
        return state(containers.keySet());
    }

    /** Every five minutes, if something was counted since. */
    @Override
    public List<Record> restated() {
        boolean due = unstated && clock.now().monotonic() - statedAt >= STATE_AGAIN_NANOS;
        return due ? state(unstatedContainers) : List.of();
    }

    private List<Record> state(Collection<String> ids) {
        List<Record> marks = new ArrayList<>();
        marks.add(clock.mark(new Mark.Counts("", counts.all())));
        for (String id : ids) {
            LiveContainer container = containers.get(id);
            if (container != null && !container.isGone() && container.oomEvents() + container.restarts() > 0) {
                Map<String, Long> counted =
                        new TreeMap<>(Map.of(OOM, container.oomEvents(), RESTART, container.restarts()));
                marks.add(clock.mark(id, new Mark.Counts(id, counted)));
            }
        }
        unstated = false;
        unstatedContainers.clear();
        statedAt = clock.now().monotonic();
        return marks;
    }

    private void sample(Record record) {
        LiveContainer known = containers.get(record.subject());
        if (known == null || known.state() == null) {
            host.apply(new AppendedRecord(record));
            publish(record.subject());
            known = containers.get(record.subject());
        }
        if (known != null) {
            known.sample(record);
        }
    }

    private void take(Record record) {
        now = record.monotonic();
        forget();
        switch (record.kind()) {
            case EVENT -> happen(record);
            case INSPECT -> {
                host.apply(new AppendedRecord(record));
                ContainerState described = host.get(record.subject());
                if (described != null) {
                    described.forgetDescription();
                }
                publish(record.subject());
            }
            case HOST -> {
                if (record.subject().equals("info")) {
                    hostMemory = HostView.memory(record.payload());
                }
            }
            case MARK -> mark(record);
            case SOCKETS -> {
                LiveContainer known = containers.get(record.subject());
                if (known != null) {
                    known.sockets(record);
                }
            }
            case STATS, LOG, ENGINE_METRICS, IMAGE, DISK -> {}
        }
    }

    private void happen(Record record) {
        EventView event = EventView.scan(record.payload());
        counts.count(event);
        unstated = true;
        String id = record.subject();
        if (!event.ofContainer() || id.isEmpty()) {
            return;
        }
        ContainerState before = host.get(id);
        boolean restarts = event.action().equals("start") && before != null && hasEnded(before);
        host.apply(new AppendedRecord(record));
        publish(id);
        LiveContainer container = containers.get(id);
        if (restarts) {
            counts.count(OWN, RESTART, 1);
        }
        if (container == null) {
            return;
        }
        switch (event.action()) {
            case "start" -> {
                unstatedContainers.add(id);
                container.beginLife();
                container.count(container.oomEvents(), container.restarts() + (restarts ? 1 : 0));
            }
            case "die" -> container.endLife();
            case OOM -> {
                unstatedContainers.add(id);
                container.count(container.oomEvents() + 1, container.restarts());
            }
            default -> {}
        }
    }

    private static boolean hasEnded(ContainerState state) {
        return state.finished() != 0 || state.status() == Status.EXITED || state.status() == Status.RESTARTING;
    }

    private void mark(Record record) {
        MarkType type = MarkType.of(record.payload(), record.payload().length);
        if (type == null) {
            return;
        }
        switch (type) {
            case SYNTHETIC -> {
                host.apply(new AppendedRecord(record));
                publish(record.subject());
            }
            case EXECS -> countExecs(record.payload());
            case GAP, UNSETTLED -> {
                host.apply(new AppendedRecord(record));
                containers.keySet().forEach(this::publish); // for each of them another source may count from now on
            }
            case START, UNCLEAN_STOP, ENGINE_UP, ENGINE_DOWN, SETTLED -> host.apply(new AppendedRecord(record));
            case CLEAN_STOP,
                    SEGMENT_START,
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
                    COUNTS -> {}
        }
    }

    /** These stand for events. */
    private void countExecs(byte[] mark) {
        try {
            if (Mark.fromJson(mark) instanceof Mark.Execs execs) {
                counts.count("container", "exec_create", execs.created());
                counts.count("container", "exec_start", execs.started());
                counts.count("container", "exec_die", execs.died());
                unstated = true;
            }
        } catch (IOException e) {
            throw new IllegalStateException(e); // this recorder wrote it
        }
    }

    /** Shows the state of a container to others, as it is now. */
    private void publish(String id) {
        ContainerState state = host.get(id);
        if (state != null) {
            container(id).become(state.copy());
        }
    }

    private LiveContainer container(String id) {
        return containers.computeIfAbsent(id, LiveContainer::new);
    }

    private void remove(ContainerState state) {
        LiveContainer container = containers.get(state.container().id());
        if (container != null && !container.isGone()) {
            container.become(state.copy());
            container.gone(now);
            gone.add(container);
        }
    }

    private void forget() {
        while (!gone.isEmpty() && (gone.size() > MOST_GONE || now - gone.peek().goneAt() > GRACE_NANOS)) {
            containers.remove(gone.remove().id());
        }
    }
}
