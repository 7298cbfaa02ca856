package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a whole recorder serves to Prometheus. */
@Timeout(300)
class ServedMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("metrics are at (http://\\S+)");

    /** What every engine sends of a running container that has a network, whatever its kernel counts. */
    private static final List<String> OF_A_RUNNING_CONTAINER = List.of(
            "container_cpu_system_seconds_total",
            "container_cpu_throttled_seconds_total",
            "container_cpu_throttling_periods_total",
            "container_cpu_usage_host_percent",
            "container_cpu_usage_percent",
            "container_cpu_usage_seconds_total",
            "container_cpu_user_seconds_total",
            "container_health_status",
            "container_info",
            "container_last_seen",
            "container_memory_cache_bytes",
            "container_memory_free_bytes",
            "container_memory_free_percent",
            "container_memory_limit_bytes",
            "container_memory_limit_percent",
            "container_memory_major_page_faults_total",
            "container_memory_page_faults_total",
            "container_memory_peak_bytes",
            "container_memory_rss_bytes",
            "container_memory_usage_bytes",
            "container_memory_working_set_bytes",
            "container_memory_working_set_percent",
            "container_network_receive_bytes_per_second",
            "container_network_receive_bytes_total",
            "container_network_receive_dropped_total",
            "container_network_receive_errors_total",
            "container_network_receive_packets_total",
            "container_network_transmit_bytes_per_second",
            "container_network_transmit_bytes_total",
            "container_oom_events_total",
            "container_pids_current",
            "container_restart_count",
            "container_restarts_total",
            "container_start_time_seconds",
            "container_uptime_seconds");

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private static URI address(RecorderProcess recorder) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            Matcher said = ADDRESS.matcher(recorder.output());
                            return said.find() ? URI.create(said.group(1)) : null;
                        },
                        found -> found != null);
    }

    private String page(URI address) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /** The values of the series whose names begin so, by what stands between braces. */
    private static Map<String, Double> values(String page, String metric) {
        Map<String, Double> values = new TreeMap<>();
        page.lines().filter(line -> line.startsWith(metric + "{")).forEach(line -> {
            int end = line.lastIndexOf(' ');
            values.put(line.substring(metric.length(), end), Double.parseDouble(line.substring(end + 1)));
        });
        return values;
    }

    @Test
    @Tag("engine")
    @Tag("once")
    void aRealEnginesContainersHaveTheirMetrics() throws Exception {
        RealEngine.assumeAny();
        Transcript.require("promtool", "promtool", "--version");
        try (RealEngine engine = RealEngine.ofEnvironment();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("output"),
                        "unix://" + engine.socket(),
                        directory.resolve("journal"),
                        "--listen=127.0.0.1:0")) {
            String id =
                    engine.create("served", Map.of(), Map.of("Memory", 64 << 20), "sh", "-c", "while :; do :; done");
            engine.start(id);
            URI address = address(recorder);
            String labels = "container_name=\"served\"";
            await().atMost(PATIENCE)
                    .until(() -> values(page(address), "container_cpu_usage_percent").keySet().stream()
                            .anyMatch(series -> series.contains(labels)));
            String page = page(address);
            for (String metric : OF_A_RUNNING_CONTAINER) {
                assertThat(values(page, metric).entrySet())
                        .as(metric)
                        .anyMatch(series -> series.getKey().contains(labels) && series.getValue() >= 0);
            }
            assertThat(values(page, "container_memory_limit_bytes").entrySet())
                    .anyMatch(series -> series.getKey().contains(labels) && series.getValue() == 64 << 20);
            assertThat(promtool(page).lines().map(line -> line.split(" ")[0]).distinct())
                    .as("but for docker-stats-exporter's names")
                    .isSubsetOf(
                            "docker_containers_total",
                            "docker_images_total",
                            "docker_volumes_total",
                            "docker_networks_total",
                            "container_restart_count");
            for (String sort : List.of("images", "volumes", "networks")) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(page(address).lines())
                                .as(sort)
                                .contains("docker_" + sort + "_total " + engine.count(sort) + ".0"));
            }
            engine.remove(id);
            await().atMost(PATIENCE)
                    .until(() -> values(page(address), "container_exit_code").entrySet().stream()
                            .anyMatch(series -> series.getKey().contains(labels) && series.getValue() == 137));
        }
    }

    private String promtool(String page) throws IOException, InterruptedException {
        Path input = Files.writeString(directory.resolve("page"), page);
        Process process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void noKillLowersWhatEventsCount() throws Exception {
        Path journal = directory.resolve("journal");
        Map<String, Double> truth = new TreeMap<>();
        try (ScriptedEngine engine =
                ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(20))) {
            engine.start("web");
            truth.put("start", 1.0);
            for (int kill = 0; kill < 8; kill++) {
                try (RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("output" + kill),
                        engine.address(),
                        journal,
                        "--listen=127.0.0.1:0",
                        "--roll=minutely",
                        "--keep-for=1m")) {
                    URI address = address(recorder);
                    for (int i = 0; i < 3; i++) {
                        engine.outOfMemory("web");
                        engine.start("web");
                    }
                    truth.merge("oom", 3.0, Double::sum);
                    truth.merge("die", 3.0, Double::sum);
                    truth.merge("start", 3.0, Double::sum);
                    truth.put("restart", truth.get("die"));
                    await().atMost(PATIENCE).until(() -> counted(page(address)).equals(truth));
                    String page = page(address);
                    assertThat(values(page, "container_oom_events_total").values())
                            .containsExactly(truth.get("oom"));
                    assertThat(values(page, "container_restarts_total").values())
                            .containsExactly(truth.get("die"));
                    assertThat(values(page, "shiplog_dropped_records_total"))
                            .as("series from the first record on, so that an increase is seen")
                            .containsEntry("{kind=\"event\",reason=\"the writer fell behind\"}", 0.0)
                            .allSatisfy((series, count) -> assertThat(count).isZero());
                    recorder.kill();
                }
            }
        }
    }

    /** Of what is counted here, how often each came. */
    private static Map<String, Double> counted(String page) {
        Map<String, Double> counted = new TreeMap<>();
        values(page, "docker_events_total").forEach((series, count) -> {
            Matcher action =
                    Pattern.compile("action=\"(start|die|oom|restart)\"").matcher(series);
            if (action.find()) {
                counted.put(action.group(1), count);
            }
        });
        return counted;
    }
}
