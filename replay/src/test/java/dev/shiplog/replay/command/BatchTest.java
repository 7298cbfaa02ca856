package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.export.Checkpoint;
import dev.shiplog.replay.query.Reached;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code export --after} makes of a journal, batch by batch: everything, and nothing twice. */
class BatchTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long HOUR = 3600 * SECOND;
    private static final long MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z").getEpochSecond() * SECOND;
    private static final Pattern SEQUENCE = Pattern.compile("\"sequence\":(\\d+)");

    @TempDir
    Path directory;

    /** A recorder with a clock of its own, which restates what it knows at each segment's head. */
    private final class Recorder {
        private final Roll roll;
        private Path journal = directory.resolve("journal");
        private Appender appender;
        private final Map<String, Record> known = new TreeMap<>();
        /** What was recorded, by its sequence. */
        private final TreeMap<Long, Record> recorded = new TreeMap<>();

        private int runs;

        Recorder(Roll roll) throws IOException {
            this.roll = roll;
            appender = open();
            begin();
        }

        private Appender open() throws IOException {
            return Appender.open(journal, new Appender.Options(roll, "host", "boot", "test 1", 0), tail -> {});
        }

        private void begin() {
            appender.setSnapshot(() -> {
                List<Record> head = new ArrayList<>();
                byte[] start = new Mark.SegmentStart("", known.size()).toJson();
                head.add(new Record(0, Kind.MARK, "", MIDNIGHT, MIDNIGHT, 1, start));
                head.addAll(known.values());
                return head;
            });
        }

        void record(Kind kind, String subject, long time, long received) throws IOException {
            byte[] payload = ("{\"n\":" + recorded.size() + "}").getBytes(StandardCharsets.UTF_8);
            Record record = new Record(0, kind, subject, time, received, 1, payload);
            recorded.put(appender.append(record), record);
            if (kind == Kind.INSPECT) {
                known.put(subject, record);
            }
        }

        void restart() throws IOException {
            appender.close();
            appender = open();
            begin();
        }

        /** A copy of what is on disk is what a kill leaves, and the next run goes on with. */
        void kill() throws IOException {
            Appender killed = appender;
            Path left = directory.resolve("journal-" + ++runs);
            copy(journal, left);
            journal = left;
            appender = open();
            begin();
            killed.close();
        }

        void close() throws IOException {
            appender.close();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                if (file.toString().endsWith(".cq4")) {
                    Files.write(to.resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            }
        }
    }

    /** The sequences of the lines, in their order. */
    private static List<Long> sequences(String lines) {
        List<Long> found = new ArrayList<>();
        Matcher matcher = SEQUENCE.matcher(lines);
        while (matcher.find()) {
            found.add(Long.parseLong(matcher.group(1)));
        }
        return found;
    }

    @ParameterizedTest(name = "{1}, seed {0}")
    @CsvSource({"1, DAILY", "2, DAILY", "3, DAILY", "4, HOURLY"})
    void aWeekOfNightlyBatchesIsTheJournalAndNothingTwice(long seed, Roll roll) throws Exception {
        Random random = new Random(seed);
        int step = roll == Roll.DAILY ? 1500 : 6000;
        Recorder recorder = new Recorder(roll);
        List<Long> exported = new ArrayList<>();
        for (int day = 0; day < 7; day++) {
            long midnight = MIDNIGHT + (day + 1L) * 24 * HOUR;
            long batchAt = midnight + random.nextInt(600) * SECOND;
            boolean done = false;
            for (long now = midnight - 24 * HOUR + HOUR; now < midnight + HOUR; now += random.nextInt(step) * SECOND) {
                boolean aroundMidnight = Math.abs(now - midnight) < HOUR;
                int what = random.nextInt(aroundMidnight ? 4 : 40);
                if (what == 0) {
                    recorder.restart();
                } else if (what == 1) {
                    recorder.kill();
                } else if (what == 2) {
                    now += random.nextInt(3600) * SECOND; // down meanwhile; the engine repeats its events afterwards
                }
                if (now >= batchAt && !done) {
                    done = true;
                    exported.addAll(nightly(recorder.journal, day, random.nextInt(3)));
                }
                long late = random.nextInt(4) == 0 ? random.nextInt(7200) * SECOND : 0;
                Kind kind = random.nextInt(10) == 0 ? Kind.INSPECT : Kind.EVENT;
                recorder.record(kind, "c" + random.nextInt(5), now - late, now);
            }
            if (day == 3) {
                deleteOldest(recorder.journal, roll == Roll.DAILY ? 2 : 20);
            }
        }
        exported.addAll(nightly(recorder.journal, 7, 0));
        recorder.close();

        assertThat(exported).isEqualTo(List.copyOf(recorder.recorded.keySet()));
    }

    /** What the night's batch brings, which at first may fail. */
    private List<Long> nightly(Path journal, int day, int failure) throws IOException {
        String command = "export --format envelope --after exported.json --accept-gaps ";
        String source = directory.relativize(journal).toString();
        Path output = directory.resolve("day-" + day + ".ndjson");
        if (failure == 1) {
            Files.writeString(output, "in the way");
            assertThat(new Terminal(directory).run(command + "-o day-" + day + ".ndjson " + source))
                    .isEqualTo(ExitCode.FAILED);
            Files.delete(output);
        } else if (failure == 2) {
            OutputStream full = new OutputStream() {
                private int left = 3;

                @Override
                public void write(int b) throws IOException {
                    throw new IOException("not called");
                }

                @Override
                public void write(byte[] bytes, int from, int count) throws IOException {
                    if (left-- == 3) {
                        throw new BrokenPipeException(new IOException("Broken pipe"));
                    }
                }
            };
            Console console = new Console(
                    full,
                    new PrintWriter(new StringWriter()),
                    false,
                    InstantSource.system(),
                    directory,
                    new CountDownLatch(1));
            assertThat(Replay.run(console, (command + source).split(" "))).isEqualTo(ExitCode.FAILED);
        }
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(command + "-o day-" + day + ".ndjson " + source))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        return sequences(Files.readString(output));
    }

    private static void deleteOldest(Path journal, int count) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cq4"))
                    .sorted()
                    .limit(count)
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    /** Events of a container, one each second from a moment on. */
    private Recorder recorder(int events) throws IOException {
        Recorder recorder = new Recorder(Roll.HOURLY);
        add(recorder, events);
        return recorder;
    }

    /** One event every twenty minutes. */
    private static void add(Recorder recorder, int events) throws IOException {
        for (int i = 0; i < events; i++) {
            long now = MIDNIGHT + recorder.recorded.size() * HOUR / 3;
            recorder.record(Kind.EVENT, "c1", now, now);
        }
    }

    private Terminal export(int code, String options, Object... sources) {
        Terminal terminal = new Terminal(directory);
        StringBuilder command =
                new StringBuilder("export --format envelope" + (options.isEmpty() ? "" : " " + options));
        for (Object source : sources) {
            command.append(' ').append(source);
        }
        assertThat(terminal.run(command.toString())).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    @Test
    void namesWhatRetentionTookBeforeItWasExported() throws IOException {
        Recorder recorder = recorder(10);
        Terminal first = export(ExitCode.OK, "--after seen", recorder.journal);
        add(recorder, 20);
        long kept = recorder.recorded.higherKey(last(first) + 12);
        byte[] mark = new Mark.Retention("a", "b", 6, 1, kept - 1, 1, 2, "why").toJson();
        recorder.appender.append(new Record(0, Kind.MARK, "", MIDNIGHT, MIDNIGHT, 1, mark));
        deleteOldest(recorder.journal, 6);

        Terminal rest = export(ExitCode.GAPS, "--after seen --until 2026-11-21T08:00:00Z", recorder.journal);
        assertThat(rest.err())
                .matches("replay: gap: records " + (last(first) + 1)
                        + " to \\d+ of journal [-0-9a-f]{36} are gone, which"
                        + " were not exported: the recorder's retention deleted them\\R");
        export(ExitCode.OK, "--after seen", recorder.journal);
        recorder.close();
    }

    @Test
    void namesWhatWasDeletedBeforeItWasExported() throws IOException {
        Recorder recorder = recorder(10);
        Terminal first = export(ExitCode.OK, "--after seen", recorder.journal);
        add(recorder, 20);
        List<Long> second =
                List.copyOf(recorder.recorded.tailMap(last(first), false).keySet());
        deleteOldest(recorder.journal, 6); // hours 0 to 5; three records each

        Terminal rest = export(ExitCode.GAPS, "--after seen", recorder.journal);
        long next = sequences(rest.out()).get(0);
        assertThat(sequences(rest.out())).isEqualTo(second.subList(second.indexOf(next), second.size()));
        assertThat(rest.err())
                .matches("replay: gap: records " + (last(first) + 1) + " to " + (next - 2)
                        + " of journal [-0-9a-f]{36} are gone, which were not exported: no source holds them\\R");
        export(ExitCode.OK, "--after seen", recorder.journal);
        recorder.close();
    }

    private static long last(Terminal terminal) {
        List<Long> sequences = sequences(terminal.out());
        return sequences.get(sequences.size() - 1);
    }

    @Test
    void readsNoSegmentThatWasExportedAsAWhole() throws IOException {
        Recorder recorder = recorder(12);
        export(ExitCode.OK, "--after seen", recorder.journal);
        add(recorder, 1);
        recorder.close();
        try (Stream<Path> files = Files.list(recorder.journal)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cq4"))
                    .sorted()
                    .limit(4)
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int first = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("GRP1");
                bytes[first + 60] ^= 1; // behind the head, which is looked at
                Files.write(file, bytes);
            }
        }
        Terminal rest = export(ExitCode.OK, "--after seen", recorder.journal);
        assertThat(sequences(rest.out())).containsExactly(recorder.recorded.lastKey());
        export(ExitCode.DAMAGE, "", recorder.journal);
    }

    /** A power cut takes what was not yet synced, and the next run gives the same numbers again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 9})
    void exportsWhatCameAfterAPowerCutThoughItsNumbersAreNotNew(int events) throws IOException {
        Recorder recorder = recorder(8);
        Path cut = directory.resolve("cut");
        copy(recorder.journal, cut);
        add(recorder, 4);
        export(ExitCode.OK, "--after seen", recorder.journal);
        recorder.close();
        Recorder next = new Recorder(Roll.HOURLY);
        next.appender.close();
        next.journal = cut;
        next.restart();
        for (int i = 0; i < events; i++) {
            long now = MIDNIGHT + (13 + i) * HOUR / 3;
            next.record(Kind.EVENT, "c1", now, now);
        }

        Terminal rest = export(ExitCode.GAPS, "--after seen", cut);
        assertThat(sequences(rest.out())).isEqualTo(List.copyOf(next.recorded.keySet()));
        assertThat(rest.err())
                .contains(" are gone, which were exported: it was cut back; ")
                .hasLineCount(1);
        assertThat(sequences(export(ExitCode.OK, "--after seen", cut).out())).isEmpty();
        next.close();
    }

    /** What is archived ends before what was exported of the journal itself: nothing is gone, and nothing is new. */
    @Test
    void goesOnFromArchivesThatEndBeforeWhatWasExported() throws IOException {
        Recorder recorder = recorder(10); // three records an hour, so that the last is in a segment of its own
        Path archives = Files.createDirectory(directory.resolve("archives"));
        archive(recorder, archives);
        Terminal first = export(ExitCode.OK, "--after seen", recorder.journal);
        String seen = Files.readString(directory.resolve("seen"));

        Terminal without = export(ExitCode.OK, "--after seen", archives);
        assertThat(without.out()).isEmpty();
        assertThat(without.err()).isEmpty();
        assertThat(directory.resolve("seen")).hasContent(seen);

        add(recorder, 6);
        archive(recorder, archives);
        Terminal rest = export(ExitCode.OK, "--after seen", archives);
        assertThat(rest.err()).isEmpty();
        assertThat(sequences(rest.out()))
                .isNotEmpty()
                .isEqualTo(recorder.recorded.tailMap(last(first), false).keySet().stream()
                        .filter(sequence -> sequence <= last(rest))
                        .toList());
        recorder.close();
    }

    private void archive(Recorder recorder, Path archives) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("archive --to " + archives + " " + recorder.journal))
                .as(terminal.err())
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void namesAJournalThatIsGoneOnceAndGoesOnWhenItIsBack() throws IOException {
        Recorder recorder = recorder(5);
        Path other = directory.resolve("other");
        TestJournal.write(other, TestJournal.RECORDS).close();
        Files.delete(other.resolve(JournalLock.FILE));
        export(ExitCode.OK, "--after seen", recorder.journal);
        add(recorder, 2);

        Terminal without = export(ExitCode.GAPS, "--after seen", other);
        assertThat(sequences(without.out())).hasSize(9);
        assertThat(without.err())
                .matches("replay: gap: records from \\d+ on of journal [-0-9a-f]{36} are gone: no source holds that"
                        + " journal\\R");
        assertThat(export(ExitCode.OK, "--after seen", other).err()).isEmpty();
        assertThat(sequences(export(ExitCode.OK, "--after seen", other, recorder.journal)
                        .out()))
                .hasSize(2);
        recorder.close();
    }

    @Test
    void handsOutOnceWhatSeveralSourcesHold() throws IOException {
        Recorder recorder = recorder(8);
        Path copy = directory.resolve("copy");
        copy(recorder.journal, copy);
        add(recorder, 4);
        Path apart = Files.createDirectory(directory.resolve("apart"));
        Path segment = recorder.journal.resolve("20261121-01F.cq4");
        Files.copy(segment, apart.resolve(segment.getFileName()));
        List<Long> all = List.copyOf(recorder.recorded.keySet());

        for (String options : List.of("", "--after seen")) {
            assertThat(sequences(export(ExitCode.OK, options, copy, recorder.journal, segment, apart)
                            .out()))
                    .isEqualTo(all);
        }
        assertThat(sequences(export(ExitCode.OK, "", apart.resolve(segment.getFileName()), recorder.journal, copy)
                        .out()))
                .containsExactlyInAnyOrderElementsOf(all);
        assertThat(sequences(export(ExitCode.OK, "--after seen", copy, recorder.journal)
                        .out()))
                .isEmpty();
        recorder.close();
    }

    @Test
    void readsAllSourcesUpToTheEndOfTheRange() throws IOException {
        for (String journal : List.of("one", "two")) {
            TestJournal.write(directory.resolve(journal), TestJournal.RECORDS).close();
        }
        assertThat(sequences(export(ExitCode.OK, "--until 2026-11-21T09:12:00.4Z", "one", "two")
                        .out()))
                .containsExactly(1L, 1L);
    }

    @Test
    void goesOnPieceByPieceAndPassesOverWhatIsFilteredOut() throws IOException {
        Recorder recorder = recorder(9);
        List<Long> pieces = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pieces.addAll(sequences(export(ExitCode.OK, "--limit 2 --after seen", recorder.journal)
                    .out()));
        }
        assertThat(pieces).isEqualTo(List.copyOf(recorder.recorded.keySet()));
        add(recorder, 1);
        export(ExitCode.OK, "--kind stats --after seen", recorder.journal);
        assertThat(sequences(
                        export(ExitCode.OK, "--after seen", recorder.journal).out()))
                .isEmpty();
        recorder.close();
    }

    @Test
    void leavesOutWhatIsRestatedUnlessAsked() throws IOException {
        Recorder recorder = new Recorder(Roll.HOURLY);
        recorder.record(Kind.INSPECT, "c1", MIDNIGHT, MIDNIGHT);
        recorder.record(Kind.EVENT, "c1", MIDNIGHT + HOUR, MIDNIGHT + HOUR);
        recorder.close();

        assertThat(sequences(export(ExitCode.OK, "", recorder.journal).out())).containsExactly(2L, 5L);
        assertThat(sequences(export(ExitCode.OK, "--restated", recorder.journal).out()))
                .containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void acceptsGapsButNotDamage() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.add(4, TestJournal.mark("09:12:06Z", new Mark.Gap("event", "", MIDNIGHT, MIDNIGHT + 1, "unknown")));
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, records).close();
        export(ExitCode.GAPS, "", journal);
        assertThat(export(ExitCode.OK, "--accept-gaps", journal).err()).startsWith("replay: gap: event from ");
        Files.write(journal.resolve("20261121-0912.cq4"), new byte[] {1, 2, 3});
        export(ExitCode.DAMAGE, "--accept-gaps", journal);
    }

    @Test
    void followsAndWritesDownHowFarItIs() throws Exception {
        Recorder recorder = recorder(4);
        Terminal terminal = new Terminal(directory);
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(
                () -> terminal.run("export --format envelope --follow --after seen journal"));
        await().until(() -> Files.exists(directory.resolve("seen")));
        assertThat(sequences(terminal.out())).isEqualTo(List.copyOf(recorder.recorded.keySet()));
        add(recorder, 2);
        await().until(() -> sequences(terminal.out()).size() == 6);
        terminal.interrupt();
        assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
        assertThat(sequences(
                        export(ExitCode.OK, "--after seen", recorder.journal).out()))
                .isEmpty();
        recorder.close();
    }

    @Test
    void savesAgainEachMinuteThoughNothingIsNew() throws IOException {
        Path file = directory.resolve("seen");
        Map<String, Reached> reached = Map.of("j", new Reached(5, MIDNIGHT, false));
        long[] now = {7};
        try (Batch batch = new Batch(Checkpoint.open(file), () -> now[0])) {
            now[0] += 2 * SECOND;
            batch.saveNowAndThen(reached);
            assertThat(file).exists();
            Files.delete(file);
            now[0] += 2 * SECOND;
            batch.saveNowAndThen(reached);
            assertThat(file).doesNotExist();
            now[0] += 56 * SECOND;
            batch.saveNowAndThen(reached);
        }
        assertThat(file).content().contains("\"j\":{\"sequence\":5,");
    }

    @Test
    void savesNothingAgainOnceItIsHeldBack() throws IOException {
        Path file = directory.resolve("seen");
        Map<String, Reached> reached = Map.of("j", new Reached(5, MIDNIGHT, false));
        long[] now = {7};
        try (Batch batch = new Batch(Checkpoint.open(file), () -> now[0])) {
            batch.holdBack();
            batch.saveAll(reached);
            assertThat(file).content().contains("\"j\":{\"sequence\":5,");
            Files.delete(file);
            now[0] += 600 * SECOND;
            batch.saveNowAndThen(reached);
            batch.saveAll(reached);
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void letsNoTwoExportsGoOnFromOneFile() throws IOException {
        Recorder recorder = recorder(3);
        try (Checkpoint other = Checkpoint.open(directory.resolve("seen"))) {
            assertThat(other.journals()).isEmpty();
            Terminal second = export(ExitCode.FAILED, "--after seen", recorder.journal);
            assertThat(second.out()).isEmpty();
            assertThat(second.err())
                    .contains("seen.tmp: another export writes this file")
                    .hasLineCount(1);
        }
        assertThat(directory.resolve("seen")).doesNotExist();
        assertThat(sequences(
                        export(ExitCode.OK, "--after seen", recorder.journal).out()))
                .hasSize(3);
        assertThat(directory.resolve("seen.tmp")).doesNotExist();
        recorder.close();
    }

    @Test
    void saysInOneLineWhatIsNoSuchFile() throws IOException {
        Recorder recorder = recorder(1);
        for (String content : List.of(
                "",
                "{}",
                "{\"version\":1,\"journals\":{}}",
                "precious",
                "[]",
                "{\"shiplog\":\"exported\",\"version\":2,\"journals\":{}}",
                state("[]"),
                state("null"),
                state("[{\"sequence\":1,\"received\":1}]"),
                state("{\"a\":{}}"),
                state("{\"a\":[]}"),
                state("{\"a\":{\"sequence\":-1,\"received\":1}}"),
                state("{\"a\":{\"sequence\":\"1\",\"received\":1}}"),
                state("{\"a\":{\"sequence\":1.5,\"received\":1}}"),
                state("{\"a\":{\"sequence\":9223372036854775808,\"received\":1}}"))) {
            Files.writeString(directory.resolve("seen"), content);
            assertThat(export(ExitCode.FAILED, "--after seen", recorder.journal).err())
                    .as(content)
                    .contains("seen: ")
                    .hasLineCount(1);
            assertThat(directory.resolve("seen")).hasContent(content);
        }
        assertThat(export(ExitCode.FAILED, "--after journal", recorder.journal).err())
                .hasLineCount(1);
        assertThat(export(ExitCode.FAILED, "--after no/where", recorder.journal).err())
                .hasLineCount(1);
        recorder.close();
    }

    private static String state(String journals) {
        return "{\"shiplog\":\"exported\",\"version\":1,\"journals\":" + journals + "}";
    }
}
