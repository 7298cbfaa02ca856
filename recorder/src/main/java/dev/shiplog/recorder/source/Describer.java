package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for the full description of each container that changed, and keeps the newest for the start of the
 * next segment.
 *
 * <p>A description that did not change is not recorded again; one that the engine does not give is a {@link Mark.Gap}.
 * {@value #ASKING} are asked for at a time, beside those that hang; a second request for one that waits costs nothing.
 * A container that was destroyed is neither asked for nor kept, even if an answer comes after the destroy. Thread safe.
 */
public final class InspectSource implements Checkpoint, Follower {
    private static final int ASKING = 4;
    /** Threads that wait for an answer so long that other requests must not wait for them. */
    private static final int MOST_HANGING = 32;

    private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** An engine may hold a container while it mounts its volumes or sets its network up. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** 16 MiB are the descriptions of some 3,000 ordinary containers. */
    private static final long KEPT_BYTES =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 6);
    /** A busy engine may fail to answer; after three failures the container's next event leads to a new request. */
    private static final int ATTEMPTS = 3;

    private static final long RETRY_MILLIS = 500;
    /** The pause after a request that hung, doubled after the second. */
    private static final long HUNG_MILLIS = 30_000;

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Redaction redaction;
    private final DestroyedContainers destroyed;
    private final ScheduledThreadPoolExecutor asking;
    /** When each call to the engine began that has not ended. */
    private final Map<Object, Long> calls = new ConcurrentHashMap<>();

    // Below: guarded by this.
    private final Map<String, Request> requests = new HashMap<>();
    private final NewestRecords newest = new NewestRecords(KEPT_BYTES);
    /** Of each container, the paths that redaction removed last. */
    private final Map<String, List<String>> removed = new HashMap<>();

    private final InspectGaps gaps;

    /** A container is to be described. */
    private static final class Request {
        /** From when on a description is missing if none comes, ns since the epoch. */
        final long since;

        State state = State.WAITING;

        Request(long since) {
            this.since = since;
        }
    }

    private enum State {
        WAITING,
        ASKED,
        /** Asked, but something changed since. */
        STALE,
        /** The container or the engine is gone. */
        CANCELLED
    }

    public InspectSource(
            Engine engine, Clock clock, RecordQueue queue, Redaction redaction, DestroyedContainers destroyed) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.redaction = redaction;
        this.destroyed = destroyed;
        this.gaps = new InspectGaps(clock, queue);
        this.asking = new ScheduledThreadPoolExecutor(ASKING, task -> {
            Thread thread = new Thread(task, "shiplog-inspect");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public Kind kind() {
        return Kind.INSPECT;
    }

    @Override
    public synchronized void changed(String id) {
        Request before = requests.get(id);
        if (before == null || before.state == State.CANCELLED) {
            if (!destroyed.contains(id)) {
                schedule(id, new Request(clock.now().received()), 1, 0);
            }
        } else if (before.state == State.ASKED) {
            before.state = State.STALE;
        }
    }

    @Override
    public synchronized void gone(String id) {
        removed.remove(id);
        Request request = requests.get(id);
        if (request != null) {
            request.state = State.CANCELLED;
        }
        newest.forget(id);
    }

    /** Gives threads in place of those that hang. */
    @Override
    public void tick() {
        synchronized (this) {
            gaps.tick();
        }
        long now = System.nanoTime();
        long hanging =
                calls.values().stream().filter(at -> now - at > HANGING_NANOS).count();
        int threads = ASKING + (int) Math.min(MOST_HANGING, hanging);
        if (threads != asking.getCorePoolSize()) {
            asking.setCorePoolSize(threads);
        }
    }

    /** Cancels all requests. A description that is overdue is a gap; if it comes all the same, it is recorded. */
    @Override
    public synchronized void disconnected() {
        long now = clock.now().received();
        requests.forEach((id, request) -> {
            if (request.state != State.CANCELLED && now - request.since > HANGING_NANOS) {
                gaps.missing(id, request.since, now, "no answer");
            }
            request.state = State.CANCELLED;
        });
        gaps.flush();
    }

    @Override
    public void close() {
        disconnected();
        asking.shutdownNow();
    }

    @Override
    public synchronized void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.INSPECT && !destroyed.contains(record.subject())) {
            Record restated = clock.restate(record);
            newest.keep(restated);
            newest.appended(restated);
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.INSPECT) { // before the lock: the writer calls this for each sample
            synchronized (this) {
                newest.appended(record);
            }
        }
    }

    /** The newest description in the journal of each container that exists. */
    @Override
    public synchronized List<Record> snapshot() {
        return newest.written().stream()
                .filter(record -> !destroyed.contains(record.subject()))
                .toList();
    }

    /**
     * Asks for the image that a container was made from, and records nothing.
     *
     * @param answer takes the image, or an empty one and why there is none
     */
    public void askImage(String id, BiConsumer<String, @Nullable IOException> answer) {
        try {
            asking.execute(() -> {
                try {
                    byte[] description = get(id);
                    answer.accept(
                            ContainerView.scanInspect(description, key -> false).image(), null);
                } catch (IOException e) {
                    answer.accept("", e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.accept("", new IOException("the recorder stops", e));
        }
    }

    private synchronized void schedule(String id, Request request, int attempt, long delayMillis) {
        request.state = State.WAITING;
        requests.put(id, request);
        try {
            var unused = asking.schedule(() -> ask(id, request, attempt), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            requests.remove(id); // closed meanwhile
        }
    }

    private void ask(String id, Request request, int attempt) {
        synchronized (this) {
            if (request.state == State.CANCELLED) {
                requests.remove(id, request);
                return;
            }
            request.state = State.ASKED;
        }
        long asked = System.nanoTime();
        IOException failure = null;
        try {
            described(id, request, get(id));
        } catch (IOException e) {
            failure = e;
        }
        boolean hung = failure != null && System.nanoTime() - asked > HANGING_NANOS;
        synchronized (this) {
            requests.remove(id, request);
            if (request.state == State.STALE && !hung) {
                schedule(id, new Request(clock.now().received()), 1, 0);
            } else if (request.state != State.CANCELLED && failure != null) {
                failed(id, request, attempt, hung, failure);
            }
        }
    }

    private void failed(String id, Request request, int attempt, boolean hung, IOException failure) {
        int status = failure instanceof EngineStatusException answer ? answer.status() : 0;
        if (status == 404) {
            return; // the container no longer exists
        }
        boolean again = attempt < ATTEMPTS && (status == 0 || status >= 500);
        long since = request.since;
        if (hung || !again) {
            since = clock.now().received();
            String reason = String.valueOf(failure.getMessage());
            if (hung) {
                gaps.missing(id, request.since, since, reason);
            } else {
                gaps.refused(status, id, request.since, reason);
            }
        }
        if (again) {
            schedule(id, new Request(since), attempt + 1, (hung ? HUNG_MILLIS : RETRY_MILLIS) * attempt);
        }
    }

    private byte[] get(String id) throws IOException {
        Object call = new Object();
        calls.put(call, System.nanoTime());
        try {
            return engine.get("/containers/" + id + "/json", PATIENCE);
        } finally {
            calls.remove(call);
        }
    }

    private void described(String id, Request request, byte[] payload) throws IOException {
        Redaction.Redacted result;
        try {
            result = redaction.redact(payload);
        } catch (IOException e) {
            queue.put(clock.mark(id, new Mark.Redaction(id, redaction.label(), List.of("everything: not JSON"))));
            return;
        }
        String described =
                ContainerView.scanInspect(result.payload(), key -> false).id();
        if (!described.equals(id)) {
            throw new IOException(
                    described.isEmpty()
                            ? "the engine's answer describes no container"
                            : "the engine's answer describes another container: " + described);
        }
        record(id, request, result);
    }

    /** Enqueues outside of the lock: a large record waits for the writer, and the writer needs the lock. */
    private void record(String id, Request request, Redaction.Redacted result) {
        Record record = clock.stamp(Kind.INSPECT, id, 0, result.payload());
        Mark.Redaction removal;
        synchronized (this) {
            Record old = newest.get(id);
            if (old != null && Arrays.equals(old.payload(), result.payload())) {
                return;
            }
            boolean same = result.removed().equals(removed.getOrDefault(id, List.of()));
            removal = same ? null : new Mark.Redaction(id, redaction.label(), result.removed());
            if (request.state != State.CANCELLED && !destroyed.contains(id)) {
                removed.put(id, result.removed());
                newest.keep(record);
            }
        }
        if (removal != null) {
            queue.put(clock.mark(id, removal));
        }
        if (!queue.put(record)) {
            dropped(record);
        }
    }

    /** The queue had no room for it: the same description, when it comes again, is news. */
    private synchronized void dropped(Record record) {
        newest.forget(record);
    }
}
