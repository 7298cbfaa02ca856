package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One index: its documents by their ids, what it takes, and what of it a search sees. */
final class ScriptedIndex {
    /** Documents keep numbers as they were written. */
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** The document as it was given, its values by dotted path, and how often it was written. */
    record Document(String id, byte[] source, Map<String, JsonNode> leaves, long version) {}

    private final String name;
    private final ClusterRelease release;
    private final Settings settings;
    private final Mapping mapping;
    private final Map<String, Document> documents = new LinkedHashMap<>();
    private Map<String, Document> visible = Map.of();
    private long operations;

    ScriptedIndex(String name, ClusterRelease release, Settings settings, Mapping mapping) {
        this.name = name;
        this.release = release;
        this.settings = settings;
        this.mapping = mapping;
    }

    String name() {
        return name;
    }

    Settings settings() {
        return settings;
    }

    Mapping mapping() {
        return mapping;
    }

    /** What a search sees: the documents of the last refresh. */
    Iterable<Document> visible() {
        return visible.values();
    }

    @Nullable
    Document document(String id) {
        return documents.get(id);
    }

    void refresh() {
        visible = new LinkedHashMap<>(documents);
    }

    /** @throws Refusal if the index may not be written to */
    void checkBlocks() {
        if (settings.isTrue("index.blocks.read_only_allow_delete")) {
            String block = "[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark,"
                    + " index has read-only-allow-delete block]";
            throw Refusal.of(429, "cluster_block_exception", "index [" + name + "] blocked by: " + block + ";");
        }
        if (settings.isTrue("index.blocks.write")) {
            throw Refusal.of(
                    403,
                    "cluster_block_exception",
                    "index [" + name + "] blocked by: [FORBIDDEN/8/index write (api)];");
        }
    }

    /**
     * Writes a document.
     *
     * @param id empty if the index is to choose
     * @return what a bulk request says of it, without action
     */
    ObjectNode write(boolean create, String id, JsonNode source, byte[] bytes) {
        Map<String, JsonNode> leaves = leaves(source);
        boolean series = settings.get("index.mode", "").equals("time_series");
        String key = series ? TimeSeries.id(this, release, id, leaves) : id.isEmpty() ? "generated-" + operations : id;
        mapping.learn(key, leaves); // before the conflict is seen, so a document that does not fit is none
        Document before = documents.get(key);
        if (create && before != null) {
            throw Refusal.of(
                    409,
                    "version_conflict_engine_exception",
                    "[" + key + "]: version conflict, document already exists (current version [" + before.version()
                            + "])");
        }
        Document document = new Document(key, bytes.clone(), leaves, before == null ? 1 : before.version() + 1);
        documents.put(key, document);
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("_index", name);
        if (release.isElasticsearch() && !release.isElasticsearch(8, 0)) {
            result.put("_type", "_doc");
        }
        result.put("_id", key).put("_version", document.version());
        result.put("result", before == null ? "created" : "updated");
        result.putObject("_shards").put("total", 2).put("successful", 1).put("failed", 0);
        result.put("_seq_no", operations++).put("_primary_term", 1);
        return result.put("status", before == null ? 201 : 200);
    }

    /** @throws Refusal if it is no JSON object */
    static JsonNode parse(ClusterRelease release, byte[] document) {
        try {
            JsonNode source = JSON.readTree(document);
            if (source instanceof ObjectNode) {
                return source;
            }
        } catch (JsonProcessingException e) {
            // As for JSON of another kind.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw Refusal.document(release, "failed to parse", "not a JSON object");
    }

    /** Values by their dotted paths, arrays as values; but what is below a flattened field stays in it. */
    private Map<String, JsonNode> leaves(JsonNode source) {
        Map<String, JsonNode> leaves = new TreeMap<>();
        collect("", source, leaves);
        return leaves;
    }

    private void collect(String path, JsonNode node, Map<String, JsonNode> leaves) {
        boolean flat = FieldTypes.isFlat(mapping.field(path).path("type").asText());
        if (!node.isObject() || flat) {
            if (!flat && node.isArray() && node.path(0).isObject()) {
                node.forEach(each -> collect(path, each, leaves));
            } else {
                leaves.put(path, node);
            }
            return;
        }
        String kept = mapping.field(path).path("type").asText("object");
        if (!path.isEmpty() && !Set.of("object", "nested", "").contains(kept)) {
            leaves.put(path, node);
            return;
        }
        node.properties()
                .forEach(field -> collect(
                        path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), leaves));
    }
}
