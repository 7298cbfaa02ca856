package dev.shiplog.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * All numbers of stats samples as OpenMetrics text, for {@code promtool tsdb create-blocks-from openmetrics}: a series for
 * each container and JSON path, its time the sample's {@code read}. From stdin, a sample a line, to stdout. Samples that
 * Prometheus cannot take are left out: those of a stopped container, which have no time, and a second one in the same
 * millisecond.
 */
public final class OpenMetrics {
    private final Map<String, Long> newest = new HashMap<>();
    private final PrintStream out;

    private OpenMetrics(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        int samples = 0;
        int taken = 0;
        PrintStream out =
                new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.US_ASCII);
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16)) {
            OpenMetrics metrics = new OpenMetrics(out);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                samples++;
                taken += metrics.write(mapper.readTree(line)) ? 1 : 0;
            }
            out.print("# EOF\n");
        } finally {
            out.flush();
        }
        System.err.println("Prometheus gets " + taken + " of " + samples + " samples");
    }

    private boolean write(JsonNode sample) {
        long millis = Instant.parse(sample.path("read").textValue()).toEpochMilli();
        String container = sample.path("id").textValue();
        Long before = newest.put(container, millis);
        if (millis < 0 || before != null && before >= millis) {
            return false;
        }
        String labels = "{container=\"" + container.substring(0, 12) + "\"} ";
        write(
                "",
                sample,
                labels,
                " " + millis / 1_000 + '.'
                        + String.valueOf(1_000 + millis % 1_000).substring(1));
        return true;
    }

    private void write(String path, JsonNode node, String labels, String time) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                write(
                        path + (path.isEmpty() ? "" : "_") + member.getKey().replaceAll("\\W", "_"),
                        member.getValue(),
                        labels,
                        time);
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                write(path + '_' + i, node.get(i), labels, time);
            }
        } else if (node.isNumber()) {
            out.print(path);
            out.print(labels);
            out.print(node);
            out.print(time + '\n');
        }
    }
}
