package dev.shiplog.recorder.exposition;

import dev.shiplog.timeline.payload.Container;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which labels the series of a container have: who it is, the labels of it that are asked for, and some that are the same
 * everywhere. What is not known is empty, which means the same as no label.
 *
 * @param keys of labels of containers
 * @param constants by name
 */
public record LabelRules(List<String> keys, Map<String, String> constants) {
    private static final int SHORT_ID = 12;
    /** Of series, or of what Prometheus adds. */
    private static final Set<String> TAKEN = Set.of(
            "container_name",
            "compose_service",
            "compose_project",
            "image",
            "container_id",
            "status",
            "health_status",
            "started_at",
            "interface",
            "device",
            "state",
            "type",
            "action",
            "kind",
            "reason",
            "segment",
            "collector",
            "version",
            "commit",
            "build_date",
            "java_version",
            "job",
            "instance",
            "le",
            "quantile");

    /** As {@link #keys} and {@link #constants} read them. */
    public static LabelRules of(Collection<String> keys, Collection<String> constants) {
        return new LabelRules(keys(keys), constants(constants));
    }

    /**
     * Reads the keys of labels.
     *
     * @throws IllegalArgumentException if one is empty or means the same as another, with one line for the user
     */
    public static List<String> keys(Collection<String> texts) {
        Set<String> names = new HashSet<>();
        for (String key : texts) {
            if (key.isEmpty()) {
                throw new IllegalArgumentException("a label of containers needs a name, as in com.example.team");
            }
            if (!names.add(name(key))) {
                throw new IllegalArgumentException("\"" + key + "\" is given twice: both are " + name(key));
            }
        }
        return List.copyOf(texts);
    }

    /**
     * Reads constants.
     *
     * @param texts each as {@code NAME=VALUE}
     * @throws IllegalArgumentException if one is malformed or there twice, with one line for the user
     */
    public static Map<String, String> constants(Collection<String> texts) {
        Map<String, String> values = new TreeMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals);
            if (name.startsWith("__")) {
                throw new IllegalArgumentException(
                        "\"" + name + "\": what begins with __ is Prometheus's; take another name");
            }
            if (!name.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
                throw new IllegalArgumentException(
                        "\"" + text
                                + "\" is not a label; write it as NAME=VALUE, with letters, digits and _ in the name, as in site=berlin");
            }
            if (TAKEN.contains(name) || name.startsWith("container_label_")) {
                throw new IllegalArgumentException("\"" + name + "\" is a label of ours; take another name");
            }
            if (values.put(name, text.substring(equals + 1)) != null) {
                throw new IllegalArgumentException("\"" + name + "\" is given twice");
            }
        }
        return values;
    }

    /** The constants as they are typed. */
    public List<String> constantTexts() {
        List<String> texts = new ArrayList<>();
        constants.forEach((name, value) -> texts.add(name + "=" + value));
        return texts;
    }

    /** Those that all series have. */
    Labels common() {
        return labels(constants);
    }

    /** Those of a container. */
    Labels of(Container container) {
        Map<String, String> labels = new LinkedHashMap<>(constants);
        for (String key : keys) {
            labels.put(name(key), container.labels().getOrDefault(key, ""));
        }
        labels.put("container_name", container.name().isEmpty() ? shortId(container) : container.name());
        labels.put("compose_service", container.labels().getOrDefault("com.docker.compose.service", ""));
        labels.put("compose_project", container.labels().getOrDefault("com.docker.compose.project", ""));
        labels.put("image", container.image());
        return labels(labels);
    }

    /** What Prometheus calls a label of a container. */
    private static String name(String key) {
        return "container_label_" + key.replaceAll("[^a-zA-Z0-9_]", "_");
    }

    /** The id as Docker shows it. */
    static String shortId(Container container) {
        return container.id().substring(0, Math.min(SHORT_ID, container.id().length()));
    }

    private static Labels labels(Map<String, String> labels) {
        return Labels.of(labels.keySet().toArray(String[]::new), labels.values().toArray(String[]::new));
    }
}
