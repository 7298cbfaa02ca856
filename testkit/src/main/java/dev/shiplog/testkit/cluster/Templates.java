package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Component templates and index templates: what a new index gets. From the page "Index templates" of Elasticsearch's and of
 * OpenSearch's reference, and as a real OpenSearch 3.8 answers.
 */
final class Templates {
    private static final String COMPONENT = "component template";
    private static final String INDEX = "index template";

    private final ClusterRelease release;
    private final Map<String, ObjectNode> components = new TreeMap<>();
    private final Map<String, ObjectNode> templates = new TreeMap<>();

    Templates(ClusterRelease release) {
        this.release = release;
    }

    void putComponent(String name, ObjectNode template, boolean create) {
        checkNew(create, components, COMPONENT, name);
        apply(List.of(template));
        components.put(name, template);
    }

    void put(String name, ObjectNode template, boolean create) {
        checkNew(create, templates, INDEX, name);
        List<String> missing = new ArrayList<>();
        template.path("composed_of").forEach(component -> {
            if (!components.containsKey(component.asText())) {
                missing.add(component.asText());
            }
        });
        if (!missing.isEmpty()) {
            throw Refusal.of(
                    400,
                    "invalid_index_template_exception",
                    "index_template [" + name + "] invalid, cause [index template [" + name
                            + "] specifies component templates " + missing + " that do not exist]");
        }
        templates.forEach((other, theirs) -> {
            if (!other.equals(name) && priority(theirs) == priority(template) && overlap(theirs, template)) {
                throw Refusal.argument("index template [" + name + "] has index patterns "
                        + patterns(template) + " matching patterns from existing templates [" + other
                        + "] with patterns (" + other + " => " + patterns(theirs) + ") that have the same priority ["
                        + priority(template)
                        + "], multiple index templates may not match during index creation,"
                        + " please use a different priority");
            }
        });
        apply(parts(template));
        templates.put(name, template);
    }

    private static void checkNew(boolean create, Map<String, ObjectNode> kept, String kind, String name) {
        if (create && kept.containsKey(name)) {
            throw Refusal.argument(kind + " [" + name + "] already exists");
        }
    }

    /** Only patterns of which one begins with what the other begins with before its first {@code *}. */
    private static boolean overlap(ObjectNode one, ObjectNode other) {
        for (String mine : patterns(one)) {
            for (String theirs : patterns(other)) {
                String head = mine.split("\\*", 2)[0];
                String heads = theirs.split("\\*", 2)[0];
                if (head.startsWith(heads) || heads.startsWith(head)) {
                    return true;
                }
            }
        }
        return false;
    }

    ObjectNode componentsJson(String pattern) {
        return json(components, pattern, COMPONENT, "component_templates", "component_template");
    }

    ObjectNode json(String pattern) {
        return json(templates, pattern, INDEX, "index_templates", "index_template");
    }

    private static ObjectNode json(
            Map<String, ObjectNode> kept, String pattern, String kind, String list, String member) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode all = json.putArray(list);
        kept.forEach((name, template) -> {
            if (Wildcard.matches(pattern, name)) {
                all.addObject().put("name", name).set(member, template);
            }
        });
        if (all.isEmpty() && !pattern.contains("*")) {
            throw Refusal.of(404, "resource_not_found_exception", kind + " matching [" + pattern + "] not found");
        }
        return json;
    }

    boolean remove(String name) {
        return templates.remove(name) != null;
    }

    boolean removeComponent(String name) {
        return components.remove(name) != null;
    }

    /** The template of the highest priority that matches; null if none does. */
    @Nullable
    ObjectNode of(String index) {
        ObjectNode best = null;
        for (ObjectNode template : templates.values()) {
            boolean matches = patterns(template).stream().anyMatch(pattern -> Wildcard.matches(pattern, index));
            if (matches && (best == null || priority(template) > priority(best))) {
                best = template;
            }
        }
        return best;
    }

    /** The index that the template makes, with what the request adds. */
    ScriptedIndex make(String name, @Nullable ObjectNode template, JsonNode request) {
        List<JsonNode> parts = new ArrayList<>(template == null ? List.of() : parts(template));
        parts.add(JsonNodeFactory.instance.objectNode().set("template", request));
        Settings settings = new Settings("index.");
        Mapping mapping = new Mapping(release, settings);
        fill(parts, settings, mapping);
        return new ScriptedIndex(name, release, settings, mapping);
    }

    private List<JsonNode> parts(ObjectNode template) {
        List<JsonNode> parts = new ArrayList<>();
        template.path("composed_of").forEach(component -> parts.add(components.get(component.asText())));
        parts.add(template);
        return parts;
    }

    /** @throws Refusal if no index could be made of them */
    private void apply(List<JsonNode> parts) {
        Settings settings = new Settings("index.");
        fill(parts, settings, new Mapping(release, settings));
    }

    private void fill(List<JsonNode> parts, Settings settings, Mapping mapping) {
        for (JsonNode part : parts) {
            settings.putAll(part.path("template").path("settings"));
            mapping.put(part.path("template").path("mappings"));
        }
        if (settings.get("index.mode", "").equals("time_series") && !release.isElasticsearch(8, 7)) {
            throw Refusal.argument("unknown setting [index.mode] please check that any required plugins are installed,"
                    + " or check the breaking changes documentation for removed settings");
        }
    }

    private static int priority(ObjectNode template) {
        return template.path("priority").asInt(0);
    }

    private static List<String> patterns(ObjectNode template) {
        List<String> patterns = new ArrayList<>();
        template.path("index_patterns").forEach(pattern -> patterns.add(pattern.asText()));
        return patterns;
    }
}
