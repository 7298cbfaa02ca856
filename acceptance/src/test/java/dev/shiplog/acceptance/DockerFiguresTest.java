package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.acceptance.FigureSteps.Step;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the figures of documents against a {@code docker stats} that runs all the while, of ten containers, while one of them,
 * the engine and the recorder are restarted. A tee keeps the samples that docker was sent, so it is known what each of its
 * rows was made of.
 *
 * <p>A recorder with an interval of a second gets the same samples as docker, and its documents must show the same
 * figures to docker's digits. One with an interval of two gets samples of its own: each of its counters must lie between
 * those of docker's samples around it. From counters to figures, both are computed again by docker's formulas, and so are the
 * windows of a shipment.
 */
@Tag("engine")
@Tag("once")
class DockerFiguresTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int SAMPLES = 4;
    /** Half of the last decimal of a document. */
    static final double DECIMAL = 0.5e-6;

    @TempDir
    private Path directory;

    @Test
    void figuresAreThoseOfDockerAcrossRestarts() throws Exception {
        List<DockerWatch> watches = new ArrayList<>();
        FigureFleet fleet;
        try (PrivateEngine engine = PrivateEngine.start()) {
            Path socket = engine.api().socket();
            fleet = new FigureFleet(socket, directory);
            fleet.launch();
            RecorderProcess coarse = recorder(socket, "coarse", "2s");
            RecorderProcess fine = recorder(socket, "fine", "1s");
            try {
                watches.add(DockerWatch.of(fleet, socket, directory));
                awaitSamples(fleet, watches.get(0), SAMPLES);
                fleet.docker("restart", "-t", "0", "again");
                fleet.pause("busy");
                awaitSamples(fleet, watches.get(0), 2);
                fleet.docker("unpause", "busy");
                awaitSamples(fleet, watches.get(0), 2);

                engine.restart();
                watches.get(0).close();
                watches.add(DockerWatch.of(fleet, socket, directory));
                awaitSamples(fleet, watches.get(1), SAMPLES);

                end(fine);
                fine = recorder(socket, "fine", "1s");
                awaitSamples(fleet, watches.get(1), SAMPLES);
            } finally {
                for (DockerWatch watch : watches) {
                    watch.close();
                }
                end(fine);
                end(coarse);
            }
        }
        Map<String, NavigableMap<Long, DockerFigures>> sent = new HashMap<>();
        for (DockerWatch watch : watches) {
            watch.streams()
                    .forEach((id, frames) -> frames.forEach(frame ->
                            sent.computeIfAbsent(id, key -> new TreeMap<>()).put(frame.read(), frame)));
        }
        assertThat(sent.keySet()).isEqualTo(fleet.ids());
        List<Step> fine = FigureSteps.of(RecordedJournal.read(directory.resolve("fine")));
        List<Record> coarseRecords = RecordedJournal.read(directory.resolve("coarse"));
        List<Step> coarse = FigureSteps.of(coarseRecords);
        Map<Long, JsonNode> documents = documents("fine");
        compareDocuments(fine, documents);
        compareDocuments(coarse, documents("coarse"));
        FigureCounters.compareSame(fine, sent);
        FigureCounters.compareBetween(coarse, FigureSteps.starts(coarseRecords), sent);
        for (DockerWatch watch : watches) {
            FigureRows.compare(watch, fleet.ids(), fine, documents);
        }
        for (String every : List.of("10s", "1m")) {
            FigureWindows.compare(fine, TimeUnit.SECONDS.toNanos(every.equals("1m") ? 60 : 10), windows(every));
        }
    }

    private RecorderProcess recorder(Path socket, String name, String interval) throws IOException {
        return RecorderProcess.start(
                directory.resolve(name + ".out"),
                "--docker-host",
                "unix://" + socket,
                "--data-dir",
                directory.resolve(name).toString(),
                "--stats-interval",
                interval);
    }

    private static void end(RecorderProcess recorder) throws IOException, InterruptedException {
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
    }

    /** Until docker was sent so many samples more of each container, and both recorders have some. */
    private void awaitSamples(FigureFleet fleet, DockerWatch watch, int wanted) {
        long begun = System.currentTimeMillis() * 1_000_000;
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            List<Stream<String>> samples = List.of(
                    watch.streams().entrySet().stream()
                            .flatMap(stream -> stream.getValue().stream()
                                    .filter(frame -> frame.read() >= begun)
                                    .map(frame -> stream.getKey())),
                    recorded("fine", begun),
                    recorded("coarse", begun));
            for (int i = 0; i < samples.size(); i++) {
                Map<String, Long> counts =
                        samples.get(i).collect(Collectors.groupingBy(id -> id, Collectors.counting()));
                long least = i == 2 ? 2 : wanted;
                if (counts.size() < fleet.ids().size()
                        || counts.values().stream().anyMatch(count -> count < least)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Of each sample in the journal from then on, its container. */
    private Stream<String> recorded(String journal, long from) throws IOException {
        Path path = directory.resolve(journal);
        return !Files.exists(path.resolve("recorder.lock"))
                ? Stream.of()
                : RecordedJournal.read(path).stream()
                        .filter(record -> record.kind() == Kind.STATS && record.time() >= from)
                        .map(Record::subject);
    }

    /** The documents of samples, by the sequence of the record. */
    private Map<Long, JsonNode> documents(String journal) throws IOException {
        Path file = directory.resolve(journal + ".ndjson");
        replay("export", "--fields", "ecs", "--kind", "stats", "--accept-gaps", "-o", file.toString(), journal);
        Map<Long, JsonNode> documents = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode document = JSON.readTree(line);
            documents.put(document.path("shiplog.sequence").asLong(), document);
        }
        return documents;
    }

    /** The documents of windows of a shipment. */
    private List<JsonNode> windows(String every) throws IOException {
        ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.OPENSEARCH_3, InstantSource.system());
        List<JsonNode> windows = new ArrayList<>();
        try (ClusterProxy proxy = ClusterProxy.before(cluster)) {
            replay(
                    "ship",
                    "--to",
                    proxy.uri().toString(),
                    "--every",
                    every,
                    "--kind",
                    "stats",
                    "--accept-gaps",
                    "fine");
            cluster.answer(Call.of("POST", "/_refresh", ""));
            cluster.answer(Call.of("POST", "/_search", "{\"size\":10000}"))
                    .content()
                    .at("/hits/hits")
                    .forEach(hit -> windows.add(hit.path("_source")));
        }
        return windows;
    }

    private void replay(String... arguments) {
        StringWriter err = new StringWriter();
        Console console = new Console(
                OutputStream.nullOutputStream(),
                new PrintWriter(err, true),
                false,
                InstantSource.system(),
                directory,
                new CountDownLatch(1));
        assertThat(Replay.run(console, arguments))
                .as("%s: %s", Arrays.toString(arguments), err)
                .isZero();
    }

    /** Each figure of each document is what docker's formulas make of two samples of the journal. */
    private void compareDocuments(List<Step> steps, Map<Long, JsonNode> documents) {
        assertThat(documents).hasSameSizeAs(steps);
        for (Step step : steps) {
            JsonNode document = documents.get(step.sequence());
            DockerFigures now = step.now();
            DockerFigures before = step.before();
            assertThat(document.has("docker.cpu.total.pct"))
                    .as("%s %s", step, document)
                    .isEqualTo(before != null);
            if (before != null) {
                double share = now.percentSince(before) / 100;
                double seconds = step.nanos() / 1e9;
                same(document, "docker.cpu.total.pct", share);
                same(document, "docker.cpu.total.norm.pct", share / now.cpus());
                same(document, "container.cpu.usage", share / now.cpus());
                same(document, "docker.network.in.bytes", step.more(1) / seconds);
                same(document, "docker.network.out.bytes", step.more(2) / seconds);
            }
            same(document, "docker.memory.usage.total", now.memory());
            same(document, "docker.memory.usage.pct", (double) now.memory() / now.limit());
            same(document, "docker.memory.limit", now.limit());
            same(document, "shiplog.pids.current", now.pids());
            same(document, "docker.network.inbound.bytes", now.received());
            same(document, "docker.network.outbound.bytes", now.sent());
            same(document, "docker.diskio.read.bytes", now.readBytes());
            same(document, "docker.diskio.write.bytes", now.writtenBytes());
            same(document, "container.network.ingress.bytes", step.more(1));
            same(document, "container.network.egress.bytes", step.more(2));
            same(document, "container.disk.read.bytes", step.more(3));
            same(document, "container.disk.write.bytes", step.more(4));
        }
    }

    /** What the engine does not count is absent and not 0. */
    static void same(JsonNode document, String field, Number expected) {
        assertThat(document.path(field).asDouble(0))
                .as("%s of %s", field, document)
                .isCloseTo(expected.doubleValue(), within(DECIMAL * 1.000001 + Math.ulp(expected.doubleValue()) * 4));
    }
}
