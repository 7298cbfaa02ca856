package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a document of an index matches the query DSL, as far as it is spoken here; another query is refused. */
final class Query {
    private final ScriptedIndex index;

    Query(ScriptedIndex index) {
        this.index = index;
    }

    boolean matches(JsonNode query, ScriptedIndex.Document document) {
        if (query.size() != 1) {
            throw Refusal.of(400, "parsing_exception", "query malformed, empty clause found");
        }
        String kind = query.fieldNames().next();
        JsonNode body = query.get(kind);
        return switch (kind) {
            case "match_all" -> true;
            case "ids" -> contains(body.path("values"), document.id());
            case "exists" -> !values(document, body.path("field").asText()).isEmpty();
            case "term" -> body.properties().stream().allMatch(each -> term(document, each));
            case "terms" ->
                body.properties().stream().allMatch(each -> {
                    for (JsonNode value : each.getValue()) {
                        if (term(document, Map.entry(each.getKey(), value))) {
                            return true;
                        }
                    }
                    return false;
                });
            case "range" -> body.properties().stream().allMatch(each -> range(document, each));
            case "bool" -> bool(body, document);
            default -> throw Refusal.of(400, "parsing_exception", "unknown query [" + kind + "]");
        };
    }

    private static boolean contains(JsonNode values, String id) {
        for (JsonNode value : values) {
            if (value.asText().equals(id)) {
                return true;
            }
        }
        return false;
    }

    private boolean bool(JsonNode body, ScriptedIndex.Document document) {
        for (String clause : List.of("must", "filter")) {
            if (!list(body.path(clause)).stream().allMatch(query -> matches(query, document))) {
                return false;
            }
        }
        List<JsonNode> should = list(body.path("should"));
        boolean optional = should.isEmpty() || body.has("must") || body.has("filter");
        return list(body.path("must_not")).stream().noneMatch(query -> matches(query, document))
                && (optional || should.stream().anyMatch(query -> matches(query, document)));
    }

    private static List<JsonNode> list(JsonNode clause) {
        List<JsonNode> list = new ArrayList<>();
        if (clause.isArray()) {
            clause.forEach(list::add);
        } else if (clause.isObject()) {
            list.add(clause);
        }
        return list;
    }

    /** A text field has words in lower case, not the value. */
    private boolean term(ScriptedIndex.Document document, Map.Entry<String, JsonNode> each) {
        JsonNode wanted = each.getValue().isObject() ? each.getValue().path("value") : each.getValue();
        boolean text =
                index.mapping().field(each.getKey()).path("type").asText().equals("text");
        for (JsonNode value : values(document, each.getKey())) {
            boolean same = text
                    ? List.of(value.asText().toLowerCase(Locale.ROOT).split("[^\\p{Alnum}_]+", -1))
                            .contains(wanted.asText())
                    : compare(value, wanted) == 0;
            if (same) {
                return true;
            }
        }
        return false;
    }

    private boolean range(ScriptedIndex.Document document, Map.Entry<String, JsonNode> each) {
        for (JsonNode value : values(document, each.getKey())) {
            boolean within = each.getValue().properties().stream().allMatch(bound -> {
                int order = compare(value, bound.getValue());
                return switch (bound.getKey()) {
                    case "gte" -> order >= 0;
                    case "gt" -> order > 0;
                    case "lte" -> order <= 0;
                    case "lt" -> order < 0;
                    case "format", "time_zone", "boost" -> true;
                    default ->
                        throw Refusal.of(
                                400, "parsing_exception", "[range] query does not support [" + bound.getKey() + "]");
                };
            });
            if (within) {
                return true;
            }
        }
        return false;
    }

    /** The values that a field was indexed with. */
    List<JsonNode> values(ScriptedIndex.Document document, String field) {
        List<JsonNode> values = new ArrayList<>();
        if (field.equals("_id")) {
            values.add(JsonNodeFactory.instance.textNode(document.id()));
            return values;
        }
        if (index.mapping().field(field).isEmpty()) {
            return values;
        }
        Map<String, JsonNode> leaves = document.leaves();
        int dot = field.lastIndexOf('.');
        JsonNode value = leaves.get(field);
        if (value == null && dot >= 0) {
            value = leaves.get(field.substring(0, dot));
        }
        for (JsonNode each :
                value == null || value.isNull() ? List.<JsonNode>of() : value.isArray() ? value : List.of(value)) {
            values.add(each);
        }
        return values;
    }

    /** The first value of a field; null if it has none. */
    @Nullable
    JsonNode value(ScriptedIndex.Document document, String field) {
        List<JsonNode> values = values(document, field);
        return values.isEmpty() ? null : values.get(0);
    }

    /** By number if both are numbers, by time if both are times, else by text. */
    static int compare(JsonNode one, JsonNode other) {
        BigDecimal number = number(one);
        BigDecimal numbers = number(other);
        if (number != null && numbers != null) {
            return number.compareTo(numbers);
        }
        var time = FieldTypes.time(one);
        var times = FieldTypes.time(other);
        return time != null && times != null
                ? time.compareTo(times)
                : one.asText().compareTo(other.asText());
    }

    static @Nullable BigDecimal number(JsonNode value) {
        try {
            return value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText());
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
