package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * TCP sockets in as many states as can be held, and shared memory, of containers of a real engine: what the recorder says of
 * them is what the kernel says.
 */
@Tag("engine")
@Tag("once")
@Timeout(300)
class SocketsEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ADDRESS = Pattern.compile("metrics are at (http://\\S+)");

    /** By the kernel's code. */
    private static final List<String> STATES = List.of(
            "unknown",
            "established",
            "syn_sent",
            "syn_recv",
            "fin_wait1",
            "fin_wait2",
            "time_wait",
            "close",
            "close_wait",
            "last_ack",
            "listen",
            "closing");

    /** Both ends of connections that stay as they are, one to a host that never answers, and 5 MiB of shared memory. */
    private static final String BUSY = """
            dd if=/dev/zero of=/dev/shm/file bs=1M count=5
            ip route add 10.9.9.0/24 dev lo src 127.0.0.1
            nc -ll -p 2003 -e cat &
            nc -l -p 2000 -e sleep 1000 &
            nc -l -p 2001 -e sleep 1000 &
            nc -l -p 2002 -e true &
            until grep -q :07D0 /proc/net/tcp6 && grep -q :07D1 /proc/net/tcp6 && grep -q :07D2 /proc/net/tcp6; do usleep 50000; done
            sleep 1000 | nc 127.0.0.1 2000 &
            nc 127.0.0.1 2001 </dev/null &
            sleep 1000 | nc 127.0.0.1 2002 &
            sleep 1000 | nc 10.9.9.9 80 &
            wait""";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, String> ids = new LinkedHashMap<>();

    @TempDir
    private Path directory;

    private RealEngine engine;

    @BeforeEach
    void open() throws IOException {
        engine = RealEngine.ofEnvironment();
    }

    @AfterEach
    void close() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }

    private void start(String name, Map<String, Object> host, String script) throws IOException {
        String id = engine.create("sockets-" + name, Map.of(), Map.of("HostConfig", host), "sh", "-c", script);
        engine.start(id);
        ids.put(name, id);
    }

    private Path process(String name) throws IOException {
        return Path.of(
                "/proc", engine.inspect(ids.get(name)).path("State").path("Pid").asText());
    }

    /** What the kernel says, as cat and grep would count it. */
    private Map<String, Integer> truth(String name) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        STATES.stream().skip(1).forEach(state -> counts.put(state, 0));
        for (String table : List.of("net/tcp", "net/tcp6")) {
            List<String> lines = Files.readAllLines(process(name).resolve(table));
            for (String line : lines.subList(1, lines.size())) {
                int code = Integer.parseInt(line.strip().split(" +")[3], 16);
                counts.merge(STATES.get(code), 1, Integer::sum);
            }
        }
        return counts;
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private RecorderProcess record(List<String> prefix, Path hostProc, String output) throws IOException {
        RecorderProcess recorder = RecorderProcess.recording(
                prefix,
                directory.resolve(output),
                "unix://" + engine.socket(),
                journal(),
                "--listen=127.0.0.1:0",
                "--host-proc=" + hostProc,
                "--sockets-interval=10s");
        await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
        return recorder;
    }

    /** With a {@code /proc} and a cgroup namespace of its own, as in a container that the host's is mounted into. */
    private List<String> asInAContainer(Path hostProc) {
        return List.of(
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount",
                "--cgroup",
                "--propagation",
                "private",
                "sh",
                "-c",
                "mkdir -p \"$0\" && mount --rbind /proc \"$0\" && mount -t proc proc /proc && exec \"$@\"",
                hostProc.toString());
    }

    private List<JsonNode> recorded(String name) throws IOException {
        List<JsonNode> payloads = new ArrayList<>();
        for (Record record : RecordedJournal.read(journal())) {
            if (record.kind() == Kind.SOCKETS && record.subject().equals(ids.get(name))) {
                payloads.add(JSON.readTree(record.payload()));
            }
        }
        return payloads;
    }

    /** What the newest record of it says. */
    private JsonNode newest(String name) throws IOException {
        List<JsonNode> payloads = recorded(name);
        return payloads.isEmpty() ? JSON.nullNode() : payloads.get(payloads.size() - 1);
    }

    private static Map<String, Integer> counts(JsonNode tcp) {
        Map<String, Integer> counts = new TreeMap<>();
        tcp.properties()
                .forEach(state -> counts.put(state.getKey(), state.getValue().asInt()));
        return counts;
    }

    private URI address(RecorderProcess recorder) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            Matcher said = ADDRESS.matcher(recorder.output());
                            return said.find() ? URI.create(said.group(1)) : null;
                        },
                        found -> found != null);
    }

    /** The values of a container's metrics that begin so; of one with states by their names. */
    private Map<String, Double> served(URI address, String metric, String name) throws Exception {
        HttpResponse<String> page =
                client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        Map<String, Double> values = new TreeMap<>();
        Pattern state = Pattern.compile("state=\"(.*?)\"");
        page.body()
                .lines()
                .filter(line -> line.startsWith(metric) && line.contains("container_name=\"sockets-" + name + "\""))
                .forEach(line -> {
                    Matcher named = state.matcher(line);
                    values.put(
                            named.find() ? named.group(1) : line.substring(0, line.indexOf('{')),
                            Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)));
                });
        return values;
    }

    private void stop(RecorderProcess recorder) throws Exception {
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
    }

    @Test
    void eachStateIsCountedAsTheKernelHasIt() throws Exception {
        start("busy", Map.of("NetworkMode", "none", "CapAdd", List.of("NET_ADMIN")), BUSY);
        start("twin", Map.of("NetworkMode", "container:" + ids.get("busy"), "IpcMode", "none"), "sleep 1000");
        start("host", Map.of("NetworkMode", "host", "IpcMode", "host"), "sleep 1000");
        start(
                "quiet",
                Map.of("NetworkMode", "none", "ShmSize", 1 << 20, "CapAdd", List.of("SYS_PTRACE")),
                "sleep 1000");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(truth("busy"))
                        .containsAllEntriesOf(
                                Map.of("established", 2, "syn_sent", 1, "fin_wait2", 1, "close_wait", 1, "listen", 1))
                        .satisfies(truth -> assertThat(truth.get("time_wait")).isPositive()));
        Path hostProc = directory.resolve("host-proc");
        try (RecorderProcess recorder = record(asInAContainer(hostProc), hostProc, "output")) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                for (String name : List.of("busy", "twin", "host", "quiet")) {
                    assertThat(recorded(name)).as(name).isNotEmpty();
                }
                assertThat(counts(newest("busy").path("tcp"))).isEqualTo(truth("busy"));
            });
            Map<String, Integer> busy = counts(newest("busy").path("tcp"));
            assertThat(busy).as("all are in one state or another").hasSize(11);
            assertThat(counts(newest("twin").path("tcp"))).isEqualTo(busy);
            assertThat(counts(newest("quiet").path("tcp")).values()).hasSize(11).containsOnly(0);
            assertThat(newest("host").toString())
                    .isEqualTo("{\"tcp_skipped\":\"it is the host's network\",\"shm_skipped\":\"it is the host's\"}");
            assertThat(newest("busy").path("shm").toString())
                    .isEqualTo("{\"size\":67108864,\"used\":5242880,\"free\":61865984,\"used_percent\":7.81}");
            assertThat(newest("twin").path("shm_skipped").asText()).isEqualTo("there is none");
            assertThat(newest("quiet").path("shm").toString())
                    .isEqualTo("{\"size\":1048576,\"used\":0,\"free\":1048576,\"used_percent\":0.0}");

            URI address = address(recorder);
            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<String, Double> truth = new TreeMap<>();
                counts(newest("busy").path("tcp")).forEach((state, count) -> truth.put(state, (double) count));
                assertThat(served(address, "container_tcp_connections", "busy")).isEqualTo(truth);
            });
            assertThat(served(address, "container_shm_", "busy"))
                    .isEqualTo(Map.of(
                            "container_shm_size_bytes", 67108864.0,
                            "container_shm_used_bytes", 5242880.0,
                            "container_shm_free_bytes", 61865984.0,
                            "container_shm_used_percent", 7.8125));
            assertThat(served(address, "container_tcp_", "host")).isEmpty();
            assertThat(served(address, "container_shm_", "host")).isEmpty();
            engine.act(ids.get("busy"), "kill");
            await().atMost(PATIENCE)
                    .until(() -> served(address, "container_tcp_", "busy").isEmpty()
                            && served(address, "container_shm_", "busy").isEmpty());
            stop(recorder);
        }
        withoutThePrivilege();
    }

    /** Root, but without CAP_SYS_PTRACE, which a container has. */
    private void withoutThePrivilege() throws Exception {
        int before = recorded("quiet").size();
        try (RecorderProcess recorder =
                record(List.of("setpriv", "--bounding-set=-sys_ptrace", "--"), Path.of("/proc"), "output-2")) {
            await().atMost(PATIENCE)
                    .until(() -> recorded("quiet").size() > before
                            && recorder.output().contains("--cap-add SYS_PTRACE"));
            assertThat(newest("quiet").path("shm_skipped").asText()).isEqualTo("not permitted");
            assertThat(counts(newest("quiet").path("tcp"))).hasSize(11);
            stop(recorder);
        }
        for (Record record : RecordedJournal.read(journal())) {
            if (record.kind() == Kind.MARK && Mark.fromJson(record.payload()) instanceof Mark.Gap gap) {
                assertThat(gap.kind()).as(gap.reason()).isNotEqualTo(Kind.SOCKETS.label());
            }
        }
    }
}
