package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docker inspect} printed at some moments, and what {@code replay inspect} prints of them, byte for byte. */
@Tag("engine")
@Tag("once")
class InspectEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String name = "described-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<Instant, String> printed = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private Path socket;

    @Test
    void printsOfAMomentWhatDockerPrintedThen() throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            socket = engine.socket();
            Path journal = directory.resolve("journal");
            try (RecorderProcess recorder = RecorderProcess.recording(
                    List.of(), directory.resolve("log"), "unix://" + socket, journal, "--redact", "none")) {
                await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
                live(engine);
                recorder.awaitSettled();
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            }
            for (Map.Entry<Instant, String> moment : printed.entrySet()) {
                assertThat(replay(moment.getKey().toString(), journal))
                        .as("at %s", moment.getKey())
                        .isEqualTo(moment.getValue());
            }
        }
    }

    private void live(RealEngine engine) throws IOException, InterruptedException {
        Map<String, Object> more =
                Map.of("Env", List.of("A=<é>&\"'", "EMPTY="), "HostConfig", Map.of("Memory", 33554432));
        String id = engine.create(name, Map.of("a.b", "c\n{}, []"), more, "sleep", "1000");
        look(id);
        engine.start(id);
        look(id);
        engine.act(id, "pause");
        look(id);
        engine.act(id, "unpause");
        engine.act(id, "rename?name=" + name + "-2");
        look(id);
        engine.act(id, "kill");
        await().atMost(PATIENCE)
                .until(() -> engine.inspect(id).path("State").path("Pid").asInt() == 0);
        look(id);
        engine.start(id);
        look(id);
        engine.remove(id);
    }

    /** Takes down what docker prints, at a moment in which nothing happens. */
    private void look(String id) throws IOException, InterruptedException {
        String before = docker(id);
        while (true) {
            Instant moment = Instant.now();
            String after = docker(id);
            if (after.equals(before)) {
                printed.put(moment, after);
                return;
            }
            before = after;
        }
    }

    private String docker(String id) throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/bin/docker", "-H", "unix://" + socket, "inspect", "--type", "container", id)
                .redirectError(errors.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("DOCKER_"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return output;
    }

    private String replay(String moment, Path journal) {
        List<String> words = new ArrayList<>(List.of("inspect", "--at", moment));
        words.addAll(List.of("--filter", "name=" + name + "*", journal.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        assertThat(Replay.run(console, words.toArray(String[]::new)))
                .as(err.toString())
                .isZero();
        assertThat(err.toString()).isEmpty();
        return out.toString(StandardCharsets.UTF_8);
    }
}
