package dev.shiplog.benchmarks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/**
 * The rival: what most people would write to flatten stats. Reads JSON lines, makes a tree of each, walks it and writes
 * the leaves with their paths joined by {@code _}.
 */
public final class JacksonTree {
    private final ObjectMapper mapper = new ObjectMapper();

    /** As a program: from stdin to stdout. */
    @SuppressWarnings("ClosingStandardOutputStreams") // the process ends with it
    public static void main(String[] args) throws IOException {
        JacksonTree tree = new JacksonTree();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                Writer out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                tree.flatten(tree.mapper.readTree(line), out);
            }
        }
    }

    /** Writes one payload flattened, with a line end. */
    void flatten(byte[] payload, Writer out) throws IOException {
        flatten(mapper.readTree(payload), out);
    }

    private void flatten(JsonNode root, Writer out) throws IOException {
        JsonGenerator generator = mapper.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        generator.writeStartObject();
        write("", root, generator);
        generator.writeEndObject();
        generator.flush();
        out.write('\n');
    }

    private static void write(String path, JsonNode node, JsonGenerator generator) throws IOException {
        if (node.isObject()) {
            for (Iterator<Map.Entry<String, JsonNode>> fields =
                            node.properties().iterator();
                    fields.hasNext(); ) {
                Map.Entry<String, JsonNode> field = fields.next();
                write(path.isEmpty() ? field.getKey() : path + "_" + field.getKey(), field.getValue(), generator);
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                write(path + "_" + i, node.get(i), generator);
            }
        } else {
            generator.writeFieldName(path);
            generator.writeTree(node);
        }
    }
}
