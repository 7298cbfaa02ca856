package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recorder in a process of its own, with the memory that it is given, follows a host on which time passes as fast as the
 * recorder keeps up: every sample, sent every five seconds of that time, is in the journal once, and so is each event;
 * segments roll and are deleted by that time; memory stays what it is, however many samples and containers come and go.
 *
 * <p>Six minutes of 100 containers. {@code mvn -Dshiplog.simulated=50x4h,200x24h,2000x1h …} takes four hours of 50, a day
 * of 200 and an hour of 2,000, and compares what a sample costs; so does {@code scripts/soak-recorder --simulated}.
 */
@Tag("once")
@EnabledOnOs(OS.LINUX)
class SimulatedTimeTest {
    private static final String RUNS = System.getProperty("shiplog.simulated", "100x6m");
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final String AS = "-Dshiplog.seed=" + SEED;
    private static final Instant START = Instant.parse("2026-11-20T18:00:30Z");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int QUARTERS = 4;
    private static final int KEPT = 5;
    /** So many containers at least are sampled by streams. */
    private static final int STREAMED = 300;
    /** A sample of many containers with streams costs no more than one of few, but for what a shared host adds by chance. */
    private static final double COST_SPREAD = 1.25;

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);

    @Test
    void recordsEverySampleOnceInFlatMemoryHoweverLong() throws Exception {
        List<Double> costs = new ArrayList<>();
        int runs = 0;
        for (String run : RUNS.split(",", -1)) {
            int x = run.indexOf('x');
            int containers = Integer.parseInt(run.substring(0, x));
            double cost = record(containers, Duration.parse("PT" + run.substring(x + 1)), runs++);
            if (containers <= STREAMED) { // the samples of others are asked for one by one, which costs more
                costs.add(cost);
            }
        }
        assertThat(costs)
                .as("ns of CPU a sample, of %s, %s", RUNS, AS)
                .allSatisfy(cost -> assertThat(cost).isLessThan(costs.get(0) * COST_SPREAD));
    }

    /** Returns what a sample costs after the first quarter, in ns of CPU. */
    private double record(int containers, Duration time, int number) throws Exception {
        Roll roll = roll(time);
        Duration period = roll.length();
        Path of = Files.createDirectory(directory.resolve("run-" + number));
        Path journal = of.resolve("journal");
        Path output = of.resolve("output");
        long begun = System.nanoTime();
        try (SimulatedHost host = new SimulatedHost(of.resolve("engine.sock"), of.resolve("clock"), START, random);
                EmittedTruth truth = new EmittedTruth(host.engine(), journal, AS);
                RecorderProcess recorder = RecorderProcess.simulated(
                        output,
                        of.resolve("clock"),
                        "docker-host",
                        host.engine().address(),
                        "data-dir",
                        journal.toString(),
                        "stats-interval",
                        "1s",
                        "listen",
                        "none",
                        "roll",
                        roll.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        "keep-for",
                        period.multipliedBy(KEPT).toMinutes() + "m")) {
            await(AS).atMost(PATIENCE).until(() -> {
                truth.catchUp();
                return truth.marks(MarkType.ENGINE_UP) > 0;
            });
            host.start(containers);
            List<ProcessFigures> figures = new ArrayList<>();
            List<Long> samples = new ArrayList<>();
            long rounds = time.dividedBy(SimulatedHost.ROUND);
            for (long round = 0; round < rounds; round++) {
                host.pass();
                follow(host, truth, recorder);
                if ((round + 1) * QUARTERS / rounds > figures.size()) {
                    figures.add(ProcessFigures.of(recorder.recorder().orElseThrow()));
                    samples.add(host.samples());
                }
            }
            await(AS).atMost(PATIENCE).until(() -> {
                truth.catchUp();
                return truth.missing(List.of()) == 0;
            });
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            truth.catchUp();
            double cost = cost(figures, samples, 0, QUARTERS - 1);
            report(containers, time, host, truth, figures, samples, cost, begun);
            judge(host, truth, figures, time.dividedBy(period), journal, recorder.output());
            return cost;
        }
    }

    /** Waits until the journal has all samples. An event wakes a writer that waits for more of them. */
    private static void follow(SimulatedHost host, EmittedTruth truth, RecorderProcess recorder) throws IOException {
        long sent = host.samples();
        int checks = host.checks();
        long until = System.nanoTime() + PATIENCE.toNanos();
        truth.catchUp();
        for (int look = 0; truth.samples() < sent; look++) {
            if (checks > 0 && look % 3 == 1) {
                checks--;
                host.check();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            truth.catchUp();
            if (System.nanoTime() > until) {
                throw new AssertionError("%d samples sent, %d in the journal, %s; it said: %s"
                        .formatted(sent, truth.samples(), AS, recorder.output()));
            }
        }
        for (; checks > 0; checks--) {
            host.check();
        }
    }

    /** The longest period of which the limits delete segments in that time. */
    private static Roll roll(Duration time) {
        return Arrays.stream(Roll.values())
                .filter(roll -> roll.length().multipliedBy(KEPT + 1).compareTo(time) <= 0)
                .reduce((shorter, longer) -> longer)
                .orElseThrow();
    }

    private static double cost(List<ProcessFigures> figures, List<Long> samples, int from, int to) {
        return (double) (figures.get(to).cpuNanos() - figures.get(from).cpuNanos())
                / (samples.get(to) - samples.get(from));
    }

    private static void report(
            int containers,
            Duration time,
            SimulatedHost host,
            EmittedTruth truth,
            List<ProcessFigures> figures,
            List<Long> samples,
            double cost,
            long begun) {
        System.out.printf(
                "SimulatedTimeTest: %d containers, %d over time, for %s, in %d s: %d samples, %d events, %d records,"
                        + " gaps %s; %.1f us of CPU a sample after the first quarter; %s%n",
                containers,
                host.containers(),
                time,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
                truth.samples(),
                truth.events(),
                truth.records(),
                truth.gaps(),
                cost / 1_000,
                AS);
        for (int quarter = 0; quarter < QUARTERS; quarter++) {
            System.out.printf(
                    "SimulatedTimeTest:   quarter %d: %s%s%n",
                    quarter + 1,
                    figures.get(quarter),
                    quarter == 0
                            ? ""
                            : "; %.1f us a sample".formatted(cost(figures, samples, quarter - 1, quarter) / 1_000));
        }
    }

    private static void judge(
            SimulatedHost host,
            EmittedTruth truth,
            List<ProcessFigures> figures,
            long periods,
            Path journal,
            String output)
            throws IOException {
        String as = AS + ", it said: " + output;
        assertThat(truth.samples()).as(as).isEqualTo(host.samples());
        assertThat(truth.samplesSum()).as("payloads of samples, %s", as).isEqualTo(host.samplesSum());
        if (host.running() <= STREAMED) { // the others are asked once a second of the test's own time
            assertThat(truth.gaps()).as(as).doesNotContainKey("stats");
        }
        assertThat(truth.marks(MarkType.DROPPED)).as(as).isZero();
        assertThat(truth.marks(MarkType.CLOCK_STEP)).as(as).isZero();
        assertThat(truth.marks(MarkType.SEGMENT_START)).as(as).isEqualTo((int) periods + 1);
        try (Stream<Path> files = Files.list(journal)) {
            assertThat(files.filter(file -> file.toString().endsWith(".cq4")))
                    .as("segments that are kept, %s", as)
                    .hasSizeBetween((int) Math.min(periods, KEPT) + 1, KEPT + 2);
        }
        // What is on its way is counted too: the least of the later half is not more than the most of the first.
        long before = Math.max(figures.get(0).live(), figures.get(1).live());
        long after = Math.min(figures.get(2).live(), figures.get(3).live());
        assertThat(after)
                .as("bytes of the heap after collections: %s, %s", figures, as)
                .isLessThan(before + before / 10 + (1 << 20));
    }
}
