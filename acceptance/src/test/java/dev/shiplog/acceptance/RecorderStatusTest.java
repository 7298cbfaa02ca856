package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code recorder status}, of one process to another: while it records, while the engine is away, after a kill. */
@Timeout(120)
class RecorderStatusTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private Path journal;

    /** The exit code; what it prints is in the file {@code said}. */
    private int status(String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("status", "--data-dir", journal.toString()));
        arguments.addAll(List.of(options));
        try (RecorderProcess status =
                RecorderProcess.start(directory.resolve("said"), arguments.toArray(String[]::new))) {
            return status.awaitEnd();
        }
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("said"));
    }

    private JsonNode json(int code) throws IOException, InterruptedException {
        assertThat(status("--json")).as(said()).isEqualTo(code);
        return JSON.readTree(said());
    }

    @Test
    void tellsWhetherItRecordsWhetherTheEngineAnswersAndWhetherItRuns() throws Exception {
        journal = directory.resolve("journal");
        assertThat(status()).isEqualTo(1);
        String nobody = "recorder: no status: no recorder writes to " + journal + " now\n";
        assertThat(said()).isEqualTo(nobody);
        try (ScriptedEngine engine =
                ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(100))) {
            engine.start("web");
            Path output = directory.resolve("output");
            try (RecorderProcess recorder = RecorderProcess.recording(List.of(), output, engine.address(), journal)) {
                await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(journal.resolve("recorder.sock")));
                // What it appends per second is known after the first second.
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    boolean isWell = status("--json") == 0;
                    JsonNode run = JSON.readTree(said()).path("run");
                    return isWell
                            && run.path("records").path("stats").asInt() > 5
                            && run.path("samples_per_second").asDouble() > 0;
                });
                JsonNode well = json(0);
                assertThat(well.path("pid").asLong())
                        .isEqualTo(recorder.recorder().orElseThrow().pid());
                assertThat(well.path("engine").path("up").asBoolean()).isTrue();
                assertThat(well.path("containers").asInt()).isEqualTo(1);
                assertThat(well.path("run").path("samples_per_second").asDouble())
                        .isPositive();
                assertThat(well.path("run").path("bytes").asLong()).isPositive();
                assertThat(well.path("newest").path("sequence").asLong()).isPositive();
                assertThat(journal.resolve(well.path("newest").path("segment").asText()))
                        .exists();
                assertThat(well.path("disk").path("free_bytes").asLong()).isPositive();

                engine.vanish();
                await().atMost(Duration.ofSeconds(30)).until(() -> status() == 3);
                assertThat(said()).contains("wrong       the engine does not answer: ");
                assertThat(json(3).path("containers").asInt()).isZero();

                engine.comeBack();
                await().atMost(Duration.ofSeconds(30)).until(() -> status() == 0);
                assertThat(json(0).path("engine").path("reconnects").size()).isEqualTo(1);
                recorder.kill();
            }
        }
        assertThat(journal.resolve("recorder.sock")).as("what a kill leaves").exists();
        assertThat(status()).isEqualTo(1);
        assertThat(said()).isEqualTo(nobody);
    }
}
