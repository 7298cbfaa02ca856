package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.HttpCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The documents that a test ships into the real cluster at {@code SHIPLOG_TEST_CLUSTER}, in indices with a prefix of its own.
 * Documents are remembered by digests: there may be many.
 */
final class ClusterDocuments implements AutoCloseable {
    /** Numbers keep their digits; members are sorted when it becomes text. */
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final int PAGE = 2_000;

    private final URI uri;
    private final Backend cluster;
    private final String prefix;

    private ClusterDocuments(URI uri, String prefix) {
        this.uri = uri;
        this.cluster = new HttpCluster(uri);
        this.prefix = prefix;
    }

    private static URI ofEnvironment() {
        String url = System.getenv("SHIPLOG_TEST_CLUSTER");
        assumeTrue(url != null, "SHIPLOG_TEST_CLUSTER is not set: scripts/test-cluster start");
        return URI.create(url);
    }

    /** Whether fields can have this type: by a template that is only tried. */
    static boolean knowsType(String type) throws IOException {
        String template =
                "{\"index_patterns\":[\"none\"],\"template\":{\"mappings\":{\"properties\":{\"n\":{\"type\":\"" + type
                        + "\"}}}}}";
        return new HttpCluster(ofEnvironment())
                        .answer(Call.of("POST", "/_index_template/_simulate", template))
                        .status()
                < 300;
    }

    /** @param template of the indices: settings and mappings, as JSON */
    static ClusterDocuments open(String prefix, String template) throws IOException {
        ClusterDocuments documents = new ClusterDocuments(ofEnvironment(), prefix);
        documents.ask(
                "PUT",
                "/_index_template/" + prefix,
                "{\"index_patterns\":[\"" + prefix + "-*\"],\"priority\":500,\"template\":" + template + "}");
        return documents;
    }

    /** Fields that the tests ask for, and no others. */
    static String fixedMapping() {
        return "{\"settings\":{\"number_of_replicas\":0},\"mappings\":{\"dynamic\":false,\"date_detection\":false,"
                + "\"properties\":{\"@timestamp\":{\"type\":\"date_nanos\"}}}}";
    }

    URI uri() {
        return uri;
    }

    String prefix() {
        return prefix;
    }

    /** All of them, by index and id: the digest of each. Fails if an id is there twice, in whatever index. */
    Map<String, Integer> read(String as) throws IOException {
        ask("POST", "/" + prefix + "-*/_refresh", "");
        Map<String, Integer> read = new TreeMap<>();
        Map<String, String> indices = new TreeMap<>();
        JsonNode page = ask(
                "POST",
                "/" + prefix + "-*/_search?scroll=5m",
                "{\"size\":" + PAGE + ",\"sort\":[\"_doc\"],\"track_total_hits\":true}");
        long total = page.path("hits").path("total").path("value").asLong();
        while (!page.path("hits").path("hits").isEmpty()) {
            for (JsonNode hit : page.path("hits").path("hits")) {
                String index = hit.path("_index").asText();
                String twin = indices.put(hit.path("_id").asText(), index);
                assertThat(twin)
                        .as("%s: %s is twice there, also in %s", as, hit.path("_id"), index)
                        .isNull();
                read.put(index + "/" + hit.path("_id").asText(), digest(hit.path("_source")));
            }
            page = ask("POST", "/_search/scroll", "{\"scroll\":\"5m\",\"scroll_id\":" + page.path("_scroll_id") + "}");
        }
        ask("DELETE", "/_search/scroll", "{\"scroll_id\":" + page.path("_scroll_id") + "}");
        assertThat(read).as(as).hasSize((int) total);
        return read;
    }

    /** What {@code replay export --format bulk} wrote into a file, in the same way. */
    static Map<String, Integer> written(Path file) throws IOException {
        Map<String, Integer> written = new TreeMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String action = lines.readLine(); action != null; action = lines.readLine()) {
                JsonNode target = JSON.readTree(action).path("create");
                String name = target.path("_index").asText() + "/"
                        + target.path("_id").asText();
                assertThat(written.put(name, digest(JSON.readTree(lines.readLine()))))
                        .as(name)
                        .isNull();
            }
        }
        return written;
    }

    /** Fails with some that differ. */
    static void assertSame(Map<String, Integer> found, Map<String, Integer> expected, String as) {
        if (!found.equals(expected)) {
            Map<String, Integer> missing = new TreeMap<>(expected);
            missing.keySet().removeAll(found.keySet());
            Map<String, Integer> more = new TreeMap<>(found);
            more.keySet().removeAll(expected.keySet());
            Map<String, Integer> other = new TreeMap<>(found);
            other.entrySet()
                    .removeIf(each -> each.getValue().equals(expected.getOrDefault(each.getKey(), each.getValue())));
            throw new AssertionError(as + ": of " + expected.size() + " documents " + missing.size() + " are missing "
                    + some(missing) + ", " + more.size() + " are too many " + some(more) + ", " + other.size()
                    + " differ " + some(other));
        }
    }

    private static String some(Map<String, Integer> documents) {
        return documents.keySet().stream().limit(5).toList().toString();
    }

    private static int digest(JsonNode document) throws IOException {
        // Through a map, so that members are in one order.
        return JSON.writeValueAsString(JSON.convertValue(document, Map.class)).hashCode();
    }

    /** Removes all documents. */
    void clear() throws IOException {
        ask("DELETE", "/" + prefix + "-*", "");
    }

    JsonNode ask(String method, String target, String body) throws IOException {
        Answer answer = cluster.answer(Call.of(method, target, body));
        JsonNode content = JSON.readTree(answer.body());
        assertThat(answer.status()).as("%s %s: %s", method, target, content).isLessThan(300);
        return content;
    }

    @Override
    public void close() throws IOException {
        clear();
        ask("DELETE", "/_index_template/" + prefix, "");
    }
}
