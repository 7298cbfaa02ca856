package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers write more than the recorder can take at once, while its disk is full: lines of logs wait in the engine, so
 * that each is in the journal once and in order, and so is each event; only samples are dropped.
 *
 * <p>{@code mvn -Dshiplog.full.disks=5 …} for the long form.
 */
@Tag("once")
@Timeout(900)
@SuppressWarnings("try") // writers do their work without being called
class LogPressureTest {
    private static final int FULL_DISKS = Integer.getInteger("shiplog.full.disks", 1);
    private static final int WRITERS = 4;
    /** After the disk has room, or a start. */
    private static final Duration RESUMED = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FULL = Duration.ofSeconds(6);
    private static final Duration POLL = Duration.ofMillis(300);

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private RecorderProcess recorder;
    private int runs;
    private Cursor cursor;
    /** That the cursor has seen. */
    private int lines;

    @BeforeEach
    void open() throws IOException {
        engine = ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(100));
    }

    @AfterEach
    void close() throws IOException {
        if (recorder != null) {
            recorder.close();
        }
        if (cursor != null) {
            cursor.close();
        }
        engine.close();
    }

    @Test
    void aFullDiskInMemoryCostsSamplesOnly() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "size=256m")) {
            fillAndFree(mount, "tmpfs", Math.max(2, FULL_DISKS));
        }
    }

    @Test
    void aFullDiskOfExt4CostsSamplesOnly() throws Exception {
        try (PrivateMount mount = PrivateMount.ext4(directory.resolve("mount"), 256)) {
            fillAndFree(mount, "ext4", FULL_DISKS);
        }
    }

    private void fillAndFree(PrivateMount mount, String type, int rounds) throws Exception {
        Path journal = mount.inside().resolve("journal");
        Path seen = mount.outside().resolve("journal");
        Path filler = mount.outside().resolve("filler");
        record(mount.enter(), journal, "--min-free", "1MiB");
        List<String> ids = startWriters();
        try (LogWriters writers = new LogWriters(engine, ids, random, 20, 200)) {
            for (int round = 0; round < rounds; round++) {
                String as = "round " + round + ", seed " + seed;
                int before = lines(seen);
                await(as).atMost(PATIENCE).pollInterval(POLL).until(() -> lines(seen) > before);
                fill(filler);
                int times = round + 1;
                await(as).atMost(PATIENCE).until(() -> said("ERROR") == times);
                // More than may wait in the recorder's memory.
                for (int i = 0; i < 3_000; i++) {
                    engine.log(ids.get(i % WRITERS), "while the disk is full " + i + " " + "x".repeat(5_000));
                }
                engine.flood(ids.get(0), 50);
                // Lines that waited for longer than five seconds are asked for again.
                long full = FULL.toNanos() / (FULL_DISKS > 1 || round > 0 ? 1 : 3);
                long until = System.nanoTime() + full;
                await().atMost(PATIENCE).until(() -> System.nanoTime() > until);
                int logs = lines(seen);
                Files.delete(filler);
                long freed = System.nanoTime();
                await(as).atMost(RESUMED).pollInterval(POLL).until(() -> lines(seen) > logs);
                System.out.printf(
                        "LogPressureTest: goes on %d ms after the %s has room%n",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - freed), type);
                assertThat(said("there is room again")).as(as).isEqualTo(times);
            }
        }
        awaitAll(seen, ids);
        stop();
        List<Record> records = assertAllOnce(seen, ids);
        assertThat(RecordedJournal.texts(records.stream()
                        .filter(record -> record.kind() == Kind.EVENT)
                        .map(Record::payload)
                        .toList()))
                .isEqualTo(RecordedJournal.texts(engine.emitted()));
        List<Mark> marks = marks(records);
        assertThat(marks)
                .filteredOn(Mark.Dropped.class::isInstance)
                .hasSizeGreaterThanOrEqualTo(rounds)
                .allSatisfy(mark -> {
                    assertThat(((Mark.Dropped) mark).kind()).isEqualTo("stats");
                    assertThat(((Mark.Dropped) mark).count()).isPositive();
                });
        assertThat(marks)
                .filteredOn(mark ->
                        mark instanceof Mark.Gap gap && List.of("event", "log").contains(gap.kind()))
                .as("seed %d", seed)
                .isEmpty();
    }

    private List<String> startWriters() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            ids.add(engine.start("writer-" + i));
        }
        return ids;
    }

    private void record(List<String> prefix, Path journal, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--logs=all"));
        options.addAll(List.of(more));
        boolean first = runs++ == 0;
        recorder = RecorderProcess.recording(
                prefix, directory.resolve("output-" + runs), engine.address(), journal, options.toArray(String[]::new));
        if (first) { // from here on all lines are to be recorded
            await().atMost(PATIENCE).until(() -> said("answers") == 1);
        }
    }

    private void stop() throws IOException, InterruptedException {
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
    }

    private long said(String text) throws IOException {
        return recorder.output().lines().filter(line -> line.contains(text)).count();
    }

    /** How many lines the journal holds, as a reader sees it who looks on. */
    private int lines(Path journal) throws IOException {
        if (cursor == null) {
            cursor = Cursor.open(List.of(journal));
        }
        for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
            assertThat(step).as(() -> "seed " + seed + " " + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
            lines += cursor.record().kind() == Kind.LOG ? 1 : 0;
        }
        return lines;
    }

    private void awaitAll(Path journal, List<String> ids) {
        int all = ids.stream().mapToInt(id -> engine.logged(id).size()).sum();
        await("all lines, seed " + seed).atMost(PATIENCE).pollInterval(POLL).until(() -> lines(journal) >= all);
    }

    private List<Record> assertAllOnce(Path journal, List<String> ids) throws IOException {
        List<Record> records = RecordedJournal.read(journal, "seed " + seed);
        for (String id : ids) {
            List<String> recorded = records.stream()
                    .filter(record ->
                            record.kind() == Kind.LOG && record.subject().equals(id))
                    .map(record -> new String(record.payload(), ISO_8859_1))
                    .toList();
            List<String> logged = engine.logged(id).stream()
                    .map(message -> new String(message, ISO_8859_1))
                    .toList();
            assertThat(recorded.equals(logged))
                    .as("%s: %s, seed %d", id, difference(recorded, logged), seed)
                    .isTrue();
        }
        return records;
    }

    private static String difference(List<String> recorded, List<String> logged) {
        int same = 0;
        while (same < Math.min(recorded.size(), logged.size())
                && recorded.get(same).equals(logged.get(same))) {
            same++;
        }
        return recorded.size() + " of " + logged.size() + " lines, the first " + same + " are the same; then "
                + recorded.stream()
                        .skip(same)
                        .limit(3)
                        .map(LogPressureTest::shown)
                        .toList() + " for "
                + logged.stream()
                        .skip(same)
                        .limit(3)
                        .map(LogPressureTest::shown)
                        .toList();
    }

    private static String shown(String line) {
        return line.substring(0, Math.min(60, line.length())).strip();
    }

    private static List<Mark> marks(List<Record> records) throws IOException {
        List<Mark> marks = new ArrayList<>();
        for (Record record : records) {
            if (record.kind() == Kind.MARK) {
                marks.add(Mark.fromJson(record.payload()));
            }
        }
        return marks;
    }

    /** Until not one byte more is taken. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
