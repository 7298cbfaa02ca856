package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.ecs.EcsFields;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The two templates by which a cluster makes the indices of a shipment, as JSON: a component template with fields and
 * settings, for others to build upon, and the index template that uses it for the indices of each kind. Pure.
 */
public final class IndexTemplates {
    /** Above those that clusters come with: these have 100 or 200. */
    static final int PRIORITY = 500;

    /** What the member {@code made_by} of their {@code _meta} says. */
    static final String MAKER = "shiplog";

    private static final int VERSION = 1;

    /** In bytes a word of so many characters is below what an index takes, whatever they are; a longer one is not searched. */
    private static final int LONGEST = 8191;

    /** What to take where a cluster does not know a type, and again where it does not know that either. */
    private static final Map<String, String> INSTEAD = Map.of(
            "flattened", "flat_object",
            "flat_object", "object",
            "match_only_text", "text",
            "unsigned_long", "long",
            "date_nanos", "date");

    /** Of the compact form, the names whose types are not to be guessed from the first value. A limit may be 2^64 - 1: none. */
    private static final Map<String, String> FLAT_FIELDS = new TreeMap<>(Map.of("@timestamp", "date_nanos"));

    static {
        List.of("kind", "host", "journal", "container", "container_id", "image", "image_id")
                .forEach(name -> FLAT_FIELDS.put(name, "keyword"));
        FLAT_FIELDS.put("sequence", "long");
        FLAT_FIELDS.put("restated", "boolean");
        FLAT_FIELDS.put("log", "match_only_text");
        FLAT_FIELDS.put("log_base64", "text");
        FLAT_FIELDS.put("log_partial", "boolean");
        FLAT_FIELDS.put("stream", "keyword");
        List.of("pids_limit", "memory_limit", "memory_hierarchical_memory_limit", "memory_hierarchical_memsw_limit")
                .forEach(name -> FLAT_FIELDS.put(name, "unsigned_long"));
    }

    private final String prefix;
    private final String fields;
    private final Map<String, String> instead;

    private IndexTemplates(String prefix, String fields, Map<String, String> instead) {
        this.prefix = prefix;
        this.fields = fields;
        this.instead = new TreeMap<>(instead);
    }

    /**
     * @param prefix of the names of indices
     * @param fields whose names fields have: {@code ecs}, or {@code flat} for the compact form
     */
    public static IndexTemplates of(String prefix, String fields) {
        return new IndexTemplates(prefix, fields, Map.of());
    }

    /** The name of the index template. */
    String name() {
        return prefix;
    }

    /** The name of the component template. */
    String componentName() {
        return prefix + "-mappings";
    }

    /** The name of the policy that deletes indices by age. */
    String policyName() {
        return prefix + "-keep";
    }

    /** Which indices the templates are for. Each kind is named: another prefix that begins like this one is not meant. */
    List<String> patterns() {
        return Arrays.stream(Kind.values())
                .map(kind -> prefix + "-" + kind.label() + "-*")
                .sorted()
                .toList();
    }

    /** Whether an index of that name is one of those. */
    boolean isFor(String index) {
        return patterns().stream().anyMatch(pattern -> index.startsWith(pattern.substring(0, pattern.length() - 1)));
    }

    /** What is taken in place of types that the cluster does not know. */
    Map<String, String> instead() {
        return instead;
    }

    /** The same without a type; null if nothing can take its place. */
    @Nullable
    IndexTemplates without(String type) {
        String other = INSTEAD.get(type);
        if (other == null || instead.containsKey(type)) {
            return null;
        }
        Map<String, String> more = new TreeMap<>(instead);
        more.replaceAll((unknown, taken) -> taken.equals(type) ? other : taken);
        more.put(type, other);
        return new IndexTemplates(prefix, fields, more);
    }

    /** The same with what is taken in place of types as a template that is there says, and with its fields. */
    static IndexTemplates like(String prefix, Json meta) {
        Map<String, String> instead = new TreeMap<>();
        Json said = JsonParts.at(meta, "instead");
        for (String type : said.names()) {
            instead.put(type, said.text(type));
        }
        return new IndexTemplates(prefix, meta.text("fields"), instead);
    }

    /** The body of the component template. */
    public String component() {
        return withMeta("""
                {
                  "template": {
                    "settings": {"index": {"codec": "best_compression", "mapping": {"ignore_malformed": "true"}}},
                    "mappings": {
                      "date_detection": false,
                %s
                      "properties": {
                %s
                      }
                    }
                  }""".formatted(dynamic(), properties()));
    }

    /**
     * What a name is that is not on the list. With the fields of ECS it is kept and not searched, except for those within
     * {@code labels}: who ships writes these. Of the compact form the list is in the program.
     */
    private String dynamic() {
        return isEcs() ? """
                      "dynamic": false,
                      "dynamic_templates": [
                        {"labels": {"path_match": "labels.*", "mapping": %s}}
                      ],""".formatted(definition("keyword")) : """
                      "dynamic": true,""";
    }

    private boolean isEcs() {
        return fields.equals("ecs");
    }

    private String properties() {
        List<String> lines = new ArrayList<>();
        if (isEcs()) {
            lines.add("        \"labels\": {\"type\": \"object\", \"dynamic\": true}");
        }
        new TreeMap<>(isEcs() ? EcsFields.types() : FLAT_FIELDS)
                .forEach((name, type) -> lines.add("        \"" + name + "\": " + definition(type)));
        return String.join(",\n", lines);
    }

    private String definition(String type) {
        return switch (type) {
            case "decimal" -> "{\"type\": \"double\"}";
            case "text" -> "{\"type\": \"text\", \"index\": false}";
            default -> known(instead.getOrDefault(type, type));
        };
    }

    private static String known(String type) {
        String more = switch (type) {
            case "keyword", "flattened" -> ", \"ignore_above\": " + LONGEST;
            case "object" -> ", \"enabled\": false";
            default -> "";
        };
        return "{\"type\": \"" + type + "\"" + more + "}";
    }

    /**
     * The body of the index template.
     *
     * @param policy by which indices are deleted; null for none
     */
    public String index(@Nullable String policy) {
        String patterns = patterns().stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
        String settings =
                policy == null ? "" : "\"settings\": {\"index\": {\"lifecycle\": {\"name\": \"" + policy + "\"}}}";
        return withMeta("""
                {
                  "index_patterns": [%s],
                  "priority": %d,
                  "composed_of": ["%s"],
                  "template": {%s}""".formatted(patterns, PRIORITY, componentName(), settings));
    }

    /** Adds by whom it is, and a digest that tells if somebody changes it. */
    private String withMeta(String body) {
        String taken = instead.entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\": \"" + each.getValue() + "\"")
                .collect(Collectors.joining(", "));
        return """
                %s,
                  "_meta": {
                    "made_by": "%s",
                    "version": %d,
                    "fields": "%s",
                    "instead": {%s},
                    "digest": "%s"
                  }
                }
                """.formatted(body, MAKER, VERSION, fields, taken, TemplateDigest.of(JsonParts.parse(body + "}")));
    }
}
