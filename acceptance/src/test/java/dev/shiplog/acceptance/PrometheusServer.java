package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A real Prometheus on a port of its own, which keeps what it scrapes in a directory. */
final class PrometheusServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("msg=\"Listening on\" address=(\\S+:\\d+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final String address;
    private final HttpClient client = HttpClient.newHttpClient();

    /** One series of an answer, at one moment. */
    record Series(Map<String, String> labels, double value) {}

    private PrometheusServer(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** @param configuration a file that Prometheus understands */
    static PrometheusServer start(Path configuration, Path directory) throws IOException {
        Path log = directory.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            String address = await("Prometheus listens")
                    .atMost(PATIENCE)
                    .until(
                            () -> {
                                Matcher said = ADDRESS.matcher(Files.readString(log));
                                return said.find() ? said.group(1) : "";
                            },
                            found -> !found.isEmpty());
            return new PrometheusServer(process, address);
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw new IOException(Files.readString(log), e);
        }
    }

    /** With the rules that are shipped, and as they are, but that it asks each second and no alert waits for minutes. */
    static PrometheusServer asShipped(URI recorder, Path directory) throws IOException {
        Path shipped = Path.of("..", "deploy", "prometheus");
        Files.writeString(
                directory.resolve("alerts.yaml"),
                Files.readString(shipped.resolve("alerts.yaml")).replaceAll("for: [0-9]+m\n", "for: 1s\n"));
        Path configuration = Files.writeString(
                directory.resolve("prometheus.yml"),
                Files.readString(shipped.resolve("prometheus.yml"))
                        .replace("_interval: 15s", "_interval: 1s")
                        .replace("events:9200", recorder.getAuthority()));
        return start(configuration, directory);
    }

    /** What it knows now; fails if it does not understand the expression. */
    List<Series> query(String expression) throws IOException, InterruptedException {
        JsonNode data = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        assertThat(data.path("resultType").asText()).as(expression).isEqualTo("vector");
        List<Series> series = new ArrayList<>();
        for (JsonNode each : data.path("result")) {
            series.add(new Series(
                    labels(each.path("metric")),
                    Double.parseDouble(each.path("value").get(1).asText())));
        }
        return series;
    }

    /** One scraped value, and when it was scraped, in seconds since the epoch. */
    record Scraped(double at, double value) {}

    /** All values of the series that a selector chooses, from the last {@code seconds} on, by their labels. */
    Map<Map<String, String>, List<Scraped>> history(String selector, long seconds)
            throws IOException, InterruptedException {
        String expression = selector + "[" + seconds + "s]";
        JsonNode data = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        assertThat(data.path("resultType").asText()).as(expression).isEqualTo("matrix");
        Map<Map<String, String>, List<Scraped>> history = new HashMap<>();
        for (JsonNode each : data.path("result")) {
            List<Scraped> values = new ArrayList<>();
            for (JsonNode value : each.path("values")) {
                values.add(new Scraped(
                        value.get(0).asDouble(), Double.parseDouble(value.get(1).asText())));
            }
            history.put(labels(each.path("metric")), values);
        }
        return history;
    }

    /** @param container of which the alert is; null if that does not matter */
    boolean isFiring(String alert, @Nullable String container) throws IOException, InterruptedException {
        for (JsonNode each : get("/api/v1/alerts").path("alerts")) {
            JsonNode labels = each.path("labels");
            if (each.path("state").asText().equals("firing")
                    && labels.path("alertname").asText().equals(alert)
                    && (container == null
                            || labels.path("container_name").asText().equals(container))) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, String> labels(JsonNode labels) {
        return JSON.convertValue(labels, JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("data");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
