package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that changes between two moments, by a real engine's client and by {@code replay diff} and {@code replay images}. */
@Tag("engine")
@Tag("once")
class ChangesEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String suffix = UUID.randomUUID().toString().substring(0, 6);
    private final String label = "dev.shiplog.changes=" + suffix;
    private final String image = "changes-" + suffix;

    @TempDir
    private Path directory;

    private Path socket;
    private Path journal;

    /** What the client said at a moment. */
    private record Seen(Instant moment, Map<String, String> imageIds, TreeSet<String> tags) {}

    @Test
    void replayNamesWhatWasChangedAndNothingElse() throws Exception {
        journal = directory.resolve("journal");
        Seen before;
        Seen after;
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            socket = engine.socket();
            try (RecorderProcess recorder = RecorderProcess.recording(
                    List.of(), directory.resolve("output"), "unix://" + socket, journal, "--redact", "none")) {
                await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
                begin();
                before = look();
                change();
                after = look();
                run("last"); // once this is recorded, all before it is
                awaitDescribed("/last-" + suffix);
                recorder.awaitSettled();
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            } finally {
                remove();
            }
        }
        assertThat(diff(before, after))
                .containsExactlyInAnyOrder(
                        "fresh come",
                        "gone gone",
                        "limited memory",
                        "limited memory and swap",
                        "limited cpus",
                        "connected network front-" + suffix,
                        "named renamed",
                        "ended state",
                        "ended exit code",
                        "made re-created",
                        "made image id " + image + ":1",
                        "made command",
                        "made env MODE",
                        "made env NEW");
        assertThat(diff(before, before)).isEmpty();
        assertThat(diff(after, after)).isEmpty();
        compareImages(before);
        compareImages(after);
    }

    private void begin() throws IOException, InterruptedException {
        docker("tag", "busybox", image + ":1");
        docker("network", "create", "front-" + suffix);
        run("limited", "--memory", "32m");
        run("connected");
        run("name");
        run("ended");
        run("gone");
        run("made", "-e", "MODE=fast", "-p", "80");
        for (String name : List.of("limited", "connected", "name", "ended", "gone", "made")) {
            awaitDescribed("/" + name + "-" + suffix, "\"Running\":true");
        }
    }

    private void change() throws IOException, InterruptedException {
        docker("update", "--memory", "64m", "--memory-swap", "128m", "--cpus", "0.5", "limited-" + suffix);
        docker("network", "connect", "front-" + suffix, "connected-" + suffix);
        docker("rename", "name-" + suffix, "named-" + suffix);
        docker("kill", "ended-" + suffix);
        docker("rm", "-f", "gone-" + suffix);
        docker("commit", "-c", "ENV NEW=1", "made-" + suffix, image + ":new");
        docker("tag", image + ":new", image + ":1");
        docker("rm", "-f", "made-" + suffix);
        create("made", List.of("-e", "MODE=slow", "-p", "80"), "sleep", "2000");
        run("fresh");
        awaitDescribed("/limited-" + suffix, "\"Memory\":67108864");
        awaitDescribed("/connected-" + suffix, "\"front-" + suffix + "\":{");
        awaitDescribed("/ended-" + suffix, "\"Running\":false");
        awaitDescribed("/made-" + suffix, "\"2000\"", "\"Running\":true");
        awaitDescribed("/fresh-" + suffix, "\"Running\":true");
    }

    private void run(String name, String... options) throws IOException, InterruptedException {
        create(name, List.of(options), "sleep", "1000");
    }

    private void create(String name, List<String> options, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name + "-" + suffix, "--label", label));
        words.addAll(options);
        words.add(image + ":1");
        words.addAll(List.of(command));
        docker(words.toArray(String[]::new));
    }

    private void remove() throws IOException, InterruptedException {
        for (String id : docker("ps", "-aq", "--filter", "label=" + label).split("\n")) {
            if (!id.isEmpty()) {
                docker("rm", "-f", id);
            }
        }
        for (String tag :
                docker("images", "--format", "{{.Repository}}:{{.Tag}}", image).split("\n")) {
            if (!tag.isEmpty()) {
                docker("rmi", tag);
            }
        }
        if (!docker("network", "ls", "-q", "--filter", "name=front-" + suffix).isEmpty()) {
            docker("network", "rm", "front-" + suffix);
        }
    }

    /** Waits for a description in which all these texts stand. */
    private void awaitDescribed(String... texts) {
        await().atMost(PATIENCE)
                .until(() -> RecordedJournal.payloads(journal, Kind.INSPECT).stream()
                        .anyMatch(payload -> List.of(texts).stream().allMatch(payload::contains)));
    }

    private Seen look() throws IOException, InterruptedException {
        Map<String, String> imageIds = new TreeMap<>();
        for (String id : docker("ps", "-q", "--filter", "label=" + label).split("\n")) {
            String[] nameAndImage = docker("inspect", "--format", "{{.Name}} {{.Image}}", id)
                    .strip()
                    .split(" ");
            imageIds.put(nameAndImage[0].substring(1), nameAndImage[1]);
        }
        String format = "{{.Repository}}:{{.Tag}} {{.ID}}";
        TreeSet<String> tags = new TreeSet<>(docker("images", "--no-trunc", "--format", format, image)
                .lines()
                .toList());
        return new Seen(Instant.now(), imageIds, tags);
    }

    private List<String> diff(Seen earlier, Seen later) throws IOException {
        List<String> changes = new ArrayList<>();
        for (JsonNode row : replay(
                "diff",
                "--at",
                earlier.moment().toString(),
                "--at",
                later.moment().toString(),
                "--filter",
                "label=" + label)) {
            assertThat(row.path("known").asBoolean()).as("%s", row).isTrue();
            String name = row.path("container").asText().replace("-" + suffix, "");
            changes.add((name + " " + row.path("change").asText() + " "
                            + row.path("key").asText())
                    .strip());
        }
        return changes;
    }

    /** As far as tags did not move, replay knows what docker lists; of those that did, it knows what was made from them. */
    private void compareImages(Seen seen) throws IOException {
        Map<String, String> imageIds = new TreeMap<>();
        TreeSet<String> tags = new TreeSet<>();
        for (JsonNode row :
                replay("images", "-a", "--at", seen.moment().toString(), "--filter", "image=" + image + ":*")) {
            row.path("containers")
                    .forEach(name ->
                            imageIds.put(name.asText(), row.path("image_id").asText()));
            if (row.path("tag_moved").isNull()) {
                tags.add(row.path("repository").asText() + ":" + row.path("tag").asText() + " "
                        + row.path("image_id").asText());
            }
        }
        assertThat(tags).isEqualTo(seen.tags());
        assertThat(imageIds).containsAllEntriesOf(seen.imageIds());
        Map<String, String> running = new TreeMap<>();
        for (JsonNode row : replay("images", "--at", seen.moment().toString(), "--filter", "image=" + image + ":*")) {
            row.path("containers")
                    .forEach(name ->
                            running.put(name.asText(), row.path("image_id").asText()));
        }
        assertThat(running).isEqualTo(seen.imageIds());
    }

    private List<JsonNode> replay(String... words) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--format", "json", "journal"));
        assertThat(Replay.run(console, arguments.toArray(String[]::new)))
                .as("%s: %s", arguments, err)
                .isZero();
        List<JsonNode> rows = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }

    private String docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + socket));
        command.addAll(List.of(words));
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", command, Files.readString(errors))
                .isZero();
        return output;
    }
}
