package dev.shiplog.recorder.source;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Containers, as an engine has them, and its events: everything that ever happened, and when. */
public final class SimulatedEngine {
    private static final int RING = 256;

    /**
     * A container at some moment. Times are ns since the epoch, 0 for never.
     *
     * @param status as the engine calls it
     */
    public record Seen(
            String id,
            String name,
            String status,
            long created,
            long started,
            long finished,
            int exitCode,
            boolean oomKilled,
            boolean hasCheck,
            String health) {
        public boolean isAlive() {
            return status.equals("running") || status.equals("paused");
        }

        private Seen with(
                String newStatus, long newStarted, long newFinished, int code, boolean oom, String newHealth) {
            return new Seen(id, name, newStatus, created, newStarted, newFinished, code, oom, hasCheck, newHealth);
        }

        private Seen named(String newName) {
            return new Seen(id, newName, status, created, started, finished, exitCode, oomKilled, hasCheck, health);
        }
    }

    /** What there was from {@code nanos} on, by the monotonic clock. */
    public record Step(long nanos, Map<String, Seen> containers) {}

    private final SimulatedTime time;
    private final Map<String, Seen> containers = new LinkedHashMap<>();
    private final Deque<byte[]> ring = new ArrayDeque<>();
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Consumer<byte[]> listener;
    private int made;

    public SimulatedEngine(SimulatedTime time) {
        this.time = time;
        steps.add(new Step(Long.MIN_VALUE, Map.of()));
    }

    public List<Step> steps() {
        return steps;
    }

    /** The containers that exist, by id. */
    public Map<String, Seen> containers() {
        return containers;
    }

    public String create(String name, boolean hasCheck) {
        String id = "%064x".formatted(0xabcdef0000000000L + ++made);
        change(id, new Seen(id, name, "created", time.wall(), 0, 0, 0, false, hasCheck, ""), "create", "");
        return id;
    }

    public void start(String id) {
        Seen was = seen(id);
        change(
                id,
                was.with("running", time.wall(), was.finished, 0, false, was.hasCheck ? "starting" : ""),
                "start",
                "");
    }

    public void die(String id, int code) {
        Seen was = seen(id);
        Seen is = was.with("exited", was.started, time.wall(), code, was.oomKilled, was.health);
        change(id, is, "die", "\"exitCode\":\"" + code + "\",");
    }

    /** The kernel kills it. */
    public void outOfMemory(String id) {
        Seen was = seen(id);
        change(id, was.with(was.status, was.started, was.finished, was.exitCode, true, was.health), "oom", "");
        time.pass(100_000);
        die(id, 137);
    }

    public void pause(String id) {
        Seen was = seen(id);
        change(id, was.with("paused", was.started, was.finished, 0, was.oomKilled, was.health), "pause", "");
    }

    public void unpause(String id) {
        Seen was = seen(id);
        change(id, was.with("running", was.started, was.finished, 0, was.oomKilled, was.health), "unpause", "");
    }

    public void rename(String id, String name) {
        change(id, seen(id).named(name), "rename", "");
    }

    public void health(String id, String health) {
        Seen was = seen(id);
        Seen is = was.with(was.status, was.started, was.finished, was.exitCode, was.oomKilled, health);
        change(id, is, "health_status: " + health, "");
    }

    public void destroy(String id) {
        Seen last = seen(id);
        containers.remove(id);
        emit(last, "destroy", "");
    }

    public void exec(String id, int number) {
        emit(seen(id), "exec_start: probe " + number, "");
    }

    private Seen seen(String id) {
        Seen seen = containers.get(id);
        if (seen == null) {
            throw new IllegalArgumentException(id);
        }
        return seen;
    }

    private void change(String id, Seen seen, String action, String attributes) {
        containers.put(id, seen);
        emit(seen, action, attributes);
    }

    private void emit(Seen of, String action, String attributes) {
        String json = "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + of.id
                + "\",\"Attributes\":{" + attributes + "\"image\":\"busybox\",\"name\":\"" + of.name
                + "\"}},\"scope\":\"local\",\"timeNano\":" + time.wall() + "}";
        byte[] event = json.getBytes(StandardCharsets.UTF_8);
        steps.add(new Step(time.nanos(), new TreeMap<>(containers)));
        ring.addLast(event);
        if (ring.size() > RING) {
            ring.removeFirst();
        }
        if (listener != null) {
            listener.accept(event);
        }
    }

    /** Tells of each event from now on. */
    void listen(@Nullable Consumer<byte[]> newListener) {
        listener = newListener;
    }

    /** The newest events, oldest first. */
    List<byte[]> ring() {
        return List.copyOf(ring);
    }

    /** As after its restart. */
    public void forgetEvents() {
        ring.clear();
    }

    /** What an inspect answers now; null if there is no such container. */
    byte @Nullable [] describe(String id) {
        Seen seen = containers.get(id);
        if (seen == null) {
            return null;
        }
        String health = seen.hasCheck && seen.started != 0 ? ",\"Health\":{\"Status\":\"" + seen.health + "\"}" : "";
        String json = "{\"Id\":\"" + id + "\",\"Created\":\"" + text(seen.created) + "\",\"Name\":\"/" + seen.name
                + "\",\"State\":{\"Status\":\"" + seen.status + "\",\"Running\":" + seen.isAlive() + ",\"OOMKilled\":"
                + seen.oomKilled + ",\"ExitCode\":" + seen.exitCode + ",\"StartedAt\":\"" + text(seen.started)
                + "\",\"FinishedAt\":\"" + text(seen.finished) + "\"" + health
                + "},\"RestartCount\":0,\"Config\":{\"Image\":\"busybox\"}}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(long nanos) {
        return nanos == 0
                ? "0001-01-01T00:00:00Z"
                : Instant.ofEpochSecond(0, nanos).toString();
    }
}
