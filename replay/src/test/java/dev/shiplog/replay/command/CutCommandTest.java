package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CutCommandTest {
    private static final String DB = TestJournal.DB;
    private static final String WEB = TestJournal.WEB;

    @TempDir
    private Path directory;

    private Terminal run(int code, String commandLine) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine)).as(commandLine + terminal.err()).isEqualTo(code);
        return terminal;
    }

    private static Record inspect(String id, String name, String time, String secret) {
        return TestJournal.record(
                Kind.INSPECT,
                id,
                time,
                "{\"Id\":\"" + id + "\",\"Name\":\"/" + name + "\",\"Config\":{\"Image\":\"" + name
                        + ":1\",\"Env\":[\"PASSWORD=" + secret + "\"]}}");
    }

    /** Ten minutes; the engine is away at the end of them. */
    private void record() throws IOException {
        List<Record> records = new ArrayList<>();
        records.add(TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("E", "28.5", "1.51")));
        records.add(TestJournal.record(Kind.HOST, "info", "09:00:00.2Z", "{\"ID\":\"E\",\"Name\":\"dockerhost\"}"));
        records.add(inspect(WEB, "web", "09:00:01Z", "older"));
        records.add(inspect(DB, "db", "09:00:01Z", "hunter2"));
        records.add(inspect(WEB, "web", "09:00:02Z", "newer"));
        for (int minute = 1; minute < 10; minute++) {
            records.add(TestJournal.stats(WEB, "web", "09:0" + minute + ":05Z", minute));
            records.add(TestJournal.stats(DB, "db", "09:0" + minute + ":06Z", 10L * minute));
        }
        records.add(TestJournal.mark("09:12:00Z", new Mark.EngineUp("E", "28.5", "1.51")));
        records.add(TestJournal.mark(
                "09:12:01Z",
                new Mark.Gap(
                        "stats",
                        "",
                        TestJournal.nanos("09:09:10Z"),
                        TestJournal.nanos("09:12:00Z"),
                        "the engine did not answer")));
        for (int second = 10; second < 60; second++) {
            records.add(TestJournal.stats(WEB, "web", "09:13:" + second + "Z", second));
        }
        records.add(TestJournal.mark("09:13:59.5Z", new Mark.CleanStop("SIGTERM")));
        Path journal = directory.resolve("journal");
        try (Appender appender = TestJournal.open(journal)) {
            Record start = TestJournal.mark("09:00:00Z", new Mark.SegmentStart("", 2));
            appender.setSnapshot(() -> List.of(start));
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --portable"})
    void holdsWhatTheSameOptionsExport(String form) throws Exception {
        record();
        String options = "--since 09:02 --until 09:05 --kind stats --filter name=web ";

        run(ExitCode.OK, "cut " + options + "-o cut.tar" + form + " journal");

        for (String format : List.of("raw", "envelope", "flat")) {
            String expected = run(ExitCode.OK, "export --format " + format + " " + options + "journal")
                    .out();
            assertThat(expected.lines()).hasSize(3);
            assertThat(run(ExitCode.OK, "export --format " + format + " cut.tar")
                            .out())
                    .as(format)
                    .isEqualTo(expected);
        }
    }

    @Test
    void canBeReadAlone() throws Exception {
        record();

        Terminal cut =
                run(ExitCode.OK, "cut --since 09:02 --until 09:05 --redact none --filter name=web -o cut.tar journal");

        assertThat(cut.out()).isEmpty();
        assertThat(cut.err()).startsWith("replay: cut 8 records to " + directory.resolve("cut.tar") + ", ");
        String state = run(ExitCode.OK, "export --restated --kind inspect,host,mark --format raw cut.tar")
                .out();
        assertThat(state)
                .contains("\"PASSWORD=newer\"")
                .doesNotContain("\"PASSWORD=older\"")
                .doesNotContain("hunter2")
                .contains("\"Name\":\"dockerhost\"")
                .contains("\"mark\":\"start\"")
                .contains("\"mark\":\"engine-up\"");
        assertThat(run(ExitCode.OK, "export cut.tar").out())
                .contains("\"host\":\"dockerhost\"", "\"container\":\"/web\"", "\"image\":\"web:1\"");
    }

    /** What a container was made from explains it, and may have been described long before. */
    @Test
    void keepsTheNewestDescriptionOfTheImagesOfItsContainers() throws Exception {
        String web =
                "{\"Id\":\"" + WEB + "\",\"Name\":\"/web\",\"Image\":\"sha256:a\",\"Config\":{\"Image\":\"shop:1\"}}";
        String db = "{\"Id\":\"" + DB + "\",\"Name\":\"/db\",\"Image\":\"sha256:b\",\"Config\":{\"Image\":\"db:1\"}}";
        EventsCommandTest.write(
                directory.resolve("journal"),
                new ArrayList<>(List.of(
                        TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
                        TestJournal.record(Kind.INSPECT, WEB, "09:00:01Z", web),
                        TestJournal.record(Kind.INSPECT, DB, "09:00:01Z", db),
                        image("a", "09:00:02Z", "[\"shop:1\"]"),
                        image("b", "09:00:02Z", "[\"db:1\"]"),
                        image("a", "09:00:03Z", "[]"),
                        TestJournal.stats(WEB, "web", "09:02:01Z", 1),
                        image("a", "09:02:02Z", "[\"shop:2\"]"),
                        image("b", "09:02:02Z", "[]"),
                        TestJournal.stats(WEB, "web", "09:02:03Z", 2))));

        run(ExitCode.OK, "cut --since 09:02 --until 09:05 --kind stats --filter name=web -o cut.tar journal");

        assertThat(run(ExitCode.OK, "export --restated --kind image --format raw cut.tar")
                        .out())
                .isEqualTo("""
                        {"Id":"sha256:a","RepoTags":[]}
                        {"Id":"sha256:a","RepoTags":["shop:2"]}
                        """);
    }

    private static Record image(String id, String time, String tags) {
        String subject = "sha256:" + id;
        return TestJournal.record(Kind.IMAGE, subject, time, "{\"Id\":\"" + subject + "\",\"RepoTags\":" + tags + "}");
    }

    @Test
    void reportsTheGapsOfItsRange() throws Exception {
        record();
        String options = "--since 09:08 --until 09:11 --kind stats ";

        Terminal cut = run(ExitCode.GAPS, "cut " + options + "-o cut.tar journal");
        assertThat(cut.err()).contains("the engine did not answer");

        Terminal export = run(ExitCode.GAPS, "export --format raw cut.tar");
        assertThat(export.err())
                .isEqualTo(run(ExitCode.GAPS, "export --format raw " + options + "journal")
                        .err());
        assertThat(export.out().lines()).hasSize(4);
    }

    @Test
    void removesSecretsByTheRulesOfTheRecorder() throws Exception {
        record();

        Terminal cut = run(ExitCode.OK, "cut --since 09:02 --until 09:05 -o cut.tar journal");

        assertThat(cut.err())
                .startsWith("replay: removed from 2 records: Config.Env.PASSWORD" + System.lineSeparator());
        String state = run(ExitCode.OK, "export --restated --kind inspect --format raw cut.tar")
                .out();
        assertThat(state)
                .contains("\"PASSWORD=<redacted>\"")
                .doesNotContain("newer")
                .doesNotContain("hunter2");
        run(ExitCode.OK, "cut --since 09:02 --until 09:05 --redact none -o all.tar journal");
        assertThat(run(ExitCode.OK, "export --restated --kind inspect --format raw all.tar")
                        .out())
                .contains("newer", "hunter2");
    }

    @Test
    void writesNothingIntoAJournal() throws Exception {
        record();
        Path journal = directory.resolve("journal");
        List<Path> before = DirectoryListing.of(journal);

        assertThat(run(ExitCode.USAGE, "cut -o journal/x.tar --since 09:02 journal")
                        .err())
                .isEqualTo("replay: -o journal/x.tar: " + journal + " is a journal; archives need a directory of their"
                        + " own; see 'replay cut --help'" + System.lineSeparator());

        assertThat(DirectoryListing.of(journal)).isEqualTo(before);
    }

    @Test
    void replacesNoFile() throws Exception {
        record();
        Files.writeString(directory.resolve("cut.tar"), "mine");

        Terminal cut = run(ExitCode.FAILED, "cut --since 09:02 -o cut.tar journal");

        assertThat(cut.err())
                .isEqualTo("replay: " + directory.resolve("cut.tar") + ": exists; cut replaces no file"
                        + System.lineSeparator());
        assertThat(directory.resolve("cut.tar")).hasContent("mine");
    }

    @Test
    void makesNoFileOfNothing() throws Exception {
        record();

        Terminal cut = run(ExitCode.FAILED, "cut --since 09:02 --filter name=dbs -o cut.tar journal");

        assertThat(cut.err())
                .contains("nothing is cut: ")
                .contains("; 2 containers are known there: db, web; replay ls shows from when to when");
        assertThat(run(ExitCode.FAILED, "cut --filter container=webb -o cut.tar journal")
                        .err())
                .contains("2 containers are known there: web, db; replay ls");
        assertThat(run(ExitCode.FAILED, "cut --since 09:59 -o cut.tar journal").err())
                .doesNotContain("known there");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("journal");
        }
    }

    @Test
    void canBeCutFromACut() throws Exception {
        record();
        run(ExitCode.OK, "cut --since 09:01 --until 09:08 -o large.tar journal");

        run(ExitCode.OK, "cut --since 09:02 --until 09:05 -o small.tar large.tar");

        assertThat(run(ExitCode.OK, "export --format envelope small.tar").out())
                .isEqualTo(run(ExitCode.OK, "export --format envelope --since 09:02 --until 09:05 journal")
                        .out());
        assertThat(run(ExitCode.OK, "export small.tar").out()).contains("\"image\":\"db:1\"");
    }

    @Test
    void isOfOneJournal() throws Exception {
        record();
        Files.createDirectory(directory.resolve("second"));
        TestJournal.write(
                        directory.resolve("second"),
                        List.of(
                                TestJournal.mark("09:20:00Z", new Mark.Start("1.0", Map.of())),
                                TestJournal.mark("09:20:00.1Z", new Mark.EngineUp("E", "28.5", "1.51")),
                                TestJournal.stats(WEB, "web", "09:20:05Z", 1)))
                .close();

        assertThat(run(ExitCode.FAILED, "cut --since 09:02 -o cut.tar journal second")
                        .err())
                .containsPattern("replay: an archive is of one journal, and these sources hold records of two: journal"
                        + " [-0-9a-f]{36} of host dockerhost and journal [-0-9a-f]{36} of host host; name the directory"
                        + " or the files of one")
                .doesNotContain("comes after");
        assertThat(directory.resolve("cut.tar")).doesNotExist();

        run(ExitCode.GAPS, "cut --since 09:02 --until 09:14 -o first.tar journal second");
        run(ExitCode.OK, "cut --since 09:20 -o second.tar journal second");
        run(ExitCode.OK, "cut --since 09:20 -o alone.tar second");
        String all = "export --format envelope --restated ";
        assertThat(run(ExitCode.GAPS, all + "first.tar").out()).doesNotContain("09:20:0");
        assertThat(run(ExitCode.OK, all + "second.tar").out())
                .contains("09:20:05")
                .isEqualTo(run(ExitCode.OK, all + "alone.tar").out());
    }
}
