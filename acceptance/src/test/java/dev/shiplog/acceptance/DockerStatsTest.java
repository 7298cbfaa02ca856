package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
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
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds {@code replay stats} against {@code docker stats} of the same engine. The engine takes a sample of a container a
 * second and sends it to all who listen, so each row of docker is, to the digit, that of one of the samples that were
 * recorded meanwhile; which one, only docker knows.
 */
@Tag("engine")
@Tag("once")
class DockerStatsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SAMPLES = 3;

    @TempDir
    private Path directory;

    @Test
    void eachRowOfDockerIsThatOfASampleInTheJournal() throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            List<String> running = List.of(
                    run(engine, "stats-busy", Map.of(), "while :; do :; done"),
                    run(engine, "stats-idle", Map.of("HostConfig", Map.of("Memory", 64L << 20)), "sleep 1000"),
                    run(
                            engine,
                            "stats-disk",
                            Map.of(),
                            "while :; do dd if=/dev/zero of=/f bs=64k count=9; sync; done"));
            String made = engine.create("stats-made", Map.of(), Map.of(), "true");
            try (RecorderProcess recorder = RecorderProcess.recording(
                    List.of(), directory.resolve("output"), "unix://" + engine.socket(), journal())) {
                recorder.awaitSettled();
                Instant settled = Instant.now();
                await().atMost(PATIENCE)
                        .until(() -> all(running, samples -> samples.size() >= SAMPLES && isAfter(samples, settled)));
                List<String> docker = docker(engine);
                Instant taken = Instant.now();
                await().atMost(PATIENCE).until(() -> all(running, samples -> isAfter(samples, taken)));
                List<String> heading = lines(replay("stats -a --at " + taken));
                assertThat(docker.get(0)).isEqualTo(heading.get(0));
                for (String id : running) {
                    List<String> ours = new ArrayList<>();
                    for (Record sample : samples(id)) {
                        if (time(sample).isBefore(settled)) {
                            continue;
                        }
                        ours.addAll(rows(lines(replay("stats --name " + id + " --at " + time(sample))), id));
                    }
                    assertThat(ours).as(String.join("\n", docker)).containsAll(rows(docker, id));
                    assertThat(rows(docker, id)).as("rows of docker").hasSize(1);
                }
                assertThat(rows(lines(replay("stats -a --at " + taken)), made))
                        .isEqualTo(rows(docker, made))
                        .hasSize(1);
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            }
        }
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private static String run(RealEngine engine, String name, Map<String, Object> more, String script)
            throws IOException {
        String id = engine.create(name, Map.of(), more, "sh", "-c", script);
        engine.start(id);
        return id;
    }

    private List<Record> samples(String id) throws IOException {
        if (!Files.exists(journal().resolve("recorder.lock"))) {
            return List.of();
        }
        return RecordedJournal.read(journal()).stream()
                .filter(record ->
                        record.kind() == Kind.STATS && record.subject().equals(id))
                .toList();
    }

    private boolean all(List<String> ids, Predicate<List<Record>> holds) throws IOException {
        for (String id : ids) {
            if (!holds.test(samples(id))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAfter(List<Record> samples, Instant moment) {
        return time(samples.get(samples.size() - 1)).isAfter(moment);
    }

    private static Instant time(Record sample) {
        return Instant.ofEpochSecond(0, sample.time());
    }

    private List<String> docker(RealEngine engine) throws IOException, InterruptedException {
        Path output = directory.resolve("docker");
        ProcessBuilder builder =
                new ProcessBuilder("/usr/bin/docker", "-H", "unix://" + engine.socket(), "stats", "-a", "--no-stream");
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return lines(Files.readString(output));
    }

    private String replay(String arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        String commandLine = arguments + " " + journal();
        assertThat(Replay.run(console, commandLine.split(" ")))
                .as(commandLine + ": " + err)
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** With two spaces between columns, however wide these are. */
    private static List<String> lines(String table) {
        return table.lines().map(line -> line.strip().replaceAll(" {2,}", "  ")).toList();
    }

    private static List<String> rows(List<String> lines, String id) {
        return lines.stream()
                .filter(line -> line.startsWith(id.substring(0, 12)))
                .toList();
    }
}
