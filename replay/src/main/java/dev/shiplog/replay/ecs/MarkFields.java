package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The fields of a mark: each member that this version knows has its own, and the others share one, as JSON in a text. */
final class MarkFields {
    private static final String PREFIX = "shiplog.mark.";

    /** What a member holds. A time is in ns, 0 for none, and is written once, as a date. */
    private enum Type {
        TEXT,
        NUMBER,
        TIME,
        OBJECT,
        LIST
    }

    private static final Map<String, Type> MEMBERS = new HashMap<>();

    static {
        Map.of(
                        Type.TEXT,
                        "version reason engineId apiVersion kind subject head key change name segment firstSegment command"
                                + " lastSegment rule",
                        Type.NUMBER,
                        "lastSequence containers length count step offset segments bytes engine heard"
                                + " created started died",
                        Type.TIME,
                        "from to last until",
                        Type.OBJECT,
                        "configuration exitCodes counted",
                        Type.LIST,
                        "removed")
                .forEach((type, members) -> {
                    for (String member : members.split(" ")) {
                        MEMBERS.put(member, type);
                    }
                });
    }

    private MarkFields() {}

    static void write(Json mark, Document document) {
        String type = mark.text("mark");
        document.text("event.action", type);
        document.text(PREFIX + "type", type);
        Bytes rest = new Bytes(64);
        Document others = new Document();
        others.open(rest);
        for (int i = 0; i < mark.names().size(); i++) {
            String member = mark.names().get(i);
            Json value = mark.children().get(i);
            boolean first = mark.names().indexOf(member) == i;
            if (member.equals("text") && first && value.type() == Json.Type.STRING) {
                document.text("message", value.text());
            } else if (!isLeftOut(type, member) && !(first && write(member, value, document))) {
                others.raw(member, value);
            }
        }
        others.close();
        document.text(PREFIX + "rest", rest.length() == 2 ? "" : new String(rest.toArray(), StandardCharsets.UTF_8));
    }

    /** The type has a field; a time stands twice; keys of events are for the recorder alone. */
    private static boolean isLeftOut(String type, String member) {
        return member.equals("mark")
                || member.endsWith("_rfc3339")
                || (type.equals("segment-start") || type.equals("execs")) && member.equals("events");
    }

    /** Returns false, and writes nothing, if no field takes the member. */
    private static boolean write(String member, Json value, Document document) {
        String name = PREFIX + snakeCase(member);
        Type type = MEMBERS.get(member);
        if (type == null || !fits(type, value)) {
            return false;
        }
        switch (type) {
            case TEXT -> document.text(name, value.text());
            case NUMBER -> document.number(name, value);
            case TIME -> document.time(name, Long.parseLong(value.text()));
            case OBJECT -> document.texts(name, value);
            case LIST ->
                document.texts(name, value.children().stream().map(Json::text).toList());
        }
        return true;
    }

    private static boolean fits(Type type, Json value) {
        return switch (type) {
            case TEXT -> value.type() == Json.Type.STRING;
            case NUMBER, TIME -> Document.isLong(value);
            case OBJECT -> value.type() == Json.Type.OBJECT;
            case LIST -> value.type() == Json.Type.ARRAY;
        };
    }

    /** As the schema writes names: {@code firstSegment} becomes {@code first_segment}. */
    private static String snakeCase(String member) {
        return member.replaceAll("(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
