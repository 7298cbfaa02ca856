package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
    @TempDir
    Path directory;

    private Path journal;
    private Terminal terminal;

    @BeforeEach
    void setUp() {
        journal = directory.resolve("journal");
        terminal = new Terminal(directory);
    }

    /** A journal of so many minutes, three samples each. */
    private List<Path> write(int minutes) throws IOException {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 3 * minutes; i++) {
            String time = String.format("09:%02d:%02dZ", i / 3, 10 * (i % 3));
            records.add(TestJournal.stats(TestJournal.WEB, "web", time, i));
        }
        return write(records);
    }

    private List<Path> write(List<Record> records) throws IOException {
        TestJournal.write(journal, records).close();
        return Catalog.list(List.of(journal)).stream().map(Segment::path).toList();
    }

    private int verify(String options) {
        return terminal.run("verify " + options);
    }

    @Test
    void aWholeJournalIsFine() throws IOException {
        write(3);
        assertThat(verify("journal")).as(terminal.out()).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).isEqualTo("3 segments, 0 archives, 9 records, 1449 B: nothing is wrong\n");
    }

    @Test
    void namesTheRecordsOfAMissingSegment() throws IOException {
        Files.delete(write(4).get(1));
        assertThat(verify("journal")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out())
                .startsWith("missing   20261121-0902.cq4: records 4 to 6 before it, after 20261121-0900.cq4: no file"
                        + " holds them\n");
    }

    @Test
    void namesWhereASegmentIsDamagedAndWhatIsLost() throws IOException {
        Path segment = write(3).get(1);
        byte[] bytes = Files.readAllBytes(segment);
        int at = lastNonZero(bytes) - 8;
        bytes[at] ^= 1;
        Files.write(segment, bytes);
        assertThat(verify("journal")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out())
                .containsPattern(
                        "damaged   20261121-0901.cq4  byte \\d+ \\(2026-11-21T09:01:10Z\\): .*; record 6 is lost\n")
                .contains("3 segments, 0 archives, 8 records, 1288 B: 1 damaged\n");
    }

    @Test
    void aSegmentThatIsCutTakesTheRecordsUpToTheNext() throws IOException {
        Path segment = write(3).get(1);
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(bytes, lastNonZero(bytes) - 50));
        assertThat(verify("journal")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out()).contains("records 5 to 6 are lost");
    }

    @Test
    void whatAnotherFileHoldsIsNotLost() throws IOException {
        Path segment = write(3).get(1);
        Path copies = Files.createDirectory(directory.resolve("copies"));
        Files.copy(segment, copies.resolve(segment.getFileName()));
        byte[] bytes = Files.readAllBytes(segment);
        bytes[lastNonZero(bytes) - 8] ^= 1;
        Files.write(segment, bytes);
        assertThat(verify("journal copies")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out()).contains("no record is lost");
        Files.delete(segment);
        terminal = new Terminal(directory);
        assertThat(verify("journal copies")).as(terminal.out()).isEqualTo(ExitCode.OK);
    }

    @Test
    void aJournalThatBeginsLaterIsNoDamage() throws IOException {
        Files.delete(write(3).get(0));
        assertThat(verify("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .startsWith("note      20261121-0901.cq4: begins at record 4: no file here holds what was before\n");
    }

    @Test
    void whatRetentionTookIsNotMissing() throws IOException {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String time = String.format("09:%02d:%02dZ", i / 3, 10 * (i % 3));
            records.add(TestJournal.stats(TestJournal.WEB, "web", time, i));
        }
        records.add(TestJournal.mark(
                "09:04:00Z",
                new Mark.Retention(
                        "20261121-0900.cq4",
                        "20261121-0901.cq4",
                        2,
                        1000,
                        6,
                        1,
                        TestJournal.nanos("09:02:00Z"),
                        "limits")));
        List<Path> segments = write(records);
        Files.delete(segments.get(1));
        assertThat(verify("journal")).as(terminal.out()).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .startsWith("deleted   20261121-0902.cq4: records 4 to 6 before it: deleted by retention\n");
        Files.delete(segments.get(0));
        for (String options : List.of("journal", "--fast journal")) {
            terminal = new Terminal(directory);
            assertThat(verify(options)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out())
                    .startsWith("deleted   20261121-0902.cq4: records 1 to 6 before it: deleted by retention\n");
        }
        Files.delete(segments.get(3));
        terminal = new Terminal(directory);
        assertThat(verify("journal")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.out()).contains("missing   20261121-0904.cq4: records 10 to 12 before it");
    }

    @Test
    void namesCopies() throws IOException {
        Path segment = write(2).get(0);
        Files.copy(segment, segment.resolveSibling("20261121-0800.cq4"));
        assertThat(verify("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).startsWith("note      20261121-0800.cq4: a copy of 20261121-0900.cq4\n");
    }

    /** Before the first archive, a cron job may verify both. */
    @ParameterizedTest
    @ValueSource(strings = {"journal archives", "archives journal", "--fast journal archives"})
    void aTargetThatHoldsNothingYetIsWorthANote(String options) throws IOException {
        List<Path> segments = write(3);
        Path archives = Files.createDirectory(directory.resolve("archives"));

        assertThat(verify(options)).as(terminal.out()).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .startsWith("note      archives: holds no segment and no archive yet\n3 segments, 0 archives");

        Files.createDirectory(archives.resolve("lost+found"));
        Files.createFile(archives.resolve("shiplog-archives.lock"));
        Files.delete(segments.get(1));
        terminal = new Terminal(directory);
        assertThat(verify(options)).isEqualTo(options.startsWith("--fast") ? ExitCode.OK : ExitCode.DAMAGE);
        assertThat(terminal.out()).contains("note      archives: holds no segment and no archive yet");
    }

    @Test
    void aDirectoryOfOtherFilesIsAnErrorAndSoAreEmptyOnesAlone() throws IOException {
        write(1);
        Files.createDirectory(directory.resolve("empty"));
        Files.createDirectory(directory.resolve("empty2"));
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("photo.jpg"), "no segment");

        for (String sources : List.of("empty", "empty empty2", "journal other")) {
            terminal = new Terminal(directory);
            assertThat(verify(sources)).as(sources).isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err()).as(sources).contains(": holds no segment and no archive; is this");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "journal archives", "--accept-gaps journal", "--format json journal"})
    void nothingIsProvedOfAnEmptiedJournal(String options) throws IOException {
        Files.createDirectory(directory.resolve("archives"));
        for (Path segment : write(2)) {
            Files.delete(segment);
        }

        assertThat(verify(options)).as(terminal.out()).isEqualTo(ExitCode.GAPS);

        assertThat(terminal.out())
                .contains(
                        options.contains("json")
                                ? "\"exit_code\":3"
                                : "0 segments, 0 archives, 0 records, 0 B: there is nothing to check\n")
                .doesNotContain("nothing is wrong");
    }

    @Test
    void tellsOfGaps() throws IOException {
        long from = TestJournal.nanos("09:00:00Z");
        write(List.of(TestJournal.mark("09:01:00Z", new Mark.Gap("event", "", from, from + 1, "the engine hung"))));
        assertThat(verify("journal")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.out())
                .containsPattern("gap       20261121-0901.cq4  byte \\d+ \\(.*\\): event from .*: the engine hung\n");
        assertThat(verify("--accept-gaps journal")).isEqualTo(ExitCode.OK);
    }

    private static int lastNonZero(byte[] bytes) {
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        return last;
    }
}
