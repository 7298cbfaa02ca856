package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Settings by their full dotted names, however they were nested. */
final class Settings {
    private final String prefix;
    private final Map<String, String> values = new TreeMap<>();

    /** @param prefix of all names, as in {@code index.}; those who set them may leave it out */
    Settings(String prefix) {
        this.prefix = prefix;
    }

    /** Takes these over; null takes the value away. */
    void putAll(JsonNode settings) {
        flatten("", settings);
    }

    private void flatten(String path, JsonNode node) {
        if (node.isMissingNode()) {
            return;
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(field ->
                            flatten(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue()));
            return;
        }
        String name = path.startsWith(prefix) ? path : prefix + path;
        if (node.isNull()) {
            values.remove(name);
        } else {
            values.put(name, node.isValueNode() ? node.asText() : node.toString());
        }
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    boolean isTrue(String name) {
        return get(name, "false").equals("true");
    }

    void put(String name, String value) {
        values.put(name, value);
    }

    /** As in {@code 90m}: a number and {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}. */
    Duration time(String name, String otherwise) {
        String text = get(name, otherwise);
        String number = text.replaceAll("[a-z]+$", "");
        long value = Long.parseLong(number);
        return switch (text.substring(number.length())) {
            case "ms" -> Duration.ofMillis(value);
            case "s" -> Duration.ofSeconds(value);
            case "m" -> Duration.ofMinutes(value);
            case "h" -> Duration.ofHours(value);
            case "d" -> Duration.ofDays(value);
            default -> throw Refusal.argument("failed to parse setting [" + name + "] with value [" + text + "]");
        };
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach(json::put);
        return json;
    }
}
