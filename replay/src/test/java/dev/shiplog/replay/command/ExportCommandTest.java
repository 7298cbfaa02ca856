package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.file.Compression;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.export.OutputFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {
    @TempDir
    Path directory;

    private static void copy(Path journal, Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.toList()) {
                if (!file.endsWith(JournalLock.FILE)) {
                    Files.write(target.resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            }
        }
    }

    private static Path inMemory(String path) {
        return Jimfs.newFileSystem(Configuration.unix()).getPath(path);
    }

    @Nested
    class OfALiveJournal implements ExportContract {
        private Appender appender;

        @BeforeEach
        void write() throws IOException {
            appender = TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS);
        }

        @AfterEach
        void close() throws IOException {
            appender.close();
        }

        @Override
        public Path journal() {
            return directory.resolve("journal");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Nested
    class OfARolledJournal implements ExportContract {
        @BeforeEach
        void write() throws IOException {
            TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        }

        @Override
        public Path journal() {
            return directory.resolve("journal");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Nested
    class OfACopiedJournal implements ExportContract {
        private final Path copied = inMemory("/copy");

        @BeforeEach
        void write() throws IOException {
            TestJournal.write(directory, TestJournal.RECORDS).close();
            copy(directory, copied);
            Files.createDirectories(work());
        }

        @Override
        public Path journal() {
            return copied;
        }

        @Override
        public Path work() {
            return copied.resolveSibling("work");
        }
    }

    @Nested
    class OfArchives implements ExportContract {
        @BeforeEach
        void write() throws IOException {
            Path journal = directory.resolve("journal");
            TestJournal.write(journal, TestJournal.RECORDS).close();
            TestArchives.write(journal, directory.resolve("archives"), Coding.COLUMNS);
        }

        @Override
        public Path journal() {
            return directory.resolve("archives");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Nested
    class OfPortableArchives implements ExportContract {
        @BeforeEach
        void write() throws IOException {
            Path journal = directory.resolve("journal");
            TestJournal.write(journal, TestJournal.RECORDS).close();
            TestArchives.write(journal, directory.resolve("archives"), Coding.PORTABLE);
        }

        @Override
        public Path journal() {
            return directory.resolve("archives");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Nested
    class OfSegmentsAndTheirArchives implements ExportContract {
        @BeforeEach
        void write() throws IOException {
            Path journal = directory.resolve("journal");
            TestJournal.write(journal, TestJournal.RECORDS).close();
            TestArchives.write(journal, journal, Coding.PORTABLE);
        }

        @Override
        public Path journal() {
            return directory.resolve("journal");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Nested
    class OfAJournalPartOfWhichIsArchived implements ExportContract {
        @BeforeEach
        void write() throws IOException {
            Path journal = directory.resolve("journal");
            TestJournal.write(journal, TestJournal.RECORDS).close();
            TestArchives.write(journal, journal, Coding.PORTABLE);
            Files.delete(journal.resolve("20261121-0912.cq4"));
        }

        @Override
        public Path journal() {
            return directory.resolve("journal");
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Test
    void everyLineNamesTheDockerHostAndTheJournal() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 2));
        records.add(TestJournal.record(Kind.HOST, "info", "09:12:00.6Z", "{\"ID\":\"x\",\"Name\":\"docker\\u002d1\"}"));
        records.add(TestJournal.record(Kind.HOST, "version", "09:12:00.7Z", "{\"Version\":\"28.5.2\"}"));
        records.addAll(TestJournal.RECORDS.subList(2, 5));
        TestJournal.write(first, records).close();
        TestJournal.write(second, TestJournal.RECORDS).close();

        for (String format : List.of("flat", "envelope")) {
            Terminal terminal = new Terminal(directory);
            assertThat(terminal.run("export --format " + format + " first second"))
                    .isEqualTo(ExitCode.OK);
            List<String> lines = terminal.out().lines().toList();
            List<String> ofFirst = lines.subList(0, records.size());
            List<String> ofSecond = lines.subList(records.size(), lines.size());

            assertThat(ofFirst).allMatch(line -> line.contains(",\"host\":\"docker-1\",\"journal\":\""));
            assertThat(ofSecond).allMatch(line -> line.contains(",\"host\":\"host\",\"journal\":\""));
            assertThat(journals(ofFirst)).hasSize(1).doesNotContainAnyElementsOf(journals(ofSecond));
            assertThat(journals(ofSecond)).hasSize(1);
        }
    }

    private static Set<String> journals(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst(".*\"journal\":\"([^\"]{36})\".*", "$1"))
                .collect(Collectors.toSet());
    }

    @Test
    void bareIsAFormOfFlatLinesOnly() {
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("export --bare --format raw .")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).startsWith("replay: --bare is for --format flat, not raw");
    }

    @Test
    void tellsOfGapsInTheRange() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 3));
        long from = TestJournal.nanos("09:12:20Z");
        long to = TestJournal.nanos("09:12:40Z");
        records.add(TestJournal.mark("09:12:40Z", new Mark.Gap("event", "", from, to, "the engine was restarted")));
        records.add(TestJournal.mark("09:12:41Z", new Mark.Dropped("stats", 12, from, to, "the disk is full")));
        TestJournal.write(directory, records).close();

        Terminal all = new Terminal(directory);
        assertThat(all.run("export --kind inspect,event,stats .")).isEqualTo(ExitCode.GAPS);
        assertThat(all.out().lines()).hasSize(2);
        assertThat(all.err()).isEqualTo("""
                        replay: gap: event from 2026-11-21T09:12:20Z to 2026-11-21T09:12:40Z not recorded: the engine was restarted
                        replay: gap: 12 stats from 2026-11-21T09:12:20Z to 2026-11-21T09:12:40Z not recorded: the disk is full
                        """);

        Terminal before = new Terminal(directory);
        assertThat(before.run("export --until 09:12:20 .")).isEqualTo(ExitCode.OK);
        assertThat(before.err()).isEmpty();

        Terminal none = new Terminal(directory);
        assertThat(none.run("export --kind sockets .")).isEqualTo(ExitCode.OK);
        assertThat(none.out()).isEmpty();
        assertThat(none.err())
                .isEqualTo("replay: nothing is exported: of 5 records that were read, none matches;"
                        + " replay ls shows what is there" + System.lineSeparator());

        Terminal others = new Terminal(directory);
        assertThat(others.run("export --kind inspect .")).isEqualTo(ExitCode.OK);
        assertThat(others.err()).isEmpty();
    }

    @Test
    void exportsAllThatIsIntactAndNamesTheLoss() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.add(TestJournal.mark("09:14:01Z", new Mark.Start("1.0", Map.of())));
        TestJournal.write(directory, records).close();
        Files.delete(directory.resolve("20261121-0913.cq4"));

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw .")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5, 1));
        assertThat(terminal.err().lines())
                .satisfiesExactly(
                        loss -> assertThat(loss)
                                .startsWith("replay: lost: 20261121-0912.cq4, at byte ")
                                .contains(": records 6 to 9, received after 2026-11-21T09:12:05.251Z and before"
                                        + " 2026-11-21T09:14:01.001Z: "),
                        sum -> assertThat(sum)
                                .isEqualTo("replay: damage: 1 stretch could not be read, in 1 segment; 4 records are"
                                        + " known to be lost"));
    }

    /** As for a reader that was in the first segment when it and the next went. */
    @Test
    void whatRetentionTookIsAGapAndNoDamage() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.add(TestJournal.mark(
                "09:14:01Z", new Mark.Retention("20261121-0912.cq4", "20261121-0913.cq4", 2, 1, 9, 1, 2, "why")));
        TestJournal.write(directory, records).close();
        Files.delete(directory.resolve("20261121-0913.cq4"));

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw .")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.err())
                .isEqualTo("replay: gap: records 6 to 9, received after 2026-11-21T09:12:05.251Z and before"
                        + " 2026-11-21T09:14:01.001Z: the recorder's retention deleted them\n");
        assertThat(said("ls .")).isEmpty();
        assertThat(said("export --accept-gaps .")).contains("retention");

        records.remove(records.size() - 1);
        records.add(TestJournal.mark(
                "09:14:01Z", new Mark.Retention("20261121-0912.cq4", "20261121-0912.cq4", 1, 1, 7, 1, 2, "why")));
        Path other = directory.resolve("other");
        TestJournal.write(other, records).close();
        Files.delete(other.resolve("20261121-0913.cq4"));
        assertThat(terminal.run("export --format raw other")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.err()).contains("gap: records 6 to 7, ", "lost: 20261121-0912.cq4", ": records 8 to 9, ");
    }

    @Test
    void readsSeveralSourcesOneAfterTheOther() throws IOException {
        TestJournal.write(directory.resolve("a"), TestJournal.RECORDS.subList(0, 1))
                .close();
        TestJournal.write(directory.resolve("b"), TestJournal.RECORDS.subList(2, 3))
                .close();

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw b a/20261121-0912.cq4")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo(TestJournal.payloads(3, 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    export nowhere               | /work/nowhere: no such file or directory
                    export empty                 | /work/empty: holds no segment and no archive; is this the recorder's --data-dir?
                    export notes.txt             | /work/notes.txt: neither a segment, which is named like 20261121-11F.cq4, nor an archive
                    export -o notes.txt journal  | /work/notes.txt: exists; --force replaces it
                    export -o empty journal      | /work/empty: is a directory; name a file in it
                    export -o no/where journal   | /work/no: no such file or directory
                    """)
    void saysInOneLineWhatCannotBeDone(String commandLine, String message) throws IOException {
        Path work = inMemory("/work");
        TestJournal.write(directory, TestJournal.RECORDS).close();
        Files.createDirectories(work.resolve("empty"));
        Files.writeString(work.resolve("notes.txt"), "precious");
        copy(directory, work.resolve("journal"));

        Terminal terminal = new Terminal(work);
        assertThat(terminal.run(commandLine)).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).isEqualTo("replay: " + message + System.lineSeparator());
        assertThat(work.resolve("notes.txt")).hasContent("precious");
    }

    @Test
    void saysThatNobodyRecordsOnWhereTheQuestionIsAboutNow() throws IOException {
        String stopped = "replay: The recorder was stopped; the last record is 46 min old.\n";
        String killed = stopped.replace("stopped", "killed, or this was copied while it ran");
        Path journal = directory.resolve("journal");
        Appender appender = TestJournal.write(journal, TestJournal.RECORDS);
        assertThat(said("export --since 1h journal")).isEmpty();
        assertThat(said("export --after seen journal")).isEmpty();
        appender.close();
        assertThat(said("export --since 1h journal")).isEqualTo(stopped);
        assertThat(said("export --after seen journal")).isEqualTo(stopped);
        assertThat(said("export --since 1h --until 10m journal")).isEmpty();
        assertThat(said("export journal")).isEmpty();
        assertThat(said("export --since 1h journal/20261121-0913.cq4")).isEmpty();
        Path other = directory.resolve("other");
        TestJournal.write(other, TestJournal.RECORDS.subList(0, 8)).close();
        assertThat(said("export --since 1h other")).isEqualTo(killed);
        assertThat(said("export --after else other journal"))
                .contains(
                        "replay: " + other + ": The recorder was killed",
                        "replay: " + journal + ": The recorder was stopped")
                .hasLineCount(2);
        Files.delete(other.resolve(JournalLock.FILE));
        assertThat(said("export --since 1h other")).isEmpty();
    }

    private String said(String commandLine) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine)).as(terminal.err()).isEqualTo(ExitCode.OK);
        return terminal.err();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --since 2027-01-01                         | of 3 records that were read, none matches; the range is from 2027-01-01T00:00:00Z, in the future; replay ls shows what is there
                    --since 11:05 --until 11:10                | of 3 records that were read, none matches; the range is from 2026-11-21T11:05:00Z until 2026-11-21T11:10:00Z, in the future; replay ls shows what is there
                    --since 5 --until 10                       | of 6 records that were read, none matches; the range is from 1970-01-01T00:00:05Z until 1970-01-01T00:00:10Z; replay ls shows what is there
                    --until 9:05                               | of 6 records that were read, none matches; the range is until 2026-11-21T09:05:00Z; replay ls shows what is there
                    --filter event=die --kind stats            | of 8 records that were read, none matches (--filter event is met by events alone, and no events are asked for); replay ls shows what is there
                    --kind stats,mark --filter exitCode=3 --filter type=container | of 8 records that were read, none matches (--filter exitCode and type is met by events alone, and no events are asked for); replay ls shows what is there
                    --kind stats --filter kind=event           | of 8 records that were read, none matches (no record is of two kinds); replay ls shows what is there
                    """)
    void saysWhyAnAnswerIsEmpty(String options, String why) throws IOException {
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, TestJournal.RECORDS.subList(0, 8)).close();
        Files.delete(journal.resolve(JournalLock.FILE));
        assertThat(said("export " + options + " journal"))
                .isEqualTo("replay: nothing is exported: " + why + System.lineSeparator());
    }

    @Test
    void replacesTheOutputOnlyWhenTold() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Files.writeString(directory.resolve("out"), "old");

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw --limit 1 --output out --force journal"))
                .isEqualTo(ExitCode.OK);
        assertThat(directory.resolve("out")).hasContent(TestJournal.payloads(1).strip());
    }

    @Test
    void followsALinkToTheOutput() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Files.writeString(directory.resolve("out"), "old");
        Files.createSymbolicLink(directory.resolve("latest"), Path.of("out"));

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw --limit 1 --output latest --force journal"))
                .isEqualTo(ExitCode.OK);
        assertThat(directory.resolve("latest")).isSymbolicLink();
        assertThat(directory.resolve("out")).hasContent(TestJournal.payloads(1).strip());
    }

    @Test
    void neverMixesTheOutputOfTwo() throws Exception {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();

        Terminal terminal = new Terminal(directory);
        try (OutputFile first = OutputFile.create(directory.resolve("out"), Compression.NONE, false)) {
            first.stream().write("first".getBytes(StandardCharsets.UTF_8));
            assertThat(terminal.run("export --output out journal")).isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err()).contains("out.tmp: another export writes this file");
            first.commit();
        }
        assertThat(directory.resolve("out")).hasContent("first");
    }

    @Test
    void leavesNothingWhenItIsInterruptedInTheMidstOfAWrite() throws Exception {
        try (OutputFile file = OutputFile.create(directory.resolve("out"), Compression.NONE, false)) {
            Thread.currentThread().interrupt(); // which closes the channel
            assertThatThrownBy(() -> file.stream().write(new byte[1])).isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void writesOverWhatAKilledOneLeft() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Files.writeString(directory.resolve("out.tmp"), "half a line".repeat(1000));

        assertThat(new Terminal(directory).run("export --format raw --limit 1 --output out journal"))
                .isEqualTo(ExitCode.OK);
        assertThat(directory.resolve("out")).hasContent(TestJournal.payloads(1).strip());
        assertThat(directory.resolve("out.tmp")).doesNotExist();
    }

    @Test
    void readsAllSinceTheBeginningOfTime() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format raw --since=-9223372036 .")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    @Test
    void leavesNoHalfFileBehindWhenInterrupted() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();

        Terminal terminal = new Terminal(directory);
        terminal.interrupt();
        assertThat(terminal.run("export --output out.gz journal")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).isEqualTo("replay: interrupted after 0 records" + System.lineSeparator());
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("journal");
        }
    }

    @Test
    void followsAJournalUntilInterrupted() throws Exception {
        try (Appender appender = TestJournal.write(directory, TestJournal.RECORDS.subList(0, 4))) {
            Terminal terminal = new Terminal(directory);
            CompletableFuture<Integer> code =
                    CompletableFuture.supplyAsync(() -> terminal.run("export --format raw --follow ."));
            await().untilAsserted(() -> assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4)));

            for (Record record : TestJournal.RECORDS.subList(4, 9)) {
                appender.append(record);
            }
            await().untilAsserted(() ->
                    assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5, 6, 7, 8, 9)));

            terminal.interrupt();
            assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
            assertThat(terminal.err()).isEmpty();
        }
    }

    @Test
    void followsASegmentUntilItsWriterClosesIt() throws Exception {
        try (Appender appender = TestJournal.write(directory, TestJournal.RECORDS.subList(0, 4))) {
            Terminal terminal = new Terminal(directory);
            CompletableFuture<Integer> code =
                    CompletableFuture.supplyAsync(() -> terminal.run("export --format raw --follow 20261121-0912.cq4"));
            await().untilAsserted(() -> assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4)));
            assertThat(code).isNotDone();

            for (Record record : TestJournal.RECORDS.subList(4, 9)) {
                appender.append(record);
            }
            assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));
            assertThat(terminal.err()).isEmpty();
        }
    }

    @Test
    void followsUntilTheEndOfTheRange() throws Exception {
        try (Appender appender = TestJournal.write(directory, TestJournal.RECORDS)) {
            Terminal terminal = new Terminal(directory); // whose clock says 10:00
            assertThat(terminal.run("export --format raw --follow --until 2026-11-21T09:13:00Z ."))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));
            appender.sync();
        }
    }

    @Test
    void tellsOfAGapThatIsNotOver() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.add(TestJournal.mark("09:14:01Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark("09:14:02Z", new Mark.EngineDown("no such file")));
        TestJournal.write(directory, records).close();

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --kind stats .")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.err())
                .isEqualTo("replay: gap: everything from 2026-11-21T09:13:59.501Z on not recorded: the engine has not"
                        + " answered since" + System.lineSeparator());
        assertThat(new Terminal(directory).run("export --kind stats --limit 1 ."))
                .isEqualTo(ExitCode.OK);

        TestJournal.write(directory.resolve("other"), TestJournal.RECORDS).close();
        TestJournal.write(directory.resolve("third"), TestJournal.RECORDS).close();
        assertThat(new Terminal(directory).run("export other third")).isEqualTo(ExitCode.OK);
    }

    @Test
    void followsNoFileToWhichNothingIsAdded() throws Exception {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        Path first = directory.resolve("20261121-0912.cq4");
        Files.copy(first, directory.resolve("20261121-0930.cq4"));
        assertThat(followed("20261121-0912.cq4 20261121-0930.cq4")).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));

        long used = Catalog.list(List.of(first)).get(0).summary(false).usedBytes();
        try (FileChannel file = FileChannel.open(first, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(4), used); // the end mark
        }
        assertThat(followed("20261121-0912.cq4")).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));
        Files.delete(directory.resolve("20261121-0930.cq4"));
        assertThat(followed("20261121-0912.cq4")).isEqualTo(TestJournal.payloads(1, 2, 3, 4, 5));
    }

    @Test
    void followsOnlyTheLastOfTheFiles() throws Exception {
        TestJournal.write(directory.resolve("rolled"), TestJournal.RECORDS).close();
        try (Appender open = TestJournal.write(directory.resolve("open"), TestJournal.RECORDS.subList(0, 2))) {
            open.sync();
            assertThat(followed("open/20261121-0912.cq4 rolled/20261121-0912.cq4"))
                    .isEqualTo(TestJournal.payloads(1, 2, 1, 2, 3, 4, 5));
        }
    }

    /** What is exported until the end, which must come by itself. */
    private String followed(String files) throws Exception {
        Terminal terminal = new Terminal(directory);
        CompletableFuture<Integer> code =
                CompletableFuture.supplyAsync(() -> terminal.run("export --format raw --follow " + files));
        try {
            assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
        } finally {
            terminal.interrupt();
        }
        return terminal.out();
    }

    @Test
    void endsQuietlyWhenNobodyReadsOn() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        OutputStream head = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new BrokenPipeException(new IOException("Broken pipe"));
            }
        };
        StringWriter err = new StringWriter();
        Console console = new Console(
                head, new PrintWriter(err), false, InstantSource.system(), directory, new CountDownLatch(1));

        assertThat(Replay.run(console, "export", ".")).isEqualTo(ExitCode.OK);
        assertThat(err.toString()).isEmpty();
    }
}
