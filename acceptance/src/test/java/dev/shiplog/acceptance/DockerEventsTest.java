package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a real engine's client and replay for the same stretch of events. */
@Tag("engine")
@Tag("once")
class DockerEventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void replayPrintsWhatDockerPrints() throws Exception {
        Transcript.require("docker of the engine", "/usr/bin/docker", "--version");
        Path journal = directory.resolve("journal");
        try (RealEngine engine = RealEngine.ofEnvironment();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(), directory.resolve("output"), "unix://" + engine.socket(), journal)) {
            String first = engine.create("first", Map.of(), Map.of(), "true");
            await().atMost(PATIENCE).until(() -> isRecorded(journal, "create", first));
            Instant since = Instant.now();
            String busy = engine.create("busy", Map.of("tier", "front, (left)", "Ärger", "ja"), Map.of(), "yes");
            engine.start(busy);
            engine.exec(busy, "true");
            engine.act(busy, "pause");
            engine.act(busy, "unpause");
            engine.act(busy, "rename?name=busier");
            engine.act(busy, "kill");
            engine.remove(busy);
            Instant until = Instant.now();
            engine.remove(first); // once this is recorded, all before it is
            await().atMost(PATIENCE).until(() -> isRecorded(journal, "destroy", first));
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();

            String range = "--since " + since + " --until " + until;
            String docker = docker(engine, range);
            assertThat(docker.lines()).hasSizeGreaterThan(8).anyMatch(line -> line.contains("exec_die"));
            assertThat(replay(range)).isEqualTo(docker);
            String only = " --filter container=" + busy + " --filter event=die --filter event=kill";
            assertThat(docker(engine, range + only).lines()).hasSize(2);
            assertThat(replay(range + only)).isEqualTo(docker(engine, range + only));
            assertThat(replay(range + " --format json")).isEqualTo(docker(engine, range + " --format {{json_.}}"));
        }
    }

    private static boolean isRecorded(Path journal, String action, String id) throws IOException {
        return Files.exists(journal.resolve(JournalLock.FILE))
                && RecordedJournal.payloads(journal, Kind.EVENT).stream()
                        .anyMatch(event -> event.contains("\"Action\":\"" + action + "\"") && event.contains(id));
    }

    /** @param arguments with {@code _} for a space within one */
    private String docker(RealEngine engine, String arguments) throws Exception {
        Path out = directory.resolve("docker.out");
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + engine.socket(), "events"));
        for (String argument : arguments.strip().split(" ")) {
            command.add(argument.replace('_', ' '));
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        builder.environment().put("DOCKER_API_VERSION", "1.41");
        Process process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        return Files.readString(out);
    }

    private String replay(String arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        String commandLine = "events --engine-only --tz local " + arguments.strip() + " journal";
        assertThat(Replay.run(console, commandLine.split(" ")))
                .as(err.toString())
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
