package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which fields an index has, and what it does with one that it has not: dynamic mapping, dynamic templates, the limit of
 * fields, the conflict of a value and an object of the same name. The rules are those of the pages "Dynamic field mapping",
 * "Dynamic templates", "Mapping limit settings" and "subobjects" of Elasticsearch's reference, "disable_objects" of
 * OpenSearch's.
 */
final class Mapping {
    private final ClusterRelease release;
    private final Settings settings;
    private final ObjectNode root = JsonNodeFactory.instance.objectNode();
    private final Map<String, ObjectNode> fields = new TreeMap<>();

    Mapping(ClusterRelease release, Settings settings) {
        this.release = release;
        this.settings = settings;
    }

    /** Takes over what a template or a request says. */
    void put(JsonNode mappings) {
        mappings.properties().forEach(member -> {
            if (!member.getKey().equals("properties")) {
                root.set(member.getKey(), member.getValue());
            }
        });
        properties("", mappings.path("properties"), fields);
    }

    private void properties(String prefix, JsonNode properties, Map<String, ObjectNode> into) {
        properties.properties().forEach(field -> {
            ObjectNode definition = field.getValue().deepCopy();
            String path = prefix + field.getKey();
            if (!definition.has("type")) {
                definition.put("type", "object");
            }
            parents(path, into);
            FieldTypes.check(release, path, definition.path("type").asText());
            properties(path + ".", definition.path("properties"), into);
            definition.remove("properties");
            into.put(path, definition);
        });
    }

    /**
     * Makes the fields that the document needs. Nothing is made of a document that is refused.
     *
     * @param leaves the document's values by their dotted paths
     */
    void learn(String id, Map<String, JsonNode> leaves) {
        Map<String, ObjectNode> added = new LinkedHashMap<>();
        leaves.forEach((path, value) -> {
            String kept = field(path).path("type").asText();
            if (kept.equals("object")) {
                throw Refusal.document(
                        release,
                        "object mapping for [" + path + "] tried to parse field [" + path
                                + "] as object, but found a concrete value",
                        "");
            }
            if (kept.isEmpty() && !value.isNull() && !isBelowFlat(path)) {
                add(path, value, added);
            }
        });
        int limit = Integer.parseInt(settings.get("index.mapping.total_fields.limit", "1000"));
        if (count() + count(added) > limit) {
            String reason = "Limit of total fields [" + limit + "] has been exceeded";
            throw release.isElasticsearch(7, 11)
                    ? Refusal.document(
                            release,
                            "failed to parse: " + reason + " while adding new fields [" + count(added) + "]",
                            "")
                    : Refusal.argument(reason);
        }
        FieldTypes.checkAll(release, settings, id, leaves, path -> added.getOrDefault(path, field(path)));
        fields.putAll(added);
    }

    private void add(String path, JsonNode value, Map<String, ObjectNode> added) {
        String dynamic = root.path("dynamic").asText("true");
        if (dynamic.equals("strict")) {
            throw Refusal.of(
                    400,
                    "strict_dynamic_mapping_exception",
                    "mapping set to strict, dynamic introduction of [" + path + "] within [_doc] is not allowed");
        }
        if (dynamic.equals("false")) {
            return;
        }
        parents(path, added);
        added.put(path, FieldTypes.dynamic(root, path, value));
    }

    /** The objects that a dotted path goes through, unless the mapping knows no objects. */
    private void parents(String path, Map<String, ObjectNode> into) {
        if (root.path("subobjects").asText("true").equals("false")
                || root.path("disable_objects").asBoolean()) {
            return;
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            String parent = path.substring(0, dot);
            String type = into.getOrDefault(parent, field(parent)).path("type").asText("object");
            if (!type.equals("object") && !type.isEmpty()) {
                throw Refusal.document(
                        release,
                        "Could not dynamically add mapping for field [" + path + "]. Existing mapping for [" + parent
                                + "] must be of type object but found [" + type + "].",
                        "");
            }
            if (type.isEmpty() || !fields.containsKey(parent)) {
                into.putIfAbsent(parent, JsonNodeFactory.instance.objectNode().put("type", "object"));
            }
        }
    }

    private boolean isBelowFlat(String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (FieldTypes.isFlat(field(path.substring(0, dot)).path("type").asText())) {
                return true;
            }
        }
        return false;
    }

    /** The definition of a field; empty if there is none. A field of a field is found too, as in {@code name.keyword}. */
    ObjectNode field(String path) {
        int dot = path.lastIndexOf('.');
        JsonNode parent = dot < 0 ? null : fields.get(path.substring(0, dot));
        JsonNode below = parent == null ? null : parent.path("fields").get(path.substring(dot + 1));
        JsonNode field = fields.getOrDefault(path, below instanceof ObjectNode own ? own : null);
        return field instanceof ObjectNode found ? found : JsonNodeFactory.instance.objectNode();
    }

    /** How many fields there are, as the limit counts them: objects and fields of fields too. */
    int count() {
        return count(fields);
    }

    private static int count(Map<String, ObjectNode> fields) {
        return fields.values().stream()
                .mapToInt(field -> 1 + field.path("fields").size())
                .sum();
    }

    /** The fields that tell apart the series of a time series index. */
    Iterable<String> dimensions() {
        return fields.entrySet().stream()
                .filter(field -> field.getValue().path("time_series_dimension").asBoolean())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** As it was put, with the dotted paths of fields as their names. */
    ObjectNode json() {
        ObjectNode json = root.deepCopy();
        ObjectNode properties = json.putObject("properties");
        fields.forEach(properties::set);
        return json;
    }
}
