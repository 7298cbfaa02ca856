package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which values a field of a type takes, and which type a new field gets. The rules are those of the pages "Field data types",
 * "Numeric field types", "ignore_above" and "Dynamic field mapping" of Elasticsearch's reference; a real OpenSearch 3.8 and a
 * real Elasticsearch 7.10 gave the words.
 */
final class FieldTypes {
    private static final Set<String> COMMON = Set.of(
            "object",
            "nested",
            "keyword",
            "text",
            "long",
            "integer",
            "short",
            "byte",
            "double",
            "float",
            "half_float",
            "scaled_float",
            "boolean",
            "date",
            "date_nanos",
            "ip",
            "binary",
            "alias",
            "geo_point",
            "unsigned_long",
            "wildcard",
            "match_only_text",
            "constant_keyword");
    private static final Map<String, Integer> BITS = Map.of("long", 63, "integer", 31, "short", 15, "byte", 7);
    private static final int LONGEST_TERM = 32766;

    private FieldTypes() {}

    static boolean isFlat(String type) {
        return type.equals("flattened") || type.equals("flat_object");
    }

    /** @throws Refusal if this cluster has no such type */
    static void check(ClusterRelease release, String path, String type) {
        boolean known = COMMON.contains(type)
                || type.equals(release.isOpenSearch() ? "flat_object" : "flattened")
                || type.equals("aggregate_metric_double") && release.isElasticsearch();
        if (!known) {
            throw Refusal.of(
                    400,
                    "mapper_parsing_exception",
                    "No handler for type [" + type + "] declared on field [" + path + "]");
        }
    }

    /** The field that is made for a value: by the first dynamic template that matches, else by the value. */
    static ObjectNode dynamic(ObjectNode root, String path, JsonNode value) {
        boolean date = root.path("date_detection").asBoolean(true) && value.isTextual() && time(value) != null;
        String seen = value.isIntegralNumber()
                ? "long"
                : value.isNumber() ? "double" : value.isBoolean() ? "boolean" : date ? "date" : "string";
        for (JsonNode named : root.path("dynamic_templates")) {
            JsonNode template = named.elements().next();
            String name = path.substring(path.lastIndexOf('.') + 1);
            if (like(template, "match_mapping_type", seen)
                    && like(template, "match", name)
                    && like(template, "path_match", path)
                    && !(template.has("unmatch") && like(template, "unmatch", name))
                    && !(template.has("path_unmatch") && like(template, "path_unmatch", path))) {
                ObjectNode field = template.path("mapping").deepCopy();
                String type = field.path("type").asText("{dynamic_type}");
                return field.put("type", type.equals("{dynamic_type}") ? plain(seen) : type);
            }
        }
        ObjectNode field = JsonNodeFactory.instance.objectNode().put("type", plain(seen));
        if (seen.equals("string")) {
            field.putObject("fields")
                    .putObject("keyword")
                    .put("type", "keyword")
                    .put("ignore_above", 256);
        }
        return field;
    }

    private static String plain(String seen) {
        return switch (seen) {
            case "double" -> "float";
            case "string" -> "text";
            default -> seen;
        };
    }

    private static boolean like(JsonNode template, String condition, String name) {
        if (!template.has(condition)) {
            return true;
        }
        JsonNode patterns = template.get(condition);
        if (patterns.isTextual()) {
            return Wildcard.matches(patterns.asText(), name);
        }
        for (JsonNode pattern : patterns) {
            if (Wildcard.matches(pattern.asText(), name)) {
                return true;
            }
        }
        return false;
    }

    /** @throws Refusal about the first value that its field does not take */
    static void checkAll(
            ClusterRelease release,
            Settings settings,
            String id,
            Map<String, JsonNode> leaves,
            Function<String, ObjectNode> fields) {
        leaves.forEach((path, value) -> {
            ObjectNode field = fields.apply(path);
            String type = field.path("type").asText();
            boolean lenient =
                    field.path("ignore_malformed").asBoolean(settings.isTrue("index.mapping.ignore_malformed"));
            for (JsonNode each : value.isArray() ? value : Set.of(value)) {
                String why = each.isNull() ? "" : complaint(type, each);
                if (!why.isEmpty() && !lenient) {
                    String reason = "failed to parse field [" + path + "] of type [" + type + "] in document with id '"
                            + id + "'. Preview of field's value: '" + each.asText() + "'";
                    throw Refusal.document(release, reason, why);
                }
                checkLength(path, type, field, each);
            }
        });
    }

    private static void checkLength(String path, String type, ObjectNode field, JsonNode value) {
        boolean kept = value.asText().length() <= field.path("ignore_above").asInt(Integer.MAX_VALUE);
        if (type.equals("keyword") && kept && value.asText().getBytes(StandardCharsets.UTF_8).length > LONGEST_TERM) {
            throw Refusal.argument("Document contains at least one immense term in field=\"" + path
                    + "\" (whose UTF8 encoding is longer than the max length " + LONGEST_TERM
                    + "), all of which were skipped.");
        }
    }

    /** Why a field of the type does not take the value; empty if it does. */
    private static String complaint(String type, JsonNode value) {
        String text = value.asText();
        return switch (type) {
            case "long", "integer", "short", "byte" -> integer(type, value, BITS.getOrDefault(type, 63));
            case "unsigned_long" ->
                value.isIntegralNumber()
                                && value.bigIntegerValue().signum() >= 0
                                && value.bigIntegerValue().bitLength() <= 64
                        ? ""
                        : "Value [" + text + "] is out of range for unsigned long";
            case "double", "float", "half_float", "scaled_float" ->
                number(value) == null ? "For input string: \"" + text + "\"" : "";
            case "boolean" ->
                value.isBoolean() || Set.of("true", "false", "").contains(text)
                        ? ""
                        : "Failed to parse value [" + text + "] as only [true] or [false] are allowed.";
            case "date", "date_nanos" ->
                time(value) == null
                        ? "failed to parse date field [" + text
                                + "] with format [strict_date_optional_time||epoch_millis]"
                        : "";
            case "ip" ->
                Pattern.matches("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", text)
                        ? ""
                        : "'" + text + "' is not an IP string literal.";
            default -> "";
        };
    }

    private static String integer(String type, JsonNode value, int bits) {
        BigDecimal number = number(value);
        if (number == null) {
            return "For input string: \"" + value.asText() + "\"";
        }
        BigInteger whole = number.toBigInteger();
        return whole.bitLength() <= bits
                ? ""
                : "Numeric value (" + value.asText() + ") out of range of " + type + " ("
                        + BigInteger.ONE.shiftLeft(bits).negate() + " - "
                        + BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE) + ")";
    }

    private static @Nullable BigDecimal number(JsonNode value) {
        try {
            return value.isNumber() ? value.decimalValue() : value.isTextual() ? new BigDecimal(value.asText()) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** What a date field understands of a value: milliseconds, or ISO 8601 with or without a time of day; else null. */
    static @Nullable Instant time(JsonNode value) {
        String text = value.asText();
        try {
            if (value.isIntegralNumber() || text.matches("-?\\d{5,}")) {
                return Instant.ofEpochMilli(Long.parseLong(text));
            }
            if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return Instant.parse(text + "T00:00:00Z");
            }
            return OffsetDateTime.parse(text.matches(".*(Z|[+-]\\d\\d:\\d\\d)") ? text : text + "Z")
                    .toInstant();
        } catch (DateTimeParseException | NumberFormatException e) {
            return null;
        }
    }
}
