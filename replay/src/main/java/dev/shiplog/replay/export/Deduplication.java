package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes JSON with each long string once: a repetition becomes a JSON Reference to the first,
 * {@code {"$ref":"#/runc/path"}}. An engine describes each runtime's features in several kB, and lists one runtime under
 * two names.
 */
final class Deduplication {
    /** A shorter string is hardly longer than a reference to it. */
    private static final int LONG_BYTES = 256;

    private final byte[] source;
    private final Bytes out = new Bytes(1 << 10);
    private final Map<String, String> pointers = new HashMap<>();

    private Deduplication(byte[] source) {
        this.source = source;
    }

    /** The text of {@code json}, which was read from {@code source}. */
    static String of(Json json, byte[] source) {
        Deduplication text = new Deduplication(source);
        text.put(json, "#");
        return new String(text.out.toArray(), StandardCharsets.UTF_8);
    }

    private void put(Json json, String pointer) {
        switch (json.type()) {
            case OBJECT -> {
                out.put('{');
                for (int i = 0; i < json.names().size(); i++) {
                    String name = json.names().get(i);
                    out.putAscii(i == 0 ? "" : ",");
                    JsonString.put(name, out);
                    out.put(':');
                    put(
                            json.children().get(i),
                            pointer + "/" + name.replace("~", "~0").replace("/", "~1"));
                }
                out.put('}');
            }
            case ARRAY -> {
                out.put('[');
                for (int i = 0; i < json.children().size(); i++) {
                    out.putAscii(i == 0 ? "" : ",");
                    put(json.children().get(i), pointer + "/" + i);
                }
                out.put(']');
            }
            case STRING -> putString(json, pointer);
            case NUMBER, TRUE, FALSE, NULL -> out.put(source, json.from(), json.to() - json.from());
        }
    }

    private void putString(Json json, String pointer) {
        int length = json.to() - json.from();
        String first = length < LONG_BYTES
                ? null
                : pointers.putIfAbsent(new String(source, json.from(), length, StandardCharsets.UTF_8), pointer);
        if (first == null) {
            out.put(source, json.from() - 1, length + 2);
        } else {
            out.putAscii("{\"$ref\":");
            JsonString.put(first, out);
            out.put('}');
        }
    }
}
