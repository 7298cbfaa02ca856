package dev.shiplog.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The head of a request.
 *
 * @param method as in {@code GET}
 * @param target as sent, as in {@code /v1.41/events?since=0}
 * @param version the API version asked for, as in {@code 1.41}; empty if the path has none
 * @param path without version and query, as in {@code /events}
 * @param query its parameters, decoded
 */
public record Request(String method, String target, String version, String path, Map<String, String> query) {
    static Request of(String method, String target) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String version = "";
        if (path.matches("/v\\d+\\.\\d+/.*")) {
            int slash = path.indexOf('/', 1);
            version = path.substring(2, slash);
            path = path.substring(slash);
        }
        Map<String, String> query = new LinkedHashMap<>();
        if (mark >= 0) {
            for (String pair : target.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                query.put(
                        decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return new Request(method, target, version, path, query);
    }

    /** As Docker reads it: anything but these is true. */
    boolean isSet(String parameter, boolean otherwise) {
        String value = query.get(parameter);
        return value == null
                ? otherwise
                : switch (value.strip().toLowerCase(java.util.Locale.ROOT)) {
                    case "", "0", "no", "false", "none" -> false;
                    default -> true;
                };
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
