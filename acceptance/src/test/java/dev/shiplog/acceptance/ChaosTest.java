package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ends an engine and its recorder at any moment, by {@code kill -9} and as they are asked to, while containers are born, die
 * and change, and holds the journal against witnesses: each event that any of them heard, and each line of the logs that are
 * there at the end, is in the journal once, or it lies in a gap of which the journal tells.
 *
 * <p>{@code scripts/soak-recorder 60} goes on for an hour; {@code mvn -Dshiplog.seed=N …} repeats the choices of a run, not
 * their exact moments.
 */
@Tag("engine")
@Tag("once")
class ChaosTest {
    private static final int SECONDS = Integer.getInteger("shiplog.chaos.seconds", 45);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final String AS = "-Dshiplog.seed=" + SEED;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** So many events are enough on the busiest machine. */
    private static final int LEAST = 50;

    private static final int SHOWN = 20;

    /** Each time the whole journal is read. */
    private static final Duration POLL = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private int engineStops;
    private int engineKills;
    /** Events by the engine's own count, of the lives of which it was asked. */
    private long counted;

    @Test
    void whatAWitnessHeardIsInTheJournalOnceOrInAGap() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start();
                Witnesses witnesses = Witnesses.of(engine.api().socket());
                RecorderRuns recorder = new RecorderRuns(directory, engine.api(), AS)) {
            recorder.start();
            recorder.awaitEngine(); // what was logged before the first run is not recorded
            // Nor is what happened before it, if it ends before it has written what the engine still knew.
            await(AS + ": what happened before is recorded")
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> holdsAll(recorder.journal(), witnesses.heard()));
            chaos(engine, witnesses, recorder);
        }
    }

    private static boolean holdsAll(Path journal, Set<String> heard) throws IOException {
        return !heard.isEmpty()
                && JudgedJournal.read(journal, AS).missing(heard).isEmpty();
    }

    private void chaos(PrivateEngine engine, Witnesses witnesses, RecorderRuns recorder) throws Exception {
        try (ChaosFleet fleet = new ChaosFleet(engine.api(), random)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            Random moments = new Random(random.nextLong());
            CompletableFuture<Void> recorderEnds =
                    CompletableFuture.runAsync(() -> endRecorders(recorder, moments, end));
            endEngines(engine, witnesses, end);
            recorderEnds.join();
            fleet.rest();
            quiet(engine, witnesses);
            Map<String, List<String>> written = new LinkedHashMap<>();
            for (String id : engine.api().containers()) {
                written.put(id, EngineLog.written(engine.api(), id));
            }
            recorder.awaitSettled();
            awaitAll(recorder.journal(), witnesses.heard(), written);
            recorder.stop();
            judge(recorder, witnesses, fleet, written);
        }
    }

    private void endEngines(PrivateEngine engine, Witnesses witnesses, long end) throws Exception {
        while (System.nanoTime() < end) {
            nap(5_000 + random.nextInt(10_000));
            counted += witnesses.check(engine, AS);
            nap(random.nextInt(300));
            if (random.nextBoolean()) {
                engine.kill();
                engineKills++;
            } else {
                engine.terminate();
                engineStops++;
            }
            nap(random.nextInt(2_000));
            switch (random.nextInt(3)) {
                case 0 -> engine.restart();
                case 1 -> engine.restartWithLiveRestore();
                default -> engine.restartWithoutLiveRestore();
            }
        }
    }

    private void endRecorders(RecorderRuns recorder, Random moments, long end) {
        try {
            while (System.nanoTime() < end) {
                // One of four ends while it starts, the others after it has said its first word.
                if (moments.nextInt(4) == 0) {
                    nap(moments.nextInt(1_000));
                } else {
                    recorder.awaitWord();
                    nap(moments.nextInt(8_000));
                }
                if (moments.nextInt(3) > 0) {
                    recorder.kill();
                } else {
                    recorder.stop();
                }
                // Often a supervisor starts the next one at once.
                nap(moments.nextBoolean() ? 0 : moments.nextInt(3_000));
                recorder.start();
            }
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /** Ends the containers, and waits until nothing happens any more, and the witness has heard all of it. */
    private void quiet(PrivateEngine engine, Witnesses witnesses) throws Exception {
        for (String id : engine.api().containers()) {
            try {
                engine.api().act(id, "stop?t=0");
            } catch (IOException e) {
                // The engine removes it at this moment.
            }
        }
        long[] before = {-1};
        await(AS + ": nothing happens any more")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> before[0] == (before[0] = engine.events()));
        counted += witnesses.check(engine, AS);
    }

    /** Waits until the journal has all; if it never has, the judge says what is missing. */
    private static void awaitAll(Path journal, Set<String> heard, Map<String, List<String>> written)
            throws InterruptedException, IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        JudgedJournal now = JudgedJournal.read(journal, AS);
        while (System.nanoTime() < deadline
                && !(now.unexplained(now.missing(heard)).isEmpty()
                        && faults(now, written).isEmpty())) {
            nap((int) POLL.toMillis());
            now = JudgedJournal.read(journal, AS);
        }
    }

    private void judge(RecorderRuns recorder, Witnesses witnesses, ChaosFleet fleet, Map<String, List<String>> written)
            throws IOException {
        JudgedJournal journal = JudgedJournal.read(recorder.journal(), AS);
        Set<String> heard = witnesses.heard();
        List<String> missing = journal.missing(heard);
        List<String> unexplained = journal.unexplained(missing);
        Map<String, List<String>> faults = faults(journal, written);
        List<Long> starts = recorder.startMillis(journal.starts());
        System.out.printf(
                "ChaosTest: %s, %d s; %d things done, %d refused; engine stopped %d times, killed %d times; recorder stopped"
                        + " %d times, killed %d times, its first record after %d ms (p50), %d ms (p99) of %d starts%n",
                AS,
                SECONDS,
                fleet.done(),
                fleet.refused(),
                engineStops,
                engineKills,
                recorder.stops(),
                recorder.kills(),
                percentile(starts, 50),
                percentile(starts, 99),
                starts.size());
        System.out.printf(
                "ChaosTest: %d events heard, %d of them counted by the engine, %d recorded (%d not heard), %d in %d gaps and %d"
                        + " open questions, %d unexplained, %d twice%n",
                heard.size(),
                counted,
                journal.events(),
                journal.unheard(heard),
                missing.size() - unexplained.size(),
                journal.gaps(Kind.EVENT).size(),
                journal.unsettled().size(),
                unexplained.size(),
                journal.repeated().size());
        System.out.printf(
                "ChaosTest: %d lines of %d logs written, %d recorded, %d gaps, %d unexplained%n",
                written.values().stream().mapToInt(List::size).sum(),
                written.size(),
                written.keySet().stream()
                        .mapToInt(id -> journal.lines(id).size())
                        .sum(),
                journal.gaps(Kind.LOG).size(),
                faults.values().stream().mapToInt(List::size).sum());
        String kept = unexplained.isEmpty() && faults.isEmpty() ? "" : keep(recorder.journal());
        SoftAssertions.assertSoftly(all -> {
            all.assertThat(unexplained.stream().limit(SHOWN).toList())
                    .as(
                            "the first events in no gap of %s, %s, the journal is kept in %s",
                            journal.gaps(Kind.EVENT), AS, kept)
                    .isEmpty();
            all.assertThat(journal.repeated()).as("twice, %s", AS).isEmpty();
            all.assertThat(faults)
                    .as("logs, %s, the journal is kept in %s", AS, kept)
                    .isEmpty();
        });
        assertThat(witnesses.lives())
                .as("witnesses, one for each life of the engine, %s", AS)
                .isLessThanOrEqualTo(1L + engineStops + engineKills);
        assertThat(heard.size()).as("enough happened, %s", AS).isGreaterThan(LEAST);
    }

    /** Copies the journal to where it outlives the test. */
    private static String keep(Path journal) throws IOException {
        Path kept = Files.createTempDirectory("shiplog-chaos-");
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, kept.resolve(file.getFileName()));
            }
        }
        return kept.toString();
    }

    /** By container, where there are any. */
    private static Map<String, List<String>> faults(JudgedJournal journal, Map<String, List<String>> written) {
        Map<String, List<String>> faults = new HashMap<>();
        written.forEach((id, lines) -> faults.put(id, journal.faults(id, lines)));
        faults.values().removeIf(List::isEmpty);
        return faults;
    }

    private static long percentile(List<Long> ascending, int percent) {
        assertThat(ascending).as("starts, %s", AS).isNotEmpty();
        return ascending.get((ascending.size() - 1) * percent / 100);
    }

    private static void nap(int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
