package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each metric that a real engine has values for, held against what the kernel's files and the engine's own answers say: of
 * containers that are live, paused, stopped, unhealthy, restarting, in the host's network, and limited. What is served lies
 * between what was read before the sample and after the page: counters only grow, and of a container that does nothing
 * both are the same. Prints for each metric of docs/metrics.md where its value was checked.
 */
@Tag("engine")
@Tag("once")
@Timeout(300)
class RealMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(400);
    private static final long MIB = 1 << 20;
    /** Of a double that holds a time. */
    private static final double ROUNDING = 1e-6;

    /** As often as it is told to, it takes more memory than it has; otherwise it does nothing. */
    private static final String GREEDY = "trap 'exec tail /dev/zero' USR1; sleep 1000 & wait";

    /** Some of both sorts of memory, then nothing. */
    private static final String FILLED = "dd if=/dev/zero of=/f bs=1M count=6; cat /f >/dev/null;"
            + " { head -c 3000000 /dev/zero; sleep 1000; } | tail -c 3000000";

    /** What goes up and down as it works. */
    private static final Set<String> MOVING = Set.of(
            "container_memory_usage_bytes",
            "container_memory_cache_bytes",
            "container_memory_rss_bytes",
            "container_memory_working_set_bytes",
            "container_memory_free_bytes",
            "container_memory_working_set_percent",
            "container_memory_free_percent",
            "container_pids_current");

    /** Of two samples or of many: MetricTableTest has their arithmetic, ScrapeTest holds them against a Prometheus's. */
    private static final Set<String> OF_TIME = Set.of(
            "container_cpu_usage_percent",
            "container_cpu_usage_host_percent",
            "container_cpu_system_percent",
            "container_cpu_user_percent",
            "container_network_receive_bytes_per_second",
            "container_network_transmit_bytes_per_second",
            "container_fs_reads_bytes_per_second",
            "container_fs_writes_bytes_per_second",
            "container_memory_peak_bytes");

    @TempDir
    private Path directory;

    private final Map<String, String> ids = new LinkedHashMap<>();
    private final MetricsReport report = new MetricsReport();
    private final double since = now();
    private RealEngine engine;
    private URI address;
    private long hostMemory;

    private static double now() {
        Instant now = Instant.now();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    private static double seconds(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }

    @Test
    void whatIsServedIsWhatTheKernelAndTheEngineSay() throws Exception {
        assumeTrue(KernelFigures.areThere(), "the files of cgroup v1 are compared");
        try (RealEngine leased = RealEngine.ofEnvironment();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("output"),
                        "unix://" + leased.socket(),
                        directory.resolve("journal"),
                        "--listen=127.0.0.1:0",
                        "--keep-bytes=1g",
                        "--keep-for=7d")) {
            engine = leased;
            hostMemory = engine.memory();
            address = ServedPage.address(recorder);
            launch();
            for (String name : List.of("paused", "limited", "hostnet")) {
                agree(name, Set.of());
            }
            for (String name : List.of("live", "unhealthy")) {
                agree(name, MOVING);
            }
            assertThat(ServedPage.of(address).of("live"))
                    .allSatisfy((series, value) -> assertThat(value).as(series).isNotNegative())
                    .containsKey("container_cpu_usage_percent")
                    .hasEntrySatisfying(
                            "container_network_transmit_bytes_total{interface=\"eth0\"}",
                            bytes -> assertThat(bytes).isGreaterThan(MIB));
            agreeOfEnded("stopped");
            agreeOfEnded("restarting");
            new RealOwnMetrics(engine, directory.resolve("journal"), address, since, report).agree(recorder);
            System.out.println(report.markdown());
        }
    }

    private void launch() throws IOException {
        String receiver = run(
                "receiver", Box.sh("while :; do nc -l -p 9 >/dev/null; done").host("NetworkMode", "bridge"));
        String to = engine.inspect(receiver).at("/NetworkSettings/IPAddress").asText();
        String device = FigureFleet.device(engine.socket());
        Box live = Box.sh(
                        "while :; do dd if=/dev/zero bs=64k count=40 | nc " + to + " 9;"
                                + " dd if=/dev/zero of=/f bs=64k count=20 conv=fsync; dd if=/f of=/dev/null bs=64k iflag=direct; done")
                .host("NetworkMode", "bridge")
                .host("NanoCpus", 300_000_000L);
        run(
                "live",
                device.isEmpty()
                        ? live
                        : live.host("BlkioDeviceWriteBps", List.of(Map.of("Path", device, "Rate", 1L << 30))));
        run("paused", Box.sh(FILLED));
        run("hostnet", Box.of("sleep", "1000").host("NetworkMode", "host"));
        run("limited", Box.sh(GREEDY).limit(12));
        run("unhealthy", Box.sh("sleep 1000").health("sleep 1; false"));
        run("restarting", Box.sh("exit 3").restart("always", 0));
        run("stopped", Box.sh("trap 'exit 7' TERM; sleep 1000 & wait"));
        await("memory is filled").atMost(PATIENCE).until(() -> {
            Map<String, Double> figures = kernel("paused", engine.inspect(ids.get("paused")));
            return figures.get("container_memory_cache_bytes") >= 6 * MIB
                    && figures.get("container_memory_rss_bytes") >= 3_000_000;
        });
        engine.act(ids.get("paused"), "pause");
        engine.act(ids.get("stopped"), "stop");
        await("it runs out of memory, and runs again")
                .pollInterval(POLL)
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class) // it ended, or began, since it was looked at
                .until(() -> {
                    boolean isOver = count("limited", "oom") > 0 && count("limited", "die") > 0;
                    if (!isRunning(engine.inspect(ids.get("limited")))) {
                        engine.start(ids.get("limited"));
                    } else if (!isOver) {
                        engine.act(ids.get("limited"), "kill?signal=USR1");
                    }
                    return isOver && count("limited", "start") > count("limited", "die");
                });
        await("it is restarted")
                .atMost(PATIENCE)
                .until(() -> engine.inspect(ids.get("restarting"))
                                .path("RestartCount")
                                .asInt()
                        > 2);
        await("it is unhealthy")
                .atMost(PATIENCE)
                .until(() -> engine.inspect(ids.get("unhealthy"))
                        .at("/State/Health/Status")
                        .asText()
                        .equals("unhealthy"));
    }

    private String run(String name, Box box) throws IOException {
        Map<String, Object> more = new TreeMap<>(box.config());
        more.put("HostConfig", box.host());
        String id = engine.create(name, box.labels(), more, box.command().toArray(String[]::new));
        ids.put(name, id);
        engine.start(id);
        return id;
    }

    private static boolean isRunning(JsonNode inspect) {
        return inspect.at("/State/Running").asBoolean()
                && !inspect.at("/State/Restarting").asBoolean();
    }

    private Map<String, Double> kernel(String name, JsonNode inspect) throws IOException {
        boolean networked = inspect.at("/HostConfig/NetworkMode").asText().equals("bridge");
        return KernelFigures.of(ids.get(name), inspect.at("/State/Pid").asLong(), networked, hostMemory);
    }

    private List<JsonNode> events(String name) throws IOException {
        return engine.events(since, now()).stream()
                .filter(event -> event.path("Type").asText().equals("container")
                        && event.at("/Actor/ID").asText().equals(ids.get(name)))
                .toList();
    }

    private int count(String name, String action) throws IOException {
        return (int) events(name).stream()
                .filter(event -> event.path("Action").asText().equals(action))
                .count();
    }

    /** What the engine says of it, and its events. */
    private Map<String, Double> described(String name, JsonNode inspect) throws IOException {
        Map<String, Double> truth = new TreeMap<>();
        double started = seconds(inspect.at("/State/StartedAt").asText());
        truth.put("container_start_time_seconds", started);
        truth.put("container_last_seen", now());
        if (isRunning(inspect)) {
            truth.put("container_uptime_seconds", now() - started);
        }
        String health = inspect.at("/State/Health/Status").asText("none");
        truth.put("container_health_status", (double)
                List.of("none", "starting", "healthy", "unhealthy").indexOf(health));
        truth.put("container_restart_count", inspect.path("RestartCount").asDouble());
        truth.put(
                "container_info{container_id=\"%s\",health_status=\"%s\",started_at=\"%s\",status=\"%s\"}"
                        .formatted(
                                ids.get(name).substring(0, 12),
                                health,
                                Instant.parse(inspect.at("/State/StartedAt").asText()),
                                inspect.at("/State/Status").asText()),
                1.0);
        truth.put("container_oom_events_total", (double) count(name, "oom"));
        truth.put("container_restarts_total", Math.max(0.0, count(name, "start") - 1));
        for (JsonNode event : events(name)) {
            if (event.path("Action").asText().equals("die")) {
                truth.put(
                        "container_exit_code",
                        event.at("/Actor/Attributes/exitCode").asDouble());
            }
        }
        return truth;
    }

    /** Of one that runs: all that is served has its truth. */
    private void agree(String name, Set<String> moving) throws IOException {
        JsonNode inspect = engine.inspect(ids.get(name));
        Map<String, Double> kernel = kernel(name, inspect);
        Map<String, Double> described = described(name, inspect);
        await(name).atMost(PATIENCE).pollInterval(POLL).untilAsserted(() -> {
            Map<String, Double> served = ServedPage.of(address).of(name);
            served.keySet().removeIf(series -> series.contains("status=\"removed\"")); // of an earlier one of that name
            Map<String, Double> kernelAfter = kernel(name, inspect);
            Map<String, Double> describedAfter = described(name, engine.inspect(ids.get(name)));
            Set<String> known = new TreeSet<>(kernel.keySet());
            known.addAll(described.keySet());
            known.addAll(OF_TIME);
            assertThat(served.keySet()).isSubsetOf(known);
            compare(served, kernel, kernelAfter, moving, name, "the cgroup's files");
            compare(served, described, describedAfter, Set.of(), name, "inspect and events");
            peakIsSound(served, name);
        });
    }

    private void peakIsSound(Map<String, Double> served, String name) throws IOException {
        assertThat(served.get("container_memory_peak_bytes"))
                .isBetween(
                        served.get("container_memory_usage_bytes"), (double) KernelFigures.mostMemory(ids.get(name)));
        if (name.equals("paused")) {
            for (String share : List.of("usage", "usage_host", "system", "user")) {
                String series = "container_cpu_" + share + "_percent";
                assertThat(served).as("it stands still").containsEntry(series, 0.0);
            }
        }
    }

    /** Of one that ended: there may be a sample of before, of which the kernel knows nothing any more. */
    private void agreeOfEnded(String name) throws IOException {
        await(name).atMost(PATIENCE).pollInterval(POLL).untilAsserted(() -> {
            Map<String, Double> before = described(name, engine.inspect(ids.get(name)));
            Map<String, Double> served = ServedPage.of(address).of(name);
            Map<String, Double> after = described(name, engine.inspect(ids.get(name)));
            compare(served, before, after, Set.of(), name, "inspect and events");
        });
    }

    private void compare(
            Map<String, Double> served,
            Map<String, Double> before,
            Map<String, Double> after,
            Set<String> moving,
            String name,
            String where) {
        before.forEach((series, value) -> {
            if (moving.contains(series) || !after.containsKey(series)) {
                return;
            }
            double least = Math.min(value, after.get(series));
            double most = Math.max(value, after.get(series));
            assertThat(served.get(series))
                    .as("%s of %s", series, name)
                    .isNotNull()
                    .isBetween(least - ROUNDING, most + ROUNDING);
            report.saw(series, served.get(series), name, where);
        });
    }
}
