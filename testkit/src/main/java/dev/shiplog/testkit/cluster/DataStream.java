package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * A data stream and its backing indices. It takes new documents only and writes them to its newest backing index, so an id is
 * refused if that one has it, and taken again after a rollover. From the page "Data streams" of Elasticsearch's and of
 * OpenSearch's reference; "Failure store" of Elasticsearch's.
 */
final class DataStream {
    private final String name;
    private final ClusterRelease release;
    private final Templates templates;
    private final ObjectNode template;
    private final InstantSource clock;
    private final List<ScriptedIndex> backing = new ArrayList<>();
    private int failures;

    DataStream(String name, ClusterRelease release, Templates templates, ObjectNode template, InstantSource clock) {
        this.name = name;
        this.release = release;
        this.templates = templates;
        this.template = template;
        this.clock = clock;
    }

    /** Begins the next backing index. */
    ScriptedIndex rollOver() {
        String date = release.isOpenSearch()
                ? ""
                : DateTimeFormatter.ofPattern("yyyy.MM.dd-")
                        .format(clock.instant().atZone(ZoneOffset.UTC));
        String next = ".ds-" + name + "-" + date + String.format("%06d", backing.size() + 1);
        ScriptedIndex index = templates.make(next, template, JsonNodeFactory.instance.objectNode());
        if (index.settings().get("index.mode", "").equals("time_series")) {
            TimeSeries.bound(index.settings(), backing, clock.instant());
        }
        backing.add(index);
        return index;
    }

    List<ScriptedIndex> backing() {
        return backing;
    }

    ScriptedIndex newest() {
        return backing.get(backing.size() - 1);
    }

    /** The backing index for a document. */
    ScriptedIndex target(JsonNode source) {
        JsonNode timestamp = source.path("@timestamp");
        Instant time = FieldTypes.time(timestamp);
        if (timestamp.isMissingNode() || timestamp.isArray() || time == null) {
            throw release.isOpenSearch()
                    ? Refusal.document(
                            release,
                            "failed to parse",
                            "documents must contain a single-valued timestamp field '@timestamp' of date type")
                    : Refusal.document(
                            release,
                            "failed to parse: data stream timestamp field [@timestamp] is missing",
                            "data stream timestamp field [@timestamp] is missing");
        }
        boolean series = newest().settings().get("index.mode", "").equals("time_series");
        return series ? TimeSeries.of(backing, time, clock.instant()) : newest();
    }

    boolean hasFailureStore() {
        return release.isElasticsearch(8, 19)
                && template.path("template")
                        .path("data_stream_options")
                        .path("failure_store")
                        .path("enabled")
                        .asBoolean();
    }

    /** What a bulk request says of a document that the failure store took. */
    ObjectNode keepFailure() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("_index", ".fs-" + name + "-000001")
                .put("_id", "failure-" + ++failures)
                .put("_version", 1)
                .put("result", "created")
                .put("failure_store", "used")
                .put("status", 201);
    }

    /** How many documents the failure store has taken. */
    int failures() {
        return failures;
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
        json.putObject("timestamp_field").put("name", "@timestamp");
        backing.forEach(index -> json.withArray("indices").addObject().put("index_name", index.name()));
        return json.put("generation", backing.size()).put("status", "GREEN");
    }
}
