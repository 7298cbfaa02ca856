package dev.shiplog.replay.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.record.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The flattening as {@code docs/flattened-fields.md} tells it, written plainly over a tree that Jackson read: what
 * {@link FlatFormat} is compared with.
 */
final class FlatOracle {
    /** A scalar: its text, and whether it stands in quotes. */
    record Scalar(String text, JsonToken token) {
        boolean isNumber() {
            return token.isNumeric();
        }
    }

    /** Members in order, repeated ones too. */
    record Obj(List<Map.Entry<String, Object>> members) {
        @Nullable
        Object get(String name) {
            for (Map.Entry<String, Object> member : members) {
                if (member.getKey().equals(name)) {
                    return member.getValue();
                }
            }
            return null;
        }
    }

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, Scalar> fields = new LinkedHashMap<>();

    /** The fields of a flat line, in order; fails if it is not one object of scalars with distinct names. */
    static Map<String, Scalar> read(byte[] line) throws IOException {
        Object root = parse(line);
        Map<String, Scalar> fields = new LinkedHashMap<>();
        for (Map.Entry<String, Object> member : ((Obj) root).members) {
            if (fields.put(member.getKey(), (Scalar) member.getValue()) != null) {
                throw new IOException(member.getKey() + " comes twice");
            }
        }
        return fields;
    }

    /** The fields of a record of which only this is known; those of its bare form if the sequence is 0. */
    static Map<String, Scalar> flatten(Kind kind, String timestamp, String subject, byte[] payload, long sequence)
            throws IOException {
        boolean bare = sequence == 0;
        FlatOracle oracle = new FlatOracle();
        oracle.put("@timestamp", "", string(timestamp));
        if (!bare) {
            oracle.put("kind", "", string(kind.label()));
            oracle.put("sequence", "", new Scalar(Long.toString(sequence), JsonToken.VALUE_NUMBER_INT));
            oracle.reserved.addAll(Set.of("host", "journal"));
        }
        Object root = parse(payload);
        if (kind == Kind.STATS && root instanceof Obj stats) {
            oracle.stats(stats, subject);
            return oracle.fields;
        }
        boolean ofContainer = kind == Kind.EVENT
                && !bare
                && root instanceof Obj event
                && event.get("Type") instanceof Scalar type
                && isString(type)
                && type.text.equals("container");
        if (kind == Kind.STATS || kind == Kind.INSPECT || ofContainer) {
            oracle.fields.put("container_id", string(subject));
        }
        String prefix = kind.label();
        if (root instanceof Obj object) {
            for (Map.Entry<String, Object> member : object.members) {
                String path = prefix + "_" + member.getKey();
                oracle.flatten(member.getKey().equals(prefix) ? prefix : path, path, member.getValue());
            }
        } else {
            oracle.flatten(prefix, prefix, root);
        }
        return oracle.fields;
    }

    private void stats(Obj stats, String subject) {
        List<Map.Entry<String, Object>> rest = new ArrayList<>();
        List<Map.Entry<String, Object>> repeated = new ArrayList<>();
        Map<String, Object> first = new LinkedHashMap<>();
        for (Map.Entry<String, Object> member : stats.members) {
            if (first.putIfAbsent(member.getKey(), member.getValue()) != null) {
                repeated.add(member);
            } else {
                rest.add(member);
            }
        }
        String called = isString(first.get("name")) ? ((Scalar) first.get("name")).text : "";
        if (!called.isEmpty()) {
            fields.put("container", string(called.startsWith("/") ? called : "/" + called));
        }
        String id = isString(first.get("id")) ? ((Scalar) first.get("id")).text : "";
        fields.put("container_id", string(id.isEmpty() ? subject : id));
        rest.removeIf(m -> Set.of("name", "id").contains(m.getKey()) && isString(m.getValue()));
        reserved.addAll(Set.of("container", "container_id", "image", "image_id"));
        for (String section : List.of("cpu_stats", "memory_stats", "networks", "blkio_stats")) {
            if (first.get(section) instanceof Obj object) {
                rest.removeIf(m -> m.getKey().equals(section));
                switch (section) {
                    case "cpu_stats" -> usage("cpu", section, object);
                    case "memory_stats" -> memory(object);
                    case "networks" -> networks(object);
                    default -> blkio(object);
                }
            }
        }
        for (Map.Entry<String, Object> member : rest) {
            String name = member.getKey();
            if (name.endsWith("_stats") && member.getValue() instanceof Obj object) {
                usage(name.replaceFirst("_stats$", ""), name, object);
            } else {
                flatten(name, name, member.getValue());
            }
        }
        repeated.forEach(member -> flatten(member.getKey(), member.getKey(), member.getValue()));
    }

    private final List<String> reserved = new ArrayList<>();

    private void usage(String name, String path, Obj section) {
        for (Map.Entry<String, Object> member : section.members) {
            boolean lifted = member.getKey().equals("cpu_usage") && member.getValue() instanceof Obj;
            flatten(lifted ? name : join(name, member.getKey()), join(path, member.getKey()), member.getValue());
        }
    }

    private void memory(Obj memory) {
        Obj stats = null;
        for (Map.Entry<String, Object> member : memory.members) {
            if (stats != null || !member.getKey().equals("stats") || !(member.getValue() instanceof Obj object)) {
                flatten("memory_" + member.getKey(), "memory_stats_" + member.getKey(), member.getValue());
                continue;
            }
            stats = object;
            for (Map.Entry<String, Object> stat : stats.members) {
                String path = "memory_stats_stats_" + stat.getKey();
                boolean hasTotal = stats.get("total_" + stat.getKey()) != null;
                String name = hasTotal ? path : "memory_" + stat.getKey().replaceFirst("^total_", "");
                flatten(name, path, stat.getValue());
            }
        }
        if (stats != null) {
            Map<String, String> v1 = new TreeMap<>(Map.of("anon", "rss", "file", "cache", "anon_thp", "rss_huge"));
            v1.putAll(Map.of("file_dirty", "dirty", "file_mapped", "mapped_file", "file_writeback", "writeback"));
            for (Map.Entry<String, Object> stat : stats.members) {
                if (v1.containsKey(stat.getKey()) && stat.getValue() instanceof Scalar value && value.isNumber()) {
                    fields.putIfAbsent("memory_" + v1.get(stat.getKey()), value);
                }
            }
        }
    }

    private void networks(Obj networks) {
        Map<String, List<Scalar>> sums = new LinkedHashMap<>();
        for (Map.Entry<String, Object> network : networks.members) {
            if (network.getValue() instanceof Obj counters) {
                for (Map.Entry<String, Object> counter : counters.members) {
                    if (counter.getValue() instanceof Scalar value && value.isNumber()) {
                        sums.computeIfAbsent(counter.getKey(), k -> new ArrayList<>())
                                .add(value);
                    }
                }
            }
        }
        sums.forEach((name, terms) -> put("network_" + name, "networks_" + name, sum(terms)));
        flatten("network", "networks", networks);
    }

    private record Counter(String name, String device, String operation, Scalar value, String path) {}

    private void blkio(Obj blkio) {
        List<Counter> counters = new ArrayList<>();
        List<Runnable> others = new ArrayList<>();
        for (Map.Entry<String, Object> member : blkio.members) {
            String name = member.getKey().replaceFirst("_recursive$", "");
            if (!(member.getValue() instanceof List<?> entries)) {
                others.add(() -> flatten("blkio_" + name, "blkio_stats_" + member.getKey(), member.getValue()));
                continue;
            }
            for (int i = 0; i < entries.size(); i++) {
                String at = member.getKey() + i;
                Object entry = entries.get(i);
                if (entry instanceof Obj o
                        && o.members.size() == 4
                        && o.get("major") instanceof Scalar major
                        && o.get("minor") instanceof Scalar minor
                        && o.get("op") instanceof Scalar op
                        && o.get("value") instanceof Scalar value
                        && major.isNumber()
                        && minor.isNumber()
                        && isString(op)
                        && value.isNumber()) {
                    String device = major.text + "_" + minor.text;
                    counters.add(new Counter(name, device, op.text, value, "blkio_stats_" + at + "_value"));
                } else {
                    others.add(() -> flatten("blkio_" + at, "blkio_stats_" + at, entry));
                }
            }
        }
        // All operations of a name stand together, names and operations in the order in which they come first.
        Map<String, Map<String, List<Scalar>>> sums = new LinkedHashMap<>();
        for (Counter c : counters) {
            sums.computeIfAbsent(c.name, k -> new LinkedHashMap<>())
                    .computeIfAbsent(c.operation, k -> new ArrayList<>())
                    .add(c.value);
        }
        sums.forEach((name, byOperation) -> byOperation.forEach((op, terms) ->
                put("blkio_" + name + (op.isEmpty() ? "" : "_" + op), "blkio_stats_" + name, sum(terms))));
        sums.forEach((name, byOperation) -> byOperation.forEach((op, terms) -> {
            if (!op.isEmpty()) {
                fields.putIfAbsent(
                        "blkio_" + name + "_" + Character.toUpperCase(op.charAt(0)) + op.substring(1), sum(terms));
            }
        }));
        for (Counter c : counters) {
            String operation = c.operation.isEmpty() ? "" : "_" + c.operation;
            put("blkio_" + c.device + "_" + c.name + operation, c.path, c.value);
        }
        others.forEach(Runnable::run);
    }

    private static Scalar sum(List<Scalar> terms) {
        return terms.size() == 1
                ? terms.get(0)
                : new Scalar(
                        terms.stream()
                                .map(term -> new BigInteger(term.text))
                                .reduce(BigInteger.ZERO, BigInteger::add)
                                .toString(),
                        JsonToken.VALUE_NUMBER_INT);
    }

    private void flatten(String name, String path, Object json) {
        if (json instanceof Obj object) {
            for (Map.Entry<String, Object> member : object.members) {
                flatten(join(name, member.getKey()), join(path, member.getKey()), member.getValue());
            }
        } else if (json instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                flatten(name + i, path + i, list.get(i));
            }
        } else {
            put(name, path, (Scalar) json);
        }
    }

    private void put(String name, String path, Scalar value) {
        if (!fields.containsKey(name) && !reserved.contains(name)) {
            fields.put(name, value);
            return;
        }
        String free = path;
        for (int n = 2; fields.containsKey(free) || reserved.contains(free); n++) {
            free = path + "_" + n;
        }
        fields.put(free, value);
    }

    private static String join(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "_" + name;
    }

    private static boolean isString(@Nullable Object value) {
        return value instanceof Scalar scalar && scalar.token == JsonToken.VALUE_STRING;
    }

    private static Scalar string(String text) {
        return new Scalar(text, JsonToken.VALUE_STRING);
    }

    static Object parse(byte[] json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IOException("no value");
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new IOException("more than one value");
            }
            return value;
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                List<Map.Entry<String, Object>> members = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.add(Map.entry(name, value(parser)));
                }
                return new Obj(members);
            }
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                return items;
            }
            default -> {
                return new Scalar(parser.getText(), parser.currentToken());
            }
        }
    }
}
