package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every metric that docs/metrics.md names, against values that were worked out by hand from what engines sent. The tables
 * stand beside this test: {@code container-metrics.md} has a row for each series and a column for each scene, with – for a
 * series that must not be there; {@code own-metrics.md} has the series of the engine and of the recorder. A series that no
 * row names fails as well.
 */
class MetricTableTest {
    private static final String ABSENT = "–";
    private static final String SOME = "> 0";
    private static final double ROUNDING = 1e-12;

    /** What tells containers apart, but not the series of one. */
    private static final String WHOSE = "(compose_project|compose_service|container_name|image)=\"[^\"]*\",?";

    /** A column of the table, and when its metrics are asked for. */
    private record Column(String heading, String moment, Scene scene) {
        @Override
        public String toString() {
            return heading;
        }
    }

    private static Stream<Column> columns() {
        Stream<Column> others = Stream.of(
                new Column("running", "2026-11-21T10:08:47Z", Scene.running()),
                new Column("newer", "2026-11-21T10:08:51Z", Scene.newer()),
                new Column("second", "2026-11-21T12:00:02Z", Scene.second()),
                new Column("swapping", "2026-11-28T05:26:50Z", Scene.swapping()));
        return Stream.concat(
                others,
                Stream.of("limited", "paused", "hostnet", "unhealthy", "restarting", "stopped")
                        .map(name -> new Column(name, "2026-11-28T05:26:50Z", Scene.of(name))));
    }

    @ParameterizedTest
    @MethodSource("columns")
    void aContainerHasWhatItsEngineSentAndNothingElse(Column column) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        rows("container-metrics.md").forEach((series, cells) -> expected.put(series, cell(cells, column)));
        Map<String, String> served = new TreeMap<>();
        column.scene.served(column.moment).forEach((series, value) -> {
            if (series.startsWith("container_")) {
                served.put(withoutWhose(series), value);
            }
        });
        compare(expected, served);
    }

    @Test
    void theEngineAndTheRecorderHaveTheirs() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        rows("own-metrics.md").forEach((series, cells) -> expected.put(series, cells.get("value")));
        Map<String, String> served = new TreeMap<>();
        Scene.host().served("2026-11-28T05:26:50Z").forEach((series, value) -> {
            if (!series.startsWith("container_")) {
                served.put(series.replaceAll("^(exporter_build_info)\\{.*", "$1{*}"), value);
            }
        });
        compare(expected, served);
    }

    /** So that none is forgotten; and each has a value somewhere. */
    @Test
    void eachMetricOfThePageHasARow() throws IOException {
        Set<String> named = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
            if (line.matches("\\| `[a-z_]+` \\|.*")) {
                named.add(line.split("`")[1]);
            }
        }
        assertThat(named).hasSizeGreaterThan(70);
        Set<String> shown = new TreeSet<>();
        for (String table : List.of("container-metrics.md", "own-metrics.md")) {
            rows(table).forEach((series, cells) -> {
                if (cells.values().stream().anyMatch(cell -> !cell.equals(ABSENT))) {
                    shown.add(series.replaceAll("\\{.*", ""));
                }
            });
        }
        assertThat(shown).isEqualTo(named);
    }

    private static void compare(Map<String, String> expected, Map<String, String> served) {
        Map<String, String> wrong = new TreeMap<>();
        expected.forEach((series, value) -> {
            String is = served.getOrDefault(series, ABSENT);
            if (!agrees(value, is)) {
                wrong.put(series, is + " instead of " + value);
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(served.keySet()).as("series without a row").isSubsetOf(expected.keySet());
    }

    private static boolean agrees(String expected, String served) {
        if (expected.equals(ABSENT) || served.equals(ABSENT)) {
            return expected.equals(served);
        }
        double value = Double.parseDouble(served);
        if (expected.equals(SOME)) {
            return value > 0;
        }
        double wanted = Double.parseDouble(expected);
        return Math.abs(value - wanted) <= ROUNDING * wanted;
    }

    private static String cell(Map<String, String> cells, Column column) {
        String cell = cells.get(column.heading);
        assertThat(cell).as("%s in %s", column, cells).isNotNull();
        return cell;
    }

    private static String withoutWhose(String series) {
        return series.replaceAll(WHOSE, "").replace(",}", "}").replace("{}", "");
    }

    /** The cells by the heading of their column, by series. */
    private static Map<String, Map<String, String>> rows(String table) throws IOException {
        List<String> lines = new ArrayList<>();
        try (InputStream file = MetricTableTest.class.getResourceAsStream(table)) {
            assertThat(file).as(table).isNotNull();
            new String(file.readAllBytes(), UTF_8).lines().forEach(lines::add);
        }
        String[] headings = cells(lines.get(0));
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(2, lines.size())) {
            String[] cells = cells(line);
            assertThat(cells).as(line).hasSameSizeAs(headings);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < cells.length; i++) {
                row.put(headings[i], cells[i]);
            }
            assertThat(rows.put(cells[0].replace("`", ""), row)).as(line).isNull();
        }
        return rows;
    }

    private static String[] cells(String line) {
        return line.substring(2, line.length() - 2).split(" \\| ");
    }
}
