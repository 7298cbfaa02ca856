package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Renders JSON in which a long string stands once: where it comes again, a JSON Reference points to where it stands,
 * {@code {"$ref":"#/runc/path"}}. An engine tells several kB of each runtime's features, and knows one runtime by two
 * names.
 */
final class InsideText {
    /** Shorter ones are not worth a reference. */
    private static final int LONG_BYTES = 256;

    private final byte[] source;
    private final Bytes out = new Bytes(1 << 10);
    private final Map<String, String> pointers = new HashMap<>();

    private InsideText(byte[] source) {
        this.source = source;
    }

    /** The text of {@code json}, which stands in {@code source}. */
    static String once(Json json, byte[] source) {
        InsideText text = new InsideText(source);
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
                    JsonText.putString(name, out);
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
            JsonText.putString(first, out);
            out.put('}');
        }
    }
}
