package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Knows which containers exist and run, and tells its {@link Follower}s: from the engine's list at each connect, and
 * from events after that. A {@link Mark.Synthetic} states each change that the list shows and no event explains.
 *
 * <p>A thread of its own reads the list, and events that come meanwhile are applied on top of it: so a list that is
 * slow or missing holds up neither the event stream nor the containers that events are about. {@link ListGap} marks how
 * long it is missing. A burst of events (the repeated ring) is applied first; then the followers are told once.
 *
 * <p>{@link #restore} comes before {@link #start}. {@link #connected}, {@link #happened} and {@link #disconnected}
 * never wait and belong to the thread that reads events.
 */
public final class ContainerTracker implements Checkpoint, Closeable {
    private static final System.Logger LOG = System.getLogger(ContainerTracker.class.getName());
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NEVER = Long.MAX_VALUE;
    private static final long RETRY_NANOS = SECOND / 2;
    private static final long LONGEST_PAUSE_NANOS = 60 * SECOND;
    /**
     * An id becomes part of a path: with a slash, say, it could name another request. Engines use hexadecimal digits.
     */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*+");

    /** Events after which an image has another description, or is there at last; some are Podman's. */
    private static final Set<String> IMAGE_CHANGES =
            Set.of("pull", "tag", "untag", "import", "load", "loadfromarchive", "create", "build");

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final ContainerFilter filter;
    private final DestroyedContainers destroyed;
    private final ImageLookup images;
    private final List<Follower> followers;

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "shiplog-containers");

    // All below belongs to the thread, once it runs.
    private final Map<String, Container> known = new HashMap<>();
    /** Containers that may have started, stopped or gone since the followers were told. */
    private final Set<String> changed = new LinkedHashSet<>();
    /** Containers whose descriptions may have changed since then. */
    private final Set<String> described = new LinkedHashSet<>();

    /** Images that events were about since then, and the names that these gave. */
    private final Map<String, Set<String>> changedImages = new LinkedHashMap<>();

    /** Known from the journal only: the engine has not listed them yet, and no event was about them. */
    private final Set<String> unconfirmed = new HashSet<>();
    /** Events in the journal say whether these run; their descriptions there may be older than that. */
    private final Set<String> runningFromEvents = new HashSet<>();
    /** Containers that were connected to a network, and have not started since. */
    private final Set<String> starting = new HashSet<>();
    /** Events since the list was asked for. */
    private final List<EventView> sinceAsked = new ArrayList<>();
    /** Containers of which the image is asked for, because it decides whether the filters want them. */
    private final Set<String> undecided = new HashSet<>();

    /** Whether an id that cannot be part of a path was logged. */
    private boolean oddIdReported;

    /** Containers that run and are wanted. */
    private final Set<String> followed = new HashSet<>();
    /** How many these are, for any thread. */
    private volatile int followedCount;

    private final UnexplainedChanges changes = new UnexplainedChanges();
    private final ListGap listGap;
    /** Whether anything was ever known, from the journal or from the engine. */
    private boolean informed;

    private boolean connected;
    private boolean closed;
    /** Number of the newest request for the list. */
    private int listRequest;

    private int failures;

    private long askAt = NEVER;
    private long compareAt = NEVER;
    private long tickAt = NEVER;

    /** Asks for the image that a container was made from. */
    @FunctionalInterface
    public interface ImageLookup {
        /** @param answer takes the image, or an empty one and why there is none */
        void ask(String id, BiConsumer<String, @Nullable IOException> answer);
    }

    public ContainerTracker(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            ContainerFilter filter,
            DestroyedContainers destroyed,
            ImageLookup images,
            List<Follower> followers) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.filter = filter;
        this.destroyed = destroyed;
        this.images = images;
        this.followers = List.copyOf(followers);
        listGap = new ListGap(
                clock, queue, this.followers.stream().map(Follower::kind).toList());
        thread.setDaemon(true);
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.EVENT) {
            EventView event = EventView.scan(record.payload());
            noteDestroyed(event);
            restore(event);
        } else if (record.kind() == Kind.INSPECT) {
            restoreDescription(record.payload());
        } else if (mark instanceof Mark.Synthetic change) {
            restore(new EventView(
                    "container", change.change(), "", change.subject(), Map.of("name", change.name()), 0));
        }
    }

    /** A description may be older than the events before it in the journal, because it was asked for earlier. */
    private void restoreDescription(byte[] payload) {
        try {
            Container described = ContainerView.scanInspect(payload, this::asksForLabel);
            String id = described.id();
            if (isId(id) && !destroyed.contains(id)) {
                Container old = known.get(id);
                known.put(id, old == null || !runningFromEvents.contains(id) ? described : described.withStateOf(old));
                informed = true;
            }
        } catch (IOException e) {
            // It describes no container.
        }
    }

    private void restore(EventView event) {
        apply(slim(event));
        if (changesRunning(event.action())) {
            runningFromEvents.add(event.id());
        }
        for (String id : changed) {
            if (!known.containsKey(id)) {
                followers.forEach(follower -> follower.gone(id));
                runningFromEvents.remove(id);
            }
        }
        informed |= !changed.isEmpty();
        changed.clear();
        described.clear();
    }

    /** Ends restoring and begins to track. */
    public void start() {
        runningFromEvents.clear();
        unconfirmed.addAll(known.keySet());
        thread.start();
    }

    /** The event stream is open. */
    void connected() {
        tasks.add(this::connect);
    }

    /**
     * An event came. To be called before it goes to the journal: no segment that starts after a destroy may describe
     * the container.
     */
    void happened(EventView event) {
        happened(event, false);
    }

    /**
     * As above.
     *
     * @param ends whether a container has just ended that the filters want
     */
    void happened(EventView event, boolean ends) {
        if (event.ofContainer()) {
            if (event.action().startsWith("exec_")) {
                return; // most events of most hosts, and none changes a container
            }
            noteDestroyed(event);
            EventView slim = slim(event);
            tasks.add(() -> live(slim, ends));
        } else if (event.type().equals("image")) {
            tasks.add(() -> images(event.action(), event.id(), event.attribute("name")));
        } else if (event.type().equals("network") && event.action().endsWith("connect")) {
            String id = event.attribute("container");
            boolean connects = event.action().equals("connect");
            tasks.add(() -> networked(id, connects));
        }
    }

    /**
     * A container was connected to a network or disconnected from one. Where that is a part of its start or its end, that
     * event follows, and leads to a description. A start that fails has no event but these, and the description says why.
     */
    private void networked(String id, boolean connects) {
        Container container = known.get(id);
        if (container != null && (container.running() || !connects && starting.contains(id))) {
            described.add(id);
        }
        if (container != null && connects && !container.running()) {
            starting.add(id);
        } else {
            starting.remove(id);
        }
    }

    /** How many containers run and are wanted, as far as is known; any thread may ask. */
    public int followed() {
        return followedCount;
    }

    /** The engine is gone; not called when only the stream was cut. */
    void disconnected() {
        tasks.add(this::disconnect);
    }

    /** Disconnects the followers and ends the thread. Idempotent. */
    @Override
    public void close() {
        tasks.add(() -> closed = true);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void noteDestroyed(EventView event) {
        if (event.ofContainer() && destroys(event.action())) {
            destroyed.add(event.id());
        }
    }

    /** Podman says remove. */
    private static boolean destroys(String action) {
        return action.equals("destroy") || action.equals("remove");
    }

    private static boolean changesRunning(String action) {
        return action.equals("create") || action.equals("start") || action.equals("die");
    }

    /** The event without the labels that no filter asks for: they may be large, and events wait. */
    private EventView slim(EventView event) {
        return event.withAttributes(key -> key.equals("name") || key.equals("image") || asksForLabel(key));
    }

    private void run() {
        try {
            while (!closed) {
                step();
            }
        } catch (InterruptedException e) {
            // We stop.
        }
        disconnect();
    }

    private void step() throws InterruptedException {
        long due = Math.min(Math.min(askAt, compareAt), tickAt);
        Runnable task =
                due == NEVER ? tasks.take() : tasks.poll(Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
        long now = System.nanoTime();
        if (task != null) {
            task.run();
        } else if (askAt <= now) {
            ask();
        } else if (compareAt <= now) {
            compareAt = NEVER;
            changes.compare(known, this::wants, this::mark);
        } else {
            tick();
        }
        if (tasks.isEmpty() && !closed) {
            tellFollowers();
        }
    }

    private void connect() {
        connected = true;
        changes.begin(known);
        failures = 0;
        listGap.begin();
        ask();
        tickAt = System.nanoTime() + SECOND;
    }

    private void live(EventView event, boolean ends) {
        if (ends && isId(event.id())) {
            followers.forEach(follower -> follower.ended(event.id()));
        }
        if (apply(event) && listGap.isOpen()) {
            sinceAsked.add(event);
        }
        Container container = known.get(event.id());
        if (container != null && wants(container)) {
            for (Follower follower : followers) {
                if (follower.filter().wants(forFilters(container))) {
                    follower.happened(container, event.action(), event.time());
                }
            }
        }
    }

    private void images(String action, String id, String name) {
        if (action.equals("delete") || action.equals("remove")) {
            changedImages.remove(id);
            followers.forEach(follower -> follower.imageGone(id));
        } else if (IMAGE_CHANGES.contains(action)) {
            changedImages.computeIfAbsent(id, image -> new LinkedHashSet<>()).add(name);
        }
    }

    private void disconnect() {
        connected = false;
        askAt = NEVER;
        compareAt = NEVER;
        tickAt = NEVER;
        listRequest++;
        listGap.end();
        undecided.clear();
        followers.forEach(Follower::disconnected);
        followed.clear();
        followedCount = 0;
    }

    private void tick() {
        tickAt = System.nanoTime() + SECOND;
        for (Follower follower : followers) {
            follower.tick();
        }
        if (listGap.tick()) {
            changed.addAll(unconfirmed);
        }
    }

    private void ask() {
        askAt = NEVER;
        sinceAsked.clear();
        int asked = ++listRequest;
        Thread reader = new Thread(() -> readList(asked), "shiplog-list");
        reader.setDaemon(true);
        reader.start();
    }

    private void readList(int asked) {
        ContainerView.Listing listing = new ContainerView.Listing();
        IOException failure = null;
        try {
            engine.read("/containers/json?all=1", engine.patience(), body -> {
                ContainerView.scanList(body, this::asksForLabel, listing);
                return listing;
            });
        } catch (IOException e) {
            failure = e;
        }
        IOException failed = failure;
        tasks.add(() -> listed(asked, listing, failed));
    }

    /**
     * Takes in what the engine listed. A list that was cut counts as well: the containers in it exist. Events since the
     * question are newer than the list.
     *
     * @param failure null if the list is whole
     */
    private void listed(int asked, ContainerView.Listing listing, @Nullable IOException failure) {
        if (!connected || asked != listRequest) {
            return;
        }
        Set<String> gone = new HashSet<>(known.keySet());
        gone.removeAll(listing.broken);
        for (Container container : listing.whole) {
            String id = container.id();
            gone.remove(id);
            if (isId(id) && !destroyed.contains(id)) {
                known.put(id, withImage(container));
                unconfirmed.remove(id);
                changed.add(id);
                described.add(id);
            }
        }
        if (failure == null) {
            known.keySet().removeAll(gone);
            changed.addAll(gone);
        }
        sinceAsked.forEach(this::apply);
        if (failure != null) {
            listFailed(failure);
            return;
        }
        sinceAsked.clear();
        unconfirmed.clear();
        if (!informed) {
            informed = true;
            changes.beginWith(known);
        }
        compareAt = System.nanoTime() + SECOND;
        if (listGap.end()) {
            LOG.log(Level.INFO, "the engine lists its containers again");
        }
        failures = 0;
    }

    private void listFailed(IOException failure) {
        String reason = String.valueOf(failure.getMessage());
        if (failure instanceof EngineStatusException refusal && refusal.status() == 403) {
            reason += "; allow GET /containers/json";
        }
        long pause = Math.min(LONGEST_PAUSE_NANOS, RETRY_NANOS << Math.min(failures++, 10));
        askAt = System.nanoTime() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        changed.addAll(unconfirmed); // nothing says that they have ended
        listGap.failed(reason);
    }

    /**
     * The image may be known from before; else, if a filter asks for it, the container's description tells it later.
     */
    private Container withImage(Container listed) {
        String id = listed.id();
        Container old = known.get(id);
        if (!listed.image().isEmpty()) {
            return listed;
        }
        if (old != null && !old.image().isEmpty()) {
            return listed.madeFrom(old.image());
        }
        if (asksForImage() && undecided.add(id)) {
            images.ask(id, (image, failure) -> tasks.add(() -> decide(id, image, failure)));
        }
        return listed;
    }

    private void decide(String id, String image, @Nullable IOException failure) {
        Container container = known.get(id);
        if (!undecided.remove(id) || container == null) {
            return;
        }
        if (failure != null && container.image().isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "container {0}: chosen without its image: {1}",
                    container.name(),
                    failure.getMessage());
        }
        known.put(id, container.image().isEmpty() ? container.madeFrom(image) : container);
        changed.add(id);
        described.add(id);
    }

    /** Applies an event to what is known; false if it does not change which containers exist and run. */
    private boolean apply(EventView event) {
        String id = event.id();
        if (!event.ofContainer() || !isId(id)) {
            return false;
        }
        switch (event.action()) {
            case "create", "rename", "start", "die" -> change(event);
            case "destroy", "remove" -> {
                known.remove(id);
                noteChange(id);
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

    private boolean asksForLabel(String key) {
        return filter.asksForLabel(key)
                || followers.stream().anyMatch(follower -> follower.filter().asksForLabel(key));
    }

    private boolean asksForImage() {
        return filter.asksForImage()
                || followers.stream().anyMatch(follower -> follower.filter().asksForImage());
    }

    /** Whether a container can be asked for by this id. */
    private boolean isId(String id) {
        boolean fits = ID.matcher(id).matches();
        if (!fits && !id.isEmpty() && !oddIdReported) {
            oddIdReported = true;
            LOG.log(
                    Level.WARNING,
                    "a container is not sampled and not described: its id has characters that no engine uses");
        }
        return fits;
    }

    private void change(EventView event) {
        String id = event.id();
        if (!destroyed.contains(id)) { // an event may come late, and each connect repeats the ring
            known.merge(id, event.container(), (old, first) -> old.after(event));
        }
        noteChange(id);
    }

    private void noteChange(String id) {
        changed.add(id);
        starting.remove(id);
        unconfirmed.remove(id);
        changes.explain(id);
    }

    private void tellFollowers() {
        for (String id : changed) {
            Container container = known.get(id);
            boolean certain = !unconfirmed.contains(id);
            boolean wanted = connected && container != null && wants(container);
            if (container != null && wanted && container.running()) {
                followed.add(id);
            } else {
                followed.remove(id);
            }
            for (Follower follower : followers) {
                if (container == null) {
                    follower.gone(id);
                } else if (wanted && follower.filter().wants(forFilters(container))) {
                    follower.seen(container, certain);
                    if (container.running()) {
                        follower.started(id, certain);
                    } else {
                        follower.stopped(id);
                    }
                } else {
                    follower.stopped(id);
                }
            }
        }
        changed.clear();
        followedCount = followed.size();
        for (String id : described) {
            Container container = known.get(id);
            if (connected && container != null && wants(container)) {
                for (Follower follower : followers) {
                    if (follower.filter().wants(forFilters(container))) {
                        follower.changed(id);
                    }
                }
            }
        }
        described.clear();
        changedImages.forEach((id, names) -> followers.forEach(follower -> follower.imageChanged(id, names)));
        changedImages.clear();
    }

    private void mark(Container container, String change) {
        queue.put(clock.mark(container.id(), new Mark.Synthetic(container.id(), change, container.name())));
    }

    /**
     * Leaves out the image's id, which events lack: else a filter would choose samples of a container and no events.
     */
    private boolean wants(Container container) {
        String id = container.id();
        boolean decided = !undecided.contains(id) || !container.image().isEmpty();
        return decided && filter.wants(forFilters(container));
    }

    private static Container forFilters(Container container) {
        return new Container(
                container.id(), container.name(), container.image(), "", container.labels(), container.running());
    }
}
