package dev.shiplog.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The rules, one by one. A real OpenSearch answers many of the same requests in {@code ClusterTwinTest}, in acceptance. */
final class ScriptedClusterTest {
    private Instant now = Instant.parse("2026-11-27T12:00:00Z");
    private ScriptedCluster cluster = of(ClusterRelease.ELASTICSEARCH_9);

    private ScriptedCluster of(ClusterRelease release) {
        return new ScriptedCluster(release, () -> now);
    }

    private Answer ask(String method, String target, String body) throws IOException {
        return cluster.answer(Call.of(method, target, body));
    }

    private JsonNode json(String method, String target, String body) throws IOException {
        return ask(method, target, body).content();
    }

    private void put(String target, String body) throws IOException {
        Answer answer = ask("PUT", target, body);
        assertThat(answer.status()).as(answer.content().toString()).isBetween(200, 201);
    }

    /** One item of a bulk request, refreshed: its result. */
    private JsonNode item(String action, String index, String id, String document) throws IOException {
        String line = "{\"" + action + "\":{\"_index\":\"" + index + "\""
                + (id.isEmpty() ? "" : ",\"_id\":\"" + id + "\"") + "}}\n";
        JsonNode answer = json("POST", "/_bulk?refresh=true", line + document + "\n");
        assertThat(answer.path("items")).hasSize(1);
        JsonNode result = answer.path("items").path(0).path(action);
        assertThat(answer.path("errors").asBoolean()).isEqualTo(result.has("error"));
        return result;
    }

    private String outcome(String action, String index, String id, String document) throws IOException {
        JsonNode result = item(action, index, id, document);
        return (result.path("status").asText() + " "
                        + result.path("error").path("type").asText())
                .strip();
    }

    private int count(String index, String query) throws IOException {
        String body = query.isEmpty() ? "" : "{\"query\":" + query + "}";
        return json("POST", "/" + index + "/_count", body).path("count").asInt(-1);
    }

    @Test
    void saysWhoItIs() throws IOException {
        for (ClusterRelease release : List.of(
                ClusterRelease.ELASTICSEARCH_7_17,
                ClusterRelease.ELASTICSEARCH_8,
                ClusterRelease.ELASTICSEARCH_9,
                ClusterRelease.OPENSEARCH_2,
                ClusterRelease.OPENSEARCH_3,
                ClusterRelease.UNKNOWN)) {
            cluster = of(release);
            Answer answer = ask("GET", "/", "");
            JsonNode version = answer.content().path("version");
            assertThat(version.path("number").asText()).isEqualTo(release.number());
            assertThat(version.path("distribution").asText("elasticsearch")).isEqualTo(release.distribution());
            assertThat(answer.headers().containsKey("X-elastic-product"))
                    .isEqualTo(release.distribution().equals("elasticsearch"));
        }
    }

    @Test
    void createsOnceAndIndexesAgain() throws IOException {
        assertThat(outcome("create", "a", "1", "{\"n\":1}")).isEqualTo("201");
        assertThat(outcome("create", "a", "1", "{\"n\":2}")).isEqualTo("409 version_conflict_engine_exception");
        assertThat(json("GET", "/a/_doc/1", "").path("_source").path("n").asInt())
                .isEqualTo(1);
        assertThat(outcome("index", "a", "1", "{\"n\":3}")).isEqualTo("200");
        assertThat(item("create", "a", "2", "{\"n\":2}").has("_type")).isFalse();
        assertThat(count("a", "")).isEqualTo(2);
    }

    @Test
    void readsGzip() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
            gzip.write("{\"create\":{\"_id\":\"1\"}}\n{\"n\":1}\n".getBytes(StandardCharsets.UTF_8));
        }
        Map<String, String> headers = Map.of("content-type", "application/x-ndjson", "content-encoding", "gzip");
        Answer answer = cluster.answer(new Call("POST", "/a/_bulk", headers, body.toByteArray()));
        assertThat(answer.content().path("errors").asBoolean(true)).isFalse();
        Answer damaged = cluster.answer(new Call("POST", "/a/_bulk", headers, new byte[] {1, 2, 3}));
        assertThat(damaged.status()).isEqualTo(400);
    }

    @Test
    void refusesRequestsThatItCannotRead() throws IOException {
        for (String body : List.of("{\"create\":{}}\n{}", "{\"frob\":{}}\n{}\n", "{\"create\":{}}\n", "{]\n{}\n")) {
            assertThat(ask("POST", "/a/_bulk", body).status()).as(body).isEqualTo(400);
        }
        assertThat(ask("POST", "/_bulk", "{\"create\":{\"_id\":\"1\"}}\n{}\n").status())
                .isEqualTo(400);
        assertThat(cluster.answer(Call.of("POST", "/a/_bulk", "{}\n").with("Content-Type", "text/plain"))
                        .status())
                .isEqualTo(406);
        cluster.longestRequest(40);
        Answer tooLong = ask("POST", "/a/_bulk", "{\"create\":{\"_id\":\"1\"}}\n{\"n\":12345678901}\n");
        assertThat(tooLong.status()).isEqualTo(413);
        assertThat(tooLong.body()).isEmpty();
        assertThat(ask("GET", "/_nothing", "").status()).isEqualTo(400);
    }

    @Test
    void refusesDocumentsThatDoNotFit() throws IOException {
        put(
                "/a",
                "{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"},\"t\":{\"type\":\"date_nanos\"},"
                        + "\"k\":{\"type\":\"keyword\"},\"s\":{\"type\":\"keyword\",\"ignore_above\":8}}}}");
        String unfit = "400 document_parsing_exception";
        assertThat(outcome("create", "a", "1", "{\"n\":9223372036854775807}")).isEqualTo("201");
        assertThat(outcome("create", "a", "2", "{\"n\":9223372036854775808}")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "3", "{\"n\":\"word\"}")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "4", "{\"n\":{\"a\":1}}")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "5", "{\"n\":")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "6", "{\"t\":\"yesterday\"}")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "7", "{\"t\":\"2026-01-01T00:00:00.123456789Z\"}"))
                .isEqualTo("201");
        String text = "x".repeat(40_000);
        assertThat(outcome("create", "a", "8", "{\"k\":\"" + text + "\"}")).isEqualTo("400 illegal_argument_exception");
        assertThat(outcome("create", "a", "9", "{\"s\":\"" + text + "\"}")).isEqualTo("201");
        assertThat(outcome("create", "a", "10", "{\"new\":1,\"new.below\":2}")).isEqualTo(unfit);
        assertThat(outcome("create", "a", "11", "{\"n.below\":2}")).isEqualTo(unfit);
        assertThat(count("a", "")).isEqualTo(3);
        assertThat(json("GET", "/a/_mapping", "")
                        .path("a")
                        .path("mappings")
                        .path("properties")
                        .has("new"))
                .isFalse();
    }

    @Test
    void limitsTheFieldsOfAnIndex() throws IOException {
        put("/a", "{\"settings\":{\"index.mapping.total_fields.limit\":3}}");
        assertThat(outcome("create", "a", "1", "{\"a\":1,\"b.c\":2}")).isEqualTo("201");
        JsonNode error = item("create", "a", "2", "{\"d\":1}").path("error");
        assertThat(error.path("reason").asText())
                .contains("Limit of total fields [3] has been exceeded while adding new fields [1]");
        assertThat(outcome("create", "a", "3", "{\"a\":2}")).isEqualTo("201");
        put("/flat", "{\"settings\":{\"index.mapping.total_fields.limit\":2},\"mappings\":{\"subobjects\":false}}");
        assertThat(outcome("create", "flat", "1", "{\"a\":1,\"a.c\":2}")).isEqualTo("201");
    }

    @Test
    void mapsNewFieldsAsItIsTold() throws IOException {
        put("/strict", "{\"mappings\":{\"dynamic\":\"strict\",\"properties\":{\"a\":{\"type\":\"long\"}}}}");
        assertThat(outcome("create", "strict", "1", "{\"b\":1}")).isEqualTo("400 strict_dynamic_mapping_exception");
        put("/off", "{\"mappings\":{\"dynamic\":false}}");
        assertThat(outcome("create", "off", "1", "{\"b\":1}")).isEqualTo("201");
        assertThat(count("off", "{\"term\":{\"b\":1}}")).isZero();
        put(
                "/big",
                "{\"mappings\":{\"dynamic_templates\":[{\"limits\":{\"match\":\"*limit\","
                        + "\"match_mapping_type\":\"long\",\"mapping\":{\"type\":\"unsigned_long\"}}}]}}");
        assertThat(outcome("create", "big", "1", "{\"pids_limit\":18446744073709551615}"))
                .isEqualTo("201");
        assertThat(outcome("create", "big", "2", "{\"pids_limit\":18446744073709551616}"))
                .isEqualTo("400 document_parsing_exception");
        assertThat(ask("PUT", "/none", "{\"mappings\":{\"properties\":{\"a\":{\"type\":\"flat_object\"}}}}")
                        .status())
                .isEqualTo(400);
        assertThat(ask("PUT", "/Upper", "").status()).isEqualTo(400);
    }

    @Test
    void makesIndicesByTemplates() throws IOException {
        String component = "{\"template\":{\"settings\":{\"number_of_shards\":2}}}";
        String template = "{\"index_patterns\":[\"logs-of-*\"],\"composed_of\":[\"c\"],\"priority\":200,"
                + "\"template\":{\"mappings\":{\"properties\":{\"n\":{\"type\":\"keyword\"}}}}}";
        assertThat(ask("PUT", "/_index_template/t", template).status()).isEqualTo(400);
        put("/_component_template/c", component);
        put("/_index_template/t", template);
        assertThat(ask("PUT", "/_component_template/c?create=true", component).status())
                .isEqualTo(400);
        assertThat(ask("PUT", "/_index_template/other", template).status()).isEqualTo(400);
        assertThat(outcome("create", "logs-of-a", "1", "{\"n\":\"word\"}")).isEqualTo("201");
        JsonNode settings =
                json("GET", "/logs-of-a/_settings", "").path("logs-of-a").path("settings");
        assertThat(settings.path("index.number_of_shards").asText()).isEqualTo("2");
        assertThat(json("GET", "/_index_template/t", "")
                        .path("index_templates")
                        .path(0)
                        .path("index_template"))
                .hasToString(template);
        assertThat(ask("GET", "/_index_template/none", "").status()).isEqualTo(404);
        assertThat(ask("GET", "/_component_template/none", "").status()).isEqualTo(404);
        assertThat(ask("DELETE", "/_index_template/t", "").status()).isEqualTo(200);
        assertThat(ask("DELETE", "/_index_template/t", "").status()).isEqualTo(404);
    }

    @Test
    void dedupesADataStreamInItsNewestBackingIndexAlone() throws IOException {
        String document = "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}";
        put("/_index_template/d", "{\"index_patterns\":[\"d\"],\"data_stream\":{}}");
        assertThat(item("create", "d", "1", document).path("_index").asText()).isEqualTo(".ds-d-2026.11.27-000001");
        assertThat(outcome("create", "d", "1", document)).isEqualTo("409 version_conflict_engine_exception");
        assertThat(outcome("index", "d", "2", document)).isEqualTo("400 illegal_argument_exception");
        assertThat(outcome("create", "d", "3", "{\"n\":1}")).isEqualTo("400 document_parsing_exception");
        assertThat(ask("POST", "/d/_rollover", "").status()).isEqualTo(200);
        assertThat(outcome("create", "d", "1", document)).isEqualTo("201");
        assertThat(count("d", "{\"ids\":{\"values\":[\"1\"]}}")).isEqualTo(2);
        assertThat(json("GET", "/_data_stream/d", "")
                        .path("data_streams")
                        .path(0)
                        .path("indices"))
                .hasSize(2);
        assertThat(ask("PUT", "/_data_stream/none", "").status()).isEqualTo(400);
    }

    @Test
    void makesADataStreamOfNamesThatElasticsearchTakesForItself() throws IOException {
        assertThat(outcome("index", "logs-docker-default", "1", "{\"@timestamp\":1}"))
                .isEqualTo("400 illegal_argument_exception");
        cluster = of(ClusterRelease.OPENSEARCH_3);
        assertThat(outcome("index", "logs-docker-default", "1", "{\"@timestamp\":1}"))
                .isEqualTo("201");
    }

    @Test
    void boundsATimeSeries() throws IOException {
        put(
                "/_index_template/m",
                "{\"index_patterns\":[\"m\"],\"data_stream\":{},\"template\":{\"settings\":{"
                        + "\"index.mode\":\"time_series\",\"index.look_back_time\":\"3h\"},\"mappings\":{\"properties\":{"
                        + "\"@timestamp\":{\"type\":\"date\"},\"id\":{\"type\":\"keyword\",\"time_series_dimension\":true}}}}}");
        assertThat(outcome("create", "m", "", at("09:00:00"))).isEqualTo("201");
        assertThat(outcome("create", "m", "", at("09:00:00"))).isEqualTo("409 version_conflict_engine_exception");
        JsonNode old = item("create", "m", "", at("08:59:59")).path("error");
        assertThat(old.path("reason").asText())
                .isEqualTo(
                        "the document timestamp [2026-11-27T08:59:59.000Z] is outside of ranges of currently writable"
                                + " indices [[2026-11-27T09:00:00.000Z,2026-11-27T12:30:00.000Z]]");
        assertThat(outcome("create", "m", "", at("12:30:00"))).isEqualTo("400 illegal_argument_exception");
        assertThat(outcome("create", "m", "mine", at("10:00:00"))).isEqualTo("400 document_parsing_exception");
        assertThat(outcome("create", "m", "", "{\"@timestamp\":\"2026-11-27T10:00:00Z\"}"))
                .isEqualTo("400 illegal_argument_exception");
        now = now.plus(Duration.ofHours(1));
        assertThat(outcome("create", "m", "", at("12:30:00"))).isEqualTo("201");
        assertThat(ask("POST", "/m/_rollover", "").status()).isEqualTo(200);
        assertThat(outcome("create", "m", "", at("09:00:00"))).isEqualTo("409 version_conflict_engine_exception");
        cluster = of(ClusterRelease.OPENSEARCH_3);
        assertThat(ask("PUT", "/a", "{\"settings\":{\"index.mode\":\"time_series\"}}")
                        .status())
                .isEqualTo(400);
    }

    private static String at(String time) {
        return "{\"@timestamp\":\"2026-11-27T" + time + "Z\",\"id\":\"c\"}";
    }

    @Test
    void keepsFailuresButNeitherConflictsNorPressure() throws IOException {
        put(
                "/_index_template/f",
                "{\"index_patterns\":[\"f\"],\"data_stream\":{},\"template\":{"
                        + "\"data_stream_options\":{\"failure_store\":{\"enabled\":true}},"
                        + "\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"}}}}}");
        assertThat(outcome("create", "f", "1", "{\"@timestamp\":1,\"n\":1}")).isEqualTo("201");
        JsonNode kept = item("create", "f", "2", "{\"@timestamp\":1,\"n\":\"word\"}");
        assertThat(kept.path("status").asInt()).isEqualTo(201);
        assertThat(kept.path("failure_store").asText()).isEqualTo("used");
        assertThat(outcome("create", "f", "1", "{\"@timestamp\":1,\"n\":1}"))
                .isEqualTo("409 version_conflict_engine_exception");
        cluster.floodStage(true);
        assertThat(outcome("create", "f", "3", "{\"@timestamp\":1,\"n\":1}")).isEqualTo("429 cluster_block_exception");
        assertThat(cluster.failures("f")).isEqualTo(1);
        assertThat(count("f", "")).isEqualTo(1);
    }

    @Test
    void blocksWrites() throws IOException {
        assertThat(outcome("create", "a", "1", "{}")).isEqualTo("201");
        put("/a/_settings", "{\"index\":{\"blocks\":{\"write\":true}}}");
        assertThat(outcome("create", "a", "2", "{}")).isEqualTo("403 cluster_block_exception");
        put("/a/_settings", "{\"index.blocks.write\":null}");
        cluster.floodStage(true);
        assertThat(item("create", "a", "2", "{}").path("error").path("reason").asText())
                .contains("TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark");
        cluster.floodStage(false);
        assertThat(outcome("create", "a", "2", "{}")).isEqualTo("201");
        put("/_cluster/settings", "{\"persistent\":{\"action.auto_create_index\":\"false\"}}");
        assertThat(outcome("create", "b", "1", "{}")).isEqualTo("404 index_not_found_exception");
        assertThat(json("GET", "/_cluster/health", "").path("status").asText()).isEqualTo("green");
    }

    @Test
    void keepsPoliciesOfItsOwnKind() throws IOException {
        String policy = "{\"policy\":{\"phases\":{}}}";
        assertThat(ask("GET", "/_ilm/policy/p", "").status()).isEqualTo(404);
        put("/_ilm/policy/p", policy);
        put("/_ilm/policy/p", policy);
        assertThat(json("GET", "/_ilm/policy/p", "").path("p").path("version").asInt())
                .isEqualTo(2);
        assertThat(ask("GET", "/_plugins/_ism/policies/p", "").status()).isEqualTo(400);
        cluster = of(ClusterRelease.OPENSEARCH_2);
        assertThat(ask("PUT", "/_ilm/policy/p", policy).status()).isEqualTo(400);
        assertThat(ask("GET", "/_plugins/_ism/policies/p", "").status()).isEqualTo(404);
        put("/_plugins/_ism/policies/p", policy);
        assertThat(ask("PUT", "/_plugins/_ism/policies/p", policy).status()).isEqualTo(409);
        put("/_plugins/_ism/policies/p?if_seq_no=0&if_primary_term=1", policy);
        assertThat(json("GET", "/_plugins/_ism/policies/p", "").path("_version").asInt())
                .isEqualTo(2);
    }

    @Test
    void findsWhatWasRefreshed() throws IOException {
        put("/a", "{\"mappings\":{\"properties\":{\"journal\":{\"type\":\"keyword\"}}}}");
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            String document = "{\"journal\":\"j" + i % 2 + "\",\"sequence\":" + i + ",\"word\":\"Web-1\"}";
            body.append("{\"create\":{\"_id\":\"")
                    .append(i)
                    .append("\"}}\n")
                    .append(document)
                    .append("\n");
        }
        ask("POST", "/a/_bulk", body.toString());
        assertThat(count("a", "")).isZero();
        ask("POST", "/a/_refresh", "");
        assertThat(count("a", "")).isEqualTo(30);
        assertThat(count(
                        "a",
                        "{\"bool\":{\"filter\":[{\"term\":{\"journal\":\"j1\"}},"
                                + "{\"range\":{\"sequence\":{\"gte\":10,\"lt\":20}}}]}}"))
                .isEqualTo(5);
        assertThat(count("a", "{\"bool\":{\"must_not\":{\"terms\":{\"sequence\":[1,2]}}}}"))
                .isEqualTo(28);
        assertThat(count("a", "{\"term\":{\"word\":\"Web-1\"}}")).isZero();
        assertThat(count("a", "{\"term\":{\"word.keyword\":\"Web-1\"}}")).isEqualTo(30);
        assertThat(ask("POST", "/a/_count", "{\"query\":{\"bogus\":{}}}").status())
                .isEqualTo(400);
        assertThat(ask("POST", "/none/_count", "").status()).isEqualTo(404);
        assertThat(pages()).hasSize(30).isSorted();
        JsonNode buckets = json(
                        "POST",
                        "/a/_search",
                        "{\"size\":0,\"aggs\":{\"by\":{\"terms\":{\"field\":\"journal\"},"
                                + "\"aggs\":{\"last\":{\"max\":{\"field\":\"sequence\"}}}}}}")
                .path("aggregations")
                .path("by")
                .path("buckets");
        assertThat(buckets).hasSize(2);
        assertThat(buckets.path(1).path("key").asText()).isEqualTo("j1");
        assertThat(buckets.path(1).path("doc_count").asInt()).isEqualTo(15);
        assertThat(buckets.path(1).path("last").path("value").asDouble()).isEqualTo(29);
        assertThat(ask("POST", "/a/_search", "{\"aggs\":{\"by\":{\"terms\":{\"field\":\"word\"}}}}")
                        .status())
                .isEqualTo(400);
    }

    private List<Integer> pages() throws IOException {
        List<Integer> sequences = new ArrayList<>();
        String after = "";
        while (true) {
            JsonNode hits = json("POST", "/a/_search", "{\"size\":7,\"sort\":[{\"sequence\":\"asc\"}]" + after + "}")
                    .path("hits")
                    .path("hits");
            if (hits.isEmpty()) {
                return sequences;
            }
            hits.forEach(
                    hit -> sequences.add(hit.path("_source").path("sequence").asInt()));
            after = ",\"search_after\":" + hits.path(hits.size() - 1).path("sort");
        }
    }

    @Test
    void saysNoMoreThanIsAskedFor() throws IOException {
        String body = "{\"create\":{\"_id\":\"1\"}}\n{}\n{\"create\":{\"_id\":\"1\"}}\n{}\n";
        assertThat(json("POST", "/a/_bulk?filter_path=errors,items.*.status,items.*.error.type", body))
                .hasToString("{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":409,"
                        + "\"error\":{\"type\":\"version_conflict_engine_exception\"}}}]}");
    }
}
