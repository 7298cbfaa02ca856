package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.testkit.CertificateAuthority;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process with a configuration of docker-stats-exporter: what it records, serves and says. */
@Timeout(120)
class ExporterConfigTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private List<JsonNode> log(RecorderProcess recorder) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : recorder.output().lines().toList()) {
            JsonNode object = JSON.readTree(line);
            assertThat(object.fieldNames()).toIterable().containsExactly("time", "level", "msg");
            assertThat(Instant.parse(object.get("time").asText())).isBeforeOrEqualTo(Instant.now());
            lines.add(object);
        }
        return lines;
    }

    private HttpResponse<String> get(CertificateAuthority authority, String address, String password) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(authority.client())
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create(address))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(("prometheus:" + password).getBytes(UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void itIsServedAsItSays() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory.resolve("tls"));
        CertificateAuthority.Issued issued = authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", 90);
        Path journal = directory.resolve("journal");
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"))) {
            Path config = Files.writeString(directory.resolve("config.yaml"), """
                    server:
                      port: "0"
                      address: "127.0.0.1"
                      tls: {enabled: true, cert_file: CERT, key_file: KEY}
                      auth: {enabled: true, username: prometheus, password: "open-sesame"}
                    docker:
                      host: "ENGINE"
                    collection:
                      interval: 1s
                      filters:
                        include: {names: ["^web-"]}
                        exclude: {images: ["internal"]}
                    metrics:
                      namespace: "docker"
                    logging:
                      level: debug
                      format: json
                    """.replace(
                            "CERT", issued.certificate().toString())
                    .replace("KEY", issued.key().toString())
                    .replace("ENGINE", engine.address()));
            engine.start("web-1");
            engine.create("web-2", "internal/tool:1", Map.of());
            engine.start("web-2");
            engine.start("db");
            // Not --listen none, as else: that would count before the file.
            RecorderProcess recorder = RecorderProcess.served(
                    directory.resolve("output"), "--config", config.toString(), "--data-dir", journal.toString());
            try (recorder) {
                String address = await().atMost(PATIENCE)
                        .until(
                                () -> log(recorder).stream()
                                        .map(line -> line.get("msg").asText())
                                        .filter(said -> said.startsWith("metrics are at "))
                                        .map(said -> said.substring("metrics are at ".length()))
                                        .findFirst()
                                        .orElse(""),
                                said -> !said.isEmpty());
                assertThat(address).startsWith("https://127.0.0.1:");
                await().atMost(PATIENCE)
                        .until(() -> get(authority, address, "open-sesame")
                                .body()
                                .contains("container_memory_usage_bytes{"));
                String page = get(authority, address, "open-sesame").body();
                assertThat(page).contains("container_name=\"web-1\"").doesNotContain("\"web-2\"", "\"db\"");
                assertThat(get(authority, address, "open-sesam").statusCode()).isEqualTo(401);
                assertThat(get(authority, address.replace("/metrics", "/ready"), "")
                                .statusCode())
                        .isEqualTo(200);
                assertThat(recorder.recorder()
                                .orElseThrow()
                                .info()
                                .commandLine()
                                .orElse(""))
                        .doesNotContain("open-sesame");
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
                List<JsonNode> log = log(recorder);
                assertThat(log)
                        .filteredOn(line -> line.get("level").asText().equals("warn"))
                        .extracting(line -> line.get("msg").asText())
                        .containsExactly(
                                config + ", line 14: metrics.namespace has no meaning here: names have no prefix");
                assertThat(log)
                        .filteredOn(line -> line.get("level").asText().equals("debug"))
                        .extracting(line -> line.get("msg").asText())
                        .contains(
                                "collection.interval in " + config + ": 1s",
                                "GET /metrics: 200",
                                "GET /metrics: 401",
                                "GET /ready: 200");
                assertThat(recorder.output()).doesNotContain("open-sesame");
            }
        }
        assertThat(RecordedJournal.payloads(journal, Kind.MARK).toString()).doesNotContain("open-sesame");
    }

    @Test
    void aRecorderThatIsToWarnSaysNothingWhileAllIsWell() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"));
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("output"),
                        engine.address(),
                        directory.resolve("journal"),
                        "--log-level=warn")) {
            engine.start("web");
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !RecordedJournal.payloads(directory.resolve("journal"), Kind.STATS)
                            .isEmpty());
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            assertThat(recorder.output()).isEmpty();
        }
    }

    @Test
    void whyItEndsIsALineAsAllOthers() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        try (RecorderProcess recorder = RecorderProcess.start(
                directory.resolve("output"),
                "--log-format=json",
                "--docker-host=unix:///nowhere.sock",
                "--data-dir=" + file.resolve("journal"))) {
            assertThat(recorder.awaitEnd()).isEqualTo(1);
            JsonNode last = log(recorder).get(log(recorder).size() - 1);
            assertThat(last.get("level").asText()).isEqualTo("error");
            assertThat(last.get("msg").asText()).startsWith(file.toString());
        }
    }
}
