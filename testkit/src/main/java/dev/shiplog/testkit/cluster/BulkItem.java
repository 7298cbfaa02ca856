package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An action of a bulk request and its document.
 *
 * @param action {@code create} or {@code index}
 * @param target {@code _index} and {@code _id}, as far as they are given
 * @param document as it came
 */
record BulkItem(String action, ObjectNode target, byte[] document) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException in the cluster's words if the request as a whole cannot be read */
    static List<BulkItem> parse(byte[] body) throws IOException {
        if (body.length == 0 || body[body.length - 1] != '\n') {
            throw new IllegalArgumentException("The bulk request must be terminated by a newline [\\n]");
        }
        List<byte[]> lines = lines(body);
        List<BulkItem> items = new ArrayList<>();
        for (int i = 0; i < lines.size(); i += 2) {
            JsonNode line = JSON.readTree(lines.get(i));
            String action =
                    line.isObject() && line.size() == 1 ? line.fieldNames().next() : "";
            if (!action.equals("create") && !action.equals("index")
                    || !(line.get(action) instanceof ObjectNode target)) {
                throw new IllegalArgumentException("Malformed action/metadata line [" + (i + 1)
                        + "], expected one of [create, index] but found [" + action + "]");
            }
            if (i + 1 == lines.size()) {
                throw new IllegalArgumentException("Validation Failed: 1: no requests added;");
            }
            items.add(new BulkItem(action, target, lines.get(i + 1)));
        }
        return items;
    }

    private static List<byte[]> lines(byte[] body) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < body.length; at++) {
            if (body[at] == '\n') {
                if (at > from) {
                    lines.add(Arrays.copyOfRange(body, from, at));
                }
                from = at + 1;
            }
        }
        return lines;
    }

    void write(ByteArrayOutputStream out) throws IOException {
        out.writeBytes(JSON.writeValueAsBytes(JSON.createObjectNode().set(action, target)));
        out.write('\n');
        out.writeBytes(document);
        out.write('\n');
    }
}
