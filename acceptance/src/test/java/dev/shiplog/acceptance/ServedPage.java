package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics that a recorder served at one moment, values by their series as the page has them. */
record ServedPage(Map<String, Double> series) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("metrics are at (http://\\S+)");

    /** What tells containers apart, but not the series of one. */
    private static final String WHOSE = "(compose_project|compose_service|container_name|image)=\"[^\"]*\",?";

    /** Where a recorder serves, once it says so. */
    static URI address(RecorderProcess recorder) {
        return await("the recorder listens")
                .atMost(PATIENCE)
                .until(
                        () -> {
                            Matcher said = ADDRESS.matcher(recorder.output());
                            return said.find() ? URI.create(said.group(1)) : null;
                        },
                        found -> found != null);
    }

    static ServedPage of(URI address) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Map<String, Double> series = new TreeMap<>();
        answer.body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        });
        return new ServedPage(series);
    }

    /** Those of a container, without what says whose they are. */
    Map<String, Double> of(String container) {
        Map<String, Double> found = new TreeMap<>();
        series.forEach((name, value) -> {
            if (name.contains("container_name=\"" + container + "\"")) {
                found.put(name.replaceAll(WHOSE, "").replace(",}", "}").replace("{}", ""), value);
            }
        });
        return found;
    }

    /** Those of no container. */
    Map<String, Double> own() {
        Map<String, Double> found = new TreeMap<>(series);
        found.keySet().removeIf(name -> name.contains("container_name="));
        return found;
    }
}
