package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.HttpCluster;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real cluster at {@code SHIPLOG_TEST_CLUSTER}, as {@code scripts/test-cluster} starts it, and the scripted one of the
 * testkit: what they do alike. Without the real one, the tests are skipped.
 */
@Tag("cluster")
@Tag("once")
class ClusterTwinTest {
    /** All that the test makes begins so. */
    private final String prefix = "twin-" + Long.toHexString(System.nanoTime());

    private URI uri;
    private Backend real;

    @BeforeEach
    void findTheCluster() {
        String url = System.getenv("SHIPLOG_TEST_CLUSTER");
        assumeTrue(url != null, "SHIPLOG_TEST_CLUSTER is not set: scripts/test-cluster start");
        uri = URI.create(url);
        real = new HttpCluster(uri);
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (real != null) {
            real.answer(Call.of("DELETE", "/_data_stream/" + prefix + "-stream", ""));
            real.answer(Call.of("DELETE", "/" + prefix + "*", ""));
            real.answer(Call.of("DELETE", "/_index_template/" + prefix + "*", ""));
            real.answer(Call.of("DELETE", "/_component_template/" + prefix + "*", ""));
        }
    }

    @Test
    void tenDocumentsAreTenThoughTheirAnswerWasLost() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            body.append("{\"create\":{\"_id\":\"journal-")
                    .append(i)
                    .append("\"}}\n{\"sequence\":")
                    .append(i)
                    .append("}\n");
        }
        Call bulk = Call.of("POST", "/" + prefix + "/_bulk?refresh=true", body.toString());
        try (ClusterProxy proxy = ClusterProxy.to(uri)) {
            proxy.commit(ClusterFault.cutAfter().times(1).on("_bulk"));
            Backend shipper = new HttpCluster(proxy.uri());
            assertThatThrownBy(() -> shipper.answer(bulk)).isInstanceOf(IOException.class);
            assertThat(outcome(bulk, shipper))
                    .hasSize(11)
                    .filteredOn("create 409 version_conflict_engine_exception"::equals)
                    .hasSize(10);
            assertThat(proxy.seen("_bulk")).extracting("status").containsExactly(0, 200);
        }
        Answer count = real.answer(Call.of("GET", "/" + prefix + "/_count", ""));
        assertThat(count.content().path("count").asInt()).isEqualTo(10);
    }

    @Test
    void theScriptedClusterAnswersAsTheRealOne() throws IOException {
        JsonNode version = real.answer(Call.of("GET", "/", "")).content().path("version");
        ClusterRelease release = new ClusterRelease(
                version.path("distribution").asText("elasticsearch"),
                version.path("number").asText());
        Backend scripted = new ScriptedCluster(release, InstantSource.system());
        List<Call> calls = new ArrayList<>(calls());
        if (version.has("distribution")) {
            calls.addAll(streamCalls());
        }
        SoftAssertions.assertSoftly(all -> {
            for (Call call : calls) {
                String body = new String(call.body(), StandardCharsets.UTF_8);
                all.assertThat(outcome(call, scripted))
                        .as("%s %s %.300s", call.method(), call.target(), body)
                        .isEqualTo(outcome(call, real));
            }
        });
    }

    private List<Call> calls() {
        String index = "/" + prefix;
        String template =
                "{\"index_patterns\":[\"" + prefix + "-t*\"],\"composed_of\":[\"" + prefix + "\"],\"priority\":7}";
        String fields =
                "{\"settings\":{\"number_of_replicas\":0},\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"},"
                        + "\"k\":{\"type\":\"keyword\"},\"t\":{\"type\":\"date_nanos\"}}}}";
        return List.of(
                Call.of("PUT", index, fields),
                Call.of("PUT", index, fields),
                bulk(index, "create", "1", "{\"n\":1,\"k\":\"a\",\"t\":\"2026-01-01T00:00:00.123456789Z\"}"),
                bulk(index, "create", "1", "{\"n\":1}"),
                bulk(index, "create", "1", "{\"n\":\"word\"}"),
                bulk(index, "create", "2", "{\"n\":9223372036854775808}"),
                bulk(index, "create", "3", "{\"n\":\"word\"}"),
                bulk(index, "create", "4", "{\"n\":{\"a\":1}}"),
                bulk(index, "create", "5", "{\"t\":\"yesterday\"}"),
                bulk(index, "create", "6", "{\"new\":\"word\",\"below.it\":2}"),
                bulk(index, "create", "7", "{\"below\":2}"),
                bulk(index, "create", "8", "{\"n\":"),
                bulk(index, "create", "9", "{\"k\":\"" + "x".repeat(40_000) + "\"}"),
                bulk(index, "create", "x".repeat(513), "{}"),
                bulk(index, "index", "1", "{\"n\":2,\"k\":\"b\"}"),
                bulk("", "create", "1", "{}"),
                bulk("/" + prefix + "-Upper", "create", "1", "{}"),
                Call.of("POST", index + "/_bulk", "{\"create\":{\"_id\":\"1\"}}\n{}"),
                Call.of("POST", index + "/_bulk", "x\n").with("Content-Type", "text/plain"),
                Call.of("POST", index + "/_refresh", ""),
                Call.of("GET", index + "/_count", ""),
                count(index, "{\"range\":{\"n\":{\"gte\":1,\"lt\":3}}}"),
                count(index, "{\"term\":{\"k\":\"b\"}}"),
                count(index, "{\"ids\":{\"values\":[\"1\",\"none\"]}}"),
                count(index, "{\"bool\":{\"must_not\":[{\"exists\":{\"field\":\"n\"}}]}}"),
                count(index, "{\"bogus\":{}}"),
                Call.of("GET", "/" + prefix + "-none/_count", ""),
                Call.of("PUT", index + "/_settings", "{\"index.blocks.write\":true}"),
                bulk(index, "create", "20", "{}"),
                Call.of("PUT", index + "/_settings", "{\"index.blocks.write\":null}"),
                Call.of("PUT", index + "/_settings", "{\"index.blocks.read_only_allow_delete\":true}"),
                bulk(index, "create", "20", "{}"),
                Call.of("PUT", "/_index_template/" + prefix, template),
                Call.of(
                        "PUT",
                        "/_component_template/" + prefix,
                        "{\"template\":{\"settings\":{\"index.mapping.total_fields.limit\":2}}}"),
                Call.of("PUT", "/_component_template/" + prefix + "?create=true", "{\"template\":{}}"),
                Call.of("PUT", "/_index_template/" + prefix, template),
                Call.of("PUT", "/_index_template/" + prefix + "-other", template),
                Call.of("GET", "/_index_template/" + prefix, ""),
                Call.of("GET", "/_index_template/" + prefix + "-none", ""),
                bulk(index + "-t", "create", "1", "{\"a\":1,\"b\":2}"),
                bulk(index + "-t", "create", "2", "{\"a\":1,\"c\":2}"),
                bulk(index + "-t", "create", "3", "{\"a\":3}"));
    }

    private List<Call> streamCalls() {
        String stream = "/" + prefix + "-stream";
        String template = "{\"index_patterns\":[\"" + prefix + "-stream\"],\"data_stream\":{},\"priority\":9}";
        return List.of(
                Call.of("PUT", "/_data_stream" + stream, ""),
                Call.of("PUT", "/_index_template/" + prefix + "-stream", template),
                bulk(stream, "create", "1", "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}"),
                bulk(stream, "create", "1", "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}"),
                bulk(stream, "index", "2", "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}"),
                bulk(stream, "create", "3", "{\"n\":1}"),
                bulk("/.ds-" + prefix + "-stream-000001", "create", "4", "{\"@timestamp\":1}"),
                Call.of("PUT", stream, ""),
                Call.of("POST", stream + "/_rollover", ""),
                bulk(stream, "create", "1", "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}"),
                Call.of("GET", "/_data_stream" + stream, ""));
    }

    private static Call bulk(String index, String action, String id, String document) {
        return Call.of("POST", index + "/_bulk", "{\"" + action + "\":{\"_id\":\"" + id + "\"}}\n" + document + "\n");
    }

    private static Call count(String index, String query) {
        return Call.of("POST", index + "/_count", "{\"query\":" + query + "}");
    }

    /** What a client acts upon: the status, the count, the kind of error, each item's. */
    private static List<String> outcome(Call call, Backend cluster) {
        Answer answer;
        JsonNode body;
        try {
            answer = cluster.answer(call);
            body = answer.content();
        } catch (IOException e) {
            throw new UncheckedIOException(call.target(), e);
        }
        List<String> outcome = new ArrayList<>();
        outcome.add(answer.status() + " " + body.path("count").asText()
                + body.path("error").path("type").asText());
        for (JsonNode item : body.path("items")) {
            String action = item.fieldNames().next();
            JsonNode result = item.get(action);
            outcome.add(action + " " + result.path("status").asInt() + " "
                    + result.path("error").path("type").asText());
        }
        body.path("index_templates")
                .forEach(each -> outcome.add(each.path("index_template").toString()));
        body.path("data_streams")
                .forEach(each -> outcome.add(each.path("indices").size() + " backing indices"));
        return outcome;
    }
}
