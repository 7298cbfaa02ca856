package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Incidents on a real engine, whose scripts know the truth, and what {@code replay explain} says of them from the journal
 * alone. {@code -Dshiplog.incidents=6} makes six incidents of each kind instead of one, {@code -Dshiplog.keep=DIR} keeps
 * the journal, the truth and the answers there, {@code -Dshiplog.kept=DIR/seed-N} asks again what was kept.
 */
@Tag("engine")
@Tag("once")
class ExplainTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("shiplog.incidents", 1);
    private static final @Nullable String KEEP = System.getProperty("shiplog.keep");
    private static final @Nullable String KEPT = System.getProperty("shiplog.kept");
    private static final int AT_A_TIME = 6;

    @TempDir
    private Path temporary;

    @Test
    void explainSaysWhyEachContainerEnded() throws Exception {
        if (KEPT != null) {
            check(Path.of(KEPT));
            return;
        }
        Path directory = KEEP == null ? temporary : Files.createDirectories(Path.of(KEEP, "seed-" + SEED));
        try (IncidentStage stage = new IncidentStage(directory, SEED)) {
            alone(stage);
            engines(stage);
            stage.stopRecorder();
            write(directory.resolve("events.ndjson"), stage.heard());
            List<String> truth = new ArrayList<>();
            for (Incident incident : stage.incidents()) {
                truth.add(JSON.writeValueAsString(incident));
            }
            write(directory.resolve("truth.ndjson"), truth);
        }
        check(directory);
    }

    private static void check(Path directory) throws IOException, InterruptedException {
        List<Incident> incidents = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("truth.ndjson"))) {
            incidents.add(JSON.readValue(line, Incident.class));
        }
        List<JsonNode> events = trees(Files.readAllLines(directory.resolve("events.ndjson")));
        IncidentReport report = new IncidentReport(incidents, explain(directory), events);
        String all = "%s, seed %d%n%s%n%s".formatted(directory, SEED, String.join("\n", report.remarks()), report);
        Files.writeString(directory.resolve("report.txt"), all);
        System.out.printf("ExplainTest: %s%n", all);
        check(report, all);
    }

    private static void check(IncidentReport report, String all) {
        assertThat(report.count(IncidentReport.Grade.WRONG)).as(all).isZero();
        int unscripted = report.count(IncidentReport.Grade.UNSCRIPTED);
        if (ROUNDS == 1) {
            assertThat(report.count(
                            IncidentReport.Grade.UNKNOWN,
                            IncidentReport.Grade.INCOMPLETE,
                            IncidentReport.Grade.MISSING,
                            IncidentReport.Grade.UNSCRIPTED))
                    .as(all)
                    .isLessThanOrEqualTo(1);
        } else {
            assertThat(unscripted).as(all).isLessThanOrEqualTo(ROUNDS / 2);
            assertThat(report.share()).as(all).isGreaterThanOrEqualTo(0.95);
            assertThat(report.below(0.8)).as(all).isEmpty();
        }
    }

    /** Incidents that do not disturb each other. */
    private static void alone(IncidentStage stage) throws Exception {
        Map<String, Script> kinds = new LinkedHashMap<>(OwnEndings.kinds());
        kinds.putAll(ClientEndings.kinds());
        int first = ROUNDS == 1 ? Math.floorMod(SEED, 1000) : 0;
        List<Callable<Void>> plays = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Script> kind : kinds.entrySet()) {
                Scene scene = stage.scene(kind.getKey(), first + round);
                plays.add(() -> {
                    kind.getValue().play(scene);
                    return null;
                });
            }
        }
        ExecutorService crew = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            for (Future<Void> play : crew.invokeAll(plays)) {
                play.get();
            }
        } finally {
            crew.shutdownNow();
        }
    }

    /** Incidents that disturb all others. */
    private static void engines(IncidentStage stage) throws IOException, InterruptedException {
        EngineEndings endings = new EngineEndings(stage);
        boolean odd = SEED % 2 != 0;
        int rounds = (ROUNDS + 1) / 2;
        for (int round = 0; round < rounds; round++) {
            endings.recorderAway(odd ^ round % 2 == 0);
            endings.killed();
            endings.restarted(odd ^ round % 2 != 0, round == rounds - 1);
        }
        for (int round = 0; round < rounds; round++) {
            endings.livedThrough();
        }
    }

    private static List<JsonNode> explain(Path directory) throws IOException, InterruptedException {
        List<String> command = ReplayCommand.of(
                "explain",
                "--since",
                "2000-01-01",
                "--until",
                "2200-01-01",
                "--format",
                "json",
                directory.resolve("journal").toString());
        Path errors = directory.resolve("explain.err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        Files.writeString(directory.resolve("explain.ndjson"), output);
        // 3: something is not known.
        assertThat(code).as("%s: %s", command, Files.readString(errors)).isIn(0, 3);
        return trees(output.lines().toList());
    }

    private static List<JsonNode> trees(List<String> lines) throws IOException {
        List<JsonNode> trees = new ArrayList<>();
        for (String line : lines) {
            trees.add(JSON.readTree(line));
        }
        return trees;
    }

    private static void write(Path file, Collection<String> lines) throws IOException {
        Files.write(file, lines);
    }
}
