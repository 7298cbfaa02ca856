package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreCommandTest {
    private static final String RESTORED = "replay: restored 9 records in 2 segments to ";

    @TempDir
    private Path directory;

    private Path journal;
    private Path target;

    @BeforeEach
    void write() throws IOException {
        journal = directory.resolve("journal");
        target = directory.resolve("restored");
        TestJournal.write(journal, TestJournal.RECORDS).close();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Terminal run(Path directory, int code, String commandLine) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine)).as(commandLine + terminal.err()).isEqualTo(code);
        return terminal;
    }

    private Terminal run(int code, String commandLine) {
        return run(directory, code, commandLine);
    }

    private String envelopes(Path source) {
        return run(ExitCode.OK, "export --restated --format envelope " + source).out();
    }

    @Nested
    class OfARestoredJournal implements ExportContract {
        @BeforeEach
        void restore() {
            run(ExitCode.OK, "restore --to restored journal");
        }

        @Override
        public Path journal() {
            return target;
        }

        @Override
        public Path work() {
            return directory;
        }
    }

    @Test
    void makesTheSameSegmentsAgain() throws Exception {
        Terminal terminal = run(ExitCode.OK, "restore --to restored journal");

        assertThat(terminal.err()).isEqualTo(RESTORED + target + System.lineSeparator());
        assertThat(terminal.out()).isEmpty();
        assertThat(names(target)).containsExactly("20261121-0912.cq4", "20261121-0913.cq4", JournalLock.FILE);
        assertThat(envelopes(target)).isEqualTo(envelopes(journal));
        assertThat(JournalLock.isHeld(target)).isFalse();
    }

    @Test
    void anAppenderGoesOnAfterIt() throws Exception {
        run(ExitCode.OK, "restore --to restored journal");
        String before = envelopes(target);

        try (Appender appender = TestJournal.open(target)) {
            assertThat(appender.recovery().lastSequence()).isEqualTo(9);
            appender.append(TestJournal.stats(TestJournal.WEB, "web", "09:13:59.9Z", 120)); // the period is not over
        }

        assertThat(Catalog.names(target)).extracting(SegmentName::text).doesNotContain("20261121-0913.cq4.1");
        assertThat(envelopes(target)).startsWith(before).contains("\"sequence\":10,");
    }

    @Test
    void writesWhatSeveralSourcesHoldOnce() throws Exception {
        run(ExitCode.OK, "restore --to restored journal");

        Terminal again = run(ExitCode.OK, "restore --to again journal/20261121-0912.cq4 restored journal");

        assertThat(again.err()).endsWith(RESTORED + directory.resolve("again") + System.lineSeparator());
        assertThat(envelopes(directory.resolve("again"))).isEqualTo(envelopes(journal));
    }

    @Test
    void needsTheSourcesInTheOrderOfTheirRecords() throws Exception {
        Files.createDirectory(directory.resolve("first"));
        Files.move(journal.resolve("20261121-0912.cq4"), directory.resolve("first/20261121-0912.cq4"));

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored journal first");
        assertThat(terminal.err())
                .endsWith("record 1 of 20261121-0912.cq4 comes after record 9: name the sources in the order of their"
                        + " records" + System.lineSeparator());
        assertThat(target).doesNotExist();

        run(ExitCode.OK, "restore --to restored first journal");
        assertThat(envelopes(target).lines()).hasSize(9);
    }

    @Test
    void keepsAHoleWhereRecordsAreLost() throws Exception {
        Path segment = journal.resolve("20261121-0912.cq4");
        byte[] bytes = Files.readAllBytes(segment);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("shop:1");
        bytes[at] ^= 1;
        Files.write(segment, bytes);

        Terminal terminal = run(ExitCode.DAMAGE, "restore --to restored journal");

        assertThat(terminal.err())
                .contains("lost: 20261121-0912.cq4, ")
                .contains("replay: restored ")
                .contains("in 2 segments");
        String found = run(ExitCode.DAMAGE, "export --format envelope journal").out();
        Terminal again = run(ExitCode.DAMAGE, "export --format envelope restored");
        assertThat(again.out()).isEqualTo(found);
        assertThat(again.err()).contains("records are missing, though nothing around them is damaged");
    }

    @Test
    void refusesADirectoryThatIsNotEmpty() throws Exception {
        Files.createDirectory(target);
        Files.writeString(target.resolve("notes.txt"), "mine");

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored journal");

        assertThat(terminal.err())
                .isEqualTo(
                        "replay: " + target + ": is not empty (notes.txt); a journal is restored to a directory of its"
                                + " own" + System.lineSeparator());
        assertThat(names(target)).containsExactly("notes.txt");
    }

    @Test
    void refusesALinkToNothing() throws Exception {
        Files.createSymbolicLink(target, directory.resolve("nowhere"));

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored journal");

        assertThat(terminal.err())
                .isEqualTo("replay: " + target + ": is a link to nothing; name a directory" + System.lineSeparator());
        assertThat(directory.resolve("nowhere")).doesNotExist();
    }

    @Test
    void neverAddsToAJournal() throws Exception {
        List<String> before = names(journal);

        assertThat(run(ExitCode.FAILED, "restore --to journal journal").err()).contains("is not empty");

        assertThat(names(journal)).isEqualTo(before);
    }

    @Test
    void refusesTwoJournalsAtOnce() throws Exception {
        TestJournal.write(directory.resolve("other"), TestJournal.RECORDS).close();

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored journal other");

        assertThat(terminal.err())
                .contains("the sources hold 2 journals: ")
                .containsPattern(": [0-9a-f-]{36} from [^ ]+ on, [0-9a-f-]{36} from [^ ]+ on; name the files of one")
                .hasLineCount(1);
        assertThat(target).doesNotExist();
    }

    /** Else a recorder would go on with a journal of which most is missing. */
    @Test
    void refusesACut() throws Exception {
        run(ExitCode.OK, "cut --kind stats -o cut.tar journal");

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored cut.tar");

        assertThat(terminal.err()).contains("cut.tar: holds a choice of records");
        assertThat(target).doesNotExist();
    }

    @Test
    void leavesNothingIfItIsInterrupted() {
        Terminal terminal = new Terminal(directory);
        terminal.interrupt();

        assertThat(terminal.run("restore --to restored journal")).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.err()).isEqualTo("replay: interrupted after 0 records" + System.lineSeparator());
        assertThat(target).doesNotExist();
    }

    @Test
    void leavesADirectoryThatWasThereEmptyIfItFails() throws Exception {
        Files.createDirectory(target);
        Path empty = directory.resolve("empty");
        Files.createDirectory(empty);
        Files.createFile(empty.resolve(JournalLock.FILE));

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored empty");

        assertThat(terminal.err()).contains("nothing is restored: the sources hold no record that can be read");
        assertThat(names(target)).isEmpty();
    }

    @Test
    void needsToKnowWhichJournalItIs() throws Exception {
        Path segment = directory.resolve("20261121-0912.cq4");
        byte[] bytes = Files.readAllBytes(journal.resolve("20261121-0912.cq4"));
        Arrays.fill(bytes, 0x8110, 0x8110 + 100, (byte) 1);
        Files.write(segment, bytes);

        Terminal terminal = run(ExitCode.FAILED, "restore --to restored " + segment);
        assertThat(terminal.err()).contains(segment + ": of which journal it is cannot be read");
        assertThat(target).doesNotExist();

        run(ExitCode.DAMAGE, "restore --to restored " + segment + " journal/20261121-0913.cq4");
    }

    @Test
    void aDirectoryIsForItsOwner() throws Exception {
        run(ExitCode.OK, "restore --to restored journal");

        assertThat(Files.getPosixFilePermissions(target)).hasSize(3);
        assertThat(Files.getPosixFilePermissions(target.resolve("20261121-0912.cq4")))
                .hasSize(2);
    }
}
