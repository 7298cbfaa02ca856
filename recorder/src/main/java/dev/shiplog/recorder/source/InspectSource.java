package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks the engine for the full description of containers and keeps the newest of each that exists, for the head of the
 * next segment. {@value #ASKING} are asked for at once; asking again for one that still waits costs nothing; a
 * description that did not change is not recorded again. Keeps at most {@value #KEPT_BYTES} bytes of payloads (some
 * 3,000 containers), of the containers it heard of last. Thread safe.
 */
public final class InspectSource implements Closeable {
    private static final int ASKING = 4;
    private static final long KEPT_BYTES = 16L << 20;
    /** A busy engine may fail to answer; what it cannot answer at the third time, the next event asks for. */
    private static final int ATTEMPTS = 3;

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Redaction redaction;
    private final ScheduledThreadPoolExecutor asking;
    private final Map<String, Request> requests = new HashMap<>();
    private final Map<String, Record> newest = new LinkedHashMap<>();
    private final Map<String, List<String>> redacted = new HashMap<>();
    private long keptBytes;

    private enum Request {
        WAITING,
        ASKED,
        /** Asked, but something happened since. */
        STALE,
        /** Asked, but the container is no more. */
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
        if (before == null) {
            schedule(id, 1, 0);
        } else if (before == Request.ASKED) {
            requests.put(id, Request.STALE);
        }
    }

    /** The container is no more. */
    synchronized void forget(String id) {
        redacted.remove(id);
        requests.computeIfPresent(id, (key, request) -> Request.VAIN);
        Record old = newest.remove(id);
        if (old != null) {
            keptBytes -= old.payload().length;
        }
    }

    /** Takes up what the journal knows, as if it had just been asked for. */
    public synchronized void restore(Record record) {
        keep(clock.restate(record));
    }

    /** The newest description of each container that exists. */
    public synchronized List<Record> snapshot() {
        return new ArrayList<>(newest.values());
    }

    /** Idempotent. */
    @Override
    public void close() {
        asking.shutdownNow();
    }

    private synchronized void schedule(String id, int attempt, long delayMillis) {
        requests.put(id, Request.WAITING);
        try {
            var unused = asking.schedule(() -> ask(id, attempt), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            requests.remove(id); // closed meanwhile
        }
    }

    private void ask(String id, int attempt) {
        synchronized (this) {
            if (requests.get(id) == Request.VAIN) {
                requests.remove(id);
                return;
            }
            requests.put(id, Request.ASKED);
        }
        boolean again = false;
        try {
            received(id, engine.get("/containers/" + id + "/json"));
        } catch (EngineStatusException e) {
            again = e.status() >= 500;
        } catch (IOException e) {
            again = true;
        }
        synchronized (this) {
            Request request = requests.remove(id);
            if (request == Request.STALE) {
                schedule(id, 1, 0);
            } else if (again && request == Request.ASKED && attempt < ATTEMPTS) {
                schedule(id, attempt + 1, 500L * attempt);
            }
        }
    }

    private synchronized void received(String id, byte[] payload) {
        Redaction.Redacted result;
        try {
            result = redaction.redact(Lines.withoutEnd(payload));
        } catch (IOException e) {
            queue.put(clock.mark(id, new Mark.Redaction(id, redaction.label(), List.of("everything: not JSON"))));
            return;
        }
        Record old = newest.get(id);
        if (old != null && Arrays.equals(old.payload(), result.payload())) {
            return;
        }
        Record record = clock.stamp(Kind.INSPECT, id, 0, result.payload());
        if (!result.removed().equals(redacted.getOrDefault(id, List.of()))) {
            queue.put(clock.mark(id, new Mark.Redaction(id, redaction.label(), result.removed())));
        }
        if (requests.get(id) != Request.VAIN) {
            redacted.put(id, result.removed());
            keep(record);
        }
        queue.put(record);
    }

    private void keep(Record record) {
        Record old = newest.remove(record.subject());
        keptBytes += record.payload().length - (old == null ? 0 : old.payload().length);
        newest.put(record.subject(), record);
        var oldest = newest.values().iterator();
        while (keptBytes > KEPT_BYTES) {
            keptBytes -= oldest.next().payload().length;
            oldest.remove();
        }
    }
}
