package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a recorder with {@code kill -9} again and again, while events and stats pour in, and looks at its journal after
 * each time. It runs as pid 1 of its own pid namespace, as in a container, where pids repeat at each start.
 *
 * <p>Two kills of five come at any moment of the start-up, most others at any moment after the first record; where a
 * minute ends in time, the kill comes at the roll to the next segment. {@code mvn -Dshiplog.kills=200 …} kills 200 times
 * instead of 25, {@code mvn -Dshiplog.seed=N …} repeats the choices of a run.
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("shiplog.kills", 25);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final Duration FIRST_RECORD = Duration.ofSeconds(5);

    /** The engine remembers 256 events: so many may come between two journals that were looked at, and none is lost. */
    private static final int BUDGET = 230;

    private static final long MINUTE = 60_000;

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final List<Long> firstRecords = new ArrayList<>();
    private final int[] kills = new int[When.values().length];
    private List<Record> known = List.of();

    private enum When {
        STARTING,
        RECORDING,
        ROLLING
    }

    @Test
    void nothingIsLostOrDoubledByKillsAtAnyMoment() throws Exception {
        assumeTrue(canUnshare(), "unshare --pid is not permitted here: it needs root");
        Path journal = directory.resolve("journal");
        try (ScriptedEngine engine =
                        ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(20));
                Weather weather = new Weather(engine, random.nextLong())) {
            for (int i = 0; i < 5; i++) {
                engine.start("web" + i);
            }
            Follower follower = new Follower(journal);
            for (int kill = 0; kill < KILLS; kill++) {
                When when = untilRoll() > 1_500 && untilRoll() < 5_000
                        ? When.ROLLING
                        : random.nextInt(5) < 2 ? When.STARTING : When.RECORDING;
                kills[when.ordinal()]++;
                follower.catchUp();
                weather.until(eventsOf(known).size() + BUDGET);
                try (RecorderProcess recorder = start(engine, journal)) {
                    long started = System.nanoTime();
                    if (when == When.STARTING) {
                        nap(random.nextInt(900_000));
                    } else {
                        awaitFirstRecord(follower, recorder, started);
                        nap(
                                when == When.ROLLING
                                        ? untilRoll() * 1_000 + random.nextInt(60_000) - 20_000
                                        : random.nextInt(1_100_000));
                    }
                    recorder.kill();
                }
                lookAt(journal, "kill " + kill + ", " + when);
            }
            weather.calm();
            follower.catchUp();
            try (RecorderProcess recorder = start(engine, journal)) {
                awaitFirstRecord(follower, recorder, System.nanoTime());
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (unrecorded(engine) > 0 && System.nanoTime() < deadline) {
                    nap(200_000);
                    lookAt(journal, "the end");
                }
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            }
            lookAt(journal, "the end");
            assertThat(RecordedJournal.texts(eventsOf(known)))
                    .as("events in the journal against those emitted, %s", seed())
                    .containsExactlyElementsOf(RecordedJournal.texts(engine.emitted()));
            assertThat(marks(Mark.Gap.class).filter(gap -> gap.kind().equals("event")))
                    .as("gaps among events, %s", seed())
                    .isEmpty();
            follower.catchUp();
            assertThat(follower.sequences)
                    .isEqualTo(known.stream().map(Record::sequence).toList());
            report(engine);
        }
    }

    private void report(ScriptedEngine engine) throws IOException {
        Collections.sort(firstRecords);
        System.out.printf(
                "KillTest: %d kills (%d starting, %d recording, %d at a roll), %d records, %d events, %d starts seen;"
                        + " first record after %d ms at best, %d median, %d at worst of %d starts%n",
                KILLS,
                kills[When.STARTING.ordinal()],
                kills[When.RECORDING.ordinal()],
                kills[When.ROLLING.ordinal()],
                known.size(),
                engine.emitted().size(),
                marks(Mark.Start.class).count(),
                firstRecords.get(0),
                firstRecords.get(firstRecords.size() / 2),
                firstRecords.get(firstRecords.size() - 1),
                firstRecords.size());
    }

    private RecorderProcess start(ScriptedEngine engine, Path journal) throws IOException {
        return RecorderProcess.recording(
                RecorderProcess.PID_ONE, directory.resolve("output"), engine.address(), journal, "--roll", "minutely");
    }

    private void awaitFirstRecord(Follower follower, RecorderProcess recorder, long started) throws Exception {
        long before = follower.sequences.size();
        while (follower.sequences.size() == before) {
            long waited = System.nanoTime() - started;
            assertThat(waited)
                    .as("a start wrote nothing; %s, it said: %s", seed(), recorder.output())
                    .isLessThan(FIRST_RECORD.toNanos());
            assertThat(recorder.isAlive()).as(recorder.output()).isTrue();
            nap(5_000);
            follower.catchUp();
        }
        firstRecords.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
    }

    /** What was there is there, unchanged; what is new goes on from it; no event twice, no loss. */
    private void lookAt(Path journal, String moment) throws IOException {
        String as = moment + ", " + seed();
        List<Record> now = read(journal, as);
        assertThat(now.size()).as(as).isGreaterThanOrEqualTo(known.size());
        for (int i = 0; i < now.size(); i++) {
            Record record = now.get(i);
            assertThat(record.sequence()).as(as).isEqualTo(i + 1);
            if (i < known.size()) {
                assertThat(same(known.get(i), record))
                        .as("record %d is what it was: %s", i + 1, as)
                        .isTrue();
            }
        }
        Set<String> events = new HashSet<>();
        for (String event : RecordedJournal.texts(eventsOf(now))) {
            assertThat(events.add(event)).as("twice: %s; %s", event, as).isTrue();
        }
        known = now;
    }

    private static List<Record> read(Path journal, String as) throws IOException {
        if (!isBegun(journal)) {
            return List.of();
        }
        return RecordedJournal.read(journal, as);
    }

    /** A recorder that was killed early leaves an empty directory, or none. */
    private static boolean isBegun(Path journal) throws IOException {
        if (!Files.exists(journal)) {
            return false;
        }
        try (Stream<Path> files = Files.list(journal)) {
            return files.findAny().isPresent();
        }
    }

    private static boolean same(Record one, Record other) {
        return one.kind() == other.kind()
                && one.subject().equals(other.subject())
                && one.time() == other.time()
                && one.received() == other.received()
                && one.monotonic() == other.monotonic()
                && Arrays.equals(one.payload(), other.payload());
    }

    private int unrecorded(ScriptedEngine engine) {
        return engine.emitted().size() - eventsOf(known).size();
    }

    private static List<byte[]> eventsOf(List<Record> records) {
        return records.stream()
                .filter(record -> record.kind() == Kind.EVENT)
                .map(Record::payload)
                .toList();
    }

    private <T extends Mark> Stream<T> marks(Class<T> type) {
        return known.stream()
                .filter(record -> record.kind() == Kind.MARK)
                .map(KillTest::mark)
                .filter(type::isInstance)
                .map(type::cast);
    }

    private static Mark mark(Record record) {
        try {
            return Mark.fromJson(record.payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String seed() {
        return "-Dshiplog.seed=" + SEED;
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

    /** One cursor that stays open over all lives and deaths of the recorder. */
    private static final class Follower {
        private final Path journal;
        private final List<Long> sequences = new ArrayList<>();
        private Cursor cursor;

        Follower(Path journal) {
            this.journal = journal;
        }

        void catchUp() throws IOException {
            if (cursor == null) {
                if (!isBegun(journal)) {
                    return;
                }
                cursor = Cursor.open(List.of(journal));
            }
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> "a live reader met: " + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                sequences.add(cursor.record().sequence());
            }
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
                if (engine.emitted().size() + gust < limit) {
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

        void calm() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            calm();
        }
    }
}
