package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts and finds documents: query, sort, {@code search_after}, and the aggregations that a count by member needs. */
final class Search {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_COUNTED = 10_000;
    private static final int MOST_BUCKETS = 65_536;

    /** A document that was found. */
    private record Hit(ScriptedIndex index, ScriptedIndex.Document document) {
        @Nullable
        JsonNode value(String field) {
            return new Query(index).value(document, field);
        }
    }

    private final List<Hit> hits = new ArrayList<>();
    private final int shards;

    Search(List<ScriptedIndex> indices, JsonNode query) {
        shards = indices.size();
        for (ScriptedIndex index : indices) {
            Query of = new Query(index);
            for (ScriptedIndex.Document document : index.visible()) {
                if (query.isMissingNode() || of.matches(query, document)) {
                    hits.add(new Hit(index, document));
                }
            }
        }
    }

    ObjectNode count() {
        return shards(JSON.createObjectNode().put("count", hits.size()));
    }

    ObjectNode search(JsonNode request) throws IOException {
        ObjectNode found = shards(JSON.createObjectNode().put("took", 1).put("timed_out", false));
        ObjectNode list = found.putObject("hits");
        boolean exact = request.path("track_total_hits").asBoolean() || hits.size() <= MOST_COUNTED;
        list.putObject("total").put("value", exact ? hits.size() : MOST_COUNTED).put("relation", exact ? "eq" : "gte");
        List<String> fields = new ArrayList<>();
        Comparator<Hit> order = order(request.path("sort"), fields);
        List<Hit> sorted = new ArrayList<>(hits);
        sorted.sort(order);
        int size = request.path("size").asInt(10);
        if (size > MOST_COUNTED) {
            throw Refusal.argument("Result window is too large, from + size must be less than or equal to: ["
                    + MOST_COUNTED + "] but was [" + size + "]");
        }
        ArrayNode page = list.putArray("hits");
        for (Hit hit : sorted) {
            if (page.size() < size && isAfter(request.path("search_after"), request.path("sort"), fields, hit)) {
                ObjectNode json = page.addObject();
                json.put("_index", hit.index().name()).put("_id", hit.document().id());
                json.set("_source", JSON.readTree(hit.document().source()));
                fields.forEach(field -> json.withArray("sort").add(hit.value(field)));
            }
        }
        JsonNode asked = request.has("aggs") ? request.get("aggs") : request.path("aggregations");
        if (asked.isObject()) {
            found.set("aggregations", aggregate(asked, hits));
        }
        return found;
    }

    private ObjectNode shards(ObjectNode json) {
        json.putObject("_shards")
                .put("total", shards)
                .put("successful", shards)
                .put("skipped", 0)
                .put("failed", 0);
        return json;
    }

    /** As they were indexed, if nothing else is asked for. */
    private static Comparator<Hit> order(JsonNode sort, List<String> fields) {
        Comparator<Hit> order = Comparator.comparing(hit -> 0);
        for (JsonNode each : sort) {
            String field = each.isTextual() ? each.asText() : each.fieldNames().next();
            fields.add(field);
            Comparator<Hit> by = Comparator.comparing(hit -> hit.value(field), Comparator.nullsLast(Query::compare));
            order = order.thenComparing(isDescending(each) ? by.reversed() : by);
        }
        return order;
    }

    private static boolean isDescending(JsonNode sort) {
        JsonNode how = sort.isObject() ? sort.elements().next() : sort;
        return (how.isObject() ? how.path("order") : how).asText().equals("desc");
    }

    private static boolean isAfter(JsonNode after, JsonNode sort, List<String> fields, Hit hit) {
        for (int i = 0; i < after.size(); i++) {
            JsonNode value = hit.value(fields.get(i));
            int order = value == null ? 1 : Query.compare(value, after.get(i));
            if (order != 0) {
                return isDescending(sort.get(i)) ? order < 0 : order > 0;
            }
        }
        return after.isEmpty();
    }

    private static ObjectNode aggregate(JsonNode asked, List<Hit> hits) {
        ObjectNode results = JSON.createObjectNode();
        asked.properties().forEach(each -> {
            JsonNode of = each.getValue();
            String kind = of.fieldNames().next().startsWith("agg")
                    ? ""
                    : of.fieldNames().next();
            String field = of.path(kind).path("field").asText();
            checkAggregatable(field, hits);
            ObjectNode result = results.putObject(each.getKey());
            List<JsonNode> values = hits.stream()
                    .map(hit -> hit.value(field))
                    .filter(Objects::nonNull)
                    .toList();
            switch (kind) {
                case "min" -> metric(result, values.stream().min(Query::compare));
                case "max" -> metric(result, values.stream().max(Query::compare));
                case "value_count" -> result.put("value", values.size());
                case "cardinality" ->
                    result.put(
                            "value",
                            values.stream().map(JsonNode::asText).distinct().count());
                case "terms" -> terms(of, field, hits, result);
                case "histogram" -> histogram(of.path("histogram"), values, result);
                default -> throw Refusal.of(400, "parsing_exception", "Unknown aggregation type [" + kind + "]");
            }
        });
        return results;
    }

    /** A double, as with the real ones: whole numbers beyond 2^53 lose their last digits. */
    private static void metric(ObjectNode result, Optional<JsonNode> value) {
        BigDecimal number = value.map(Query::number).orElse(null);
        Instant time = value.map(FieldTypes::time).orElse(null);
        if (number != null) {
            result.put("value", number.doubleValue());
        } else if (time != null) {
            result.put("value", (double) time.toEpochMilli()).put("value_as_string", time.toString());
        } else {
            result.putNull("value");
        }
    }

    private static void checkAggregatable(String field, List<Hit> hits) {
        boolean text = hits.stream()
                .map(Hit::index)
                .distinct()
                .anyMatch(index ->
                        index.mapping().field(field).path("type").asText().equals("text"));
        if (text) {
            throw Refusal.argument("Text fields are not optimised for operations that require per-document field data"
                    + " like aggregations and sorting, so these operations are disabled by default. Please use a keyword"
                    + " field instead. Alternatively, set fielddata=true on [" + field + "]");
        }
    }

    /** Buckets that hold anything, as with {@code min_doc_count} 1; by the number that each begins with. */
    private static void histogram(JsonNode of, List<JsonNode> values, ObjectNode result) {
        double interval = of.path("interval").asDouble();
        Map<Double, Integer> buckets = new TreeMap<>();
        for (JsonNode value : values) {
            buckets.merge(Math.floor(value.asDouble() / interval) * interval, 1, Integer::sum);
        }
        if (buckets.size() > MOST_BUCKETS) {
            throw Refusal.of(503, "too_many_buckets_exception", "Trying to create too many buckets.");
        }
        ArrayNode list = result.putArray("buckets");
        buckets.forEach((key, count) -> list.addObject().put("key", key).put("doc_count", count));
    }

    private static void terms(JsonNode of, String field, List<Hit> hits, ObjectNode result) {
        Map<JsonNode, List<Hit>> buckets = new LinkedHashMap<>();
        for (Hit hit : hits) {
            JsonNode value = hit.value(field);
            if (value != null) {
                buckets.computeIfAbsent(value, key -> new ArrayList<>()).add(hit);
            }
        }
        int size = of.path("terms").path("size").asInt(10);
        JsonNode below = of.has("aggs") ? of.get("aggs") : of.path("aggregations");
        List<Map.Entry<JsonNode, List<Hit>>> largest = new ArrayList<>(buckets.entrySet());
        largest.sort(Comparator.comparing(bucket -> -bucket.getValue().size()));
        result.put("doc_count_error_upper_bound", 0)
                .put(
                        "sum_other_doc_count",
                        largest.stream()
                                .skip(size)
                                .mapToInt(bucket -> bucket.getValue().size())
                                .sum());
        ArrayNode list = result.putArray("buckets");
        for (Map.Entry<JsonNode, List<Hit>> bucket : largest.subList(0, Math.min(size, largest.size()))) {
            ObjectNode json = list.addObject();
            json.set("key", bucket.getKey());
            json.put("doc_count", bucket.getValue().size());
            if (below.isObject()) {
                json.setAll(aggregate(below, bucket.getValue()));
            }
        }
    }
}
