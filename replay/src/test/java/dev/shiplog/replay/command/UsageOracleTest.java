package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.shiplog.replay.command.UsageHistory.Truth;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a made-up past is what truly was in it, as far as that could be recorded. */
class UsageOracleTest {
    private static final int ROUNDS = 10;
    private static final long STALE = 10 * UsageHistory.SECOND;

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    @BeforeEach
    void makeJournal() throws IOException {
        Files.createDirectory(directory.resolve("journal"));
    }

    @RepeatedTest(ROUNDS)
    void aRangeAndItsSteps() throws IOException {
        UsageHistory history = new UsageHistory(seed, true);
        history.write(directory.resolve("journal"));
        long since = UsageHistory.BEGIN + random.nextInt(100) * UsageHistory.SECOND + random.nextInt(1000);
        long until = since + (100 + random.nextInt(200)) * UsageHistory.SECOND;
        String range = "--since " + Times.format(since) + " --until " + Times.format(until);
        List<Truth> truths = history.truths.stream()
                .filter(truth -> truth.time() >= since && truth.time() < until)
                .toList();

        check(rows("stats --format csv " + range + " journal"), truths, truth -> 0, since);
        long step = (1 + random.nextInt(30)) * UsageHistory.SECOND;
        check(
                rows("stats --format csv " + range + " --every " + step / UsageHistory.SECOND + "s journal"),
                truths,
                truth -> (truth.time() - since) / step * step,
                since);
    }

    private void check(List<Map<String, String>> rows, List<Truth> truths, ToLongFunction<Truth> step, long since) {
        Map<String, List<Truth>> expected = new TreeMap<>();
        for (Truth truth : truths) {
            String key = Times.format(since + step.applyAsLong(truth)) + " " + truth.name();
            expected.computeIfAbsent(key, k -> new ArrayList<>()).add(truth);
        }
        // A container that only started has a row as well.
        List<Map<String, String>> sampled =
                rows.stream().filter(row -> !row.get("samples").equals("0")).toList();
        assertThat(sampled.stream().map(row -> row.get("time") + " " + row.get("name")))
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (Map<String, String> row : sampled) {
            check(row, expected.getOrDefault(row.get("time") + " " + row.get("name"), List.of()));
        }
    }

    private void check(Map<String, String> row, List<Truth> truths) {
        equal(row, "samples", truths.size());
        equal(row, "covered_ns", truths.stream().mapToLong(Truth::nanos).sum());
        equal(row, "cpu_ns", sum(truths, Truth::cpu));
        equal(row, "net_rx_bytes", sum(truths, Truth::received));
        equal(row, "net_tx_bytes", sum(truths, Truth::sent));
        equal(row, "block_read_bytes", sum(truths, Truth::read));
        equal(row, "block_write_bytes", sum(truths, Truth::written));
        equal(row, "pids_max", truths.stream().mapToLong(Truth::pids).max().orElse(-1));
        series(row, "cpu_percent", truths, Truth::percent, Truth::nanos, 1e-4);
        series(row, "memory_bytes", truths, Truth::memory, truth -> 1, 0.5);
    }

    private void series(
            Map<String, String> row,
            String key,
            List<Truth> truths,
            ToDoubleFunction<Truth> number,
            ToLongFunction<Truth> weight,
            double rounding) {
        List<Truth> known = truths.stream()
                .filter(truth -> !Double.isNaN(number.applyAsDouble(truth)))
                .toList();
        if (known.isEmpty()) {
            assertThat(row.get(key + "_mean"))
                    .as("seed %d: %s of %s", seed, key, row)
                    .isEmpty();
            return;
        }
        double[] sorted = known.stream().mapToDouble(number).sorted().toArray();
        double total = 0;
        double weights = 0;
        for (Truth truth : known) {
            total += number.applyAsDouble(truth) * weight.applyAsLong(truth);
            weights += weight.applyAsLong(truth);
        }
        double p95 = sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
        near(row, key + "_min", sorted[0], rounding);
        near(row, key + "_max", sorted[sorted.length - 1], rounding);
        near(row, key + "_mean", total / weights, rounding);
        near(row, key + "_p95", p95, rounding + p95 * 0.0101);
        near(row, key + "_last", number.applyAsDouble(known.get(known.size() - 1)), rounding);
    }

    private void near(Map<String, String> row, String key, double number, double error) {
        assertThat(Double.parseDouble(row.get(key)))
                .as("seed %d: %s of %s", seed, key, row)
                .isCloseTo(number, within(error));
    }

    private void equal(Map<String, String> row, String key, long number) {
        assertThat(row.get(key))
                .as("seed %d: %s of %s", seed, key, row)
                .isEqualTo(number < 0 ? "" : String.valueOf(number));
    }

    private static long sum(List<Truth> truths, ToLongFunction<Truth> of) {
        return truths.stream()
                .mapToLong(of)
                .filter(number -> number >= 0)
                .reduce(Long::sum)
                .orElse(-1);
    }

    @RepeatedTest(ROUNDS)
    void theMostOfARange() throws IOException {
        UsageHistory history = new UsageHistory(seed, true);
        history.write(directory.resolve("journal"));
        Map<String, List<Truth>> byName = new TreeMap<>();
        history.truths.forEach(truth ->
                byName.computeIfAbsent(truth.name(), k -> new ArrayList<>()).add(truth));
        Map<String, ToDoubleFunction<String>> orders = Map.of(
                "cpu", name -> sum(byName.get(name), Truth::cpu),
                "memory",
                        name -> byName.get(name).stream()
                                .mapToDouble(Truth::memory)
                                .max()
                                .orElse(-1),
                "net", name -> both(sum(byName.get(name), Truth::received), sum(byName.get(name), Truth::sent)),
                "disk", name -> both(sum(byName.get(name), Truth::read), sum(byName.get(name), Truth::written)),
                "pids",
                        name -> byName.get(name).stream()
                                .mapToDouble(Truth::pids)
                                .max()
                                .orElse(-1),
                "restarts", name -> history.restarts.getOrDefault(name, 0));
        orders.forEach((by, of) -> {
            List<String> expected = byName.keySet().stream()
                    .sorted(Comparator.comparingDouble(of).reversed().thenComparing(Comparator.naturalOrder()))
                    .limit(3)
                    .toList();
            assertThat(rows("top --since 08:00 --by " + by + " -n 3 --format csv journal").stream()
                            .map(row -> row.get("name")))
                    .as("seed %d, by %s", seed, by)
                    .containsExactlyElementsOf(expected);
        });
    }

    private static double both(long in, long out) {
        return in < 0 && out < 0 ? -1 : Math.max(0, in) + Math.max(0, out);
    }

    @RepeatedTest(ROUNDS)
    void aMoment() throws IOException {
        UsageHistory history = new UsageHistory(seed, false);
        history.write(directory.resolve("journal"));
        for (int i = 0; i < 10; i++) {
            long moment = UsageHistory.BEGIN
                    + (20 + random.nextInt(UsageHistory.SECONDS - 30)) * UsageHistory.SECOND
                    + random.nextInt(1_000_000_000);
            boolean deaf = history.deafs.stream().anyMatch(d -> d.from() <= moment && (d.to() == 0 || moment < d.to()));
            for (Map<String, String> row : rows("stats --format csv --at " + Times.format(moment) + " journal")) {
                check(history, row, moment, deaf);
            }
        }
    }

    private void check(UsageHistory history, Map<String, String> row, long moment, boolean deaf) {
        long started = history.startOf(row.get("name"), moment);
        Truth last = history.truths.stream()
                .filter(truth -> truth.name().equals(row.get("name")) && truth.time() <= moment)
                .filter(truth -> truth.time() >= started)
                .reduce((a, b) -> b)
                .orElse(null);
        String known = deaf ? "unknown" : last == null ? "none" : moment - last.time() > STALE ? "stale" : "recorded";
        String what = "seed " + seed + ", at " + Times.format(moment) + ": " + row;
        assertThat(row.get("known")).as(what).isEqualTo(known);
        boolean shown = last != null && !deaf;
        assertThat(row.get("memory_bytes")).as(what).isEqualTo(shown ? String.valueOf(last.memory()) : "");
        assertThat(row.get("pids")).as(what).isEqualTo(shown ? String.valueOf(last.pids()) : "");
        if (shown && !Double.isNaN(last.percent())) {
            near(row, "cpu_percent", last.percent(), 1e-4);
        } else {
            assertThat(row.get("cpu_percent")).as(what).isEmpty();
        }
    }

    private List<Map<String, String>> rows(String commandLine) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine))
                .as("seed %d: %s: %s", seed, commandLine, terminal.err())
                .isIn(ExitCode.OK, ExitCode.GAPS);
        List<String> lines = terminal.out().lines().toList();
        List<String> keys = Arrays.asList(lines.get(0).split(",", -1));
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.length; i++) {
                row.put(keys.get(i), cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }
}
