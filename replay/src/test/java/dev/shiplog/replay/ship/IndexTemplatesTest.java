package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.replay.ecs.EcsFields;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The templates, and the files of {@code deploy/elastic}; {@code -Dshiplog.write=true} writes the files anew. */
final class IndexTemplatesTest {
    private static final Path FILES = Path.of("..", "deploy", "elastic");

    private static IndexTemplates opensearch(String fields) {
        return Objects.requireNonNull(IndexTemplates.of("shiplog", fields).without("flattened"));
    }

    private static Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        for (String fields : new String[] {"ecs", "flat"}) {
            IndexTemplates elasticsearch = IndexTemplates.of("shiplog", fields);
            files.put("elasticsearch/" + fields + "-component.json", elasticsearch.component());
            files.put("elasticsearch/" + fields + "-index.json", elasticsearch.index(null));
            files.put(
                    "opensearch/" + fields + "-component.json",
                    opensearch(fields).component());
            files.put("opensearch/" + fields + "-index.json", opensearch(fields).index(null));
        }
        files.put("elasticsearch/policy.json", Lifecycle.ilm("90d"));
        files.put("opensearch/policy.json", Lifecycle.ism("90d", opensearch("ecs")));
        return files;
    }

    @Test
    void areWhatTheFilesForHandsSay() throws IOException {
        for (Map.Entry<String, String> file : files().entrySet()) {
            Path path = FILES.resolve(file.getKey());
            if (Boolean.getBoolean("shiplog.write")) {
                Files.createDirectories(Objects.requireNonNull(path.getParent()));
                Files.writeString(path, file.getValue());
            }
            assertThat(path)
                    .as("write it anew with mvn test -pl replay -am -Dtest=IndexTemplatesTest -Dshiplog.write=true"
                            + " -Dsurefire.failIfNoSpecifiedTests=false")
                    .hasContent(file.getValue());
        }
    }

    private static Json member(Json json, String... path) {
        Json at = json;
        for (String name : path) {
            at = Objects.requireNonNull(at.get(name), name);
        }
        return at;
    }

    @Test
    void giveEachFieldOfTheListAType() {
        Json mappings =
                member(JsonParts.parse(IndexTemplates.of("shiplog", "ecs").component()), "template", "mappings");
        assertThat(member(mappings, "dynamic").text()).isEqualTo("false");
        assertThat(member(mappings, "properties").names())
                .containsAll(EcsFields.types().keySet());
        assertThat(member(mappings, "properties", "container.labels").text("type"))
                .isEqualTo("flattened");
        assertThat(member(mappings, "properties", "@timestamp").text("type")).isEqualTo("date_nanos");
    }

    @Test
    void takeAnotherTypeForEachThatAClusterDoesNotKnow() {
        IndexTemplates plain = opensearch("ecs");
        assertThat(plain.component()).contains("flat_object").doesNotContain("\"type\": \"flattened\"");
        plain = Objects.requireNonNull(plain.without("flat_object"));
        assertThat(plain.component()).contains("\"container.labels\": {\"type\": \"object\", \"enabled\": false}");
        plain = Objects.requireNonNull(plain.without("match_only_text"));
        assertThat(plain.component()).contains("\"message\": {\"type\": \"text\"}");
        assertThat(plain.without("keyword")).isNull();
        assertThat(plain.without("match_only_text")).isNull();
    }

    @Test
    void areTheSameHoweverAClusterWritesThem() {
        String one = "{\"template\":{\"settings\":{\"index\":{\"codec\":\"x\",\"n\":1}},"
                + "\"mappings\":{\"properties\":{\"a.b\":{\"type\":\"keyword\"}}}},\"_meta\":{\"digest\":\"\"}}";
        String same =
                "{\"template\":{\"mappings\":{\"properties\":{\"a\":{\"properties\":{\"b\":{\"type\":\"keyword\"}}}}},"
                        + "\"settings\":{\"index.n\":\"1\",\"index.codec\":\"x\"}},\"created_date\":\"2026\"}";
        assertThat(digest(one)).isEqualTo(digest(same)).isNotEqualTo(digest(one.replace("keyword", "text")));
    }

    private static String digest(String json) {
        return TemplateDigest.of(JsonParts.parse(json));
    }

    @Test
    void areForIndicesOfEachKindAndForNoOtherPrefix() {
        IndexTemplates templates = IndexTemplates.of("shiplog", "ecs");
        assertThat(templates.isFor("shiplog-stats-2026.11.25")).isTrue();
        assertThat(templates.isFor("shiplog-stats-1m-2026.11.25")).isTrue();
        assertThat(templates.isFor("shiplog-engine-metrics-2026.11.25")).isTrue();
        assertThat(templates.isFor("shiplog-test-stats-2026.11.25")).isFalse();
        assertThat(templates.isFor("shiplog-stats")).isFalse();
    }
}
