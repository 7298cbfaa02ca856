package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.zip.ZipException;

/**
 * A search cluster in memory, of any release: what the real ones of the tests lack. It applies the rules that Elasticsearch
 * and OpenSearch document; each class names its pages. Shards, replicas, relevance, pipelines, aliases and versions of
 * documents are not in it; what it does not know it refuses as a cluster does a request of another age. A search sees what
 * was refreshed, and nothing refreshes by itself. Serve it by {@link ClusterProxy#before}.
 */
public final class ScriptedCluster implements Backend {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_ID = 512;

    private final ClusterRelease release;
    private final Templates templates;
    private final Indices indices;
    private final Policies policies;
    private final Settings settings = new Settings("");
    private int longestRequest = 100 << 20;

    public ScriptedCluster(ClusterRelease release, InstantSource clock) {
        this.release = release;
        this.templates = new Templates(release);
        this.indices = new Indices(release, templates, clock);
        this.policies = new Policies(release.isOpenSearch());
        if (release.isElasticsearch(7, 9)) {
            builtIn("logs");
            builtIn("metrics");
        }
    }

    /** Elasticsearch comes with templates that make data streams of some names: page "Avoid index pattern collisions". */
    private void builtIn(String type) {
        ObjectNode template = JSON.createObjectNode().put("priority", 100);
        template.putArray("index_patterns").add(type + "-*-*");
        template.putObject("data_stream");
        templates.put(type, template, true);
    }

    /** {@code http.max_content_length}: a longer request, decompressed, is answered 413 without a word. */
    public synchronized void longestRequest(int bytes) {
        longestRequest = bytes;
    }

    /** The disk is fuller than the flood-stage watermark: no index takes documents any more. Else it has room again. */
    public synchronized void floodStage(boolean reached) {
        JsonNode block = reached ? JSON.getNodeFactory().booleanNode(true) : JSON.nullNode();
        for (ScriptedIndex index : indices.every()) {
            index.settings().putAll(JSON.createObjectNode().set("index.blocks.read_only_allow_delete", block));
        }
    }

    /** How many documents the failure store of a data stream has taken. */
    public synchronized int failures(String stream) {
        return indices.stream(stream).failures();
    }

    @Override
    public synchronized Answer answer(Call call) throws IOException {
        Answer answer;
        try {
            byte[] content = call.content();
            answer = content.length > longestRequest
                    ? Answer.of(413, "text/plain", new byte[0])
                    : route(call, List.of(call.path().substring(1).split("/", -1)), content);
        } catch (Refusal refusal) {
            answer = refusal.answer();
        } catch (JsonProcessingException e) {
            answer = Answer.error(400, "json_parse_exception", String.valueOf(e.getOriginalMessage()));
        } catch (ZipException e) {
            answer = Answer.error(400, "zip_exception", String.valueOf(e.getMessage()));
        }
        if (call.query().containsKey("filter_path") && answer.body().length > 0) {
            JsonNode kept =
                    FilterPath.keep(JSON.readTree(answer.body()), call.query().get("filter_path"));
            answer = Answer.json(answer.status(), kept.isMissingNode() ? JSON.createObjectNode() : kept);
        }
        return release.isElasticsearch(7, 14) ? answer.with("X-elastic-product", "Elasticsearch") : answer;
    }

    private Answer route(Call call, List<String> path, byte[] content) throws IOException {
        String first = path.get(0);
        if (call.isFor("_bulk")
                && (call.method().equals("POST") || call.method().equals("PUT"))) {
            return bulk(call, path.size() > 1 ? first : "", content);
        }
        ObjectNode body = content.length == 0 ? JSON.createObjectNode() : object(content);
        String last = path.get(path.size() - 1);
        return switch (first) {
            case "" -> Answer.json(200, release.info());
            case "_cluster" -> cluster(call, last, body);
            case "_component_template" -> template(call, last, body, true);
            case "_index_template" -> template(call, last, body, false);
            case "_data_stream" -> stream(call, last);
            case "_ilm" -> release.isElasticsearch() ? policies.answer(call, last, body) : noHandler(call);
            case "_plugins" ->
                release.isOpenSearch() && call.isFor("_ism") ? policies.answer(call, last, body) : noHandler(call);
            case "_count", "_search", "_refresh" -> index(call, "*", first, body);
            default ->
                first.startsWith("_") ? noHandler(call) : index(call, first, path.size() < 2 ? "" : path.get(1), body);
        };
    }

    private static ObjectNode object(byte[] content) throws IOException {
        if (JSON.readTree(content) instanceof ObjectNode object) {
            return object;
        }
        throw Refusal.of(400, "parse_exception", "request body is required");
    }

    private Answer bulk(Call call, String index, byte[] content) throws IOException {
        String type = call.headers().getOrDefault("content-type", "");
        if (!type.startsWith("application/x-ndjson") && !type.startsWith("application/json")) {
            return Answer.json(
                    406,
                    JSON.createObjectNode()
                            .put("error", "Content-Type header [" + type + "] is not supported")
                            .put("status", 406));
        }
        List<BulkItem> items;
        try {
            items = BulkItem.parse(content);
        } catch (IllegalArgumentException e) {
            throw Refusal.argument(String.valueOf(e.getMessage()));
        }
        for (BulkItem item : items) {
            int length = item.target().path("_id").asText().getBytes(StandardCharsets.UTF_8).length;
            if (index.isEmpty() && !item.target().has("_index")) {
                throw Refusal.of(400, "action_request_validation_exception", "Validation Failed: 1: index is missing;");
            }
            if (length > LONGEST_ID) {
                throw Refusal.of(
                        400,
                        "action_request_validation_exception",
                        "Validation Failed: 1: id is too long, must be no longer than " + LONGEST_ID
                                + " bytes but was: " + length + ";");
            }
        }
        ObjectNode result = JSON.createObjectNode().put("took", 1).put("errors", false);
        ArrayNode list = result.putArray("items");
        for (BulkItem item : items) {
            ObjectNode done = indices.write(item, index);
            list.add(done);
            if (done.path(item.action()).has("error")) {
                result.put("errors", true);
            }
        }
        if (call.query().getOrDefault("refresh", "false").matches("|true|wait_for")) {
            indices.every().forEach(ScriptedIndex::refresh);
        }
        return Answer.json(200, result);
    }

    private Answer cluster(Call call, String api, ObjectNode body) {
        if (api.equals("health")) {
            return Answer.json(
                    200,
                    JSON.createObjectNode()
                            .put("cluster_name", "scripted")
                            .put("status", "green")
                            .put("timed_out", false)
                            .put("number_of_nodes", 1)
                            .put("unassigned_shards", 0));
        }
        if (!api.equals("settings")) {
            return noHandler(call);
        }
        if (call.method().equals("PUT")) {
            settings.putAll(body.path("persistent"));
            settings.putAll(body.path("transient"));
            indices.autoCreate(!settings.get("action.auto_create_index", "true").equals("false"));
        }
        ObjectNode json = JSON.createObjectNode();
        json.putObject("persistent").setAll(settings.json());
        json.putObject("transient");
        return Answer.json(200, json);
    }

    private Answer template(Call call, String last, ObjectNode body, boolean component) {
        String name = last.startsWith("_") ? "*" : last;
        boolean create = call.query().getOrDefault("create", "false").equals("true");
        switch (call.method()) {
            case "PUT", "POST" -> {
                if (component) {
                    templates.putComponent(name, body, create);
                } else {
                    templates.put(name, body, create);
                }
            }
            case "DELETE" -> {
                if (!(component ? templates.removeComponent(name) : templates.remove(name))) {
                    throw Refusal.of(404, "index_template_missing_exception", "index_template [" + name + "] missing");
                }
            }
            default -> {
                return Answer.json(200, component ? templates.componentsJson(name) : templates.json(name));
            }
        }
        return acknowledged();
    }

    private Answer stream(Call call, String last) {
        String name = last.startsWith("_") ? "*" : last;
        switch (call.method()) {
            case "PUT" -> indices.createStream(name);
            case "DELETE" -> indices.deleteStream(name);
            default -> {
                return Answer.json(200, indices.streamsJson(name));
            }
        }
        return acknowledged();
    }

    private Answer index(Call call, String names, String api, ObjectNode body) throws IOException {
        return switch (api) {
            case "" ->
                switch (call.method()) {
                    case "PUT" -> {
                        indices.create(names, body, false);
                        yield acknowledged();
                    }
                    case "DELETE" -> {
                        indices.delete(names);
                        yield acknowledged();
                    }
                    default ->
                        each(
                                names,
                                index -> settingsJson(index)
                                        .set("mappings", index.mapping().json()));
                };
            case "_settings" -> {
                if (call.method().equals("PUT")) {
                    indices.all(names).forEach(index -> index.settings().putAll(body));
                    yield acknowledged();
                }
                yield each(names, ScriptedCluster::settingsJson);
            }
            case "_mapping" -> {
                if (call.method().equals("PUT")) {
                    indices.all(names).forEach(index -> index.mapping().put(body));
                    yield acknowledged();
                }
                yield each(
                        names,
                        index -> JSON.createObjectNode()
                                .set("mappings", index.mapping().json()));
            }
            case "_refresh" -> {
                indices.all(names).forEach(ScriptedIndex::refresh);
                yield acknowledged();
            }
            case "_rollover" -> Answer.json(200, indices.rollOver(names));
            case "_count" -> Answer.json(200, new Search(indices.all(names), body.path("query")).count());
            case "_search" -> Answer.json(200, new Search(indices.all(names), body.path("query")).search(body));
            case "_doc" -> document(call, names);
            default -> noHandler(call);
        };
    }

    private Answer document(Call call, String name) throws IOException {
        String id = call.path().substring(call.path().lastIndexOf('/') + 1);
        ScriptedIndex.Document document = indices.find(name).document(id);
        ObjectNode json = JSON.createObjectNode().put("_index", name).put("_id", id);
        json.put("found", document != null);
        if (document == null) {
            return Answer.json(404, json);
        }
        json.put("_version", document.version()).set("_source", JSON.readTree(document.source()));
        return Answer.json(200, json);
    }

    private static ObjectNode settingsJson(ScriptedIndex index) {
        return JSON.createObjectNode().set("settings", index.settings().json());
    }

    private Answer each(String names, Function<ScriptedIndex, JsonNode> said) {
        ObjectNode json = JSON.createObjectNode();
        indices.all(names).forEach(index -> json.set(index.name(), said.apply(index)));
        return Answer.json(200, json);
    }

    private static Answer acknowledged() {
        return Answer.json(200, JSON.createObjectNode().put("acknowledged", true));
    }

    private static Answer noHandler(Call call) {
        String error = "no handler found for uri [" + call.target() + "] and method [" + call.method() + "]";
        return Answer.json(400, JsonNodeFactory.instance.objectNode().put("error", error));
    }
}
