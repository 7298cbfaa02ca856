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
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rival: what most people would write to flatten stats. Reads JSON lines, makes a tree of each, walks it and writes
 * the very fields of {@code replay export}, as far as the samples need them: cgroup v1, no block I/O.
 */
public final class JacksonTree {
    private final ObjectMapper mapper = new ObjectMapper();

    /** As a program: from stdin to stdout. */
    @SuppressWarnings("ClosingStandardOutputStreams") // the process ends with it
    public static void main(String[] args) throws IOException {
        JacksonTree tree = new JacksonTree();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16);
                Writer out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), 1 << 16)) {
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
        JsonGenerator generator = mapper.createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
        generator.writeStartObject();
        write("@timestamp", root.path("read"), generator);
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            switch (name) {
                case "name" -> write("container", value, generator);
                case "id" -> write("container_id", value, generator);
                case "memory_stats" -> writeMemory(value, generator);
                case "networks" -> writeNetworks(value, generator);
                default -> write(name.replace("_stats", ""), value, generator);
            }
        }
        generator.writeEndObject();
        generator.flush();
        out.write('\n');
    }

    private static void writeMemory(JsonNode memory, JsonGenerator generator) throws IOException {
        JsonNode stats = memory.path("stats");
        for (Map.Entry<String, JsonNode> field : stats.properties()) {
            String name = field.getKey();
            if (name.startsWith("total_")) {
                write("memory_" + name.substring("total_".length()), field.getValue(), generator);
            } else {
                boolean twice = stats.has("total_" + name);
                write((twice ? "memory_stats_stats_" : "memory_") + name, field.getValue(), generator);
            }
        }
        for (Map.Entry<String, JsonNode> field : memory.properties()) {
            if (!field.getKey().equals("stats")) {
                write("memory_" + field.getKey(), field.getValue(), generator);
            }
        }
    }

    private static void writeNetworks(JsonNode networks, JsonGenerator generator) throws IOException {
        Map<String, Long> sums = new LinkedHashMap<>();
        for (JsonNode network : networks) {
            for (Map.Entry<String, JsonNode> field : network.properties()) {
                sums.merge(field.getKey(), field.getValue().longValue(), Long::sum);
            }
        }
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            generator.writeNumberField("network_" + sum.getKey(), sum.getValue());
        }
        write("network", networks, generator);
    }

    private static void write(String path, JsonNode node, JsonGenerator generator) throws IOException {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                String name = field.getKey();
                write(name.equals("cpu_usage") ? path : path + "_" + name, field.getValue(), generator);
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                write(path + i, node.get(i), generator);
            }
        } else {
            generator.writeFieldName(path);
            generator.writeTree(node);
        }
    }
}
