package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where each metric that docs/metrics.md names was seen with a value that was checked: on a real engine, or in which frame. */
final class MetricsReport {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    /** The tables of MetricTableTest. */
    private static final Path TABLES =
            Path.of("..", "recorder", "src", "test", "resources", "dev", "shiplog", "recorder", "exposition");

    private static final String ABSENT = "–";

    private final Map<String, Seen> seen = new LinkedHashMap<>();

    /** @param where what it was held against */
    private record Seen(String series, double value, String of, String where) {
        String row() {
            return "| `%s` | real engine: %s | %s | %s |".formatted(series, of, text(value), where);
        }

        private static String text(double value) {
            return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
        }
    }

    /** A series had a value that was right; of several, one that is not 0 is told. */
    void saw(String series, double value, String of, String where) {
        seen.merge(
                series.replaceAll("\\{.*", ""),
                new Seen(series, value, of, where),
                (old, more) -> old.value == 0 && more.value != 0 ? more : old);
    }

    /** A row of markdown for each metric; fails if one was seen nowhere. */
    String markdown() throws IOException {
        StringBuilder table = new StringBuilder("| metric | seen | value | checked against |\n|---|---|---|---|\n");
        for (String line : Files.readAllLines(PAGE)) {
            if (line.matches("\\| `[a-z_]+` \\|.*")) {
                String metric = line.split("`")[1];
                Seen real = seen.get(metric);
                table.append(real != null ? real.row() : inFrame(metric)).append('\n');
            }
        }
        return table.toString();
    }

    private static String inFrame(String metric) throws IOException {
        for (String name : List.of("container-metrics.md", "own-metrics.md")) {
            List<String> lines = Files.readAllLines(TABLES.resolve(name));
            String[] headings = cells(lines.get(0));
            for (String line : lines.subList(2, lines.size())) {
                String[] cells = cells(line);
                for (int i = 1; i < cells.length; i++) {
                    if (isOf(metric, cells[0]) && !cells[i].equals(ABSENT)) {
                        return "| %s | frame: %s | %s | MetricTableTest, by hand |"
                                .formatted(cells[0], headings[i], cells[i]);
                    }
                }
            }
        }
        throw new AssertionError(metric + " was seen nowhere");
    }

    private static boolean isOf(String metric, String series) {
        return series.replaceAll("[`]|\\{.*", "").equals(metric);
    }

    private static String[] cells(String line) {
        assertThat(line).startsWith("| ").endsWith(" |");
        return line.substring(2, line.length() - 2).split(" \\| ");
    }
}
