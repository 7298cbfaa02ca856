package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a template says, however it is written: clusters give settings and fields back in another order, with dots in place
 * of levels or levels in place of dots, and values as texts.
 */
final class TemplateDigest {
    /** What decides how indices are made; newer clusters add when a template was changed. */
    private static final List<String> MEMBERS =
            List.of("index_patterns", "priority", "composed_of", "data_stream", "template");

    private TemplateDigest() {}

    /**
     * SHA-256 in hexadecimal.
     *
     * @param body of a template, as it was put or as the cluster gives it back
     */
    static String of(Json body) {
        Map<String, String> values = new TreeMap<>();
        for (String member : MEMBERS) {
            Json value = body.get(member);
            if (value != null) {
                collect(member, value, values);
            }
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(values.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void collect(String path, Json value, Map<String, String> values) {
        switch (value.type()) {
            case OBJECT -> {
                for (String name : value.names()) {
                    String below = name.equals("properties") ? path : path + "." + name;
                    collect(below, value.children().get(value.names().indexOf(name)), values);
                }
            }
            case ARRAY -> {
                for (int i = 0; i < value.children().size(); i++) {
                    collect(path + "[" + i + "]", value.children().get(i), values);
                }
            }
            case NULL -> {}
            default -> values.put(path, value.text());
        }
    }
}
