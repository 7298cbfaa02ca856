package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.acceptance.Frames.Frame;
import dev.shiplog.acceptance.PrometheusServer.Scraped;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus scrapes a recorder of a real engine with busy containers: what it has of CPU, memory, network and block
 * devices is what the docker command was sent beside it, and what the kernel's files say, within 2 % or the stretch of time
 * in which the engine read them ({@link Agreement}). Each expression of the dashboard has data. {@code mvn
 * -Dshiplog.scrape.minutes=10 …} goes on for ten minutes instead of a third of one.
 */
@Tag("engine")
@Tag("once")
@Tag("quiet")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class PrometheusAgreesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SECONDS =
            Math.round(60 * Double.parseDouble(System.getProperty("shiplog.scrape.minutes", "0.33")));
    private static final double SHARE = 0.02;

    /** What is compared, and which containers must have it. */
    private static final Map<String, Set<String>> COMPARED = Map.of(
            "container_cpu_usage_seconds_total",
                    Set.of("quarter", "limited", "pages", "heap", "disk", "talker", "idle"),
            "container_cpu_system_seconds_total", Set.of("quarter", "disk"),
            "container_cpu_user_seconds_total", Set.of("quarter", "limited"),
            "container_memory_usage_bytes", Set.of("pages", "heap", "limited", "idle"),
            "container_memory_cache_bytes", Set.of("pages"),
            "container_memory_rss_bytes", Set.of("heap"),
            "container_memory_working_set_bytes", Set.of("heap", "limited", "idle"),
            "container_network_receive_bytes_total", Set.of("talker", "listener"),
            "container_network_transmit_bytes_total", Set.of("talker", "listener"),
            "container_fs_writes_bytes_total", Set.of("disk"));

    @TempDir
    private Path directory;

    private final StringBuilder told = new StringBuilder();

    private static void launch(FigureFleet fleet, Path socket) throws IOException, InterruptedException {
        List<String> alone = List.of("--network", "none");
        String spin = "while :; do :; done";
        fleet.run("quarter", List.of("--network", "none", "--cpus", "0.25"), spin);
        fleet.run("limited", List.of("--network", "none", "--cpus", "0.1", "--memory", "64m"), spin);
        // Both have much from the start: a command that is gone before the kernel's files are read again weighs little.
        fleet.run(
                "pages",
                List.of("--network", "none", "--memory", "96m"),
                "dd if=/dev/zero of=/b bs=64k count=480; while :; do : >/f;"
                        + " for i in $(seq 20); do dd if=/dev/zero bs=64k count=16 >>/f; sleep 1; done; done");
        fleet.run(
                "heap",
                List.of("--network", "none", "--memory", "96m"),
                "{ head -c 30000000 /dev/zero; sleep 100000; } | tail -c 30000000 &"
                        + " while :; do { head -c 1000000 /dev/zero; sleep 15; } | tail -c 1000000 & sleep 1; done");
        String device = FigureFleet.device(socket);
        fleet.run(
                "disk",
                device.isEmpty() ? alone : List.of("--network", "none", "--device-write-bps", device + ":1gb"),
                "while :; do dd if=/dev/zero of=/f bs=64k count=20 conv=fsync; sleep 1; done");
        fleet.run("listener", List.of(), "while :; do nc -l -p 9 >/dev/null; done");
        String to = fleet.docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "listener")
                .strip();
        fleet.run("talker", List.of(), "while :; do head -c 300000 /dev/zero | nc " + to + " 9; sleep 0.5; done");
        fleet.run("idle", alone, "sleep 100000");
    }

    private PrometheusServer prometheus(URI recorder) throws IOException {
        return PrometheusServer.start(
                Files.writeString(directory.resolve("prometheus.yml"), """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - {job_name: shiplog, static_configs: [{targets: ["%s"]}]}
                        """.formatted(recorder.getAuthority())),
                directory);
    }

    @Test
    void whatPrometheusHasIsWhatDockerAndTheKernelSay() throws Exception {
        assumeTrue(KernelFigures.areThere(), "the files of cgroup v1 are compared");
        Transcript.require("prometheus", "prometheus", "--version");
        try (PrivateEngine engine = PrivateEngine.start()) {
            Path socket = engine.api().socket();
            FigureFleet fleet = new FigureFleet(socket, directory);
            launch(fleet, socket);
            engine.api().start(engine.api().create("ended", Map.of(), Map.of(), "sh", "-c", "exit 3"));
            try (RecorderProcess recorder = RecorderProcess.recording(
                            List.of(),
                            directory.resolve("output"),
                            "unix://" + socket,
                            directory.resolve("journal"),
                            "--listen=127.0.0.1:0",
                            "--logs");
                    KernelWatch kernel = new KernelWatch(engine.api(), fleet.ids());
                    DockerWatch docker = DockerWatch.of(fleet, socket, directory)) {
                await("docker is sent samples")
                        .atMost(PATIENCE)
                        .until(() -> docker.payloads().keySet(), fleet.ids()::equals);
                try (PrometheusServer prometheus = prometheus(ServedPage.address(recorder))) {
                    await("samples are scraped")
                            .atMost(PATIENCE)
                            .until(() -> !prometheus
                                    .query("container_cpu_usage_percent")
                                    .isEmpty());
                    TimeUnit.SECONDS.sleep(SECONDS); // so long it is compared
                    compare(prometheus, fleet, docker, kernel);
                    dashboard(prometheus);
                }
                rowsShowSamples(docker);
            }
        } finally {
            System.out.println(told);
        }
    }

    private void compare(PrometheusServer prometheus, FigureFleet fleet, DockerWatch docker, KernelWatch kernel)
            throws IOException, InterruptedException {
        Map<String, Set<String>> compared = new HashMap<>();
        Map<String, List<byte[]>> payloads = docker.payloads();
        Map<Double, Double> durations = byTime(prometheus, "scrape_duration_seconds");
        for (String id : fleet.ids()) {
            String name = fleet.name(id);
            List<Frame> frames = Frames.of(payloads.get(id)).all();
            for (String metric : new TreeSet<>(COMPARED.keySet())) {
                if (!COMPARED.get(metric).contains(name)) {
                    continue;
                }
                Map<Map<String, String>, List<Scraped>> history =
                        prometheus.history(metric + "{container_name=\"" + name + "\"}", SECONDS);
                for (Map.Entry<Map<String, String>, List<Scraped>> each : history.entrySet()) {
                    String series = metric + part(each.getKey());
                    told.append(new Agreement(name, frames, kernel.shots(id))
                                    .of(series, answered(each.getValue(), durations)))
                            .append('\n');
                    compared.computeIfAbsent(metric, key -> new TreeSet<>()).add(name);
                }
            }
            share(prometheus, name, frames);
        }
        COMPARED.forEach(
                (metric, names) -> assertThat(compared.get(metric)).as(metric).containsAll(names));
    }

    /** A scrape has the time at which it began; what it was answered may be of a moment up to its end. */
    private static List<Scraped> answered(List<Scraped> history, Map<Double, Double> durations) {
        return history.stream()
                .map(scraped -> new Scraped(scraped.at() + durations.getOrDefault(scraped.at(), 0.0), scraped.value()))
                .toList();
    }

    private static Map<Double, Double> byTime(PrometheusServer prometheus, String selector)
            throws IOException, InterruptedException {
        Map<Double, Double> values = new TreeMap<>();
        prometheus
                .history(selector, SECONDS)
                .values()
                .forEach(history -> history.forEach(scraped -> values.put(scraped.at(), scraped.value())));
        return values;
    }

    /** What tells the series of one container apart. */
    private static String part(Map<String, String> labels) {
        for (String label : List.of("interface", "device")) {
            if (labels.containsKey(label)) {
                return "{" + label + "=\"" + labels.get(label) + "\"}";
            }
        }
        return "";
    }

    /** The share of CPU is that of two samples one after the other, as docker shows it. */
    private void share(PrometheusServer prometheus, String name, List<Frame> frames)
            throws IOException, InterruptedException {
        String which = "{container_name=\"" + name + "\"}";
        Map<Double, Double> seconds = byTime(prometheus, "container_cpu_usage_seconds_total" + which);
        int same = 0;
        int all = 0;
        for (List<Scraped> values : prometheus
                .history("container_cpu_usage_percent" + which, SECONDS)
                .values()) {
            for (Scraped scraped : values) {
                Double used = seconds.get(scraped.at());
                List<Double> next = new ArrayList<>(); // of each sample with that much: an idle one has several
                List<Double> missed = new ArrayList<>(); // if the recorder missed the one between
                for (int i = 2; used != null && i < frames.size(); i++) {
                    if (frames.get(i).docker().cpu() / 1e9 == used) {
                        next.add(frames.get(i).cpuPercent(frames.get(i - 1)));
                        missed.add(frames.get(i).cpuPercent(frames.get(i - 2)));
                    }
                }
                if (!next.isEmpty()) {
                    assertThat(Stream.concat(next.stream(), missed.stream()))
                            .as("%s of %s", scraped, name)
                            .anyMatch(percent -> Math.abs(percent - scraped.value()) <= SHARE * percent);
                    same += next.stream().anyMatch(percent -> Math.abs(percent - scraped.value()) <= 1e-9 * percent)
                            ? 1
                            : 0;
                    all++;
                }
            }
        }
        assertThat(same)
                .as("shares of %s that are docker's to the digit, of %d", name, all)
                .isGreaterThan(all * 9 / 10);
        told.append("%-60s %-9s %4d scraped, %d docker's to the digit%n"
                .formatted("container_cpu_usage_percent", name, all, same));
    }

    /** What docker printed is what it was sent. */
    private void rowsShowSamples(DockerWatch docker) throws IOException {
        List<String> lines = docker.lines(); // before the samples, of which more come
        Map<String, List<DockerFigures>> streams = docker.streams();
        int rows = 0;
        for (String line : lines) {
            DockerRow row = DockerRow.of(line);
            if (row != null) {
                assertThat(streams.get(row.id()))
                        .as(line)
                        .anyMatch(frame -> row.memory().isNear(frame.memory(), 0)
                                && row.received().isNear(frame.received(), 0)
                                && row.sent().isNear(frame.sent(), 0)
                                && row.pids().isNear(frame.pids(), 0));
                rows++;
            }
        }
        assertThat(rows).isGreaterThan(5);
        told.append(rows).append(" rows of docker stats show these samples\n");
    }

    /** Beside what needs alerts and a lost connection, which DashboardTest has. */
    private static void dashboard(PrometheusServer prometheus) throws IOException, InterruptedException {
        Set<String> none = Set.of("ALERTS", "shiplog_reconnects_total", "shiplog_disk_days_left");
        Set<String> noDevice = new TreeSet<>(none);
        noDevice.addAll(DashboardTest.MAY_BE_EMPTY.keySet());
        DashboardTest.awaitData(prometheus, "talker", noDevice);
        Set<String> noNetwork = new TreeSet<>(none);
        noNetwork.add("container_network");
        DashboardTest.awaitData(prometheus, "disk", noNetwork);
    }
}
