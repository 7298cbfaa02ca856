package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.export.FlatField.Constant;
import dev.shiplog.replay.export.FlatField.Context;
import dev.shiplog.replay.export.FlatField.Member;
import dev.shiplog.replay.export.FlatField.Part;
import dev.shiplog.replay.export.FlatField.Rest;
import dev.shiplog.replay.export.FlatField.Source;
import dev.shiplog.replay.export.FlatField.Text;
import dev.shiplog.replay.export.FlatField.Value;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which fields the flat line of a payload has: their names, their order, and where their values come from. Two
 * rules hold for every payload: each value in it becomes at least one field, and no name comes twice. This class applies
 * them to any JSON; {@link StatsLayout} knows the names that samples have. {@code docs/flattened-fields.md} is the same
 * for users.
 */
final class FlatLayout {
    /** The member of {@code segment-start} and {@code execs} that no line shows: only the recorder needs these kilobytes. */
    static final String EVENT_KEYS = "events";

    /** A member that only the account of a container's log file has. */
    private static final String LOG_PATH = "log_path";

    private final Kind kind;
    private final Form form;
    /** In the compact form: the members without a field of their own, of the object that is being laid out. Else null. */
    private @Nullable List<Member> rest;

    private final List<FlatField> fields = new ArrayList<>();
    private final List<Json> namingValues = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();
    /** By a path that is taken: the number that the next field of this path gets. */
    private final Map<String, Integer> numbers = new HashMap<>();

    private FlatLayout(Kind kind, Form form) {
        this.kind = kind;
        this.form = form;
        claim("@timestamp", Context.TIME);
        if (!form.bare()) {
            claim("kind", new Constant(kind.label()));
            taken.addAll(List.of("host", "journal", "restated"));
            fields.add(new FlatField("", Context.ORIGIN));
            claim("sequence", Context.SEQUENCE);
            fields.add(new FlatField("", Context.RESTATED));
        }
    }

    /** Lays out a payload that is JSON. */
    static FlatLayout of(Kind kind, Json payload, Form form) {
        FlatLayout layout = new FlatLayout(kind, form);
        boolean object = payload.type() == Json.Type.OBJECT;
        if (kind != Kind.STATS || !object) {
            layout.claimContainer(payload);
        }
        String prefix = prefix(kind);
        if (!object && form.compact()) {
            layout.claim(prefix + CompactNames.REST, new Part(payload, false));
        } else if (!object) {
            layout.flatten(prefix, prefix, prefix, payload);
        } else {
            layout.open(prefix, () -> {
                if (kind == Kind.STATS) {
                    new StatsLayout(layout).add(payload);
                } else {
                    layout.addMembers(prefix, payload);
                }
            });
        }
        return layout;
    }

    /** Lays out what a container logs, whatever it is. */
    static FlatLayout ofLog(Form form) {
        FlatLayout layout = new FlatLayout(Kind.LOG, form);
        layout.claimContainer(null);
        layout.fields.add(new FlatField("", Context.LOG));
        return layout;
    }

    /** Lays out a payload that is not JSON. */
    static FlatLayout ofText(Kind kind, byte[] payload, Form form) {
        FlatLayout layout = new FlatLayout(kind, form);
        layout.claimContainer(null);
        boolean utf8 = JsonString.isUtf8(payload, 0, payload.length);
        layout.claim(utf8 ? prefix(kind) : prefix(kind) + "_base64", new Text(payload));
        return layout;
    }

    /** What the names of this kind's fields begin with. */
    private static String prefix(Kind kind) {
        return kind.label().replace('-', '_');
    }

    /** The fields in the order in which they are written; the first is always {@link Context#TIME}. */
    List<FlatField> fields() {
        return fields;
    }

    /** The values that names of fields depend on: a payload with others has another layout. */
    List<Json> namingValues() {
        return namingValues;
    }

    boolean isCompact() {
        return form.compact();
    }

    /** Notes that names of fields depend on this value. */
    void addNamingValue(Json value) {
        namingValues.add(value);
    }

    /** Gives the container its fields, if the record is about one. */
    private void claimContainer(@Nullable Json payload) {
        switch (kind) {
            case STATS, LOG, INSPECT, SOCKETS -> claimContainer(Context.CONTAINER_NAME, Context.CONTAINER_ID);
            case EVENT -> {
                Json type = form.bare() || payload == null ? null : payload.get("Type");
                if (type != null && type.type() == Json.Type.STRING) {
                    namingValues.add(type);
                    if (type.text().equals("container")) {
                        claimContainer(Context.CONTAINER_NAME, Context.CONTAINER_ID);
                    }
                }
            }
            case DISK -> {
                if (payload != null && payload.get(LOG_PATH) != null) {
                    claimContainer(Context.CONTAINER_NAME, Context.CONTAINER_ID);
                }
            }
            case HOST, ENGINE_METRICS, MARK, IMAGE -> {}
        }
    }

    void claimContainer(Source name, Source id) {
        claim("container", name);
        claim("container_id", id);
        claim("image", Context.IMAGE);
        claim("image_id", Context.IMAGE_ID);
    }

    /** Whether a mark has {@link #EVENT_KEYS}. */
    static boolean hasEventKeys(Json mark) {
        String type = mark.text("mark");
        return (type.equals("segment-start") || type.equals("execs")) && mark.get(EVENT_KEYS) != null;
    }

    private void addMembers(String prefix, Json object) {
        boolean hidesEventKeys = false;
        Json mark = kind == Kind.MARK ? object.get("mark") : null;
        if (mark != null && object.get(EVENT_KEYS) != null) {
            namingValues.add(mark);
            hidesEventKeys = hasEventKeys(object);
        }
        for (int i = 0; i < object.names().size(); i++) {
            String key = object.names().get(i);
            if (hidesEventKeys && key.equals(EVENT_KEYS)) {
                continue;
            }
            String path = join(prefix, key);
            flatten(
                    key,
                    key.equals(prefix) ? prefix : path,
                    path,
                    object.children().get(i));
        }
    }

    /**
     * Gives every scalar in {@code json} a field.
     *
     * @param key the name of the member that it is, or is in
     * @param name the field's name, or what the names of several begin with
     * @param path what takes its place where another field has that name
     */
    void flatten(String key, String name, String path, Json json) {
        if (rest != null) {
            flattenCompactly(rest, new Member(key, json), name, path);
            return;
        }
        switch (json.type()) {
            case OBJECT -> flattenMembers(name, path, json);
            case ARRAY -> {
                for (int i = 0; i < json.children().size(); i++) {
                    flatten(key, name + i, path + i, json.children().get(i));
                }
            }
            case STRING, NUMBER, TRUE, FALSE, NULL -> claim(name, path, new Value(json));
        }
    }

    private void flattenMembers(String name, String path, Json object) {
        for (int i = 0; i < object.names().size(); i++) {
            String key = object.names().get(i);
            flatten(key, join(name, key), join(path, key), object.children().get(i));
        }
    }

    /** Gives a member that is listed one field at most, and adds any other to {@code others}. */
    private void flattenCompactly(List<Member> others, Member member, String name, String path) {
        Json json = member.value();
        if (!holdsValue(json)) {
            return;
        }
        boolean nested = json.type() == Json.Type.OBJECT || json.type() == Json.Type.ARRAY;
        if (CompactNames.isListed(name) && !taken.contains(name)) {
            claim(name, nested ? new Part(json, kind == Kind.HOST) : new Value(json));
        } else if (json.type() == Json.Type.OBJECT && canOpen(name)) {
            open(name, () -> flattenMembers(name, path, json));
        } else {
            others.add(member);
        }
    }

    /** Flattens an object; the members of its member {@code inner} are named as if they were its own. */
    void flattenLifted(String name, String path, String inner, Json object) {
        if (rest != null && !canOpen(name)) {
            rest.add(new Member(path, object));
            return;
        }
        open(name, () -> {
            for (int i = 0; i < object.names().size(); i++) {
                String key = object.names().get(i);
                Json value = object.children().get(i);
                if (key.equals(inner) && value.type() == Json.Type.OBJECT) {
                    flattenMembers(name, join(path, key), value);
                } else {
                    flatten(key, join(name, key), join(path, key), value);
                }
            }
        });
    }

    /** Whether members of an object of this name have fields of their own: only those of the first such object do. */
    private boolean canOpen(String name) {
        return CompactNames.isOpen(name) && !taken.contains(name + CompactNames.REST);
    }

    private static boolean holdsValue(Json json) {
        return json.type() != Json.Type.OBJECT && json.type() != Json.Type.ARRAY
                || json.children().stream().anyMatch(FlatLayout::holdsValue);
    }

    /** Lays out the members of an object; in the compact form, those without a field of their own share one. */
    void open(String name, Runnable members) {
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
            fields.add(new FlatField(name + CompactNames.REST, new Rest(own)));
        }
    }

    private void claim(String name, Source source) {
        claim(name, name, source);
    }

    /** Adds a field under its name, under its path if the name is taken, or under the path and a number. */
    void claim(String name, String path, Source source) {
        String free = name;
        if (!taken.add(free)) {
            free = path;
            while (!taken.add(free)) {
                free = path + "_" + numbers.merge(path, 2, (number, first) -> number + 1);
            }
        }
        fields.add(new FlatField(free, source));
    }

    /** Adds a second field for a value that has one; not if the name is taken, or is not listed in the compact form. */
    void claimAlias(String name, Source source) {
        if ((!form.compact() || CompactNames.isListed(name)) && taken.add(name)) {
            fields.add(new FlatField(name, source));
        }
    }

    private static String join(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "_" + name;
    }
}
