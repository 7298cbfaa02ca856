package dev.shiplog.replay.export;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which fields the flat line of a payload has: their names, their order, and where their values come from.
 * {@code docs/flattened-fields.md} says the same in prose. Two rules hold for every payload: each value in it becomes at
 * least one field, and no name comes twice.
 */
final class FlatLayout {
    /** Where the value of a field comes from. */
    sealed interface Source permits Value, Name, Sum, Text, Inside, Fixed, Known {}

    /** One value of the payload, as it is. */
    record Value(Json json) implements Source {}

    /** The name of a container, a string of the payload: with a slash before it, whether the engine sent one or not. */
    record Name(Json json) implements Source {}

    /** The sum of numbers of the payload. */
    record Sum(List<Json> terms) implements Source {}

    /** The whole payload, which is not JSON, as a string: UTF-8 as it is, anything else in base64. */
    record Text(byte[] payload) implements Source {}

    /** Values of the payload as the text of JSON within a string. */
    sealed interface Inside extends Source permits Part, Rest {}

    /**
     * A list or an object of the payload.
     *
     * @param once a long string that came before in it is not repeated, see {@link InsideText}
     */
    record Part(Json json, boolean once) implements Inside {}

    /** Some members of an object, in an object. */
    record Rest(List<Member> members) implements Inside {}

    /** A member of an object. */
    record Member(String name, Json value) {}

    /** The same text in each line of the kind. */
    record Fixed(String text) implements Source {}

    /** What stands beside the payload; a field whose value is not known is left out. */
    enum Known implements Source {
        TIME,
        /** The fields {@code host} and {@code journal}. */
        ORIGIN,
        SEQUENCE,
        /** The field {@code restated}, of records that are. */
        RESTATED,
        CONTAINER_NAME,
        CONTAINER_ID,
        IMAGE,
        IMAGE_ID
    }

    /** One field of the line. */
    record Field(String name, Source source) {}

    /** cgroup v2 names in {@code memory_stats.stats}, and the v1 names that mean the same. */
    private static final Map<String, String> MEMORY_V1_OF_V2 = Map.of(
            "anon", "rss",
            "anon_thp", "rss_huge",
            "file", "cache",
            "file_dirty", "dirty",
            "file_mapped", "mapped_file",
            "file_writeback", "writeback");

    /** The member of a {@code segment-start} that no line shows: it serves the recorder alone, and has up to 8.7 kB. */
    static final String EVENT_KEYS = "events";

    private static final Set<String> DEVICE_ENTRY = Set.of("major", "minor", "op", "value");

    private final Kind kind;
    private final Form form;
    /** In the compact form, the members without a field of the object whose members are laid out; else null. */
    private @Nullable List<Member> rest;

    private final List<Field> fields = new ArrayList<>();
    private final List<Json> nameGivers = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();
    /** The number that a name which is taken gets next. */
    private final Map<String, Integer> numbers = new HashMap<>();

    private FlatLayout(Kind kind, Form form) {
        this.kind = kind;
        this.form = form;
        claim("@timestamp", Known.TIME);
        if (!form.bare()) {
            claim("kind", new Fixed(kind.label()));
            taken.addAll(List.of("host", "journal", "restated"));
            fields.add(new Field("", Known.ORIGIN));
            claim("sequence", Known.SEQUENCE);
            fields.add(new Field("", Known.RESTATED));
        }
    }

    /** Lays out a payload that is JSON. */
    static FlatLayout of(Kind kind, Json payload, Form form) {
        FlatLayout layout = new FlatLayout(kind, form);
        boolean object = payload.type() == Json.Type.OBJECT;
        if (kind != Kind.STATS || !object) {
            layout.beside(payload);
        }
        String prefix = prefix(kind);
        if (!object && form.compact()) {
            layout.claim(prefix + CompactNames.REST, new Part(payload, false));
        } else if (!object) {
            layout.flatten(prefix, prefix, prefix, payload);
        } else {
            layout.open(prefix, () -> {
                if (kind == Kind.STATS) {
                    layout.stats(payload);
                } else {
                    layout.members(prefix, payload);
                }
            });
        }
        return layout;
    }

    /** Lays out a payload that is not JSON, or is not to be taken for JSON. */
    static FlatLayout ofText(Kind kind, byte[] payload, Form form) {
        FlatLayout layout = new FlatLayout(kind, form);
        layout.beside(null);
        boolean utf8 = JsonText.isUtf8(payload, 0, payload.length);
        layout.claim(utf8 ? prefix(kind) : prefix(kind) + "_base64", new Text(payload));
        return layout;
    }

    /** What the names of this kind's fields begin with. */
    private static String prefix(Kind kind) {
        return kind.label().replace('-', '_');
    }

    /** The fields in the order in which they are written; the first is always {@link Known#TIME}. */
    List<Field> fields() {
        return fields;
    }

    /** Values that fields got their names from: with others, the layout would be another. */
    List<Json> nameGivers() {
        return nameGivers;
    }

    private void beside(@Nullable Json payload) {
        switch (kind) {
            case STATS, LOG, INSPECT, SOCKETS -> container(Known.CONTAINER_NAME, Known.CONTAINER_ID);
            case EVENT -> {
                Json type = form.bare() || payload == null ? null : payload.get("Type");
                if (type != null && type.type() == Json.Type.STRING) {
                    nameGivers.add(type);
                    if (type.text().equals("container")) {
                        container(Known.CONTAINER_NAME, Known.CONTAINER_ID);
                    }
                }
            }
            case HOST, ENGINE_METRICS, MARK -> {}
        }
    }

    private void container(Source name, Source id) {
        claim("container", name);
        claim("container_id", id);
        claim("image", Known.IMAGE);
        claim("image_id", Known.IMAGE_ID);
    }

    /** Whether a mark has {@link #EVENT_KEYS}. */
    static boolean hasEventKeys(Json mark) {
        return mark.text("mark").equals("segment-start") && mark.get(EVENT_KEYS) != null;
    }

    private void members(String prefix, Json object) {
        boolean hidesEventKeys = false;
        Json mark = kind == Kind.MARK ? object.get("mark") : null;
        if (mark != null && object.get(EVENT_KEYS) != null) {
            nameGivers.add(mark);
            hidesEventKeys = hasEventKeys(object);
        }
        for (int i = 0; i < object.names().size(); i++) {
            String name = object.names().get(i);
            if (hidesEventKeys && name.equals(EVENT_KEYS)) {
                continue;
            }
            String path = join(prefix, name);
            flatten(
                    name,
                    name.equals(prefix) ? prefix : path,
                    path,
                    object.children().get(i));
        }
    }

    /**
     * Gives every scalar in {@code json} a field; {@code path} names it where another has taken its name.
     *
     * @param key under which it stands in the object that it is a member of
     */
    private void flatten(String key, String name, String path, Json json) {
        if (rest != null) {
            compact(rest, new Member(key, json), name, path);
            return;
        }
        switch (json.type()) {
            case OBJECT -> eachMember(name, path, json);
            case ARRAY -> {
                for (int i = 0; i < json.children().size(); i++) {
                    flatten(key, name + i, path + i, json.children().get(i));
                }
            }
            case STRING, NUMBER, TRUE, FALSE, NULL -> claim(name, path, new Value(json));
        }
    }

    private void eachMember(String name, String path, Json object) {
        for (int i = 0; i < object.names().size(); i++) {
            String key = object.names().get(i);
            flatten(key, join(name, key), join(path, key), object.children().get(i));
        }
    }

    /** Gives one field at most to what is listed, and leaves anything else to the rest of the object it belongs to. */
    private void compact(List<Member> others, Member member, String name, String path) {
        Json json = member.value();
        if (!holdsValue(json)) {
            return;
        }
        boolean nested = json.type() == Json.Type.OBJECT || json.type() == Json.Type.ARRAY;
        if (CompactNames.isListed(name) && !taken.contains(name)) {
            claim(name, nested ? new Part(json, kind == Kind.HOST) : new Value(json));
        } else if (json.type() == Json.Type.OBJECT && canOpen(name)) {
            open(name, () -> eachMember(name, path, json));
        } else {
            others.add(member);
        }
    }

    /** Whether members of an object of this name have fields of their own: of the first such object in a payload. */
    private boolean canOpen(String name) {
        return CompactNames.isOpen(name) && !taken.contains(name + CompactNames.REST);
    }

    private static boolean holdsValue(Json json) {
        return json.type() != Json.Type.OBJECT && json.type() != Json.Type.ARRAY
                || json.children().stream().anyMatch(FlatLayout::holdsValue);
    }

    /** Lays out the members of an object; in the compact form, with a field for those that get none of their own. */
    private void open(String name, Runnable members) {
        if (!form.compact()) {
            members.run();
            return;
        }
        taken.add(name + CompactNames.REST);
        List<Member> outer = rest;
        List<Member> own = new ArrayList<>();
        rest = own;
        members.run();
        rest = outer;
        if (!own.isEmpty()) {
            fields.add(new Field(name + CompactNames.REST, new Rest(own)));
        }
    }

    private void claim(String name, Source source) {
        claim(name, name, source);
    }

    private void claim(String name, String path, Source source) {
        String free = name;
        if (!taken.add(free)) {
            free = path;
            while (!taken.add(free)) {
                free = path + "_" + numbers.merge(path, 2, (number, first) -> number + 1);
            }
        }
        fields.add(new Field(free, source));
    }

    /** A second name for what has one already: given up if another has it. */
    private void alias(String name, Source source) {
        if ((!form.compact() || CompactNames.isListed(name)) && taken.add(name)) {
            fields.add(new Field(name, source));
        }
    }

    private static String join(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "_" + name;
    }

    // Stats: the names that parsers know, then whatever else there is.

    private void stats(Json stats) {
        Map<String, Json> members = new LinkedHashMap<>();
        List<Runnable> repeated = new ArrayList<>();
        for (int i = 0; i < stats.names().size(); i++) {
            String name = stats.names().get(i);
            Json member = stats.children().get(i);
            if (members.putIfAbsent(name, member) != null) {
                repeated.add(() -> flatten(name, name, name, member));
            }
        }
        Json name = takeString(members, "name");
        Json id = takeString(members, "id");
        container(
                name == null ? Known.CONTAINER_NAME : new Name(name), id == null ? Known.CONTAINER_ID : new Value(id));
        Json cpu = take(members, "cpu_stats");
        if (cpu != null) {
            lifted("cpu", "cpu_stats", "cpu_usage", cpu);
        }
        Json memory = take(members, "memory_stats");
        if (memory != null) {
            open("memory", () -> memory(memory));
        }
        Json networks = take(members, "networks");
        if (networks != null) {
            networks(networks);
        }
        Json blkio = take(members, "blkio_stats");
        if (blkio != null) {
            blkio(blkio);
        }
        members.forEach((key, member) -> {
            if (key.endsWith("_stats") && member.type() == Json.Type.OBJECT) {
                lifted(key.substring(0, key.length() - "_stats".length()), key, "cpu_usage", member);
            } else {
                flatten(key, key, key, member);
            }
        });
        repeated.forEach(Runnable::run);
    }

    private static @Nullable Json take(Map<String, Json> members, String name) {
        Json member = members.get(name);
        return member == null || member.type() != Json.Type.OBJECT ? null : members.remove(name);
    }

    /** A string that is not empty; one that is names nothing, and holds nothing that could be dropped. */
    private @Nullable Json takeString(Map<String, Json> members, String name) {
        Json member = members.get(name);
        if (member == null || member.type() != Json.Type.STRING) {
            return null;
        }
        members.remove(name);
        if (member.from() == member.to()) {
            nameGivers.add(member);
            return null;
        }
        return member;
    }

    /** Flattens an object; the members of its member {@code inner} are named as if they were its own. */
    private void lifted(String name, String path, String inner, Json json) {
        if (rest != null && !canOpen(name)) {
            rest.add(new Member(path, json));
            return;
        }
        open(name, () -> {
            for (int i = 0; i < json.names().size(); i++) {
                String key = json.names().get(i);
                Json value = json.children().get(i);
                if (key.equals(inner) && value.type() == Json.Type.OBJECT) {
                    eachMember(name, join(path, key), value);
                } else {
                    flatten(key, join(name, key), join(path, key), value);
                }
            }
        });
    }

    private void memory(Json memory) {
        Json stats = null;
        for (int i = 0; i < memory.names().size(); i++) {
            String name = memory.names().get(i);
            Json value = memory.children().get(i);
            if (stats == null && name.equals("stats") && value.type() == Json.Type.OBJECT) {
                stats = value;
                open("memory_stats", () -> memoryStats(value));
            } else {
                flatten(name, "memory_" + name, "memory_stats_" + name, value);
            }
        }
        if (stats != null) {
            for (int i = 0; i < stats.names().size(); i++) {
                String v1 = MEMORY_V1_OF_V2.get(stats.names().get(i));
                Json value = stats.children().get(i);
                if (v1 != null && value.type() == Json.Type.NUMBER) {
                    alias("memory_" + v1, new Value(value));
                }
            }
        }
    }

    /** cgroup v1 counts a container alone ({@code rss}) and with the groups below it ({@code total_rss}): the latter wins. */
    private void memoryStats(Json stats) {
        Set<String> names = new HashSet<>(stats.names());
        for (int i = 0; i < stats.names().size(); i++) {
            String name = stats.names().get(i);
            String path = "memory_stats_stats_" + name;
            String field = names.contains("total_" + name)
                    ? path
                    : "memory_" + (name.startsWith("total_") ? name.substring("total_".length()) : name);
            flatten(name, field, path, stats.children().get(i));
        }
    }

    private void networks(Json networks) {
        Map<String, List<Json>> sums = new LinkedHashMap<>();
        for (Json network : networks.children()) {
            for (int i = 0; i < network.names().size(); i++) {
                Json value = network.children().get(i);
                if (value.type() == Json.Type.NUMBER) {
                    sums.computeIfAbsent(network.names().get(i), n -> new ArrayList<>())
                            .add(value);
                }
            }
        }
        sums.forEach((name, terms) -> sum("network_" + name, "networks_" + name, new Sum(terms)));
        if (form.compact()) {
            flatten("networks", "networks", "networks", networks);
        } else {
            flatten("networks", "network", "networks", networks);
        }
    }

    /** Adds a sum of values that have other fields too; in the compact form only if it is listed. */
    private void sum(String name, String path, Source sum) {
        if (form.compact()) {
            alias(name, sum);
        } else {
            claim(name, path, sum);
        }
    }

    private void blkio(Json blkio) {
        Map<String, Map<String, List<Json>>> sums = new LinkedHashMap<>();
        List<Runnable> devices = new ArrayList<>();
        List<Runnable> others = new ArrayList<>();
        for (int i = 0; i < blkio.names().size(); i++) {
            String member = blkio.names().get(i);
            Json entries = blkio.children().get(i);
            String name = member.endsWith("_recursive")
                    ? member.substring(0, member.length() - "_recursive".length())
                    : member;
            String path = "blkio_stats_" + member;
            if (entries.type() != Json.Type.ARRAY) {
                others.add(() -> flatten(member, "blkio_" + name, path, entries));
                continue;
            }
            for (int n = 0; n < entries.children().size(); n++) {
                Json entry = entries.children().get(n);
                String entryPath = path + n;
                Device device = Device.of(entry);
                if (device == null) {
                    String field = "blkio_" + entryPath.substring("blkio_stats_".length());
                    others.add(() -> flatten(member, field, entryPath, entry));
                    continue;
                }
                nameGivers.addAll(device.nameGivers());
                sums.computeIfAbsent(name, k -> new LinkedHashMap<>())
                        .computeIfAbsent(device.operation(), k -> new ArrayList<>())
                        .add(device.value());
                String field = withOperation("blkio_" + device.id() + "_" + name, device.operation());
                devices.add(() -> claim(field, entryPath + "_value", new Value(device.value())));
            }
        }
        List<Runnable> aliases = new ArrayList<>();
        sums.forEach((name, byOperation) -> byOperation.forEach((operation, terms) -> {
            Source sum = new Sum(terms);
            sum(withOperation("blkio_" + name, operation), "blkio_stats_" + name, sum);
            if (!operation.isEmpty()) {
                String v1 = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
                aliases.add(() -> alias("blkio_" + name + "_" + v1, sum));
            }
        }));
        aliases.forEach(Runnable::run);
        if (form.compact()) {
            flatten("blkio_stats", "blkio_stats", "blkio_stats", blkio);
        } else {
            devices.forEach(Runnable::run);
            others.forEach(Runnable::run);
        }
    }

    private static String withOperation(String name, String operation) {
        return operation.isEmpty() ? name : name + "_" + operation;
    }

    /** One entry of a block I/O list: what one device did of one operation. */
    private record Device(String id, String operation, Json value, List<Json> nameGivers) {
        /** Reads {@code {"major":8,"minor":0,"op":"Read","value":4096}}; null for anything else. */
        static @Nullable Device of(Json entry) {
            if (entry.names().size() != DEVICE_ENTRY.size() || !DEVICE_ENTRY.containsAll(entry.names())) {
                return null;
            }
            Json major = entry.get("major");
            Json minor = entry.get("minor");
            Json operation = entry.get("op");
            Json value = entry.get("value");
            if (major == null || minor == null || operation == null || value == null) {
                return null;
            }
            boolean wellTyped = major.type() == Json.Type.NUMBER
                    && minor.type() == Json.Type.NUMBER
                    && operation.type() == Json.Type.STRING
                    && value.type() == Json.Type.NUMBER;
            return wellTyped
                    ? new Device(
                            major.text() + "_" + minor.text(),
                            operation.text(),
                            value,
                            List.of(major, minor, operation))
                    : null;
        }
    }
}
