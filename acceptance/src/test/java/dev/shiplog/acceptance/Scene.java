package dev.shiplog.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One incident while it is made: what its script does to an engine, and what it knows of the ends. Containers see a
 * directory of the scene as {@code /s}, by which they and the script wait for each other without a trace in the engine.
 */
final class Scene {
    /** In a command: says that it is there, and runs until something ends it. */
    static final String LOOP = "touch /s/up; while :; do sleep 0.1; done";

    /** In a command: waits until {@link #go}. */
    static final String WAIT = "touch /s/up; until [ -e /s/go ]; do sleep 0.05; done; ";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final RealEngine engine;
    final Random random;
    final String name;

    private final String kind;
    private final Path directory;
    private final int variant;
    private final List<End> ends = new ArrayList<>();

    /** @param variant which of its kind; the variants of a kind take turns */
    Scene(RealEngine engine, Path parent, String kind, String name, long seed, int variant) throws IOException {
        this.engine = engine;
        this.kind = kind;
        this.name = name;
        this.variant = variant;
        random = new Random(seed);
        directory = Files.createDirectories(parent.resolve(name));
    }

    /** The truth, once it is played. */
    Incident incident() {
        return new Incident(kind, toString(), List.copyOf(ends));
    }

    /** What happened, for messages. */
    @Override
    public String toString() {
        return name + " (" + kind + ", variant " + variant + ")";
    }

    /** A number below this, each in its turn. */
    int turn(int choices) {
        return variant % choices;
    }

    /** A few tenths of a second, as the argument of sleep. */
    String moment() {
        return "0." + (2 + random.nextInt(7));
    }

    /** Creates and starts a container of this name. */
    String run(String container, Box box) throws IOException {
        String id = create(container, box);
        engine.start(id);
        return id;
    }

    String create(String container, Box box) throws IOException {
        Map<String, Object> host = new HashMap<>(box.host());
        host.put("Binds", List.of(directory + ":/s"));
        Map<String, Object> more = new HashMap<>(box.config());
        more.put("HostConfig", host);
        return engine.create(container, box.labels(), more, box.command().toArray(String[]::new));
    }

    /** The same, and waits until its command says that it is there. */
    String runUntilUp(String container, Box box) throws IOException {
        Files.deleteIfExists(directory.resolve("up"));
        String id = run(container, box);
        awaitUp();
        return id;
    }

    void awaitUp() {
        await(this + " is up")
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> has("up"));
    }

    /** Forgets that it is up, before it comes up again. */
    void notUp() throws IOException {
        Files.deleteIfExists(directory.resolve("up"));
    }

    private boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    /** Lets containers that wait go on. */
    void go() throws IOException {
        Files.writeString(directory.resolve("go"), "");
    }

    void remove(String file) throws IOException {
        Files.delete(directory.resolve(file));
    }

    void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.writeString(path, text);
        path.toFile().setExecutable(true);
    }

    /** Lets time go by, as a client does who looks at what happens. */
    void pass(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }

    /** Until it does not run and no policy starts it again. */
    void awaitEnd(String id) {
        await(this + " ends")
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> !state(id).path("Running").asBoolean()
                        && !state(id).path("Restarting").asBoolean());
    }

    void awaitGone(String id) {
        await(this + " is removed")
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> {
                    try {
                        return engine.inspect(id).isNull();
                    } catch (IOException e) {
                        return true;
                    }
                });
    }

    void awaitHealth(String id, String health) {
        await(this + " is " + health)
                .pollInterval(Duration.ofMillis(50))
                .atMost(PATIENCE)
                .until(() -> state(id).path("Health").path("Status").asText().equals(health));
    }

    JsonNode state(String id) throws IOException {
        return engine.inspect(id).path("State");
    }

    /** Whether the engine itself did not notice that its container ran out of memory. */
    boolean oomUnnoticed(String id) throws IOException {
        return !state(id).path("OOMKilled").asBoolean();
    }

    /** Ms from the start to the end of the last life, by the engine's own times. */
    long lifeMillis(String id) throws IOException {
        JsonNode state = state(id);
        return Duration.between(
                        Instant.parse(state.path("StartedAt").asText()),
                        Instant.parse(state.path("FinishedAt").asText()))
                .toMillis();
    }

    void expect(End end) {
        ends.add(end);
    }
}
