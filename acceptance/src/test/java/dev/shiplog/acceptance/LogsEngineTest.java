package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs of a real engine, compared with the files that it wrote: each line is in the journal once, in order, though the
 * recorder is killed, the engine restarts, and the containers stop and start.
 */
@Tag("engine")
@Tag("once")
@Timeout(1800)
class LogsEngineTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** Each time the whole journal is read. */
    private static final Duration POLL = Duration.ofMillis(500);

    private static final int WRITERS = Integer.getInteger("shiplog.log.writers", 4);
    /** Of each stream of each container, before it pauses for a tenth of a second. */
    private static final int BURST = Integer.getInteger("shiplog.log.burst", 20);

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    private static PrivateEngine host;
    private static RealEngine engine;

    private Path journal;
    private RecorderProcess recorder;
    private final List<String> made = new ArrayList<>();
    private int runs;

    @BeforeAll
    static void startEngine() throws Exception {
        host = PrivateEngine.start();
        engine = host.api();
    }

    @AfterAll
    static void stopEngine() throws IOException {
        if (host != null) {
            host.close();
        }
    }

    @BeforeEach
    void open() {
        journal = directory.resolve("journal");
    }

    @AfterEach
    void close() throws IOException {
        if (recorder != null) {
            recorder.close();
        }
        for (String id : made) {
            if (!engine.isGone(id)) {
                engine.remove(id);
            }
        }
    }

    @Test
    void eachLineIsRecordedOnceThroughEndsOfAllSides() throws Exception {
        record("all");
        List<String> ids = new ArrayList<>();
        // They begin together, so that there is room to start them all.
        Path go = Files.createDirectory(directory.resolve("go"));
        Map<String, Object> waiting = Map.of("HostConfig", Map.of("Binds", List.of(go + ":/go:ro")));
        for (int i = 0; i < WRITERS; i++) {
            ids.add(write(
                    "writer-" + i,
                    waiting,
                    "while [ ! -e /go/now ]; do usleep 100000; done; b=" + BURST
                            + "; i=0; trap 'exit 0' TERM; while :; do echo \"out $i\"; echo \"err $i\" >&2; i=$((i+1));"
                            + " [ $((i%b)) != 0 ] || usleep 100000; done"));
        }
        ids.add(write(
                "terminal", Map.of("Tty", true), "i=0; while :; do echo \"line $i\"; i=$((i+1)); usleep 20000; done"));
        // A line of 1 MiB comes in 64 parts or more, all with one time.
        ids.add(write("long", Map.of(), "while :; do head -c 1048576 /dev/zero | tr '\\0' x; echo end; sleep 2; done"));
        Files.createFile(go.resolve("now"));
        long begun = System.nanoTime();
        pass();
        for (int kill = 0; kill < 2; kill++) {
            recorder.kill();
            pass();
            record("all");
            pass();
        }
        host.restart();
        for (String id : ids) {
            engine.start(id);
        }
        pass();
        for (String id : ids) {
            engine.act(id, "stop?t=1");
            engine.start(id);
        }
        recorder.kill();
        pass();
        for (String id : ids) {
            engine.act(id, "kill");
        }
        long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        record("all"); // they ended before it looks
        Map<String, List<String>> written = new HashMap<>();
        for (String id : ids) {
            written.put(id, EngineLog.written(engine, id));
        }
        int lines = written.values().stream().mapToInt(List::size).sum();
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(ids) >= lines);
        stop();
        System.out.printf(
                "LogsEngineTest: %d lines of %d containers in %d s, three kills of the recorder, a restart of the engine and"
                        + " of each container; seed %d%n",
                lines, ids.size(), seconds, seed);
        List<Record> records = RecordedJournal.read(journal, "seed " + seed);
        for (String id : ids) {
            assertThat(EngineLog.recorded(records, id))
                    .as("%s, seed %d", engine.inspect(id).path("Name").asText(), seed)
                    .isEqualTo(written.get(id));
        }
        assertThat(gaps(records)).as("seed %d", seed).isEmpty();
    }

    @Test
    void containersThatEndAtOnceAreReadOrAGapSaysThatTheyAreNot() throws Exception {
        record("all");
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(write("short-" + i, Map.of("HostConfig", Map.of("AutoRemove", true)), "seq 50"));
        }
        for (String id : ids) {
            await().atMost(PATIENCE).pollInterval(POLL).until(() -> engine.isGone(id));
        }
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> told(ids) == ids.size());
        stop();
        List<Record> records = RecordedJournal.read(journal);
        List<Mark.Gap> gaps = gaps(records);
        int whole = 0;
        for (String id : ids) {
            int lines = EngineLog.recorded(records, id).size();
            boolean gap = gaps.stream().anyMatch(each -> each.subject().equals(id));
            assertThat(lines == 50 || gap)
                    .as("%s has %d lines, %s", id, lines, gaps)
                    .isTrue();
            whole += lines == 50 ? 1 : 0;
        }
        System.out.printf("logs of containers that end at once: %d of %d read to their end%n", whole, ids.size());
    }

    @Test
    void whatWasRotatedAwayMeanwhileIsAGap() throws Exception {
        record("all");
        Map<String, Object> log = Map.of("Type", "json-file", "Config", Map.of("max-size", "20k", "max-file", "2"));
        String id = write(
                "rotating",
                Map.of("HostConfig", Map.of("LogConfig", log)),
                "seq 100; sleep 3; seq 101 3000; sleep 1000");
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(List.of(id)) == 100);
        recorder.kill();
        await().atMost(PATIENCE)
                .until(() -> EngineLog.written(engine, id).get(0).compareTo("stdout 2") > 0
                        && EngineLog.written(engine, id).stream().anyMatch(line -> line.endsWith(" 3000\n")));
        record("all");
        await().atMost(PATIENCE)
                .pollInterval(POLL)
                .until(() -> RecordedJournal.payloads(journal, Kind.LOG).stream()
                        .anyMatch(line -> line.endsWith(" 3000\n")));
        stop();
        List<Record> records = RecordedJournal.read(journal);
        List<String> recorded = EngineLog.recorded(records, id);
        List<String> left = EngineLog.written(engine, id);
        assertThat(left).hasSizeLessThan(2900);
        assertThat(recorded.subList(100, recorded.size())).isEqualTo(left);
        assertThat(gaps(records))
                .singleElement()
                .satisfies(gap -> assertThat(gap.reason()).contains("rotated"));
    }

    @Test
    void aDriverThatCannotBeReadIsToldOnce() throws Exception {
        record("all");
        Map<String, Object> none = Map.of("HostConfig", Map.of("LogConfig", Map.of("Type", "none")));
        String id = write("mute", none, "seq 10; sleep 1000");
        await().atMost(PATIENCE)
                .pollInterval(POLL)
                .until(() -> recorder.output().contains("its logging driver cannot be read"));
        engine.act(id, "restart?t=0");
        String speaks = write(
                "speaks", Map.of("HostConfig", Map.of("LogConfig", Map.of("Type", "local"))), "seq 10; sleep 1000");
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(List.of(speaks)) == 10);
        stop();
        assertThat(gaps(RecordedJournal.read(journal)))
                .singleElement()
                .satisfies(gap -> assertThat(gap.subject()).isEqualTo(id));
    }

    @Test
    void theLastLinesBeforeAnEndAreRecordedOnce() throws Exception {
        record("ends");
        String id = write("crashing", Map.of(), "seq 200; seq 1001 1100 >&2; echo 'out of luck' >&2; exit 3");
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(List.of(id)) == 100);
        engine.start(id);
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(List.of(id)) == 200);
        recorder.kill();
        record("ends"); // the engine repeats both deaths
        String other = write("other", Map.of(), "echo bye");
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> lines(List.of(other)) == 1);
        stop();
        List<String> written = EngineLog.written(engine, id);
        List<String> recorded = EngineLog.recorded(RecordedJournal.read(journal), id);
        assertThat(recorded).hasSize(200);
        for (String stream : List.of("stdout", "stderr")) {
            List<String> all =
                    written.stream().filter(line -> line.startsWith(stream)).toList();
            int half = all.size() / 2;
            List<String> expected = new ArrayList<>(all.subList(half - 50, half));
            expected.addAll(all.subList(all.size() - 50, all.size()));
            assertThat(recorded.stream().filter(line -> line.startsWith(stream)).toList())
                    .as(stream)
                    .isEqualTo(expected);
        }
    }

    private void record(String logs) throws IOException {
        runs++;
        recorder = RecorderProcess.recording(
                List.of(),
                directory.resolve("log-" + runs),
                "unix://" + engine.socket(),
                journal,
                "--roll",
                "minutely",
                "--logs=" + logs);
        await().atMost(PATIENCE)
                .pollInterval(POLL)
                .until(() -> recorder.output().contains("answers"));
    }

    private void stop() throws IOException, InterruptedException {
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
    }

    private String write(String name, Map<String, Object> more, String script) throws IOException {
        String id = engine.create(name, Map.of(), more, "sh", "-c", script);
        made.add(id);
        engine.start(id);
        return id;
    }

    /** So that what comes next comes at any moment. */
    private void pass() {
        long until = System.nanoTime()
                + Duration.ofMillis(500 + random.nextInt(2_000)).toNanos();
        await().atMost(PATIENCE).pollInterval(POLL).until(() -> System.nanoTime() > until);
    }

    private long lines(List<String> ids) throws IOException {
        return RecordedJournal.read(journal).stream()
                .filter(record -> record.kind() == Kind.LOG && ids.contains(record.subject()))
                .count();
    }

    /** Of how many containers the journal has all lines, or says that it has not. */
    private long told(List<String> ids) throws IOException {
        List<Record> records = RecordedJournal.read(journal);
        List<Mark.Gap> gaps = gaps(records);
        return ids.stream()
                .filter(id -> EngineLog.recorded(records, id).size() == 50
                        || gaps.stream().anyMatch(gap -> gap.subject().equals(id)))
                .count();
    }

    /** Of the containers of this test; the engine's own check has one, too. */
    private List<Mark.Gap> gaps(List<Record> records) throws IOException {
        List<Mark.Gap> gaps = new ArrayList<>();
        for (Record record : records) {
            if (record.kind() == Kind.MARK
                    && Mark.fromJson(record.payload()) instanceof Mark.Gap gap
                    && gap.kind().equals("log")
                    && made.contains(gap.subject())) {
                gaps.add(gap);
            }
        }
        return gaps;
    }
}
