package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes containers, records what the engine says of them, removes them, and runs what {@code replay inspect --format run}
 * prints: the engine must say the same of the new ones, but for ids, times, pids, and the addresses that it assigns. The
 * long form has {@code -Dshiplog.sets=200}.
 */
@Tag("engine")
@Tag("once")
class RunAgainTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SETS = Integer.getInteger("shiplog.sets", 25);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    /** So many sets exist at a time. */
    private static final int BATCH = 50;

    private final String prefix = "again" + UUID.randomUUID().toString().substring(0, 8);

    @TempDir
    private Path directory;

    private Path socket;

    @Test
    void theCommandMakesTheSameContainerAgain() throws Exception {
        Random random = new Random(SEED);
        Map<String, String> failures = new LinkedHashMap<>();
        withEngine(engine -> {
            for (int from = 0; from < SETS; from += BATCH) {
                runAgain(engine, random, from, Math.min(SETS, from + BATCH), failures);
            }
        });
        assertThat(failures.size())
                .as("seed %s: %s of %s differ: %s", SEED, failures.size(), SETS, failures)
                .isLessThanOrEqualTo(SETS / 100);
    }

    /** How a container is made. Most are only created: that takes no time, and more options are possible. */
    private enum Form {
        CREATED,
        DETACHED,
        FOREGROUND;

        static Form any(Random random) {
            int number = random.nextInt(10);
            return number == 0 ? DETACHED : number == 1 ? FOREGROUND : CREATED;
        }

        private List<String> words(Random random, String name, String prefix, int place) {
            boolean starts = this == DETACHED || this == FOREGROUND;
            List<String> words = new ArrayList<>(List.of(starts ? "run" : "create", "--name", name));
            List<String> options = OptionSets.options(random, prefix, starts, place);
            if (this == DETACHED) {
                words.add("--detach");
            } else if (this == FOREGROUND && options.contains("--restart")) { // it would never end
                int restart = options.indexOf("--restart");
                options.subList(restart, restart + 2).clear();
            }
            words.addAll(options);
            words.addAll(
                    switch (this) {
                        case DETACHED -> List.of("busybox", "sleep", "1000");
                        case FOREGROUND -> List.of("busybox", "true");
                        case CREATED -> OptionSets.command(random);
                    });
            return words;
        }
    }

    private void runAgain(RealEngine engine, Random random, int from, int to, Map<String, String> failures)
            throws Exception {
        Map<String, JsonNode> made = new LinkedHashMap<>();
        Path journal = Files.createDirectory(directory.resolve("journal" + from));
        Map<String, String> commands = new LinkedHashMap<>();
        try (RecorderProcess recorder = recording(journal, "none")) {
            for (int place = from; place < to; place++) {
                String name = prefix + "-" + place;
                Form form = Form.any(random);
                List<String> words = form.words(random, name, prefix, place % BATCH);
                docker(words);
                if (form == Form.DETACHED && words.contains(prefix + "-net") && random.nextInt(3) == 0) {
                    docker(List.of("network", "connect", "--alias", "more", "--alias", "é", prefix + "-more", name));
                }
                made.put(name, engine.inspect(name));
                commands.put(name, words.get(0));
            }
            await().atMost(PATIENCE).until(() -> isDescribed(journal, made));
            Instant moment = Instant.now();
            for (String name : made.keySet()) {
                engine.remove(name);
            }
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            for (String name : made.keySet()) {
                String command =
                        replay(journal, "--at", moment.toString(), "--name", name, "--format", commands.get(name));
                String difference = difference(engine, command, made.get(name), name);
                if (!difference.isEmpty()) {
                    failures.put(name, difference + "\n" + command);
                }
            }
        }
    }

    @Test
    void whatIsRedactedIsSetBefore() throws Exception {
        withEngine(engine -> {
            Path journal = Files.createDirectory(directory.resolve("journal"));
            String name = prefix + "-secret";
            try (RecorderProcess recorder = recording(journal, "secrets")) {
                docker(List.of(
                        "create",
                        "--name",
                        name,
                        "--env",
                        "DB_PASSWORD=a'b \"$c\n",
                        "--env",
                        "HOME=/h",
                        "--label",
                        "token=t 1",
                        "busybox",
                        "serve",
                        "--password=p q",
                        "--verbose"));
                JsonNode made = engine.inspect(name);
                await().atMost(PATIENCE).until(() -> isDescribed(journal, Map.of(name, made)));
                Instant moment = Instant.now();
                engine.remove(name);
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
                String command = replay(journal, "--at", moment.toString(), "--name", name, "--format", "create");
                assertThat(command)
                        .contains("--env DB_PASSWORD=\"${DB_PASSWORD}\"")
                        .doesNotContain("a'b")
                        .doesNotContain("p q")
                        .doesNotContain("t 1");
                assertThat(sh(command, Map.of())).contains("parameter not set");
                Map<String, String> secrets = Map.of(
                        "DB_PASSWORD", "a'b \"$c\n", "REDACTED_1", "/h", "REDACTED_2", "t 1", "REDACTED_3", "p q");
                assertThat(sh(command, secrets)).as(command).isEmpty();
                assertThat(comparable(engine.inspect(name))).isEqualTo(comparable(made));
            }
        });
    }

    /** Does something with an engine. */
    private interface Use {
        void of(RealEngine engine) throws Exception;
    }

    private void withEngine(Use use) throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            socket = engine.socket();
            try {
                docker(List.of("network", "create", "--subnet", "10.77.0.0/16", prefix + "-net"));
                docker(List.of("network", "create", "--subnet", "10.78.0.0/16", prefix + "-more"));
                docker(List.of(
                        "run",
                        "--detach",
                        "--name",
                        prefix + "-helper",
                        "--ipc",
                        "shareable",
                        "--volume",
                        "/helper",
                        "--expose",
                        "80",
                        "busybox",
                        "sleep",
                        "100000"));
                use.of(engine);
            } finally {
                docker(List.of("ps", "-aq", "--filter", "name=" + prefix))
                        .lines()
                        .forEach(this::remove);
                docker(List.of("network", "rm", prefix + "-net", prefix + "-more"));
                docker(List.of("volume", "prune", "--force"));
            }
        }
    }

    private void remove(String id) {
        try {
            docker(List.of("rm", "--force", "--volumes", id));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private RecorderProcess recording(Path journal, String redaction) throws IOException {
        Path log = directory.resolve("recorder.log");
        RecorderProcess recorder =
                RecorderProcess.recording(List.of(), log, "unix://" + socket, journal, "--redact", redaction);
        await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
        return recorder;
    }

    /** Whether the newest description of each is the one that the engine gave. */
    private boolean isDescribed(Path journal, Map<String, JsonNode> made) {
        String all = replay(journal, "--filter", "name=" + prefix + "-*", "--format", "json");
        for (JsonNode one : made.values()) {
            // Networks come last, when it is connected to one or started.
            String networks = one.path("NetworkSettings").path("Networks").toString();
            if (!all.contains(one.path("Id").asText()) || !all.contains(networks)) {
                return false;
            }
        }
        return true;
    }

    /** Runs the command, and says how the engine's descriptions differ; empty if they do not. */
    private String difference(RealEngine engine, String command, JsonNode made, String name) throws Exception {
        String trouble = sh(command, Map.of());
        try {
            if (!trouble.isEmpty()) {
                return trouble;
            }
            JsonNode again = engine.inspect(name);
            List<String> differences = new ArrayList<>();
            differences("", comparable(made), comparable(again), differences);
            return String.join("\n", differences);
        } finally {
            if (docker(List.of("ps", "-aq", "--filter", "name=" + name + "$")).length() > 1) {
                engine.remove(name);
            }
        }
    }

    private static void differences(String path, JsonNode one, JsonNode other, List<String> found) {
        if (one.isObject() && other.isObject()) {
            Iterator<String> names = one.fieldNames();
            while (names.hasNext()) {
                String name = names.next();
                differences(path + "." + name, one.path(name), other.path(name), found);
            }
            other.fieldNames().forEachRemaining(name -> {
                if (!one.has(name)) {
                    found.add(path + "." + name + ": new: " + other.path(name));
                }
            });
        } else if (!one.equals(other)) {
            found.add(path + ": " + one + " now " + other);
        }
    }

    /** Without what may differ: ids, times, pids, paths with ids, names of anonymous volumes, assigned addresses and ports. */
    private static JsonNode comparable(JsonNode description) throws IOException {
        String id = description.path("Id").asText();
        String text = description.toString().replace(id, "ID").replace(id.substring(0, 12), "ID");
        ObjectNode all = (ObjectNode) JSON.readTree(
                text.replaceAll("\"[0-9a-f]{64}\"", "\"ANY\"").replaceAll("/[0-9a-f]{64}/_data\"", "/ANY\""));
        all.remove(List.of("Created", "GraphDriver"));
        ((ObjectNode) all.path("State")).remove(List.of("Pid", "StartedAt", "FinishedAt", "Health"));
        ObjectNode networks = (ObjectNode) all.path("NetworkSettings");
        List<String> assigned =
                List.of("SandboxID", "SandboxKey", "EndpointID", "IPAddress", "MacAddress", "GlobalIPv6Address");
        networks.remove(assigned);
        networks.path("Networks").forEach(network -> ((ObjectNode) network).remove(assigned));
        // The engine has no order of mounts, and the client none of variables.
        sort((ArrayNode) all.path("Mounts"), "Destination");
        if (all.path("Config").path("Env").isArray()) {
            sort((ArrayNode) all.path("Config").path("Env"), "");
        }
        return all;
    }

    private static void sort(ArrayNode array, String member) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        elements.sort(Comparator.comparing(
                one -> member.isEmpty() ? one.asText() : one.path(member).asText()));
        array.removeAll().addAll(elements);
    }

    private String replay(Path journal, String... arguments) {
        List<String> words = new ArrayList<>(List.of("inspect"));
        words.addAll(List.of(arguments));
        words.add(journal.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        Replay.run(console, words.toArray(String[]::new));
        assertThat(err.toString()).doesNotContain("bug");
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Has a shell run a script; what it printed if it failed, else nothing. */
    private String sh(String script, Map<String, String> variables) throws IOException, InterruptedException {
        Path output = directory.resolve("sh");
        ProcessBuilder builder = new ProcessBuilder(
                "sh", Files.writeString(directory.resolve("again.sh"), script).toString());
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "DOCKER_HOST", "unix://" + socket));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(script)
                .isTrue();
        return process.exitValue() == 0 ? "" : "exit code " + process.exitValue() + ": " + Files.readString(output);
    }

    private String docker(List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + socket));
        command.addAll(words);
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("seed %s: %s: %s", SEED, command, Files.readString(errors))
                .isZero();
        return output;
    }
}
