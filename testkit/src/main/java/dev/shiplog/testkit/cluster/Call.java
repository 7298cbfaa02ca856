package dev.shiplog.testkit.cluster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * One request to a cluster.
 *
 * @param method as in {@code POST}
 * @param target path and query as they came, as in {@code /_bulk?refresh=true}
 * @param headers by their names in lower case
 * @param body as it came, compressed or not
 */
public record Call(String method, String target, Map<String, String> headers, byte[] body) {
    /** A call with a body of JSON, or without if that is empty. */
    public static Call of(String method, String target, String body) {
        Map<String, String> headers = body.isEmpty() ? Map.of() : Map.of("content-type", "application/json");
        return new Call(method, target, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /** This one with another header. */
    public Call with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name.toLowerCase(Locale.ROOT), value);
        return new Call(method, target, more, body);
    }

    /** The path, decoded. */
    public String path() {
        return decoded(URI.create(target).getRawPath());
    }

    /** The parameters of the query, decoded; one without value has an empty one. */
    public Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = URI.create(target).getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
            String[] words = pair.split("=", 2);
            query.put(decoded(words[0]), words.length < 2 ? "" : decoded(words[1]));
        }
        return query;
    }

    /** Whether it asks for this API: {@code /_bulk} and {@code /INDEX/_bulk} do for {@code _bulk}. */
    public boolean isFor(String api) {
        return (path() + "/").contains("/" + api + "/");
    }

    /** The body, decompressed. */
    public byte[] content() throws IOException {
        if (!headers.getOrDefault("content-encoding", "").equals("gzip")) {
            return body;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return in.readAllBytes();
        }
    }

    /** This one with another body, which is not compressed, and an answer that will not be either. */
    Call with(byte[] content) {
        Map<String, String> plain = new LinkedHashMap<>(headers);
        plain.remove("content-encoding");
        plain.remove("accept-encoding");
        return new Call(method, target, plain, content);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
