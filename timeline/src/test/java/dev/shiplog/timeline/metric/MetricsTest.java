package dev.shiplog.timeline.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.metric.Metric.Unit;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table of metrics, and the text that is made of it. */
class MetricsTest {
    @Test
    void thePageHasTheTable() throws IOException {
        List<String> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../docs/metrics.md"))) {
            String[] cells = line.split(" *\\| *", -1);
            if (cells.length == 8 && cells[1].startsWith("`")) {
                rows.add(
                        String.join(" ", cells[1], cells[2], cells[3], cells[4]).replace("`", ""));
            }
        }
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(all().stream()
                        .map(metric -> String.join(
                                " ",
                                metric.name(),
                                metric.type().name().toLowerCase(Locale.ROOT),
                                metric.unit() == Unit.NONE
                                        ? ""
                                        : metric.unit().name().toLowerCase(Locale.ROOT),
                                metric.label()))
                        .toList());
        assertThat(all().stream().map(Metric::name)).doesNotHaveDuplicates();
    }

    private static List<Metric> all() {
        List<Metric> all = new ArrayList<>(Metrics.ALL);
        all.addAll(LiveMetrics.ALL);
        return all;
    }

    /** What OpenMetrics says of names: a counter's ends in _total, a unit stands at the end of its family's. */
    @Test
    void namesAreAsOpenMetricsWantsThem() {
        for (Metric metric : all()) {
            if (metric.equals(LiveMetrics.CONTAINERS) || LiveMetrics.INVENTORY.containsValue(metric)) {
                continue; // docker-stats-exporter's names
            }
            boolean counter = metric.type() == Metric.Type.COUNTER;
            assertThat(metric.name().endsWith("_total")).as(metric.name()).isEqualTo(counter);
            Bytes head = new Bytes(64);
            OpenMetrics.putHead(metric, head);
            String text = new String(head.toArray(), StandardCharsets.UTF_8);
            assertThat(text)
                    .startsWith("# TYPE " + metric.family() + " " + (counter ? "counter" : "gauge") + "\n")
                    .endsWith("# HELP " + metric.family() + " " + metric.help() + "\n");
            boolean ends = List.of("_bytes", "_seconds", "_percent", "_bytes_per_second").stream()
                    .anyMatch(end -> metric.family().endsWith(end) && metric.unit() != Unit.NONE);
            assertThat(text.contains("# UNIT " + metric.family() + " "))
                    .as(text)
                    .isEqualTo(ends);
        }
    }

    @Test
    void secondsHaveAllDigitsAndNoMore() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long nanos = (random.nextLong() >>> (1 + random.nextInt(63))) / 1_000 * (random.nextBoolean() ? 1_000 : 1);
            Bytes out = new Bytes(8);
            OpenMetrics.putSeconds(nanos, out);
            assertThat(new String(out.toArray(), StandardCharsets.UTF_8))
                    .as("seed %d: %d", seed, nanos)
                    .isEqualTo(
                            nanos == 0
                                    ? "0"
                                    : BigDecimal.valueOf(nanos, 9)
                                            .stripTrailingZeros()
                                            .toPlainString());
        }
    }
}
