package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The indices and data streams of a cluster, by name. */
final class Indices {
    private final ClusterRelease release;
    private final Templates templates;
    private final InstantSource clock;
    private final Map<String, ScriptedIndex> indices = new TreeMap<>();
    private final Map<String, DataStream> streams = new TreeMap<>();
    private boolean autoCreate = true;

    Indices(ClusterRelease release, Templates templates, InstantSource clock) {
        this.release = release;
        this.templates = templates;
        this.clock = clock;
    }

    /** {@code action.auto_create_index}. */
    void autoCreate(boolean allowed) {
        autoCreate = allowed;
    }

    /** What a bulk request says of one item, in the member named after its action. */
    ObjectNode write(BulkItem item, String otherwise) {
        String name = item.target().path("_index").asText(otherwise);
        String id = item.target().path("_id").asText("");
        boolean create = item.action().equals("create");
        ObjectNode result;
        try {
            if (!indices.containsKey(name) && !streams.containsKey(name)) {
                if (!autoCreate) {
                    throw Refusal.noIndex(name);
                }
                create(name, JsonNodeFactory.instance.objectNode(), true);
            }
            DataStream stream = streams.get(name);
            result = stream == null
                    ? index(name, create)
                            .write(create, id, ScriptedIndex.parse(release, item.document()), item.document())
                    : write(stream, create, id, item.document());
        } catch (Refusal refusal) {
            result = JsonNodeFactory.instance.objectNode().put("_index", name).put("_id", id);
            result.put("status", refusal.status()).set("error", refusal.error());
        }
        return JsonNodeFactory.instance.objectNode().set(item.action(), result);
    }

    private ScriptedIndex index(String name, boolean create) {
        ScriptedIndex index = find(name);
        if (create && name.startsWith(".ds-")) {
            throw Refusal.argument("index request with op_type=create targeting backing indices is disallowed, target"
                    + " corresponding data stream instead");
        }
        index.checkBlocks();
        return index;
    }

    private ObjectNode write(DataStream stream, boolean create, String id, byte[] document) {
        if (!create) {
            throw Refusal.argument("only write ops with an op_type of create are allowed in data streams");
        }
        try {
            JsonNode source = ScriptedIndex.parse(release, document);
            ScriptedIndex index = stream.target(source);
            index.checkBlocks();
            return index.write(true, id, source, document);
        } catch (Refusal refusal) {
            if (refusal.isOfTheDocument() && stream.hasFailureStore()) {
                return stream.keepFailure();
            }
            throw refusal;
        }
    }

    /** @param dataStreams whether a template may make it a data stream */
    void create(String name, JsonNode request, boolean dataStreams) {
        checkName(name);
        ObjectNode template = templates.of(name);
        if (template != null && template.has("data_stream")) {
            if (!dataStreams) {
                throw Refusal.argument("cannot create index with name [" + name
                        + "], because it matches with template that creates data streams only, use create data stream api"
                        + " instead");
            }
            createStream(name);
            return;
        }
        if (indices.containsKey(name) || streams.containsKey(name)) {
            throw Refusal.of(400, "resource_already_exists_exception", "index [" + name + "] already exists");
        }
        indices.put(name, templates.make(name, template, request));
    }

    void createStream(String name) {
        ObjectNode template = templates.of(name);
        if (template == null || !template.has("data_stream")) {
            throw Refusal.argument("no matching index template found for data stream [" + name + "]");
        }
        if (streams.containsKey(name)) {
            throw Refusal.of(400, "resource_already_exists_exception", "data_stream [" + name + "] already exists");
        }
        DataStream stream = new DataStream(name, release, templates, template, clock);
        ScriptedIndex first = stream.rollOver();
        indices.put(first.name(), first);
        streams.put(name, stream);
    }

    ObjectNode rollOver(String name) {
        DataStream stream = streams.get(name);
        if (stream == null) {
            throw Refusal.argument("rollover target is a [concrete index] but one of [alias,data_stream] was expected");
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("acknowledged", true);
        json.put("old_index", stream.newest().name());
        ScriptedIndex next = stream.rollOver();
        indices.put(next.name(), next);
        return json.put("new_index", next.name()).put("rolled_over", true);
    }

    private static void checkName(String name) {
        String why = !name.equals(name.toLowerCase(Locale.ROOT))
                ? "must be lowercase"
                : name.matches("[_\\-+].*")
                        ? "must not start with '_', '-', or '+'"
                        : name.matches(".*[\\\\/*?\"<>| ,#:].*")
                                ? "must not contain the following characters ['\\','/','*','?','\"','<','>','|',' ',',']"
                                : name.getBytes(StandardCharsets.UTF_8).length > 255 ? "index name is too long" : "";
        if (!why.isEmpty()) {
            throw Refusal.of(400, "invalid_index_name_exception", "Invalid index name [" + name + "], " + why);
        }
    }

    /** One index by its own name. */
    ScriptedIndex find(String name) {
        ScriptedIndex index = indices.get(name);
        if (index == null) {
            throw Refusal.noIndex(name);
        }
        return index;
    }

    /** All of a list of names and patterns; a data stream stands for its backing indices. */
    List<ScriptedIndex> all(String names) {
        List<ScriptedIndex> all = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            int before = all.size();
            streams.forEach((stream, of) -> {
                if (Wildcard.matches(name, stream)) {
                    all.addAll(of.backing());
                }
            });
            indices.forEach((index, of) -> {
                if (Wildcard.matches(name, index) && (!index.startsWith(".") || name.startsWith("."))) {
                    all.add(of);
                }
            });
            if (all.size() == before && !name.contains("*")) {
                throw Refusal.noIndex(name);
            }
        }
        return all;
    }

    /** Every index, hidden ones too. */
    Iterable<ScriptedIndex> every() {
        return indices.values();
    }

    void delete(String names) {
        List<ScriptedIndex> gone = all(names);
        indices.values().removeAll(gone);
    }

    void deleteStream(String name) {
        stream(name).backing().forEach(index -> indices.remove(index.name()));
        streams.remove(name);
    }

    DataStream stream(String name) {
        DataStream stream = streams.get(name);
        if (stream == null) {
            throw Refusal.noIndex(name);
        }
        return stream;
    }

    ObjectNode streamsJson(String pattern) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray("data_streams");
        streams.forEach((name, stream) -> {
            if (Wildcard.matches(pattern, name)) {
                json.withArray("data_streams").add(stream.json());
            }
        });
        if (json.path("data_streams").isEmpty() && !pattern.contains("*")) {
            throw Refusal.noIndex(pattern);
        }
        return json;
    }
}
