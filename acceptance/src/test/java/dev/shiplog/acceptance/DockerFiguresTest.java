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
import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.Tee;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
    private static final double DECIMAL = 0.5e-6;

    private static final Pattern ANSWER = Pattern.compile("/v[\\d.]+/containers/([0-9a-f]+)/stats\\?.*stream=1.*");

    @TempDir
    private Path directory;

    private final Map<String, String> namesById = new LinkedHashMap<>();

    /** A {@code docker stats} behind a tee of its own. */
    private record Watch(Tee tee, Process docker, Path output) {
        void end() throws IOException, InterruptedException {
            docker.destroy();
            docker.waitFor();
            tee.close();
        }
    }

    @Test
    void figuresAreThoseOfDockerAcrossRestarts() throws Exception {
        List<Watch> watches = new ArrayList<>();
        try (PrivateEngine engine = PrivateEngine.start()) {
            Path socket = engine.api().socket();
            launch(socket);
            RecorderProcess coarse = recorder(socket, "coarse", "2s");
            RecorderProcess fine = recorder(socket, "fine", "1s");
            try {
                watches.add(watch(socket));
                awaitSamples(watches.get(0), SAMPLES);
                docker(socket, "restart", "-t", "0", "again");
                docker(socket, "pause", "busy");
                awaitSamples(watches.get(0), 2);
                docker(socket, "unpause", "busy");
                awaitSamples(watches.get(0), 2);

                engine.restart();
                watches.get(0).end();
                watches.add(watch(socket));
                awaitSamples(watches.get(1), SAMPLES);

                end(fine);
                fine = recorder(socket, "fine", "1s");
                awaitSamples(watches.get(1), SAMPLES);
            } finally {
                for (Watch watch : watches) {
                    watch.end();
                }
                end(fine);
                end(coarse);
            }
        }
        Map<String, NavigableMap<Long, DockerFigures>> sent = new HashMap<>();
        for (Watch watch : watches) {
            streams(watch.tee)
                    .forEach((id, frames) -> frames.forEach(frame ->
                            sent.computeIfAbsent(id, key -> new TreeMap<>()).put(frame.read(), frame)));
        }
        assertThat(sent.keySet()).isEqualTo(namesById.keySet());
        List<Step> fine = FigureSteps.of(RecordedJournal.read(directory.resolve("fine")));
        List<Record> coarseRecords = RecordedJournal.read(directory.resolve("coarse"));
        List<Step> coarse = FigureSteps.of(coarseRecords);
        Map<Long, JsonNode> documents = documents("fine");
        compareDocuments(fine, documents);
        compareDocuments(coarse, documents("coarse"));
        compareSamples(fine, sent);
        compareCounters(coarse, FigureSteps.starts(coarseRecords), sent);
        for (Watch watch : watches) {
            compareRows(watch, fine, documents);
        }
        for (String every : List.of("10s", "1m")) {
            FigureWindows.compare(fine, TimeUnit.SECONDS.toNanos(every.equals("1m") ? 60 : 10), windows(every));
        }
    }

    private void launch(Path socket) throws IOException, InterruptedException {
        docker(socket, "network", "create", "second");
        String spin = "while :; do :; done";
        String broadcast =
                "for to in $(ip -4 -o addr | sed -n 's/.* brd \\([0-9.]*\\) .*/\\1/p'); do ping -s 900 -i 0.1 $to & done; wait";
        create(socket, "limited", List.of("--cpus", "0.15", "--network", "none"), spin);
        create(socket, "busy", List.of("--cpus", "0.3", "--network", "none"), spin);
        String burst = "timeout 1 sh -c '" + spin + "'";
        create(
                socket,
                "pair",
                List.of("--network", "none"),
                "while :; do " + burst + " & " + burst + "; sleep 3; done");
        create(
                socket,
                "cache",
                List.of("--memory", "16m", "--network", "none"),
                "while :; do dd if=/dev/zero of=/f bs=1M count=30; cat /f >/dev/null; sleep 2; done");
        create(
                socket,
                "heap",
                List.of("--memory", "48m", "--network", "none"),
                "{ head -c 20000000 /dev/zero; sleep 100000; } | tail -c 20000000");
        create(
                socket,
                "disk",
                throttling(socket),
                "while :; do dd if=/dev/zero of=/f bs=64k count=20 conv=fsync; dd if=/f of=/dev/null bs=64k iflag=direct;"
                        + " sleep 0.5; done");
        create(socket, "talker", List.of(), broadcast);
        create(socket, "listener", List.of(), "sleep 100000");
        create(socket, "idle", List.of("--network", "none"), "sleep 100000");
        create(socket, "again", List.of(), "while :; do sleep 0.2; done");
        for (String name : List.of("talker", "listener")) {
            docker(socket, "network", "connect", "second", name);
        }
        List<String> start = new ArrayList<>(List.of("start"));
        start.addAll(namesById.values());
        docker(socket, start.toArray(String[]::new));
    }

    private void create(Path socket, String name, List<String> options, String script)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("create", "--name", name, "--restart", "always"));
        command.addAll(List.of("--stop-signal", "KILL"));
        command.addAll(options);
        command.addAll(List.of("busybox", "sh", "-c", script + " 2>/dev/null"));
        namesById.put(docker(socket, command.toArray(String[]::new)).strip(), name);
    }

    /** On cgroup v1, newer kernels count what block devices do only once somebody has a limit on it. */
    private static List<String> throttling(Path socket) throws IOException {
        int device = ((Long) Files.getAttribute(socket.getParent(), "unix:dev")).intValue();
        Path sys = Path.of("/sys/dev/block", (device >> 8 & 0xfff) + ":" + (device & 0xff), "uevent");
        if (!Files.exists(sys)) {
            return List.of(); // the engine is on no block device
        }
        Matcher name = Pattern.compile("DEVNAME=(.*)").matcher(Files.readString(sys));
        assertThat(name.find()).isTrue();
        return List.of("--network", "none", "--device-write-bps", "/dev/" + name.group(1) + ":1gb");
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

    private static ProcessBuilder command(Path socket, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + socket));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        return builder;
    }

    private String docker(Path socket, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "docker", "");
        Process process = command(socket, arguments)
                .redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", Arrays.toString(arguments), Files.readString(output))
                .isZero();
        return Files.readString(output);
    }

    private Watch watch(Path engine) throws IOException {
        Path socket = Files.createTempFile(directory, "tee", ".sock");
        Files.delete(socket);
        Tee tee = Tee.at(socket, engine, Path.of(socket + ".answers"));
        Path output = Path.of(socket + ".rows");
        Process process = command(socket, "stats", "--no-trunc", "--format", "{{json .}}")
                .redirectOutput(output.toFile())
                .redirectError(directory.resolve("stats.err").toFile())
                .start();
        return new Watch(tee, process, output);
    }

    /** The samples of each container that a docker was sent; those of containers that do not run left out. */
    private Map<String, List<DockerFigures>> streams(Tee tee) throws IOException {
        Map<String, List<DockerFigures>> streams = new HashMap<>();
        for (Exchange exchange : tee.exchanges()) {
            Matcher target = ANSWER.matcher(exchange.target());
            if (target.matches()) {
                List<DockerFigures> frames = streams.computeIfAbsent(id(target.group(1)), id -> new ArrayList<>());
                for (byte[] line : exchange.lines()) {
                    DockerFigures frame = DockerFigures.of(line);
                    if (frame != null) {
                        frames.add(frame);
                    }
                }
            }
        }
        return streams;
    }

    private String id(String prefix) {
        return namesById.keySet().stream()
                .filter(id -> id.startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }

    /** Until docker was sent so many samples more of each container, and both recorders have some. */
    private void awaitSamples(Watch watch, int wanted) {
        long begun = System.currentTimeMillis() * 1_000_000;
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            List<Stream<String>> samples = List.of(
                    streams(watch.tee).entrySet().stream()
                            .flatMap(stream -> stream.getValue().stream()
                                    .filter(frame -> frame.read() >= begun)
                                    .map(frame -> stream.getKey())),
                    recorded("fine", begun),
                    recorded("coarse", begun));
            for (int i = 0; i < samples.size(); i++) {
                Map<String, Long> counts =
                        samples.get(i).collect(Collectors.groupingBy(id -> id, Collectors.counting()));
                long least = i == 2 ? 2 : wanted;
                if (counts.size() < namesById.size() || counts.values().stream().anyMatch(count -> count < least)) {
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
    static void same(JsonNode document, String field, double expected) {
        assertThat(document.path(field).asDouble(0))
                .as("%s of %s", field, document)
                .isCloseTo(expected, within(DECIMAL * 1.000001 + Math.ulp(expected) * 4));
    }

    /** A sample that both were sent is the same, but for what the answer had before it. */
    private static void compareSamples(List<Step> steps, Map<String, NavigableMap<Long, DockerFigures>> sent) {
        Map<String, Integer> same = new HashMap<>();
        for (Step step : steps) {
            DockerFigures docker = sent.get(step.container()).get(step.now().read());
            if (docker != null) {
                assertThat(step.now().withoutBefore()).isEqualTo(docker.withoutBefore());
                same.merge(step.container(), 1, Integer::sum);
            }
        }
        assertThat(same.keySet()).isEqualTo(sent.keySet());
        System.out.println("DockerFiguresTest: samples that docker was sent, too: " + same.values());
    }

    /**
     * Each counter lies between those of docker's samples around it. One sample more on both sides: the engine may take
     * two at once, and the one with the earlier time then has what was counted later.
     */
    private static void compareCounters(
            List<Step> steps,
            Map<String, NavigableSet<Long>> starts,
            Map<String, NavigableMap<Long, DockerFigures>> sent) {
        Map<String, Integer> between = new HashMap<>();
        for (Step step : steps) {
            long read = step.now().read();
            NavigableSet<Long> lives = starts.get(step.container());
            Long end = lives.higher(read);
            NavigableMap<Long, DockerFigures> life = sent.get(step.container())
                    .subMap(lives.floor(read), true, end == null ? Long.MAX_VALUE : end, false);
            NavigableMap<Long, DockerFigures> earlier = life.headMap(read, true).descendingMap();
            NavigableMap<Long, DockerFigures> later = life.tailMap(read, false);
            if (earlier.size() > 1 && later.size() > 1) {
                List<Long> least = second(earlier).counters();
                List<Long> most = second(later).counters();
                List<Long> counters = step.now().counters();
                for (int i = 0; i < counters.size(); i++) {
                    assertThat(counters.get(i)).as("counter %d of %s", i, step).isBetween(least.get(i), most.get(i));
                }
                between.merge(step.container(), 1, Integer::sum);
            }
        }
        assertThat(between.keySet()).isEqualTo(sent.keySet());
        System.out.println("DockerFiguresTest: samples between those of docker: " + between.values());
    }

    private static DockerFigures second(NavigableMap<Long, DockerFigures> samples) {
        return samples.values().stream().skip(1).findFirst().orElseThrow();
    }

    /** What a docker printed of each container, in order, shows the documents of the samples that it was sent, in order. */
    private void compareRows(Watch watch, List<Step> steps, Map<Long, JsonNode> documents) throws IOException {
        Map<String, Map<Long, Step>> recorded = new HashMap<>();
        steps.forEach(step -> recorded.computeIfAbsent(step.container(), id -> new HashMap<>())
                .put(step.now().read(), step));
        Map<String, List<DockerFigures>> streams = streams(watch.tee);
        Map<String, Integer> next = new HashMap<>();
        Map<String, Integer> compared = new TreeMap<>();
        int rows = 0;
        for (String line : Files.readAllLines(watch.output)) {
            DockerRow row = DockerRow.of(line);
            if (row == null) {
                continue;
            }
            rows++;
            List<DockerFigures> frames = streams.get(row.id());
            List<DockerFigures> shown = new ArrayList<>();
            for (int at = next.getOrDefault(row.id(), 0); at < frames.size(); at++) {
                Step step = recorded.get(row.id()).get(frames.get(at).read());
                if (isShown(row, frames.get(at), step, step == null ? null : documents.get(step.sequence()))) {
                    if (shown.isEmpty()) {
                        next.put(row.id(), at);
                    }
                    shown.add(frames.get(at));
                }
            }
            assertThat(shown)
                    .as(() -> "%s after %s of %s".formatted(line, next.get(row.id()), frames))
                    .isNotEmpty();
            if (shown.stream().anyMatch(frame -> hasSameStart(recorded.get(row.id()).get(frame.read()), frame))) {
                compared.merge(namesById.get(row.id()), 1, Integer::sum);
            }
        }
        System.out.println(
                "DockerFiguresTest: " + rows + " rows of docker; with the share of CPU of a document: " + compared);
        assertThat(compared.keySet()).containsExactlyInAnyOrderElementsOf(namesById.values());
    }

    /** Whether docker's CPU and that of the document are since the same sample. */
    private static boolean hasSameStart(@Nullable Step step, DockerFigures frame) {
        DockerFigures before = step == null ? null : step.before();
        return before != null && before.cpu() == frame.precpu() && before.system() == frame.presystem();
    }

    /** @param document of the sample; null if it was not recorded */
    private static boolean isShown(
            DockerRow row, DockerFigures frame, @Nullable Step step, @Nullable JsonNode document) {
        if (document == null) {
            return row.cpu().isNear(frame.shownPercent(), 0)
                    && row.memory().isNear(frame.memory(), 0)
                    && row.limit().isNear(frame.limit(), 0)
                    && row.received().isNear(frame.received(), 0)
                    && row.sent().isNear(frame.sent(), 0)
                    && row.read().isNear(frame.readBytes(), 0)
                    && row.written().isNear(frame.writtenBytes(), 0)
                    && row.pids().isNear(frame.pids(), 0);
        }
        double cpu = hasSameStart(step, frame) ? 100 * number(document, "docker.cpu.total.pct") : frame.shownPercent();
        return row.cpu().isNear(cpu, 100 * DECIMAL)
                && row.memoryShare().isNear(100 * number(document, "docker.memory.usage.pct"), 100 * DECIMAL)
                && row.memory().isNear(number(document, "docker.memory.usage.total"), 0)
                && row.limit().isNear(number(document, "docker.memory.limit"), 0)
                && row.received().isNear(number(document, "docker.network.inbound.bytes"), 0)
                && row.sent().isNear(number(document, "docker.network.outbound.bytes"), 0)
                && row.read().isNear(number(document, "docker.diskio.read.bytes"), 0)
                && row.written().isNear(number(document, "docker.diskio.write.bytes"), 0)
                && row.pids().isNear(number(document, "shiplog.pids.current"), 0);
    }

    private static double number(JsonNode document, String field) {
        return document.path(field).asDouble();
    }
}
