package dev.shiplog.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes of a payload one that no engine ever sent: another value somewhere, or other bytes. */
public final class Mutation {
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "{}",
            "[]",
            "[1,\"=\",{\"Id\":2}]",
            "{\"Running\":true,\"ID\":7}",
            "\"\"",
            "\"running\"",
            "\"a=\\u003d\\n=\"",
            "\"0001-01-01T00:00:00Z\"",
            "\"2026-02-30T25:00:00Z\"",
            "\"99999-01-01T00:00:00Z\"",
            "1",
            "-1",
            "1.5",
            "1e300",
            "9223372036854775807",
            "99999999999999999999");

    private Mutation() {}

    /** Another payload of the same seed is the same. */
    public static byte[] of(byte[] payload, Random random) {
        try {
            return random.nextInt(3) > 0 ? otherValue(payload, random) : otherBytes(payload, random);
        } catch (IOException e) {
            return otherBytes(payload, random);
        }
    }

    private static byte[] otherValue(byte[] payload, Random random) throws IOException {
        JsonNode root = JSON.readTree(payload);
        List<JsonNode> parents = new ArrayList<>();
        collect(root, parents);
        if (parents.isEmpty()) {
            return otherBytes(payload, random);
        }
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            JsonNode parent = parents.get(random.nextInt(parents.size()));
            JsonNode value = JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
            int at = random.nextInt(parent.size());
            if (parent instanceof ObjectNode object) {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                object.set(names.get(at), value);
            } else {
                ((ArrayNode) parent).set(at, value);
            }
        }
        return JSON.writeValueAsBytes(root);
    }

    private static void collect(JsonNode node, List<JsonNode> parents) {
        if (node.isContainerNode() && !node.isEmpty()) {
            parents.add(node);
        }
        node.forEach(child -> collect(child, parents));
    }

    public static byte[] otherBytes(byte[] payload, Random random) {
        if (payload.length == 0) {
            return new byte[random.nextInt(4)];
        }
        int at = random.nextInt(payload.length);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(payload, at);
            case 1 -> {
                byte[] flipped = payload.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 2 -> {
                byte[] garbage = new byte[random.nextInt(64)];
                random.nextBytes(garbage);
                yield garbage;
            }
            default -> {
                String text = new String(payload, StandardCharsets.ISO_8859_1);
                int from = random.nextInt(payload.length);
                int to = Math.min(payload.length, from + random.nextInt(40));
                yield (text.substring(0, at) + text.substring(from, to) + text.substring(at))
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }
}
