package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a recorder with {@code kill -9} again and again, while events, stats and lines of logs pour in, and looks at its
 * journal after each time. It runs as pid 1 of its own pid namespace, as in a container, where pids repeat at each start.
 *
 * <p>Two kills of five come at any moment of the start-up, most others at any moment after the first record; where a
 * minute ends in time, the kill comes at the roll to the next segment. {@code mvn -Dshiplog.kills=1000 …} kills 1,000 times
 * instead of 15, {@code mvn -Dshiplog.seed=N …} repeats the choices of a run. {@code scripts/soak-recorder --kills} does so
 * with the recorder's jar, as its launcher starts it.
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("shiplog.kills", 15);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final String AS = "-Dshiplog.seed=" + SEED;
    private static final Duration FIRST_RECORD = Duration.ofSeconds(Integer.getInteger("shiplog.start.seconds", 15));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    /** The engine remembers 256 events: so many may come between two journals that were looked at, and none is lost. */
    private static final int BUDGET = 230;

    /** Lines that a container may write meanwhile, so that a thousand kills fit into the memory of a test. */
    private static final int LINES = 500;

    /** After a kill the journal goes on where it was; whether it is otherwise unchanged is looked at now and then. */
    private static final int READ_AGAIN = 25;

    private static final int REPORTED = 100;
    private static final long MINUTE = 60_000;

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final List<Long> firstRecords = new ArrayList<>();
    private final int[] kills = new int[When.values().length];
    private Path journal;
    private ScriptedEngine engine;
    private EmittedTruth truth;

    private enum When {
        STARTING,
        RECORDING,
        ROLLING
    }

    @BeforeEach
    void open() throws IOException {
        journal = directory.resolve("journal");
        engine = ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(20));
        truth = new EmittedTruth(engine, journal, AS);
    }

    @AfterEach
    void close() throws IOException {
        truth.close();
        engine.close();
    }

    @Test
    void nothingIsLostOrDoubledByKillsAtAnyMoment() throws Exception {
        assumeTrue(canUnshare(), "unshare --pid is not permitted here: it needs root");
        listenOnce();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(engine.start("web" + i));
        }
        try (Weather weather = new Weather(engine, random.nextLong());
                LogWriters writers = new LogWriters(engine, ids, random, 20, 100)) {
            for (int kill = 0; kill < KILLS; kill++) {
                weather.until(truth.events() + BUDGET);
                writers.until((kill + 1) * LINES);
                killOnce();
                truth.catchUp();
                if (kill < READ_AGAIN || kill % READ_AGAIN == 0) {
                    truth.readAgain();
                }
                if (kill % REPORTED == REPORTED - 1) {
                    report(kill + 1);
                }
            }
        }
        // The last run has something to record, after all that the engine repeats: before that it would not end in
        // peace.
        engine.health("web0", "healthy");
        try (RecorderProcess recorder = start()) {
            awaitFirstRecord(recorder, System.nanoTime());
            await("all that was emitted, " + AS)
                    .atMost(PATIENCE)
                    .pollInterval(POLL)
                    .until(() -> {
                        truth.catchUp();
                        return truth.missing(ids) == 0;
                    });
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        }
        truth.catchUp();
        truth.readAgain();
        report(KILLS);
    }

    /**
     * Lines are recorded from the first time on that a recorder listened, and a later run knows by an event that it has
     * missed none.
     */
    private void listenOnce() throws Exception {
        engine.create("first");
        try (RecorderProcess recorder = start()) {
            await("the engine answers, " + AS).atMost(PATIENCE).until(() -> {
                truth.catchUp();
                return truth.events() > 0 && truth.marks(MarkType.ENGINE_UP) > 0;
            });
            recorder.kill();
        }
        truth.catchUp();
    }

    private void killOnce() throws Exception {
        When when = untilRoll() > 1_500 && untilRoll() < 5_000
                ? When.ROLLING
                : random.nextInt(5) < 2 ? When.STARTING : When.RECORDING;
        kills[when.ordinal()]++;
        long started = System.nanoTime();
        try (RecorderProcess recorder = start()) {
            if (when == When.STARTING) {
                nap(random.nextInt(900_000));
            } else {
                awaitFirstRecord(recorder, started);
                nap(
                        when == When.ROLLING
                                ? untilRoll() * 1_000 + random.nextInt(60_000) - 20_000
                                : random.nextInt(1_100_000));
            }
            recorder.kill();
        }
    }

    private void report(int killed) {
        Collections.sort(firstRecords);
        System.out.printf(
                "KillTest: %d kills (%d starting, %d recording, %d at a roll), %d starts seen; %d records: %d events,"
                        + " %d lines of logs, %d samples; first record after %d ms at best, %d median, %d p99, %d at worst"
                        + " of %d starts; %s%n",
                killed,
                kills[When.STARTING.ordinal()],
                kills[When.RECORDING.ordinal()],
                kills[When.ROLLING.ordinal()],
                truth.marks(MarkType.START),
                truth.records(),
                truth.events(),
                truth.lines(),
                truth.samples(),
                firstRecord(0),
                firstRecord(50),
                firstRecord(99),
                firstRecord(100),
                firstRecords.size(),
                AS);
    }

    /** @param percent of the starts were as quick as that */
    private long firstRecord(int percent) {
        return firstRecords.get(Math.max(0, (firstRecords.size() * percent + 99) / 100 - 1));
    }

    private RecorderProcess start() throws IOException {
        return RecorderProcess.recording(
                RecorderProcess.PID_ONE,
                directory.resolve("output"),
                engine.address(),
                journal,
                "--roll",
                "minutely",
                "--logs=all");
    }

    private void awaitFirstRecord(RecorderProcess recorder, long started) throws Exception {
        int before = truth.records();
        while (truth.records() == before) {
            long waited = System.nanoTime() - started;
            assertThat(waited)
                    .as("a start wrote nothing; %s, it said: %s", AS, recorder.output())
                    .isLessThan(FIRST_RECORD.toNanos());
            assertThat(recorder.isAlive())
                    .as("%s, it said: %s", AS, recorder.output())
                    .isTrue();
            nap(5_000);
            truth.catchUp();
        }
        firstRecords.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    }

    private static long untilRoll() {
        return MINUTE - Instant.now().toEpochMilli() % MINUTE;
    }

    private static void nap(long micros) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(micros);
    }

    private static boolean canUnshare() throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(RecorderProcess.PID_ONE);
            command.add("true");
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Events in gusts; the stats pour by themselves. */
    private static final class Weather implements AutoCloseable {
        private final ScriptedEngine engine;
        private final Random random;
        private final Thread thread = new Thread(this::blow, "weather");
        private volatile int limit;
        private volatile boolean over;

        Weather(ScriptedEngine engine, long seed) {
            this.engine = engine;
            this.random = new Random(seed);
            thread.start();
        }

        /** Goes on until so many events were emitted. */
        void until(int events) {
            limit = events;
        }

        private void blow() {
            while (!over) {
                String name = "web" + random.nextInt(5);
                int gust = random.nextInt(20);
                if (gust < limit && engine.emitted(limit - gust - 1).isEmpty()) {
                    switch (random.nextInt(5)) {
                        case 0 -> engine.restart(name);
                        case 1 -> engine.exec(name, "sh -c 'echo \"\u00fc\"'");
                        case 2 -> engine.health(name, "unhealthy");
                        default -> engine.flood(name, gust);
                    }
                }
                LockSupport.parkNanos(random.nextInt(60_000_000));
            }
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
