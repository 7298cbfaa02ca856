package dev.shiplog.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ScriptedEngineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private ScriptedEngine engine;

    @BeforeEach
    void open() throws IOException {
        engine = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(20));
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
    }

    @Test
    void speaksTheVersionsOfItsReleaseOnly() throws IOException {
        try (Client client = new Client(engine.socket())) {
            client.ask("/_ping");
            assertThat(client.head()).startsWith("HTTP/1.1 200 OK\n").contains("Api-Version: 1.41\n");
        }
        engine.release(Release.DOCKER_28_5);
        try (Client client = new Client(engine.socket())) {
            assertThat(client.body("/v1.52/info"))
                    .isEqualTo("{\"message\":\"client version 1.52 is too new."
                            + " Maximum supported API version is 1.51\"}\n");
            assertThat(client.body("/v1.23/info")).contains("client version 1.23 is too old");
            assertThat(JSON.readTree(client.body("/v1.44/version"))
                            .path("ApiVersion")
                            .asText())
                    .isEqualTo("1.51");
        }
    }

    @Test
    void tellsTheLifeOfAContainerAsARealEngineDoes() throws IOException {
        engine.create("web", "shop/web:4.2", Map.of("team", "blue"));
        engine.start("web");
        engine.rename("web", "front");
        engine.outOfMemory("front");
        engine.destroy("front");
        assertThat(engine.emitted().stream().map(ScriptedEngineTest::json))
                .extracting(event ->
                        event.path("Type").asText() + " " + event.path("Action").asText())
                .containsExactly(
                        "container create",
                        "network connect",
                        "container start",
                        "container rename",
                        "container oom",
                        "container die",
                        "network disconnect",
                        "container destroy");
        assertThat(json(engine.emitted().get(5)).path("Actor").path("Attributes"))
                .hasToString("{\"exitCode\":\"137\",\"image\":\"shop/web:4.2\",\"name\":\"front\",\"team\":\"blue\"}");
    }

    /** A recorded event and a scripted one have the same fields in the same order. */
    @Test
    void emitsEventsInTheShapeOfARealOne() throws IOException {
        engine.start("web");
        List<String> recorded =
                Files.readAllLines(Path.of("src/main/resources/dev/shiplog/testkit/docker-20.10/events.ndjson"));
        for (byte[] event : engine.emitted()) {
            String action = "\"Action\":\"" + json(event).path("Action").asText() + "\"";
            String real = recorded.stream()
                    .filter(line -> line.contains(action))
                    .findFirst()
                    .orElseThrow();
            assertThat(shape(new String(event, StandardCharsets.UTF_8))).isEqualTo(shape(real));
        }
    }

    private static String shape(String json) {
        return json.replaceAll(":\"[^\"]*\"", ":_").replaceAll("\\d+", "_");
    }

    @Test
    void remembersTheLast256EventsOnly() throws IOException {
        engine.start("web");
        engine.flood("web", 300);
        List<byte[]> all = engine.emitted();
        try (Client client = new Client(engine.socket())) {
            client.ask("/events?since=0");
            client.head();
            for (byte[] expected : all.subList(all.size() - 256, all.size())) {
                assertThat(client.chunk()).isEqualTo(new String(expected, StandardCharsets.UTF_8) + "\n");
            }
            engine.die("web", 3);
            assertThat(client.chunk()).contains("\"Action\":\"die\"");
        }
    }

    @Test
    void replaysFromSinceUntilUntil() throws IOException {
        engine.start("a");
        engine.start("b");
        List<byte[]> all = engine.emitted();
        long third = json(all.get(2)).path("timeNano").asLong();
        long fifth = json(all.get(4)).path("timeNano").asLong();
        try (Client client = new Client(engine.socket())) {
            client.ask("/events?since=" + seconds(third) + "&until=" + seconds(fifth));
            client.head();
            for (byte[] expected : all.subList(2, 5)) {
                assertThat(client.chunk()).isEqualTo(new String(expected, StandardCharsets.UTF_8) + "\n");
            }
            assertThat(client.chunk()).isEmpty();
        }
    }

    private static String seconds(long nanos) {
        return String.format("%d.%09d", nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    @Test
    void repeatsForgetsAndHidesEventsOnCommand() throws IOException {
        engine.start("web");
        int known = engine.emitted().size();
        try (Client client = new Client(engine.socket())) {
            client.ask("/events");
            client.head();
            engine.repeatNewest(1);
            assertThat(client.chunk()).contains("\"Action\":\"start\"");
            engine.emitUnpublished("{\"hidden\":1,\"timeNano\":99}".getBytes(StandardCharsets.UTF_8));
            engine.emit("{\"seen\":2,\"timeNano\":100}".getBytes(StandardCharsets.UTF_8));
            assertThat(client.chunk()).isEqualTo("{\"seen\":2,\"timeNano\":100}\n");
        }
        engine.forgetNewest(1);
        try (Client client = new Client(engine.socket())) {
            client.ask("/events?since=0&until=200");
            client.head();
            assertThat(client.chunk()).isEqualTo("{\"hidden\":1,\"timeNano\":99}\n");
            assertThat(client.chunk()).isEmpty();
        }
        assertThat(engine.emitted()).hasSize(known + 2);
    }

    @Test
    void listsAndInspectsWhatIsThere() throws IOException {
        String web = engine.start("web");
        engine.start("gone");
        engine.die("gone", 7);
        try (Client client = new Client(engine.socket())) {
            client.ask("/v1.41/containers/json");
            client.head();
            JsonNode list = JSON.readTree(client.chunk());
            client.chunk();
            assertThat(list).hasSize(1);
            assertThat(list.get(0).path("Id").asText()).isEqualTo(web);
            JsonNode inspected = JSON.readTree(client.body("/v1.41/containers/gone/json"));
            assertThat(inspected.path("Name").asText()).isEqualTo("/gone");
            assertThat(inspected.path("State").path("Status").asText()).isEqualTo("exited");
            assertThat(inspected.path("State").path("ExitCode").asInt()).isEqualTo(7);
            assertThat(inspected.path("HostConfig").path("ShmSize").asLong()).isEqualTo(67108864);
            assertThat(client.body("/containers/none/json")).isEqualTo("{\"message\":\"No such container: none\"}\n");
            JsonNode info = JSON.readTree(client.body("/info"));
            assertThat(info.path("ContainersRunning").asInt()).isEqualTo(1);
            assertThat(info.path("ContainersStopped").asInt()).isEqualTo(1);
        }
    }

    @Test
    void samplesEachRunningContainerOnceATick() throws IOException {
        String id = engine.start("web");
        try (Client client = new Client(engine.socket())) {
            client.ask("/containers/web/stats");
            client.head();
            JsonNode first = JSON.readTree(client.chunk());
            assertThat(first.path("preread").asText()).isEqualTo("0001-01-01T00:00:00Z");
            assertThat(first.path("precpu_stats")
                            .path("cpu_usage")
                            .path("total_usage")
                            .asLong())
                    .isZero();
            String read = first.path("read").asText();
            for (int i = 0; i < 60; i++) {
                JsonNode next = JSON.readTree(client.chunk());
                assertThat(next.path("preread").asText()).isEqualTo(read);
                assertThat(next.path("id").asText()).isEqualTo(id);
                assertThat(next.path("name").asText()).isEqualTo("/web");
                read = next.path("read").asText();
                assertThat(Duration.between(Instant.parse(read), Instant.now())).isLessThan(Duration.ofSeconds(5));
            }
            engine.die("web", 0);
            String stopped = client.chunk();
            while (!stopped.startsWith("{\"read\":\"0001-")) {
                stopped = client.chunk();
            }
            assertThat(JSON.readTree(stopped).path("memory_stats")).isEmpty();
            engine.destroy("web");
            while (!client.chunk().isEmpty()) {}
        }
    }

    @Test
    void givesASingleSampleWithAndWithoutItsPredecessor() throws IOException {
        engine.start("web");
        try (Client client = new Client(engine.socket())) {
            assertThat(client.body("/containers/web/stats?stream=false&one-shot=true"))
                    .contains("\"preread\":\"0001-01-01T00:00:00Z\"");
            assertThat(client.body("/containers/web/stats?stream=false"))
                    .doesNotContain("\"preread\":\"0001-01-01T00:00:00Z\"");
            assertThat(client.body("/containers/web/stats?stream=true&one-shot=true"))
                    .contains("cannot have stream=true and one-shot=true");
        }
    }

    @Test
    void replaysRecordedStatsByteForByte() throws IOException {
        engine.start("web");
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            lines.add(("not even { JSON " + i).getBytes(StandardCharsets.UTF_8));
        }
        engine.replayStats("web", lines);
        try (Client client = new Client(engine.socket())) {
            client.ask("/containers/web/stats");
            client.head();
            for (byte[] line : lines) {
                assertThat(client.chunk()).isEqualTo(new String(line, StandardCharsets.UTF_8) + "\n");
            }
        }
    }

    @Test
    void vanishesAndComesBackAsAnotherEngine() throws IOException {
        engine.start("web");
        try (Client client = new Client(engine.socket())) {
            client.ask("/events");
            client.head();
            engine.vanish();
            assertThatThrownBy(client::chunk).isInstanceOf(EOFException.class);
        }
        assertThat(engine.socket()).doesNotExist();
        engine.comeBackAs("another");
        try (Client client = new Client(engine.socket())) {
            assertThat(client.body("/info")).contains("\"ID\":\"another\"").contains("\"Containers\":0");
            client.ask("/events?since=0&until=1");
            client.head();
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void misbehavesForAsLongAsItWasTold() throws IOException {
        engine.misbehave("/info", Misbehaviour.error(500, "no").times(2));
        try (Client client = new Client(engine.socket())) {
            assertThat(client.body("/info")).isEqualTo("{\"message\":\"no\"}\n");
            assertThat(client.body("/v1.41/info")).isEqualTo("{\"message\":\"no\"}\n");
            assertThat(client.body("/info")).contains("\"ID\"");
        }
        engine.misbehave(request -> true, Misbehaviour.error(500, "no"));
        engine.behave();
        try (Client client = new Client(engine.socket())) {
            assertThat(client.body("/_ping")).isEqualTo("OK");
        }
    }

    private static JsonNode json(byte[] event) {
        try {
            return JSON.readTree(event);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
