package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.acceptance.Dashboard.Query;
import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.Tee;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus, with the rules that are shipped, scrapes a recorder of a real engine. Each expression of the dashboard
 * has data, and alerts fire: on containers that are out of memory, unhealthy and start again and again, on an engine that
 * is gone, on what was missed meanwhile, and on a recorder that was killed.
 */
@Tag("engine")
@Tag("once")
@Timeout(300)
class DashboardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What a host may have no data for, and why. */
    static final Map<String, String> MAY_BE_EMPTY = Map.of(
            "container_fs_reads_bytes_total", "a kernel whose scheduler counts no block I/O",
            "container_fs_writes_bytes_total", "the same",
            "shiplog_disk_days_left", "known ten minutes after a journal began");

    private static Map<String, String> variables(String container) {
        return Map.of("instance", ".*", "container", container, "__rate_interval", "10s", "__range", "60s");
    }

    /** As long as it runs, a signal makes it take more memory than it has. */
    private static final String GREEDY = "trap 'exec tail /dev/zero' USR1; while :; do sleep 0.1; done";

    private static final String UNSTARTED = "container_restarts_total{container_name=~\"web|sick|greedy|loop\"} == 0";

    @TempDir
    private Path directory;

    private final List<Exchange> asked = new ArrayList<>();
    private RealEngine engine;
    private Path socket;
    private Tee tee;

    @BeforeEach
    void connect() throws Exception {
        Transcript.require("prometheus", "prometheus", "--version");
        engine = RealEngine.ofEnvironment();
        socket = directory.resolve("engine.sock");
        listen();
    }

    @AfterEach
    void disconnect() throws IOException {
        try {
            tee.close();
        } finally {
            engine.close();
        }
    }

    private void listen() throws IOException {
        tee = Tee.at(socket, engine.socket(), Files.createTempDirectory(directory, "tee"));
    }

    private void hangUp() throws IOException {
        tee.close();
        asked.addAll(tee.exchanges());
    }

    private RecorderProcess recorder() throws IOException {
        return RecorderProcess.recording(
                List.of(),
                directory.resolve("output"),
                "unix://" + socket,
                directory.resolve("journal"),
                "--listen=127.0.0.1:0",
                "--logs");
    }

    private String create(String name, Box box) throws IOException {
        Map<String, Object> more = new HashMap<>(box.config());
        more.put("HostConfig", box.host());
        return engine.create(name, box.labels(), more, box.command().toArray(String[]::new));
    }

    @Test
    void everyExpressionHasDataAndAlertsFire() throws Exception {
        String web = create("web", Box.sh("while :; do :; done").host("NetworkMode", "bridge"));
        String sick = create("sick", Box.sh("sleep 600").health("false"));
        String greedy = create("greedy", Box.sh(GREEDY).limit(8));
        String loop = create("loop", Box.sh("exit 1").restart("always", 0));
        try (RecorderProcess recorder = recorder();
                PrometheusServer prometheus = PrometheusServer.asShipped(ServedPage.address(recorder), directory)) {
            // An increase is seen of what was scraped before.
            await("all containers are seen")
                    .atMost(PATIENCE)
                    .until(() -> prometheus.query(UNSTARTED).size() == 4);
            for (String id : List.of(loop, sick, greedy, web)) {
                engine.start(id);
            }
            exhaust(prometheus, greedy);
            awaitAlert(prometheus, "ContainerUnhealthy", "sick");
            awaitAlert(prometheus, "ContainerRestartLoop", "loop");

            hangUp();
            awaitAlert(prometheus, "ShiplogEngineDown", null);
            listen();
            awaitAlert(prometheus, "ShiplogGaps", null);
            awaitData(prometheus, "web", MAY_BE_EMPTY.keySet());

            recorder.kill();
            awaitAlert(prometheus, "ShiplogRecorderDown", null);
        }
        hangUp();
        theProxyAllowsWhatWasAsked();
    }

    private static void awaitAlert(PrometheusServer prometheus, String name, @Nullable String container) {
        await(name).atMost(PATIENCE).until(() -> prometheus.isFiring(name, container));
    }

    /** An engine does not notice each time that a container runs out of memory: it is tried again until it does. */
    private void exhaust(PrometheusServer prometheus, String greedy) {
        await("ContainerOutOfMemory").pollInterval(SECOND).atMost(PATIENCE).until(() -> {
            if (engine.inspect(greedy).path("State").path("Running").asBoolean()) {
                engine.act(greedy, "kill?signal=USR1");
            } else {
                engine.start(greedy);
            }
            return prometheus.isFiring("ContainerOutOfMemory", "greedy");
        });
    }

    /**
     * Fails with the expressions that have none.
     *
     * @param container that the dashboard shows
     * @param mayBeEmpty metrics, or beginnings of them, that need not be there
     */
    static void awaitData(PrometheusServer prometheus, String container, Set<String> mayBeEmpty)
            throws IOException, InterruptedException {
        List<Query> queries = Dashboard.read().queries();
        await("data for each expression")
                .pollInterval(SECOND)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(queries)
                        .filteredOn(query -> mayBeEmpty.stream().noneMatch(query.expression()::contains))
                        .allSatisfy(query -> hasData(prometheus, query, container)));
        for (Query query : queries) {
            prometheus.query(query.with(variables(container))); // that it is understood, also where there is no data
        }
    }

    private static void hasData(PrometheusServer prometheus, Query query, String container) throws Exception {
        List<PrometheusServer.Series> series = prometheus.query(query.with(variables(container)));
        assertThat(series).as("%s: %s", query.where(), query.expression()).isNotEmpty();
        assertThat(series)
                .as("%s: %s has what its legend names", query.where(), query.expression())
                .anyMatch(each -> each.labels().keySet().containsAll(query.labels()));
    }

    /** The list in the compose file is as narrow as it can be, and not narrower. */
    private void theProxyAllowsWhatWasAsked() throws IOException {
        Pattern path = GuardedSocket.published();
        assertThat(asked).isNotEmpty().allSatisfy(exchange -> {
            assertThat(exchange.method()).isEqualTo("GET");
            assertThat(exchange.target().split("\\?")[0]).matches(path);
        });
    }
}
