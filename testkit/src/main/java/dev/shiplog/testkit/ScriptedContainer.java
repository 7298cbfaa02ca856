package dev.shiplog.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One container of the scripted engine. Guarded by itself. */
final class ScriptedContainer {
    enum State {
        CREATED,
        RUNNING,
        PAUSED,
        EXITED,
        REMOVED
    }

    final String id;
    final String image;
    final Map<String, String> labels;
    final Instant created;
    final ScriptedLog log = new ScriptedLog();
    private final StatsTape tape;
    String name;
    State state = State.CREATED;
    int pid;
    int exitCode;
    String health = "";
    boolean oomKilled;

    @Nullable
    Instant started;

    @Nullable
    Instant finished;

    /** Played as they are, in the place of the tape. */
    @Nullable
    List<byte[]> verbatim;

    private long tick = -1;
    private @Nullable Instant read;
    private @Nullable Instant previousRead;

    ScriptedContainer(
            String id, String name, String image, Map<String, String> labels, Instant created, StatsTape tape) {
        this.id = id;
        this.name = name;
        this.image = image;
        this.labels = labels;
        this.created = created;
        this.tape = tape;
    }

    synchronized boolean runs() {
        return state == State.RUNNING || state == State.PAUSED;
    }

    synchronized boolean removed() {
        return state == State.REMOVED;
    }

    /** All streams of a container share the sample of a tick, but each begins with one that has no predecessor. */
    synchronized byte[] sample(long now, Stamp stamp, boolean first) {
        if (!runs()) {
            return StatsTape.stopped(name, id);
        }
        if (now > tick || read == null) {
            tick = now;
            previousRead = read;
            read = stamp.now();
        }
        return tape.sample(tick, read, first ? null : previousRead, name, id);
    }

    synchronized ObjectNode inspected(ObjectNode recorded) {
        String was = recorded.path("Id").asText();
        ObjectNode json = recorded.deepCopy();
        json.put("Id", id).put("Name", "/" + name).put("Created", Stamp.text(created));
        for (String path : List.of("ResolvConfPath", "HostnamePath", "HostsPath", "LogPath")) {
            json.put(path, recorded.path(path).asText().replace(was, id));
        }
        ObjectNode status = json.withObject("/State");
        status.put("Status", word())
                .put("Running", runs())
                .put("Paused", state == State.PAUSED)
                .put("OOMKilled", oomKilled)
                .put("Pid", runs() ? pid : 0)
                .put("ExitCode", exitCode)
                .put("StartedAt", stamp(started))
                .put("FinishedAt", stamp(finished));
        if (!health.isEmpty()) {
            status.putObject("Health")
                    .put("Status", health)
                    .put("FailingStreak", 0)
                    .putArray("Log");
        }
        ObjectNode config = json.withObject("/Config");
        config.put("Hostname", id.substring(0, 12)).put("Image", image);
        labels(config.putObject("Labels"));
        return json;
    }

    synchronized ObjectNode listed(ObjectNode recorded, Instant now) {
        ObjectNode json = recorded.deepCopy();
        json.put("Id", id).put("Image", image).put("Created", created.getEpochSecond());
        ArrayNode names = json.putArray("Names");
        names.add("/" + name);
        labels(json.putObject("Labels"));
        json.put("State", word()).put("Status", statusText(now));
        return json;
    }

    private void labels(ObjectNode json) {
        labels.forEach(json::put);
    }

    private String statusText(Instant now) {
        return switch (state) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + age(started, now) + (health.isEmpty() ? "" : " (" + health + ")");
            case PAUSED -> "Up " + age(started, now) + " (Paused)";
            case EXITED -> "Exited (" + exitCode + ") " + age(finished, now) + " ago";
            case REMOVED -> "Dead";
        };
    }

    private static String age(@Nullable Instant since, Instant now) {
        return (since == null ? 0 : Duration.between(since, now).toSeconds()) + " seconds";
    }

    private String word() {
        return switch (state) {
            case CREATED -> "created";
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case EXITED -> "exited";
            case REMOVED -> "dead";
        };
    }

    private static String stamp(@Nullable Instant time) {
        return time == null ? "0001-01-01T00:00:00Z" : Stamp.text(time);
    }
}
