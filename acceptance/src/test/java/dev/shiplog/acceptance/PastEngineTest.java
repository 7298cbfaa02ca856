package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docker ps} printed at some moments, and what {@code replay ps} says of them from the journal alone. */
@Tag("engine")
@Tag("once")
class PastEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LABEL = "dev.shiplog.past";
    private static final List<String> CHECK =
            List.of("--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1");

    private final String label = LABEL + "=" + UUID.randomUUID();
    private final Map<Instant, String> printed = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private Path socket;

    @Test
    void psSaysOfAMomentWhatDockerSaidThen() throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            socket = engine.socket();
            try (RecorderProcess recorder = RecorderProcess.recording(
                    List.of(), directory.resolve("recorder.log"), "unix://" + socket, directory.resolve("journal"))) {
                recorder.awaitSettled(); // before that, replay says of a moment that more may have happened
                live();
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            } finally {
                for (String id :
                        docker("ps", "-aq", "--filter", "label=" + label).split("\n")) {
                    if (!id.isEmpty()) {
                        docker("rm", "-f", id);
                    }
                }
            }
        }
        for (Map.Entry<Instant, String> moment : printed.entrySet()) {
            assertThat(rows(replay(moment.getKey())))
                    .as("at %s", moment.getKey())
                    .isEqualTo(rows(moment.getValue()));
        }
    }

    private void live() throws Exception {
        List<String> ports = List.of("-p", "17000-17002:17000-17002", "-p", "18080:80", "--expose", "443");
        run("web", ports, "sleep", "1000");
        docker("create", "--name", "only-" + suffix(), "--label", label, "-p", "19090:90", "busybox", "true");
        look();
        docker("pause", "web-" + suffix());
        look();
        docker("unpause", "web-" + suffix());
        docker("rename", "web-" + suffix(), "shop-" + suffix());
        docker("exec", "shop-" + suffix(), "true");
        run("sick", CHECK, "sh", "-c", "sleep 1000; echo 'a \"b\"'");
        look();
        await().atMost(PATIENCE).until(() -> list().contains("(unhealthy)"));
        run("gone", List.of("--rm"), "true");
        run("failed", List.of(), "sh", "-c", "exit 3");
        run("greedy", List.of("--memory", "8m", "--memory-swap", "8m"), "sh", "-c", "tail /dev/zero");
        await().atMost(PATIENCE)
                .until(() ->
                        list().contains("Exited (3)") && list().contains("Exited (137)") && !list().contains("gone-"));
        look();
        docker("kill", "shop-" + suffix());
        docker("start", "failed-" + suffix());
        await().atMost(PATIENCE)
                .until(() -> !docker("ps", "-q", "--filter", "name=failed-" + suffix())
                        .contains("\n"));
        docker("rm", "-f", "sick-" + suffix());
        look();
    }

    private void run(String name, List<String> options, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name + "-" + suffix(), "--label", label));
        words.addAll(options);
        words.add("busybox");
        words.addAll(List.of(command));
        docker(words.toArray(String[]::new));
    }

    private String suffix() {
        return label.substring(label.length() - 6);
    }

    /** Takes down what docker prints, at a moment in which nothing happens. */
    private void look() throws IOException, InterruptedException {
        String before = list();
        while (true) {
            Instant moment = Instant.now();
            String after = list();
            if (rows(after).equals(rows(before))) {
                printed.put(moment, after);
                return;
            }
            before = after;
        }
    }

    private String list() throws IOException, InterruptedException {
        return docker("ps", "-a", "--no-trunc", "--filter", "label=" + label);
    }

    private String replay(Instant moment) throws IOException, InterruptedException {
        List<String> command =
                ReplayCommand.of("ps", "-a", "--no-trunc", "--at", moment.toString(), "--filter", "label=" + label);
        command.add(directory.resolve("journal").toString());
        return output(new ProcessBuilder(command));
    }

    private String docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + socket));
        command.addAll(List.of(words));
        return output(new ProcessBuilder(command));
    }

    private String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        Process process = builder.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", builder.command(), Files.readString(errors))
                .isZero();
        return output;
    }

    /** The rows with one space between columns, and without lengths of time: those may differ by a second. */
    private static List<String> rows(String table) {
        return table.lines()
                .map(line -> line.replaceAll("(Less than a second|About a minute|\\d+ (second|minute)s?)( ago)?", "T")
                        .replaceAll(" +", " ")
                        .strip())
                .toList();
    }
}
