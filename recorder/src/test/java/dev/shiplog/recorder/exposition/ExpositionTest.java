package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ExpositionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String WEB = "8e8f".repeat(16);
    private static final String DB = "d0d0".repeat(16);

    private long now = 1_795_252_323_000_000_000L;
    private final Clock clock = new Clock(() -> now, () -> now, step -> {});
    private final LiveState live = new LiveState(clock, true);
    private final Checkpoints checkpoints = new Checkpoints(clock, List.of(live));
    private final HttpClient client = HttpClient.newHttpClient();
    private int containers = 2;
    private EngineState engine = new EngineState(true, now, "28.5", "1.51", "", Map.of("EOF", 2L));
    private Exposition exposition = exposition(new ListenAddress("127.0.0.1", 0), LabelRules.of(List.of(), List.of()));

    private Exposition exposition(ListenAddress address, LabelRules rules) {
        return new Exposition(
                address,
                Protection.NONE,
                rules,
                Freshness.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                live,
                this::status,
                Duration.ofMillis(100),
                ServerLimits.LONGEST);
    }

    @AfterEach
    void close() {
        exposition.close();
    }

    private Status status() {
        return new Status(
                "1.0",
                4711,
                "/srv/events",
                clock.now(),
                engine,
                checkpoints.tally(),
                new RecordQueue.Waiting(0, 0),
                Map.of(Kind.STATS, Map.of("the disk was full", 7L)),
                containers,
                new Status.Disk(1 << 30, 64 << 20, Limits.NONE),
                exposition.status(),
                SocketsState.OFF);
    }

    private URI uri(String path) {
        await().until(() -> exposition.status().problem().isEmpty());
        return URI.create(exposition.status().address().replace("/metrics", path));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The values by their series, as the older text has them. */
    private Map<String, String> series() throws Exception {
        Map<String, String> series = new TreeMap<>();
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        answer.body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            assertThat(series.put(line.substring(0, space), line.substring(space + 1)))
                    .as(line)
                    .isNull();
        });
        return series;
    }

    /** Those of one container, without its labels. */
    private static Map<String, String> of(String name, Map<String, String> series) {
        String labels = "compose_project=\"shop\",compose_service=\"front\",container_name=\"%s\"".formatted(name);
        Map<String, String> found = new TreeMap<>();
        series.forEach((key, value) -> {
            if (key.contains("container_name=\"" + name + "\"") && !key.startsWith("container_info")) {
                found.put(
                        key.replace(labels, "")
                                .replace(",image=\"nginx:1\"", "")
                                .replace("{}", "")
                                .replace("{,", "{")
                                .replace(",}", "}"),
                        value);
            }
        });
        return found;
    }

    private void record(Kind kind, String subject, String payload) {
        Record record = clock.stamp(kind, subject, 0, payload.getBytes(UTF_8));
        live.appended(record);
    }

    private void describe(String id, String name, String state) {
        record(
                Kind.INSPECT,
                id,
                "{\"Id\":\"%s\",\"Name\":\"/%s\",\"RestartCount\":4,\"Created\":\"2026-11-21T09:00:00Z\",\"State\":{%s},\"Config\":{\"Image\":\"nginx:1\",\"Labels\":{\"com.docker.compose.service\":\"front\",\"com.docker.compose.project\":\"shop\",\"tier\":\"a\\\"b\"}}}"
                        .formatted(id, name, state));
    }

    private void event(String id, String action, String attributes) {
        record(
                Kind.EVENT,
                id,
                "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{%s}}}"
                        .formatted(action, id, attributes));
    }

    /** What an engine on cgroup v2 sends, shortened. */
    private void sampleV2(String id, long cpu, long received) {
        record(
                Kind.STATS,
                id,
                ("{\"read\":\"%s\",\"pids_stats\":{\"current\":7,\"limit\":99},\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"major\":8,\"minor\":0,\"op\":\"read\",\"value\":4096},{\"major\":8,\"minor\":0,\"op\":\"write\",\"value\":0}],\"io_serviced_recursive\":null},"
                                + "\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":%d,\"usage_in_kernelmode\":1000000000,\"usage_in_usermode\":3000000000},\"system_cpu_usage\":%d,\"online_cpus\":4,\"throttling_data\":{\"periods\":9,\"throttled_periods\":2,\"throttled_time\":1500000000}},"
                                + "\"memory_stats\":{\"usage\":1000,\"limit\":4000,\"stats\":{\"anon\":600,\"file\":300,\"inactive_file\":200,\"pgfault\":50,\"pgmajfault\":3}},"
                                + "\"networks\":{\"eth0\":{\"rx_bytes\":%d,\"rx_packets\":1,\"rx_errors\":0,\"rx_dropped\":0,\"tx_bytes\":10,\"tx_packets\":2,\"tx_errors\":0,\"tx_dropped\":4}}}")
                        .formatted(Instant.ofEpochSecond(0, now), cpu, 4 * now, received));
    }

    @Test
    void thePageOfTheEngineIsPassedOnAsItWasRecordedUnlessTheEngineIsAway() throws Exception {
        exposition.start();
        assertThat(get("/engine-metrics").statusCode()).as("none yet").isEqualTo(503);
        record(Kind.ENGINE_METRICS, "", "engine_daemon_events_total 1\n");
        record(Kind.ENGINE_METRICS, "", "# é\nengine_daemon_events_total 2\n");
        HttpResponse<String> page = get("/engine-metrics");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).isEqualTo("# é\nengine_daemon_events_total 2\n");
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        engine = new EngineState(false, now, "28.5", "1.51", "gone", Map.of());
        assertThat(get("/engine-metrics").statusCode())
                .as("of an engine that is away")
                .isEqualTo(503);
    }

    @Test
    void aRecorderThatFollowsNoContainersSaysNothingOfThem() throws Exception {
        exposition.start();
        assertThat(series()).containsEntry("docker_containers_total{state=\"running\"}", "0.0");
        containers = Status.NO_CONTAINERS;
        assertThat(series())
                .containsEntry("docker_up", "1.0")
                .doesNotContainKey("docker_containers_total{state=\"running\"}");
    }

    /** As an engine sends it whose kernel counts no memory: nothing, on cgroup v1, and zeros, on v2. */
    @Test
    void memoryThatIsNotCountedIsAbsentAndNot0() throws Exception {
        exposition.start();
        record(Kind.HOST, "info", "{\"MemTotal\":8000}");
        describe(WEB, "web", "\"Status\":\"running\",\"StartedAt\":\"2026-11-21T09:12:04Z\"");
        String zeros =
                "\"stats\":{\"anon\":0,\"file\":0,\"inactive_file\":0,\"pgfault\":0,\"pgmajfault\":0,\"total_rss\":0}";
        for (String memory : List.of("{}", "{\"usage\":0,\"limit\":0," + zeros + "}", "{" + zeros + "}")) {
            for (int i = 0; i < 2; i++) {
                now += SECOND;
                record(
                        Kind.STATS,
                        WEB,
                        "{\"read\":\"2026-11-21T09:12:03Z\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":7}},\"memory_stats\":"
                                + memory + "}");
            }
            assertThat(of("web", series()).keySet())
                    .as(memory)
                    .contains("container_cpu_usage_seconds_total")
                    .noneMatch(series -> series.contains("memory"));
        }
    }

    @Test
    void whatTheEngineHasBesideContainersIsThereOnceItIsCounted() throws Exception {
        exposition.start();
        assertThat(series())
                .containsEntry("exporter_scrape_errors_total{collector=\"images\"}", "0.0")
                .doesNotContainKey("docker_images_total");
        live.inventory().counted("images", 12);
        live.inventory().counted("volumes", 0);
        live.inventory().failed("networks");
        assertThat(series())
                .containsEntry("docker_images_total", "12.0")
                .containsEntry("docker_volumes_total", "0.0")
                .containsEntry("exporter_scrape_errors_total{collector=\"volumes\"}", "0.0")
                .containsEntry("exporter_scrape_errors_total{collector=\"networks\"}", "1.0")
                .doesNotContainKey("docker_networks_total");
    }

    @Test
    void aStoppedContainerHasItsEndAndOneThatIsGoneLeavesAfterTwoMinutes() throws Exception {
        exposition.start();
        for (String id : List.of(WEB, DB)) {
            String name = id.equals(WEB) ? "web" : "db";
            describe(id, name, "\"Status\":\"running\",\"StartedAt\":\"2026-11-21T09:12:02Z\"");
            sampleV2(id, SECOND, 0);
            event(id, "oom", "\"name\":\"" + name + "\"");
            event(id, "die", "\"name\":\"" + name + "\",\"exitCode\":\"137\"");
        }
        event(WEB, "destroy", "\"name\":\"web\"");
        now += 119 * SECOND;
        Map<String, String> all = series();
        for (String name : List.of("web", "db")) {
            assertThat(of(name, all))
                    .containsEntry("container_exit_code", "137.0")
                    .containsEntry("container_oom_events_total", "1.0")
                    .containsEntry("container_cpu_usage_seconds_total", "1.0")
                    .doesNotContainKey("container_uptime_seconds");
        }
        assertThat(of("web", all)).containsEntry("container_last_seen", "1.795252323E9");
        assertThat(of("db", all)).containsEntry("container_last_seen", "1.795252442E9");
        assertThat(all)
                .containsEntry("docker_containers_total{state=\"exited\"}", "1.0")
                .containsEntry("docker_events_total{action=\"oom\",type=\"container\"}", "2.0");
        now += 2 * SECOND;
        all = series();
        assertThat(of("web", all)).isEmpty();
        assertThat(of("db", all))
                .containsEntry("container_exit_code", "137.0")
                .doesNotContainKey("container_cpu_usage_seconds_total");
        assertThat(all).containsEntry("docker_events_total{action=\"oom\",type=\"container\"}", "2.0");
    }

    /** A recorder that starts is told of what the engine remembers. */
    @Test
    void aContainerThatWasRemovedBeforeAnybodyListenedWasLastSeenThen() throws Exception {
        exposition.start();
        for (String action : List.of("create", "destroy")) {
            String event =
                    "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"name\":\"web\"}}}"
                            .formatted(action, WEB);
            live.appended(clock.stamp(Kind.EVENT, WEB, now - 1200 * SECOND, event.getBytes(UTF_8)));
        }
        assertThat(series().entrySet())
                .filteredOn(entry -> entry.getKey().startsWith("container_last_seen"))
                .extracting(Map.Entry::getValue)
                .containsExactly("1.795251123E9");
    }

    /** No two series may be the same, or nothing of the page can be read. */
    private void sockets(String id, String payload) {
        record(Kind.SOCKETS, id, payload);
    }

    private Map<String, String> socketSeries() throws Exception {
        Map<String, String> found = of("web", series());
        found.keySet().removeIf(key -> !key.startsWith("container_tcp_") && !key.startsWith("container_shm_"));
        return found;
    }

    @Test
    void whatWasReadOfSocketsIsThereAndWhatWasNotIsAbsent() throws Exception {
        exposition.start();
        String running = "\"Status\":\"running\",\"StartedAt\":\"2026-11-21T09:00:00Z\"";
        describe(WEB, "web", running);
        assertThat(socketSeries()).isEmpty();
        sockets(
                WEB,
                "{\"tcp\":{\"established\":3,\"listen\":0},\"shm\":{\"size\":4000,\"used\":1000,\"free\":3000,\"used_percent\":25.00}}");
        Map<String, String> whole = Map.of(
                "container_tcp_connections{state=\"established\"}", "3.0",
                "container_tcp_connections{state=\"listen\"}", "0.0",
                "container_shm_size_bytes", "4000.0",
                "container_shm_used_bytes", "1000.0",
                "container_shm_free_bytes", "3000.0",
                "container_shm_used_percent", "25.0");
        assertThat(socketSeries()).isEqualTo(whole);
        now += 120_000_000_000L;
        assertThat(socketSeries()).isEqualTo(whole);
        now += 1_000;
        assertThat(socketSeries()).as("nothing came for two intervals").isEmpty();
        sockets(WEB, "{\"tcp_skipped\":\"it is the host's network\",\"shm\":{\"size\":4000,\"used\":0}}");
        assertThat(socketSeries().keySet())
                .containsExactlyInAnyOrder(
                        "container_shm_size_bytes",
                        "container_shm_used_bytes",
                        "container_shm_free_bytes",
                        "container_shm_used_percent");
        sockets(WEB, "{\"tcp\":{\"close\":1},\"shm_skipped\":\"not permitted\"}");
        assertThat(socketSeries()).isEqualTo(Map.of("container_tcp_connections{state=\"close\"}", "1.0"));
        sockets(DB, "{\"tcp\":{\"close\":1}}");
        assertThat(of("db", series())).as("of one that is not known").isEmpty();
    }

    @Test
    void whatWasReadOfSocketsLeavesWithTheLifeOfTheContainer() throws Exception {
        exposition.start();
        describe(WEB, "web", "\"Status\":\"running\",\"StartedAt\":\"2026-11-21T09:00:00Z\"");
        sockets(WEB, "{\"tcp\":{\"close\":1}}");
        assertThat(socketSeries()).hasSize(1);
        event(WEB, "pause", "\"name\":\"web\"");
        assertThat(socketSeries()).hasSize(1);
        event(WEB, "die", "\"name\":\"web\",\"exitCode\":\"1\"");
        assertThat(socketSeries()).isEmpty();
        sockets(WEB, "{\"tcp\":{\"close\":2}}"); // read before, written after
        assertThat(socketSeries()).isEmpty();
        event(WEB, "start", "\"name\":\"web\"");
        assertThat(socketSeries()).as("of another life").isEmpty();
        sockets(WEB, "{\"tcp\":{\"close\":3}}");
        assertThat(socketSeries()).containsValue("3.0");
    }

    @Test
    void aContainerThatTakesThePlaceOfAnotherTakesItsSeries() throws Exception {
        exposition.start();
        describe(WEB, "web", "\"Status\":\"exited\",\"FinishedAt\":\"2026-11-21T09:12:02Z\",\"ExitCode\":3");
        event(WEB, "destroy", "\"name\":\"web\"");
        describe(DB, "web", "\"Status\":\"running\",\"StartedAt\":\"2026-11-21T09:12:02Z\"");
        assertThat(of("web", series()))
                .doesNotContainKey("container_exit_code")
                .containsKey("container_uptime_seconds");
    }

    @Test
    void labelsThatAreAskedForAreThere() throws Exception {
        exposition = exposition(
                new ListenAddress("127.0.0.1", 0), LabelRules.of(List.of("tier", "no.such"), List.of("site=berlin")));
        exposition.start();
        describe(WEB, "web", "\"Status\":\"running\"");
        assertThat(series().keySet())
                .contains(
                        "container_health_status{compose_project=\"shop\",compose_service=\"front\",container_label_no_such=\"\",container_label_tier=\"a\\\"b\",container_name=\"web\",image=\"nginx:1\",site=\"berlin\"}")
                .contains("docker_up{site=\"berlin\"}");
    }

    @Test
    void theFormatIsTheOneThatIsAskedFor() throws Exception {
        exposition.start();
        describe(WEB, "web", "\"Status\":\"running\"");
        HttpResponse<String> text = get("/metrics");
        assertThat(text.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(text.body()).contains("# TYPE shiplog_gaps_total counter", "# TYPE docker_up gauge");
        HttpResponse<String> open = get(
                "/metrics",
                "Accept",
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
        assertThat(open.headers().firstValue("Content-Type"))
                .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(open.body())
                .contains("# TYPE shiplog_gaps counter", "shiplog_gaps_total{kind=\"event\"} 0.0")
                .endsWith("# EOF\n");
        HttpResponse<byte[]> packed = client.send(
                HttpRequest.newBuilder(uri("/metrics"))
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(new String(unpacked.readAllBytes(), UTF_8)).contains("docker_up 1.0");
        }
    }

    @Test
    void answersWhetherItIsReadyAndWhatItIs() throws Exception {
        exposition.start();
        assertThat(get("/ready").body()).isEqualTo("{\"ready\":true,\"problems\":[]}\n");
        assertThat(get("/health").statusCode()).isEqualTo(200);
        engine = new EngineState(false, now, "28.5", "1.51", "no such \"socket\"", Map.of());
        HttpResponse<String> ready = get("/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body())
                .isEqualTo("{\"ready\":false,\"problems\":[\"the engine does not answer: no such \\\"socket\\\"\"]}\n");
        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(series()).containsEntry("docker_up", "0.0");
        assertThat(get("/version").body()).startsWith("{\"version\":\"1.0\",\"commit\":\"");
    }

    @Test
    void whatIsNotThereAndWhatIsNotAllowedIsOneLineOfJson() throws Exception {
        exposition.start();
        for (String path : List.of("/", "/metrics/", "/metrics/..", "/..%2f..%2fetc/passwd", "/favicon.ico")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).startsWith("{\"error\":\"").hasLineCount(1);
        }
        HttpResponse<String> posted = client.send(
                HttpRequest.newBuilder(uri("/metrics"))
                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");
        HttpResponse<String> head = client.send(
                HttpRequest.newBuilder(uri("/metrics"))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void idleClientsHoldUpNobody() throws Exception {
        exposition.start();
        URI uri = uri("/health");
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                idle.add(new Socket(uri.getHost(), uri.getPort()));
            }
            assertThat(get("/metrics").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void ofAFloodTenScrapesASecondAreAnswered() {
        Pace pace = new Pace();
        long start = Long.MAX_VALUE - 2 * SECOND; // what the clock says has no meaning by itself, and may overflow
        for (int second = 0; second < 5; second++) {
            int answered = 0;
            for (int i = 0; i < 100; i++) {
                answered += pace.allows(start + second * SECOND + i * SECOND / 100) ? 1 : 0;
            }
            assertThat(answered).isEqualTo(10);
        }
    }

    @Test
    void anAddressThatIsTakenIsTriedUntilItIsFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            exposition = exposition(
                    new ListenAddress("127.0.0.1", taken.getLocalPort()), LabelRules.of(List.of(), List.of()));
            exposition.start();
            await().until(() -> exposition.status().problem().contains("in use"));
            assertThat(exposition.status().address())
                    .isEqualTo("http://127.0.0.1:" + taken.getLocalPort() + "/metrics");
        }
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void aClosedOneFreesItsPort() throws IOException {
        exposition.start();
        int port = uri("/").getPort();
        exposition.close();
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.isBound()).isTrue();
        }
    }
}
