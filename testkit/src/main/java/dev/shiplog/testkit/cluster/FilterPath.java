package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The parameter {@code filter_path}: dotted paths of what an answer keeps, {@code *} for any characters of one name. */
final class FilterPath {
    private FilterPath() {}

    static JsonNode keep(JsonNode json, String paths) {
        return keep(json, List.of(paths.split(",", -1)));
    }

    private static JsonNode keep(JsonNode json, List<String> paths) {
        if (paths.contains("")) {
            return json;
        }
        if (json.isArray()) {
            ArrayNode kept = JsonNodeFactory.instance.arrayNode();
            for (JsonNode each : json) {
                JsonNode rest = keep(each, paths);
                if (!rest.isMissingNode()) {
                    kept.add(rest);
                }
            }
            return kept.isEmpty() ? JsonNodeFactory.instance.missingNode() : kept;
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        json.properties().forEach(field -> {
            List<String> below = new ArrayList<>();
            for (String path : paths) {
                String[] words = path.split("\\.", 2);
                if (Wildcard.matches(words[0], field.getKey())) {
                    below.add(words.length < 2 ? "" : words[1]);
                }
            }
            JsonNode rest = below.isEmpty() ? JsonNodeFactory.instance.missingNode() : keep(field.getValue(), below);
            if (!rest.isMissingNode()) {
                kept.set(field.getKey(), rest);
            }
        });
        return kept.isEmpty() ? JsonNodeFactory.instance.missingNode() : kept;
    }
}
