package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The answer to one call, and how much of it the client gets.
 *
 * @param status as in 200
 * @param headers its length apart
 * @param body may be empty
 * @param end how the connection goes on
 * @param sent bytes of the body that are sent, if it is cut
 */
public record Answer(int status, Map<String, String> headers, byte[] body, End end, int sent) {
    /** What becomes of the connection. */
    public enum End {
        /** The answer is whole. */
        WHOLE,
        /** The connection is closed within the answer. */
        CUT,
        /** No answer; the connection stays open. */
        SILENT
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    static final Answer SILENCE = new Answer(0, Map.of(), new byte[0], End.SILENT, 0);

    /** A whole answer. */
    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, Map.of("Content-Type", contentType), body, End.WHOLE, body.length);
    }

    /** A whole answer in JSON. */
    public static Answer json(int status, JsonNode body) {
        return of(status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** An error as both search engines write it. */
    public static Answer error(int status, String type, String reason) {
        ObjectNode cause = JSON.createObjectNode().put("type", type).put("reason", reason);
        ObjectNode body = JSON.createObjectNode();
        ObjectNode error = body.putObject("error");
        error.putArray("root_cause").add(cause);
        error.setAll(cause);
        return json(status, body.put("status", status));
    }

    /** The body, as JSON. */
    public JsonNode content() throws IOException {
        return JSON.readTree(body);
    }

    /** This one with another header. */
    public Answer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, more, body, end, sent);
    }

    /** This one with the connection closed after so many bytes of the body; below zero, before the head. */
    public Answer cutAfter(int bytes) {
        return new Answer(status, headers, body, End.CUT, bytes);
    }
}
