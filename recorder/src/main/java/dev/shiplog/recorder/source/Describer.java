package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine for descriptions, records those that changed, and keeps the newest of each subject.
 *
 * <p>A description that did not change is not recorded again; one that the engine does not give is a {@link Mark.Gap}.
 * A few are asked for at a time, beside those that hang; a second request for one that waits costs nothing. What is
 * gone is not kept, even if its description comes later. Thread safe; of its {@link Subjects} only
 * {@link Subjects#isGone} is called with its lock held.
 */
final class Describer {
    /** Threads that wait for an answer so long that other requests must not wait for them. */
    private static final int MOST_HANGING = 32;

    private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A busy engine may fail to answer; after three failures the subject's next event leads to a new request. */
    private static final int ATTEMPTS = 3;

    private static final long RETRY_MILLIS = 500;
    /** The pause after a request that hung, doubled after the second. */
    private static final long HUNG_MILLIS = 30_000;

    /** What was removed is remembered of so many; images come and go without a word. */
    private static final int REMEMBERED = 8_192;

    private final Subjects subjects;
    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Redaction redaction;
    private final int atATime;
    private final ScheduledThreadPoolExecutor asking;
    /** When each call to the engine began that has not ended. */
    private final Map<Object, Long> calls = new ConcurrentHashMap<>();

    // Below: guarded by this.
    /** By what is asked for. */
    private final Map<String, Request> requests = new HashMap<>();
    /** The requests whose turn has come; for each there is a task. */
    private final Deque<Request> ready = new ArrayDeque<>();

    private final NewestRecords newest;
    /** Of each subject, the paths that redaction removed last. */
    private final Map<String, List<String>> removed = new HashMap<>();

    private final DescriptionGaps gaps;

    /** What is described: containers, or images. */
    interface Subjects {
        Kind kind();

        /**
         * The request for the description.
         *
         * @param reference by which it is asked for
         */
        String path(String reference);

        /**
         * The id of what an answer describes.
         *
         * @throws IOException if it is not what was asked for
         */
        String idOf(String reference, byte[] payload) throws IOException;

        /** Whether a description that comes now comes too late to be kept. */
        boolean isGone(String id);

        /** It was described; {@code again} if it is asked for once more, because something happened meanwhile. */
        void described(String id, byte[] payload, boolean again);

        /**
         * It was asked for in vain, and is not asked for again.
         *
         * @return false if that is a gap
         */
        boolean isExplained(String reference, IOException failure);
    }

    /** Something is to be described. */
    private static final class Request {
        final String reference;
        /** From when on a description is missing if none comes, ns since the epoch. */
        final long since;

        final int attempt;
        State state = State.WAITING;
        /** Whether the engine was asked; its answer may come even if the request is cancelled. */
        boolean asked;

        Request(String reference, long since, int attempt) {
            this.reference = reference;
            this.since = since;
            this.attempt = attempt;
        }
    }

    private enum State {
        WAITING,
        ASKED,
        /** Asked, but something changed since. */
        STALE,
        /** The subject or the engine is gone. */
        CANCELLED
    }

    /**
     * @param atATime how many are asked for at a time
     * @param keptBytes that the newest descriptions may take
     * @param noun what is described, for the log
     */
    Describer(
            Subjects subjects,
            Engine engine,
            Clock clock,
            RecordQueue queue,
            Redaction redaction,
            int atATime,
            long keptBytes,
            String noun) {
        this.subjects = subjects;
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.redaction = redaction;
        this.atATime = atATime;
        this.newest = new NewestRecords(keptBytes);
        this.gaps = new DescriptionGaps(clock, queue, subjects.kind(), noun);
        this.asking = new ScheduledThreadPoolExecutor(atATime, task -> {
            Thread thread = new Thread(task, "shiplog-" + subjects.kind().label());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Asks for a description, soon.
     *
     * @param first whether before all others that wait
     */
    synchronized void want(String reference, boolean first) {
        Request before = requests.get(reference);
        if (before == null || before.state == State.CANCELLED) {
            schedule(new Request(reference, clock.now().received(), 1), first, 0);
        } else if (before.state == State.ASKED) {
            before.state = State.STALE;
        } else if (first && ready.remove(before)) {
            ready.addFirst(before);
        } else if (first && before.state == State.WAITING) {
            before.state = State.CANCELLED; // it waits after a failure
            schedule(new Request(reference, before.since, before.attempt), true, 0);
        }
    }

    /** It is gone: neither asked for nor kept. True if an answer may come all the same. */
    synchronized boolean forget(String id) {
        removed.remove(id);
        newest.forget(id);
        Request request = requests.get(id);
        if (request == null) {
            return false;
        }
        request.state = State.CANCELLED;
        return request.asked;
    }

    /** Gives threads in place of those that hang. */
    void tick() {
        synchronized (this) {
            gaps.tick();
        }
        long now = System.nanoTime();
        int hanging = 0;
        for (long at : calls.values()) {
            hanging += now - at > HANGING_NANOS ? 1 : 0;
        }
        int threads = atATime + Math.min(MOST_HANGING, hanging);
        if (threads != asking.getCorePoolSize()) {
            asking.setCorePoolSize(threads);
        }
    }

    /** Cancels all requests. A description that is overdue is a gap; if it comes all the same, it is recorded. */
    synchronized void disconnected() {
        long now = clock.now().received();
        requests.forEach((reference, request) -> {
            if (request.state != State.CANCELLED && now - request.since > HANGING_NANOS) {
                gaps.missing(reference, request.since, now, "no answer");
            }
            request.state = State.CANCELLED;
        });
        gaps.flush();
    }

    void close() {
        disconnected();
        asking.shutdownNow();
    }

    /** The journal holds this description from an earlier run. */
    synchronized void restore(Record record) {
        Record restated = clock.restate(record);
        newest.keep(restated);
        newest.appended(restated);
    }

    /** The journal now holds this description. */
    synchronized void appended(Record record) {
        newest.appended(record);
    }

    /** The newest descriptions, in the journal or on their way to it. */
    synchronized List<Record> all() {
        return newest.all();
    }

    /** The newest descriptions in the journal. */
    synchronized List<Record> written() {
        return newest.written();
    }

    /** States that a description is missing. */
    void missing(String id, long since, String reason) {
        gaps.missing(id, since, clock.now().received(), reason);
    }

    /**
     * Does something on one of the threads that ask.
     *
     * @throws RejectedExecutionException if the recorder stops
     */
    void execute(Runnable task) {
        asking.execute(task);
    }

    /** Asks for a description that is not recorded. An engine may hold a container while it mounts its volumes. */
    byte[] get(String reference) throws IOException {
        Object call = new Object();
        calls.put(call, System.nanoTime());
        try {
            return engine.get(subjects.path(reference));
        } finally {
            calls.remove(call);
        }
    }

    private synchronized void schedule(Request request, boolean first, long delayMillis) {
        requests.put(request.reference, request);
        try {
            if (delayMillis > 0) {
                var unused = asking.schedule(() -> due(request), delayMillis, TimeUnit.MILLISECONDS);
                return;
            }
            if (first) {
                ready.addFirst(request);
            } else {
                ready.add(request);
            }
            asking.execute(this::askNext);
        } catch (RejectedExecutionException e) {
            requests.remove(request.reference); // closed meanwhile
            ready.remove(request);
        }
    }

    private void due(Request request) {
        synchronized (this) {
            ready.addFirst(request);
        }
        askNext();
    }

    private void askNext() {
        Request request;
        synchronized (this) {
            request = ready.poll();
            if (request == null) {
                return;
            }
            if (request.state == State.CANCELLED) {
                requests.remove(request.reference, request);
                return;
            }
            request.state = State.ASKED;
            request.asked = true;
        }
        long asked = System.nanoTime();
        IOException failure = null;
        try {
            take(request, get(request.reference));
        } catch (IOException e) {
            failure = e;
        }
        ended(request, failure, System.nanoTime() - asked > HANGING_NANOS);
    }

    /** @param failure null if there was none */
    private void ended(Request request, @Nullable IOException failure, boolean late) {
        boolean hung = failure != null && late;
        boolean again = failure != null && !isCancelled(request) && isWorthAnother(request, failure);
        boolean explained = failure != null && !again && subjects.isExplained(request.reference, failure);
        boolean cancelled;
        synchronized (this) {
            requests.remove(request.reference, request);
            cancelled = request.state == State.CANCELLED;
            if (request.state == State.STALE && !hung) {
                schedule(new Request(request.reference, clock.now().received(), 1), true, 0);
            } else if (!cancelled && failure != null && !explained) {
                failed(request, again, hung, failure);
            }
        }
        if (cancelled && again && failure != null) {
            subjects.isExplained(request.reference, failure); // cancelled just now
        }
    }

    private synchronized boolean isCancelled(Request request) {
        return request.state == State.CANCELLED;
    }

    private static int status(IOException failure) {
        return failure instanceof EngineStatusException answer ? answer.status() : 0;
    }

    private static boolean isWorthAnother(Request request, IOException failure) {
        int status = status(failure);
        return request.attempt < ATTEMPTS && (status == 0 || status >= 500);
    }

    private void failed(Request request, boolean again, boolean hung, IOException failure) {
        long since = request.since;
        String reference = request.reference;
        if (hung || !again) {
            since = clock.now().received();
            String reason = String.valueOf(failure.getMessage());
            if (hung) {
                gaps.missing(reference, request.since, since, reason);
            } else {
                gaps.refused(status(failure), reference, request.since, reason);
            }
        }
        if (again) {
            Request next = new Request(reference, since, request.attempt + 1);
            schedule(next, false, (hung ? HUNG_MILLIS : RETRY_MILLIS) * request.attempt);
        }
    }

    private void take(Request request, byte[] payload) throws IOException {
        Redaction.Redacted result;
        try {
            result = redaction.redact(payload);
        } catch (IOException e) {
            String subject = request.reference;
            Mark mark = new Mark.Redaction(subject, redaction.label(), List.of("everything: not JSON"));
            queue.put(clock.mark(subject, mark));
            return;
        }
        String id = subjects.idOf(request.reference, result.payload());
        record(id, request, result);
        boolean again;
        synchronized (this) {
            again = request.state == State.STALE;
        }
        subjects.described(id, result.payload(), again);
    }

    /** Enqueues outside of the lock: a large record waits for the writer, and the writer needs the lock. */
    private void record(String id, Request request, Redaction.Redacted result) {
        Record record = clock.stamp(subjects.kind(), id, 0, result.payload());
        Mark.Redaction removal;
        synchronized (this) {
            Record old = newest.get(id);
            if (old != null && Arrays.equals(old.payload(), result.payload())) {
                return;
            }
            boolean same = result.removed().equals(removed.getOrDefault(id, List.of()));
            removal = same ? null : new Mark.Redaction(id, redaction.label(), result.removed());
            if (request.state != State.CANCELLED && !subjects.isGone(id)) {
                if (removed.size() >= REMEMBERED) {
                    removed.clear();
                }
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
