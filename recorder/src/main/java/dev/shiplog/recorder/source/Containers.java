package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Container;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.engine.Engine;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which containers exist and run, and tells stats and inspect whom to follow: by the engine's list at each
 * connect, by its events after. Where the list differs from what was known although no event of the new stream tells
 * why, a {@link Mark.Synthetic} does.
 *
 * <p>One thread of its own, so that a slow list never keeps the event stream waiting. A burst of events (the replayed
 * ring) is folded first and acted upon once. Recovery comes before {@link #start}; {@link #connected},
 * {@link #happened} and {@link #disconnected} never wait and come from the thread that reads events, which makes the
 * events of a connection follow its list.
 */
public final class Containers implements Closeable {
    private static final System.Logger LOG = System.getLogger(Containers.class.getName());
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = Long.MAX_VALUE;

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Filter filter;
    private final StatsSource stats;
    private final InspectSource inspects;

    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "shiplog-containers");

    // All below belongs to the thread, once that runs.
    private final Map<String, ContainerHead> known = new HashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<String> described = new LinkedHashSet<>();
    /** Whom an event told of since {@code before} was taken. */
    private final Set<String> told = new HashSet<>();

    private boolean informed;
    private boolean connected;
    /** What was known when the engine was found again, until that is compared with what it says. */
    private @Nullable Map<String, ContainerHead> before;

    private long listAt = NEVER;
    private long compareAt = NEVER;

    private sealed interface Task {
        record Connected() implements Task {}

        record Disconnected() implements Task {}

        record Happened(EventHead event) implements Task {}

        record Close() implements Task {}
    }

    public Containers(
            Engine engine, Clock clock, RecordQueue queue, Filter filter, StatsSource stats, InspectSource inspects) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.filter = filter;
        this.stats = stats;
        this.inspects = inspects;
        thread.setDaemon(true);
    }

    /** Takes up an event that the journal holds; these three are told oldest first. */
    public void recoverEvent(byte[] payload) {
        recover(EventHead.scan(payload));
    }

    /** Takes up a change that the journal tells of, for want of an event. */
    public void recoverChange(Mark.Synthetic change) {
        recover(new EventHead("container", change.change(), change.subject(), Map.of("name", change.name()), 0));
    }

    /** Takes up what the journal knows of a container. */
    public void recoverInspect(byte[] payload) {
        try {
            ContainerHead head = ContainerHead.scanInspect(payload);
            if (!head.id().isEmpty()) {
                known.put(head.id(), head);
                informed = true;
            }
        } catch (IOException e) {
            // Tells nothing.
        }
    }

    private void recover(EventHead event) {
        fold(event);
        changed.stream().filter(id -> !known.containsKey(id)).forEach(inspects::forget);
        informed |= !changed.isEmpty();
        changed.clear();
        described.clear();
    }

    public void start() {
        thread.start();
    }

    void connected() {
        tasks.add(new Task.Connected());
    }

    void happened(EventHead event) {
        if (event.ofContainer()) {
            tasks.add(new Task.Happened(event));
        }
    }

    /** The engine is gone, as opposed to a stream that was cut. */
    void disconnected() {
        tasks.add(new Task.Disconnected());
    }

    /** Ends the thread and the following of stats. Idempotent. */
    @Override
    public void close() {
        tasks.add(new Task.Close());
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                long now = System.nanoTime();
                long due = Math.min(listAt, compareAt);
                Task task = due == NEVER ? tasks.take() : tasks.poll(Math.max(0, due - now), TimeUnit.NANOSECONDS);
                if (task instanceof Task.Close) {
                    stats.leaveAll();
                    return;
                }
                if (task != null) {
                    take(task);
                } else if (listAt <= System.nanoTime()) {
                    list();
                } else {
                    compare();
                }
                if (tasks.isEmpty() && listAt == NEVER) {
                    act();
                }
            }
        } catch (InterruptedException e) {
            stats.leaveAll();
        }
    }

    private void take(Task task) {
        if (task instanceof Task.Connected) {
            connected = true;
            before = explained();
            told.clear();
            list();
        } else if (task instanceof Task.Disconnected) {
            connected = false;
            listAt = NEVER;
            compareAt = NEVER;
            stats.leaveAll();
        } else if (task instanceof Task.Happened happened) {
            fold(happened.event());
        }
    }

    /** What the journal tells so far: what is known, but for what a comparison that is still due would tell. */
    private Map<String, ContainerHead> explained() {
        Map<String, ContainerHead> explained = new HashMap<>(before == null ? known : before);
        for (String id : told) {
            explained.compute(id, (key, old) -> known.get(key));
        }
        return explained;
    }

    /** Asks for all containers. What the stream tells after counts more: its events were queued behind the question. */
    private void list() {
        try {
            List<ContainerHead> heads = ContainerHead.scanList(engine.get("/containers/json?all=1"));
            Set<String> gone = new HashSet<>(known.keySet());
            for (ContainerHead head : heads) {
                known.put(head.id(), head.image().isEmpty() ? withImage(head) : head);
                changed.add(head.id());
                described.add(head.id());
                gone.remove(head.id());
            }
            known.keySet().removeAll(gone);
            changed.addAll(gone);
            if (!informed) {
                informed = true;
                before = Map.copyOf(known); // there is nothing older to compare with
            }
            listAt = NEVER;
            compareAt = System.nanoTime() + SECOND;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "list of containers: {0}", e.getMessage());
            listAt = System.nanoTime() + SECOND;
        }
    }

    /** By what was said of the container before, or else by its description if it matters. */
    private ContainerHead withImage(ContainerHead listed) {
        String id = listed.id();
        ContainerHead old = known.get(id);
        if (old != null && !old.image().isEmpty()) {
            return listed.madeFrom(old.image());
        }
        if (!filter.asksForImage()) {
            return listed;
        }
        try {
            byte[] description = engine.get("/containers/" + id + "/json");
            return listed.madeFrom(ContainerHead.scanInspect(description).image());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "container {0}: chosen without its image: {1}", listed.name(), e.getMessage());
            return listed;
        }
    }

    /** Takes one event into what is known. */
    private void fold(EventHead event) {
        if (!event.ofContainer() || event.id().isEmpty()) {
            return;
        }
        String id = event.id();
        ContainerHead old = known.get(id);
        switch (event.action()) {
            case "create" -> change(event, old != null && old.running());
            case "start" -> change(event, true);
            case "die" -> change(event, false);
            // Podman says remove.
            case "destroy", "remove" -> {
                known.remove(id);
                change(id);
                return;
            }
            case "rename" -> change(event, old != null && old.running());
            case "update", "pause", "unpause", "oom" -> {}
            default -> {
                if (!event.action().startsWith("health_status")) {
                    return;
                }
            }
        }
        described.add(id);
    }

    private void change(EventHead event, boolean running) {
        ContainerHead old = known.get(event.id());
        String name = event.attribute("name");
        known.put(
                event.id(),
                new ContainerHead(
                        event.id(),
                        name.isEmpty() && old != null ? old.name() : name,
                        old != null && !old.image().isEmpty() ? old.image() : event.attribute("image"),
                        old != null ? old.labels() : event.attributes(),
                        running));
        change(event.id());
    }

    private void change(String id) {
        changed.add(id);
        if (before != null) {
            told.add(id);
        }
    }

    /** Follows and leaves what changed since the last time. */
    private void act() {
        for (String id : changed) {
            ContainerHead head = known.get(id);
            if (head == null) {
                stats.forget(id);
                inspects.forget(id);
            } else if (connected && head.running() && wants(head)) {
                stats.follow(id);
            } else {
                stats.leave(id);
            }
        }
        changed.clear();
        for (String id : described) {
            ContainerHead head = known.get(id);
            if (connected && head != null && wants(head)) {
                inspects.request(id);
            }
        }
        described.clear();
    }

    /** Tells what changed while nobody listened and no event of the ring explains. */
    private void compare() {
        compareAt = NEVER;
        Map<String, ContainerHead> old = before;
        before = null;
        if (old == null) {
            return;
        }
        Set<String> ids = new LinkedHashSet<>(old.keySet());
        ids.addAll(known.keySet());
        ids.removeAll(told);
        told.clear();
        for (String id : ids) {
            ContainerHead was = old.get(id);
            ContainerHead is = known.get(id);
            ContainerHead any = is != null ? is : was;
            if (any == null || !wants(any)) {
                continue;
            }
            boolean ran = was != null && was.running();
            boolean runs = is != null && is.running();
            if (was == null) {
                tell(any, "create");
            }
            if (ran && !runs) {
                tell(any, "die");
            } else if (runs && !ran) {
                tell(any, "start");
            }
            if (is == null) {
                tell(any, "destroy");
            }
        }
    }

    private void tell(ContainerHead container, String change) {
        queue.put(clock.mark(container.id(), new Mark.Synthetic(container.id(), change, container.name())));
    }

    private boolean wants(ContainerHead head) {
        return filter.wants(new Container(head.id(), head.name(), head.image(), "", head.labels()));
    }
}
