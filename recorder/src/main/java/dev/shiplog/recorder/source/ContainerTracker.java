package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which containers exist and run, and tells stats and inspect whom to follow: by the engine's list at each
 * connect, by its events after. Where the list differs from what was known although no event of the new stream tells
 * why, a {@link Mark.Synthetic} does.
 *
 * <p>The list comes on a thread of its own, and what the events tell meanwhile is folded into it: a list that is slow or
 * not to be had keeps neither the event stream nor the containers that events tell of waiting. While it is not to be had,
 * {@link Mark.Gap}s say so. A burst of events (the replayed ring) is folded first and acted upon once. Recovery comes
 * before {@link #start}; {@link #connected}, {@link #happened} and {@link #disconnected} never wait and come from the
 * thread that reads events.
 */
public final class ContainerTracker implements Closeable {
    private static final System.Logger LOG = System.getLogger(ContainerTracker.class.getName());
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = Long.MAX_VALUE;
    /** A busy engine takes seconds to list 2,000 containers, but it is not silent for so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long RETRY = SECOND / 2;
    private static final long LONGEST_PAUSE = 60 * SECOND;
    /** A list that failed for less is none that was missed. */
    private static final long NOTICED = 2 * SECOND;
    /** One that is waited for may still come; after so long that is told. */
    private static final long WAITED = 10 * SECOND;
    /** What is told while it lasts is all that a kill leaves of it. */
    private static final long TELL_AGAIN = TimeUnit.MINUTES.toNanos(10);

    /** An id becomes part of a path: with a slash, say, it could name another request. Engines use hexadecimal digits. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*+");

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final ContainerFilter filter;
    private final StatsSource stats;
    private final InspectSource inspects;

    private final LinkedBlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "shiplog-containers");

    // All below belongs to the thread, once that runs.
    private final Map<String, ContainerView> known = new HashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final Set<String> described = new LinkedHashSet<>();
    /** Whom an event told of since {@code before} was taken. */
    private final Set<String> toldOf = new HashSet<>();

    /** Known by the journal alone; the engine has not spoken of them yet. */
    private final Set<String> recovered = new HashSet<>();
    /** Whose running the journal's events tell, which its descriptions may be older than. */
    private final Set<String> heard = new HashSet<>();
    /** What happened since the list was asked for. */
    private final List<EventView> since = new ArrayList<>();
    /** Whose image is asked for, because it decides whether they are wanted. */
    private final Set<String> undecided = new HashSet<>();

    /** Whether it was said that a container cannot be asked for. */
    private boolean saidUnfit;

    private boolean informed;
    private boolean connected;
    /** The newest question for the list, and how often in a row it failed. */
    private int question;

    private int failures;
    /** Since when the list is missing, or its lack was told; null while it is there. */
    private Clock.@Nullable Reading unlisted;

    private boolean told;
    private String reason = "";
    /** What was known when the engine was found again, until that is compared with what it says. */
    private @Nullable Map<String, ContainerView> before;

    private long listAt = NEVER;
    private long compareAt = NEVER;
    private long lookAt = NEVER;

    private sealed interface Task {
        record Connected() implements Task {}

        record Disconnected() implements Task {}

        record Happened(EventView event) implements Task {}

        /** @param failure null if the list is whole */
        record Listed(
                int question,
                ContainerView.Listing listing,
                @Nullable IOException failure) implements Task {}

        /** @param failure null if the image was told */
        record Imaged(String id, String image, @Nullable IOException failure) implements Task {}

        record Close() implements Task {}
    }

    public ContainerTracker(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            ContainerFilter filter,
            StatsSource stats,
            InspectSource inspects) {
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
        EventView event = EventView.scan(payload);
        if (event.ofContainer() && destroys(event.action())) {
            inspects.destroyed(event.id());
        }
        recover(event);
    }

    /** Takes up a change that the journal tells of, for want of an event. */
    public void recoverChange(Mark.Synthetic change) {
        recover(new EventView("container", change.change(), change.subject(), Map.of("name", change.name()), 0));
    }

    /**
     * Takes up what the journal knows of a container. It may have been asked for before what the journal tells before it,
     * and answered after that.
     */
    public void recoverInspect(byte[] payload) {
        try {
            ContainerView head = ContainerView.scanInspect(payload, filter::asksForLabel);
            if (isId(head.id()) && !inspects.isDestroyed(head.id())) {
                ContainerView old = known.get(head.id());
                known.put(head.id(), old == null || !heard.contains(head.id()) ? head : head.as(old));
                informed = true;
            }
        } catch (IOException e) {
            // Tells nothing.
        }
    }

    private void recover(EventView event) {
        fold(slim(event));
        if (changesRunning(event.action())) {
            heard.add(event.id());
        }
        for (String id : changed) {
            if (!known.containsKey(id)) {
                inspects.forget(id);
                heard.remove(id);
            }
        }
        informed |= !changed.isEmpty();
        changed.clear();
        described.clear();
    }

    public void start() {
        heard.clear();
        recovered.addAll(known.keySet());
        thread.start();
    }

    void connected() {
        tasks.add(new Task.Connected());
    }

    /** Comes before the event goes to the journal: no head of a segment behind a destroy may hold the container. */
    void happened(EventView event) {
        if (event.ofContainer()) {
            if (destroys(event.action())) {
                inspects.destroyed(event.id());
            }
            tasks.add(new Task.Happened(slim(event)));
        }
    }

    /** An event waits, and is kept, without what nobody asks for: labels may be large. */
    private EventView slim(EventView event) {
        Map<String, String> kept = new HashMap<>();
        event.attributes().forEach((key, value) -> {
            if (key.equals("name") || key.equals("image") || filter.asksForLabel(key)) {
                kept.put(key, value);
            }
        });
        return new EventView(event.type(), event.action(), event.id(), kept, event.time());
    }

    /** Podman says remove. */
    private static boolean destroys(String action) {
        return action.equals("destroy") || action.equals("remove");
    }

    private static boolean changesRunning(String action) {
        return action.equals("create") || action.equals("start") || action.equals("die");
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
                long due = Math.min(Math.min(listAt, compareAt), lookAt);
                Task task = due == NEVER ? tasks.take() : tasks.poll(Math.max(0, due - now), TimeUnit.NANOSECONDS);
                if (task instanceof Task.Close) {
                    leave();
                    return;
                }
                now = System.nanoTime();
                if (task != null) {
                    take(task);
                } else if (listAt <= now) {
                    ask();
                } else if (compareAt <= now) {
                    compare();
                } else {
                    look();
                }
                if (tasks.isEmpty()) {
                    act();
                }
            }
        } catch (InterruptedException e) {
            leave();
        }
    }

    private void take(Task task) {
        if (task instanceof Task.Connected) {
            connected = true;
            before = explained();
            toldOf.clear();
            failures = 0;
            tellUnlisted();
            unlisted = clock.now();
            told = false;
            reason = "the engine has not answered yet";
            ask();
            lookAt = System.nanoTime() + SECOND;
        } else if (task instanceof Task.Disconnected) {
            leave();
        } else if (task instanceof Task.Happened happened) {
            if (fold(happened.event()) && unlisted != null) {
                since.add(happened.event());
            }
        } else if (task instanceof Task.Listed listed) {
            if (connected && listed.question() == question) {
                take(listed);
            }
        } else if (task instanceof Task.Imaged imaged) {
            take(imaged);
        }
    }

    /** The engine is gone, or we go. */
    private void leave() {
        connected = false;
        listAt = NEVER;
        compareAt = NEVER;
        lookAt = NEVER;
        question++;
        tellUnlisted();
        unlisted = null;
        undecided.clear();
        stats.leaveAll();
        inspects.leaveAll();
    }

    private void look() {
        lookAt = System.nanoTime() + SECOND;
        stats.look();
        inspects.look();
        noticeUnlisted(WAITED);
    }

    /** What the journal tells so far: what is known, but for what a comparison that is still due would tell. */
    private Map<String, ContainerView> explained() {
        Map<String, ContainerView> explained = new HashMap<>(before == null ? known : before);
        for (String id : toldOf) {
            explained.compute(id, (key, old) -> known.get(key));
        }
        return explained;
    }

    /** Asks for all containers. */
    private void ask() {
        listAt = NEVER;
        since.clear();
        int asked = ++question;
        Thread asking = new Thread(
                () -> {
                    ContainerView.Listing listing = new ContainerView.Listing();
                    IOException failure = null;
                    try {
                        engine.read("/containers/json?all=1", PATIENCE, body -> {
                            ContainerView.scanList(body, filter::asksForLabel, listing);
                            return listing;
                        });
                    } catch (IOException e) {
                        failure = e;
                    }
                    tasks.add(new Task.Listed(asked, listing, failure));
                },
                "shiplog-list");
        asking.setDaemon(true);
        asking.start();
    }

    /**
     * Takes in what the engine listed, also of a list that was cut: who stands in it exists. What the stream told since
     * the question counts more.
     */
    private void take(Task.Listed listed) {
        Set<String> gone = new HashSet<>(known.keySet());
        gone.removeAll(listed.listing().broken);
        for (ContainerView head : listed.listing().whole) {
            gone.remove(head.id());
            if (isId(head.id()) && !inspects.isDestroyed(head.id())) {
                known.put(head.id(), withImage(head));
                recovered.remove(head.id());
                changed.add(head.id());
                described.add(head.id());
            }
        }
        IOException failure = listed.failure();
        if (failure == null) {
            known.keySet().removeAll(gone);
            changed.addAll(gone);
        }
        since.forEach(this::fold);
        if (failure != null) {
            missed(failure);
            return;
        }
        since.clear();
        recovered.clear();
        if (!informed) {
            informed = true;
            before = Map.copyOf(known); // there is nothing older to compare with
        }
        compareAt = System.nanoTime() + SECOND;
        if (tellUnlisted()) {
            LOG.log(Level.INFO, "the engine lists its containers again");
        }
        unlisted = null;
        failures = 0;
    }

    /** The list is not to be had. */
    private void missed(IOException failure) {
        reason = String.valueOf(failure.getMessage());
        if (failure instanceof EngineStatusException refusal && refusal.status() == 403) {
            reason += "; allow GET /containers/json";
        }
        long pause = Math.min(LONGEST_PAUSE, RETRY << Math.min(failures++, 10));
        listAt = System.nanoTime() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        changed.addAll(recovered); // nobody says that they have ended
        noticeUnlisted(NOTICED);
    }

    /** Tells that the list is missing for {@code after} ns already, and tells it again after a while. */
    private void noticeUnlisted(long after) {
        Clock.Reading from = unlisted;
        if (from == null || clock.now().monotonic() - from.monotonic() < (told ? TELL_AGAIN : after)) {
            return;
        }
        if (!told) {
            LOG.log(Level.WARNING, "no list of containers, only those that events tell of are recorded: {0}", reason);
        }
        told = true;
        tellUnlisted();
        changed.addAll(recovered);
    }

    /** Tells the stretch without a list up to now, if it was noticed. */
    private boolean tellUnlisted() {
        Clock.Reading from = unlisted;
        if (from == null || !told) {
            return false;
        }
        Clock.Reading now = clock.now();
        List<Kind> kinds = stats.samples() ? List.of(Kind.INSPECT, Kind.STATS) : List.of(Kind.INSPECT);
        String why = "the engine does not list its containers: " + reason;
        for (Kind kind : kinds) {
            queue.put(clock.mark(new Mark.Gap(kind.label(), "", from.received(), now.received(), why)));
        }
        unlisted = now;
        return true;
    }

    /** By what was said of the container before, or else by its description if it matters, which comes later. */
    private ContainerView withImage(ContainerView listed) {
        ContainerView old = known.get(listed.id());
        if (!listed.image().isEmpty()) {
            return listed;
        }
        if (old != null && !old.image().isEmpty()) {
            return listed.madeFrom(old.image());
        }
        if (filter.asksForImage() && undecided.add(listed.id())) {
            inspects.askImage(listed.id(), (image, failure) -> tasks.add(new Task.Imaged(listed.id(), image, failure)));
        }
        return listed;
    }

    private void take(Task.Imaged imaged) {
        ContainerView head = known.get(imaged.id());
        if (!undecided.remove(imaged.id()) || head == null) {
            return;
        }
        IOException failure = imaged.failure();
        if (failure != null && head.image().isEmpty()) {
            LOG.log(Level.WARNING, "container {0}: chosen without its image: {1}", head.name(), failure.getMessage());
        }
        known.put(imaged.id(), head.image().isEmpty() ? head.madeFrom(imaged.image()) : head);
        changed.add(imaged.id());
        described.add(imaged.id());
    }

    /** Takes one event into what is known; false if it tells nothing of that. */
    private boolean fold(EventView event) {
        String id = event.id();
        if (!event.ofContainer() || !isId(id)) {
            return false;
        }
        ContainerView old = known.get(id);
        boolean ran = old != null && old.running();
        switch (event.action()) {
            case "create", "rename" -> change(event, ran);
            case "start" -> change(event, true);
            case "die" -> change(event, false);
            case "destroy", "remove" -> {
                known.remove(id);
                change(id);
                return true;
            }
            case "update", "pause", "unpause", "oom" -> {
                described.add(id);
                return false;
            }
            default -> {
                if (event.action().startsWith("health_status")) {
                    described.add(id);
                }
                return false;
            }
        }
        described.add(id);
        return true;
    }

    /** Whether this can be asked for. That a container cannot be is said once. */
    private boolean isId(String id) {
        boolean is = ID.matcher(id).matches();
        if (!is && !id.isEmpty() && !saidUnfit) {
            saidUnfit = true;
            LOG.log(
                    Level.WARNING,
                    "a container is not sampled and not described: its id has characters that no engine uses");
        }
        return is;
    }

    private void change(EventView event, boolean running) {
        String id = event.id();
        ContainerView old = known.get(id);
        String name = event.attribute("name");
        if (!inspects.isDestroyed(id)) { // an event may come late, and the ring comes anew
            known.put(
                    id,
                    new ContainerView(
                            id,
                            name.isEmpty() && old != null ? old.name() : name,
                            old != null && !old.image().isEmpty() ? old.image() : event.attribute("image"),
                            old != null ? old.labels() : event.attributes(),
                            running));
        }
        change(id);
    }

    private void change(String id) {
        changed.add(id);
        recovered.remove(id);
        if (before != null) {
            toldOf.add(id);
        }
    }

    /** Follows and leaves what changed since the last time. */
    private void act() {
        for (String id : changed) {
            ContainerView head = known.get(id);
            if (head == null) {
                stats.forget(id);
                inspects.forget(id);
            } else if (connected && head.running() && wants(head)) {
                stats.follow(id, !recovered.contains(id));
            } else {
                stats.leave(id);
            }
        }
        changed.clear();
        for (String id : described) {
            ContainerView head = known.get(id);
            if (connected && head != null && wants(head)) {
                inspects.request(id);
            }
        }
        described.clear();
    }

    /** Tells what changed while nobody listened and no event of the ring explains. */
    private void compare() {
        compareAt = NEVER;
        Map<String, ContainerView> old = before;
        before = null;
        if (old == null) {
            return;
        }
        Set<String> ids = new LinkedHashSet<>(old.keySet());
        ids.addAll(known.keySet());
        ids.removeAll(toldOf);
        toldOf.clear();
        for (String id : ids) {
            ContainerView was = old.get(id);
            ContainerView is = known.get(id);
            ContainerView any = is != null ? is : was;
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

    private void tell(ContainerView container, String change) {
        queue.put(clock.mark(container.id(), new Mark.Synthetic(container.id(), change, container.name())));
    }

    private boolean wants(ContainerView head) {
        boolean decided = !undecided.contains(head.id()) || !head.image().isEmpty();
        return decided && filter.wants(new Container(head.id(), head.name(), head.image(), "", head.labels()));
    }
}
