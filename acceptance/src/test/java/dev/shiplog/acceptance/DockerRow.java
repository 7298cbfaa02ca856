package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code docker stats --format '{{json .}}'}: each figure is the range of all numbers that docker rounds to the
 * digits that it shows.
 *
 * @param cpu in percent, 100 of one CPU
 * @param memoryShare in percent
 */
record DockerRow(
        String id,
        Range cpu,
        Range memory,
        Range limit,
        Range memoryShare,
        Range received,
        Range sent,
        Range read,
        Range written,
        Range pids) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FIGURE = Pattern.compile("([0-9.e+]+)([A-Za-z]*)%?");
    private static final Map<String, Double> UNITS = Map.ofEntries(
            Map.entry("", 1.0),
            Map.entry("B", 1.0),
            Map.entry("kB", 1e3),
            Map.entry("MB", 1e6),
            Map.entry("GB", 1e9),
            Map.entry("TB", 1e12),
            Map.entry("KiB", 0x1p10),
            Map.entry("MiB", 0x1p20),
            Map.entry("GiB", 0x1p30),
            Map.entry("TiB", 0x1p40));

    /** All numbers between these two, and both. */
    record Range(double from, double to) {
        /** Whether one of them is so close to the number. */
        boolean isNear(Number number, double distance) {
            return number.doubleValue() >= from - distance && number.doubleValue() <= to + distance;
        }

        /** @param text with as many digits as there are */
        private static Range ofDigits(String text, int digits) {
            Matcher figure = parse(text);
            double number = Double.parseDouble(figure.group(1));
            double magnitude = number == 0 ? 0 : Math.floor(Math.log10(number));
            return around(figure, Math.pow(10, magnitude + 1 - digits));
        }

        private static Range ofDecimals(String text, int decimals) {
            return around(parse(text), Math.pow(10, -decimals));
        }

        private static Matcher parse(String text) {
            Matcher figure = FIGURE.matcher(text);
            if (!figure.matches()) {
                throw new IllegalArgumentException(text);
            }
            return figure;
        }

        private static Range around(Matcher figure, double unit) {
            double scale = UNITS.get(figure.group(2));
            double number = Double.parseDouble(figure.group(1));
            double half = unit / 2 * (1 + 1e-9);
            return new Range((number - half) * scale, (number + half) * scale);
        }
    }

    /** Null if the command shows nothing yet, or that the container does not run, or ended within the line. */
    static @Nullable DockerRow of(String line) throws IOException {
        int begin = line.indexOf('{'); // after what clears the screen
        if (begin < 0 || !line.endsWith("}")) {
            return null;
        }
        JsonNode row = JSON.readTree(line.substring(begin));
        String memory = row.path("MemUsage").asText();
        if (line.contains("--") || memory.equals("0B / 0B")) {
            return null;
        }
        // BytesSize of go-units has four digits, HumanSizeWithPrecision three here.
        List<Range> usage = pair(memory, 4);
        List<Range> network = pair(row.path("NetIO").asText(), 3);
        List<Range> block = pair(row.path("BlockIO").asText(), 3);
        return new DockerRow(
                row.path("ID").asText(),
                Range.ofDecimals(row.path("CPUPerc").asText(), 2),
                usage.get(0),
                usage.get(1),
                Range.ofDecimals(row.path("MemPerc").asText(), 2),
                network.get(0),
                network.get(1),
                block.get(0),
                block.get(1),
                Range.ofDecimals(row.path("PIDs").asText(), 0));
    }

    private static List<Range> pair(String text, int digits) {
        String[] sides = text.split(" / ");
        return List.of(Range.ofDigits(sides[0], digits), Range.ofDigits(sides[1], digits));
    }
}
