package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
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
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a real engine: a tag moves while a container runs, and both images stay described. */
@Tag("engine")
@Tag("once")
class ImagesEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name = "shiplog-image-" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> made = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path socket;

    private Path journal() {
        return directory.resolve("journal");
    }

    @Test
    void aTagThatMovesUnderARunningContainerLeavesBothImagesDescribed() throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            socket = engine.socket();
            try {
                String files = directory.resolve("files.tar").toString();
                docker("create", "--name", name + "-files", "busybox");
                docker("export", "-o", files, name + "-files");
                record(files);
                recordNothingTwice();
            } finally {
                docker("rm", "-f", name, name + "-files");
                for (String id : made) {
                    docker("rmi", "-f", id);
                }
            }
        }
    }

    private void record(String files) throws Exception {
        try (RecorderProcess recorder = recorder()) {
            String old = load(files, "1");
            docker("run", "-d", "--name", name, name + ":1", "sleep", "1000");
            await().atMost(PATIENCE).until(() -> descriptions(old).size() == 1);
            assertThat(descriptions(old).get(0)).isEqualTo(asked(old));
            String successor = load(files, "2");
            assertThat(successor).isNotEqualTo(old);
            await().atMost(PATIENCE)
                    .until(() -> descriptions(old).size() == 2
                            && descriptions(successor).size() == 1);
            docker("tag", successor, name + ":stable");
            await().atMost(PATIENCE).until(() -> descriptions(successor).size() == 2);
            recorder.awaitSettled();
            String moment = Instant.now().toString();
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();

            assertThat(tags(old)).containsExactly(List.of(name + ":1"), List.of());
            assertThat(tags(successor)).containsExactly(List.of(name + ":1"), List.of(name + ":1", name + ":stable"));
            assertThat(descriptions(old).get(1)).isEqualTo(asked(old));
            assertThat(descriptions(successor).get(1)).isEqualTo(asked(successor));
            assertThat(replay(
                            "images",
                            "--at",
                            moment,
                            "--no-trunc",
                            "--filter",
                            "image=" + name + "*",
                            "--columns",
                            "tag,image_id,containers"))
                    .isEqualTo("""
                            TAG   IMAGE ID                                                                  CONTAINERS
                            1     %s   %s
                            """.formatted(old, name));
            assertThat(replay("images", "--at", moment, "-a", "--filter", "image=" + successor, "--columns", "tag"))
                    .isEqualTo("TAG\n1\nstable\n");
        }
    }

    /** A second run takes up what the first one knew, and repeats of the ring change nothing. */
    private void recordNothingTwice() throws Exception {
        int before = descriptions("").size();
        try (RecorderProcess recorder = recorder()) {
            docker("tag", made.get(1), name + ":last");
            await().atMost(PATIENCE).until(() -> descriptions("").size() > before);
            recorder.awaitSettled();
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        }
        assertThat(descriptions("")).hasSize(before + 1);
        assertThat(descriptions(made.get(0), true))
                .as("its segment begins with the image that the container was made from, and not with the other")
                .containsExactly(descriptions(made.get(0)).get(1));
        assertThat(descriptions(made.get(1), true)).isEmpty();
    }

    private RecorderProcess recorder() throws IOException {
        RecorderProcess recorder = RecorderProcess.recording(
                List.of(), directory.resolve("log"), "unix://" + socket, journal(), "--redact", "none");
        await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
        return recorder;
    }

    /** Makes an image of the files, and gives it the tag 1. */
    private String load(String files, String version) throws Exception {
        String id = docker("import", "-c", "ENV VERSION=" + version, files, name + ":1")
                .strip();
        made.add(id);
        return id;
    }

    private JsonNode asked(String id) throws Exception {
        return JSON.readTree(docker("image", "inspect", id)).get(0);
    }

    /** The descriptions of this image in the journal, or of all, without what segments repeat. */
    private List<JsonNode> descriptions(String id) throws IOException {
        return descriptions(id, false);
    }

    private List<JsonNode> descriptions(String id, boolean restated) throws IOException {
        List<JsonNode> descriptions = new ArrayList<>();
        if (!Files.exists(journal())) {
            return descriptions;
        }
        try (Cursor cursor = Cursor.open(List.of(journal()))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).isEqualTo(Cursor.Step.RECORD);
                RecordView record = cursor.record();
                if (record.kind() == Kind.IMAGE
                        && record.restated() == restated
                        && (id.isEmpty() || record.subject().equals(id))) {
                    JsonNode description = JSON.readTree(record.payload().toArray());
                    assertThat(description.path("Id").asText()).isEqualTo(record.subject());
                    descriptions.add(description);
                }
            }
        }
        return descriptions;
    }

    private List<List<String>> tags(String id) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (JsonNode description : descriptions(id)) {
            List<String> tags = new ArrayList<>();
            description.path("RepoTags").forEach(tag -> tags.add(tag.asText()));
            all.add(tags);
        }
        return all;
    }

    private String docker(String... words) throws IOException, InterruptedException {
        Path errors = directory.resolve("errors");
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + socket));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("DOCKER_"));
        builder.environment().put("DOCKER_API_VERSION", "1.41");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", command, Files.readString(errors))
                .isZero();
        return output;
    }

    private String replay(String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        command.add(journal().toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        assertThat(Replay.run(console, command.toArray(String[]::new)))
                .as(err.toString())
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
