package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.ContainerView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for the full description of containers and keeps the newest of each that exists, for the head of the
 * next segment. {@value #ASKING} are asked for at once, beside those that hang; asking again for one that still waits
 * costs nothing; a description that did not change is not recorded again, and one that is not to be had is a
 * {@link Mark.Gap}; where the engine refuses many, one a minute tells of all. Keeps a sixth of the heap of payloads, 16 MiB at most, of the containers it heard of last. A container that was destroyed is never kept or asked for again: the engine uses no id twice, and an
 * answer may come after the destroy. Thread safe.
 */
public final class InspectSource implements Closeable {
    private static final System.Logger LOG = System.getLogger(InspectSource.class.getName());

    private static final int ASKING = 4;
    /** Threads that wait for an answer so long that others must not wait for them. */
    private static final int HANGING_MAX = 32;

    private static final long HANGING = TimeUnit.SECONDS.toNanos(2);
    /** An engine may hold a container while it mounts its volumes or pulls its network up. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A sixth of the heap is some 1,500 ordinary containers with 48 MiB. */
    private static final long KEPT_BYTES =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 6);
    /** A busy engine may fail to answer; what it cannot answer at the third time, the next event asks for. */
    private static final int ATTEMPTS = 3;

    private static final long RETRY_MILLIS = 500;
    /** Who hung is put aside for so long, then for twice that. */
    private static final long PUT_ASIDE_MILLIS = 30_000;
    /** Answers that are late, and events out of order, come within moments: far fewer containers end in these. */
    private static final int REMEMBERED = 4_096;

    /** A proxy that forbids descriptions fails each; a mark goes to the disk at once. */
    private static final long TELL_EVERY = TimeUnit.MINUTES.toNanos(1);

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Redaction redaction;
    private final ScheduledThreadPoolExecutor asking;
    private final Map<String, Request> requests = new HashMap<>();
    private final Map<String, Record> newest = new LinkedHashMap<>();
    /** Of these containers, what the journal holds: what waits to be written is not restated before it was stated. */
    private final Map<String, Record> written = new LinkedHashMap<>();

    private final Map<String, List<String>> redacted = new HashMap<>();
    private final Set<String> destroyed = newestOf(REMEMBERED);
    /** When the calls that are under way began. */
    private final Map<Object, Long> calls = new ConcurrentHashMap<>();

    private long keptBytes;
    /** By HTTP status, 0 for none: what the engine answers instead of descriptions. */
    private final Map<Integer, Refusal> refusals = new TreeMap<>();

    /** A row of descriptions that are not to be had, and how many of them are not told yet. */
    private static final class Refusal {
        long toldAt;
        long waiting;
        long from;
        String id = "";
        String reason = "";
    }

    /** That a container is to be described. */
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
        /** Asked, but something happened since. */
        STALE,
        /** The container is no more, or the engine is gone. */
        VAIN
    }

    public InspectSource(Engine engine, Clock clock, RecordQueue queue, Redaction redaction) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.redaction = redaction;
        this.asking = new ScheduledThreadPoolExecutor(ASKING, task -> {
            Thread thread = new Thread(task, "shiplog-inspect");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Records this container's description as soon as the engine gives it. */
    synchronized void request(String id) {
        Request before = requests.get(id);
        if (before == null || before.state == State.VAIN) {
            if (!destroyed.contains(id)) {
                schedule(id, new Request(clock.now().received()), 1, 0);
            }
        } else if (before.state == State.ASKED) {
            before.state = State.STALE;
        }
    }

    /**
     * Asks for the image that a container was made from, and records nothing.
     *
     * @param answer takes the image, or an empty one and why it is not to be had
     */
    void askImage(String id, BiConsumer<String, @Nullable IOException> answer) {
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

    /** The container is no more. */
    synchronized void forget(String id) {
        redacted.remove(id);
        Request request = requests.get(id);
        if (request != null) {
            request.state = State.VAIN;
        }
        written.remove(id);
        Record old = newest.remove(id);
        if (old != null) {
            keptBytes -= old.payload().length;
        }
    }

    /** The engine, or the journal, told that the container was destroyed. */
    synchronized void destroyed(String id) {
        destroyed.add(id);
        forget(id);
    }

    /** True if this is known to have been destroyed. */
    synchronized boolean isDestroyed(String id) {
        return destroyed.contains(id);
    }

    /** Takes up what the journal knows, as if it had just been asked for. */
    public synchronized void restore(Record record) {
        if (!destroyed.contains(record.subject())) {
            Record restated = clock.restate(record);
            keep(restated);
            appended(restated);
        }
    }

    /** To be told of each description that is in the journal. */
    public synchronized void appended(Record record) {
        if (newest.containsKey(record.subject())) {
            written.remove(record.subject());
            written.put(record.subject(), record);
        }
    }

    /** The newest description in the journal of each container that exists. */
    public synchronized List<Record> snapshot() {
        return new ArrayList<>(written.values());
    }

    /** To be called every second: gives threads in place of those that hang. */
    void look() {
        tellRefusals(TELL_EVERY);
        long now = System.nanoTime();
        long hanging = calls.values().stream().filter(at -> now - at > HANGING).count();
        int threads = ASKING + (int) Math.min(HANGING_MAX, hanging);
        if (threads != asking.getCorePoolSize()) {
            asking.setCorePoolSize(threads);
        }
    }

    /** Asks for none: the engine is gone, or we go. Tells of whom an answer is overdue; if it comes, it is recorded. */
    synchronized void leaveAll() {
        long now = clock.now().received();
        requests.forEach((id, request) -> {
            if (request.state != State.VAIN && now - request.since > HANGING) {
                tell(id, request.since, now, "no answer");
            }
            request.state = State.VAIN;
        });
        tellRefusals(0);
    }

    /** Idempotent. */
    @Override
    public void close() {
        leaveAll();
        asking.shutdownNow();
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
            if (request.state == State.VAIN) {
                requests.remove(id, request);
                return;
            }
            request.state = State.ASKED;
        }
        long asked = System.nanoTime();
        IOException failure = null;
        try {
            received(id, request, get(id));
        } catch (IOException e) {
            failure = e;
        }
        boolean hung = failure != null && System.nanoTime() - asked > HANGING;
        synchronized (this) {
            requests.remove(id, request);
            if (request.state == State.STALE && !hung) {
                schedule(id, new Request(clock.now().received()), 1, 0);
            } else if (request.state != State.VAIN && failure != null) {
                failed(id, request, attempt, hung, failure);
            }
        }
    }

    private void failed(String id, Request request, int attempt, boolean hung, IOException failure) {
        int status = failure instanceof EngineStatusException answer ? answer.status() : 0;
        if (status == 404) {
            return; // it is no more
        }
        boolean again = attempt < ATTEMPTS && (status == 0 || status >= 500);
        long since = request.since;
        if (hung || !again) {
            since = clock.now().received();
            String reason = String.valueOf(failure.getMessage());
            if (hung) {
                tell(id, request.since, since, reason);
            } else {
                refused(status, id, request.since, reason);
            }
        }
        if (again) {
            schedule(id, new Request(since), attempt + 1, (hung ? PUT_ASIDE_MILLIS : RETRY_MILLIS) * attempt);
        }
    }

    private void tell(String id, long from, long to, String reason) {
        queue.put(clock.mark(id, new Mark.Gap(Kind.INSPECT.label(), id, from, to, reason)));
    }

    /** The first with a status is told at once, those that follow together. */
    private void refused(int status, String id, long since, String reason) {
        Refusal refusal = refusals.get(status);
        boolean first = refusal == null;
        if (refusal == null) {
            refusal = new Refusal();
            refusals.put(status, refusal);
        }
        refusal.from = refusal.waiting == 0 ? since : Math.min(refusal.from, since);
        refusal.id = refusal.waiting == 0 || refusal.id.equals(id) ? id : "";
        refusal.reason = reason;
        refusal.waiting++;
        if (first || System.nanoTime() - refusal.toldAt >= TELL_EVERY) {
            tell(refusal);
        }
    }

    private void tell(Refusal refusal) {
        long count = refusal.waiting;
        String id = refusal.id;
        tell(id, refusal.from, clock.now().received(), refusal.reason + (id.isEmpty() ? ", and others" : ""));
        LOG.log(
                Level.WARNING,
                "{0} not described: {1}",
                id.isEmpty() ? count + " containers are" : "container " + id + " is",
                refusal.reason);
        refusal.waiting = 0;
        refusal.toldAt = System.nanoTime();
    }

    /** Tells what the engine refused and is not told yet, if that has waited for {@code nanos}. */
    private synchronized void tellRefusals(long nanos) {
        long now = System.nanoTime();
        refusals.values().stream()
                .filter(refusal -> refusal.waiting > 0 && now - refusal.toldAt >= nanos)
                .forEach(this::tell);
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

    private void received(String id, Request request, byte[] payload) throws IOException {
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

    /** Hands it on outside of the lock, which the writer needs while a large record waits for it. */
    private void record(String id, Request request, Redaction.Redacted result) {
        Record record = clock.stamp(Kind.INSPECT, id, 0, result.payload());
        Mark.Redaction removal;
        synchronized (this) {
            Record old = newest.get(id);
            if (old != null && Arrays.equals(old.payload(), result.payload())) {
                return;
            }
            boolean same = result.removed().equals(redacted.getOrDefault(id, List.of()));
            removal = same ? null : new Mark.Redaction(id, redaction.label(), result.removed());
            if (request.state != State.VAIN && !destroyed.contains(id)) {
                redacted.put(id, result.removed());
                keep(record);
            }
        }
        if (removal != null) {
            queue.put(clock.mark(id, removal));
        }
        if (!queue.put(record)) {
            dropped(record);
        }
    }

    /** There was no room for it: the same description, when it comes again, is news. */
    private synchronized void dropped(Record record) {
        if (newest.remove(record.subject(), record)) {
            keptBytes -= record.payload().length;
        }
    }

    private void keep(Record record) {
        Record old = newest.remove(record.subject());
        keptBytes += record.payload().length - (old == null ? 0 : old.payload().length);
        newest.put(record.subject(), record);
        var oldest = newest.values().iterator();
        while (keptBytes > KEPT_BYTES) {
            Record forgotten = oldest.next();
            keptBytes -= forgotten.payload().length;
            written.remove(forgotten.subject());
            oldest.remove();
        }
    }

    /** A set that forgets what was added first. */
    private static Set<String> newestOf(int most) {
        return Collections.newSetFromMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > most;
            }
        });
    }
}
