package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    @TempDir
    private Path directory;

    private Terminal terminal;

    /** db is stopped, fails when it is started again, and ends while nobody listens; web runs. */
    private static final List<Record> RECORDS = List.of(
            TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.record(
                    Kind.INSPECT,
                    WEB,
                    "09:00:00.5Z",
                    "{\"Id\":\"" + WEB + "\",\"Name\":\"/web\",\"State\":{\"Status\":\"running\",\"StartedAt\":"
                            + "\"2026-11-21T08:00:00Z\"},\"HostConfig\":{},\"Config\":{\"Image\":\"shop:1\"}}"),
            event("create", "09:01:00Z", ""),
            described("09:01:00.1Z", 0, ""),
            event("start", "09:01:00.2Z", ""),
            event("kill", "09:02:00Z", "signal\":\"15"),
            event("die", "09:02:00.1Z", "exitCode\":\"0"),
            event("stop", "09:02:00.2Z", ""),
            event("start", "09:20:00Z", ""),
            event("die", "09:21:00Z", "exitCode\":\"3"),
            described("09:21:00.1Z", 3, "09:20:59.9Z"),
            event("start", "09:30:00Z", ""),
            TestJournal.mark("09:35:00Z", new Mark.CleanStop("SIGTERM")),
            TestJournal.mark("09:40:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:40:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.mark(
                    "09:40:00.2Z",
                    new Mark.Gap(
                            "event",
                            "",
                            TestJournal.nanos("09:35:00Z"),
                            TestJournal.nanos("09:40:00Z"),
                            "the recorder was not running")),
            described("09:40:00.3Z", 7, "09:36:00Z"),
            synthetic("09:40:01Z"),
            TestJournal.stats(WEB, "web", "09:45:00Z", 1),
            TestJournal.mark("09:50:00Z", new Mark.CleanStop("SIGTERM")));

    private static Record event(String action, String time, String attribute) {
        String event = TestJournal.event(action, time);
        return TestJournal.record(
                Kind.EVENT,
                DB,
                time,
                attribute.isEmpty()
                        ? event
                        : event.replace("\"name\":\"db\"", "\"name\":\"db\",\"" + attribute + "\""));
    }

    private static Record described(String time, int code, String finished) {
        String started = finished.startsWith("09:36") ? "09:29:59.9Z" : "09:19:59.9Z";
        String state = finished.isEmpty()
                ? "\"Status\":\"created\""
                : "\"Status\":\"exited\",\"ExitCode\":" + code + ",\"StartedAt\":\"2026-11-21T" + started
                        + "\",\"FinishedAt\":\"2026-11-21T" + finished + "\"";
        return TestJournal.record(
                Kind.INSPECT,
                DB,
                time,
                "{\"Id\":\"" + DB + "\",\"Name\":\"/db\",\"State\":{" + state
                        + "},\"HostConfig\":{},\"Config\":{\"Image\":\"postgres\",\"Labels\":{"
                        + "\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"db\"}}}");
    }

    private static Record synthetic(String time) {
        Record mark = TestJournal.mark(time, new Mark.Synthetic(DB, "die", "db"));
        return new Record(0, Kind.MARK, DB, mark.time(), mark.received(), mark.monotonic(), mark.payload());
    }

    @BeforeEach
    void write() throws IOException {
        TestJournal.write(directory, RECORDS).close();
        terminal = new Terminal(directory);
    }

    @Test
    void tellsPeopleOfAnEnd() {
        assertThat(terminal.run("explain --name db --at 2026-11-21T09:25:00Z ."))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo("""
                2026-11-21T09:21:00Z  db on host: failed, certain
                  It ended by itself with exit code 3, 1 min after it was started.
                  Recorded:
                    2026-11-21T09:20:00Z  it was started
                    2026-11-21T09:21:00Z  the engine reported its end, with exit code 3
                    2026-11-21T09:21:00.101Z  its description said: exited, exit code 3
                  Not known:
                    What it printed: no line of its log was recorded.
                """);
    }

    /** The lines come after the end, as those that are asked for then; one is of the life before, one of the next. */
    @Test
    void tellsWhatItPrintedBeforeItsEnd() throws IOException {
        List<Record> records = new ArrayList<>(RECORDS);
        List<Record> lines = List.of(
                line("09:02:00.05Z", 1, "bye"),
                line("09:20:59Z", 1, "x".repeat(400)),
                line("09:20:59.8Z", 2, "out of luck\33[0m"),
                line("09:30:00.1Z", 1, "up again"));
        int after = 12; // the description of that end
        records.addAll(after, lines.subList(0, 3));
        records.add(after + 4, lines.get(3));
        Path journal = Files.createDirectory(directory.resolve("logged"));
        TestJournal.write(journal, records).close();

        assertThat(terminal.run("explain --name db --at 2026-11-21T09:25:00Z logged"))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .contains("    2026-11-21T09:20:59Z  it printed on stdout: " + "x".repeat(300) + "…\n")
                .contains("    2026-11-21T09:20:59.8Z  it printed on stderr: out of luck")
                .doesNotContain("bye", "up again", "What it printed");
    }

    /** The engine tells of a start when the container runs already. */
    @Test
    void whatItPrintedBeforeTheEngineToldOfItsStartIsItsOwn() throws IOException {
        List<Record> records = new ArrayList<>(RECORDS);
        records.addAll(12, List.of(line("09:19:59.3Z", 1, "someone else's"), line("09:19:59.99Z", 2, "boom")));
        Path journal = Files.createDirectory(directory.resolve("early"));
        TestJournal.write(journal, records).close();
        terminal.run("explain --name db --at 2026-11-21T09:25:00Z early");
        assertThat(terminal.out())
                .contains("    2026-11-21T09:19:59.99Z  it printed on stderr: boom")
                .doesNotContain("someone else's", "What it printed");
    }

    private static Record line(String time, int stream, String text) {
        String nine =
                "2026-11-21T" + time.substring(0, time.length() - 1) + (time.contains(".") ? "" : ".") + "000000000";
        return TestJournal.record(Kind.LOG, DB, time, (char) stream + nine.substring(0, 29) + "Z " + text + "\n");
    }

    @Test
    void tellsProgramsOfAllEndsOfARange() {
        assertThat(terminal.run("explain --since 2026-11-21T09:00:00Z --format json ."))
                .isEqualTo(ExitCode.GAPS);
        assertThat(terminal.out().lines()).hasSize(3);
        assertThat(terminal.out().lines().findFirst().orElseThrow())
                .startsWith("{\"host\":\"host\",\"container\":\"db\",\"id\":\"" + DB
                        + "\",\"project\":\"shop\",\"service\":\"db\","
                        + "\"image\":\"postgres\",\"state\":\"ended\",\"started\":" + TestJournal.nanos("09:01:00.2Z"))
                .contains(
                        "\"duration_s\":59.900,\"exit_code\":0,\"signal\":null,\"cause\":\"stopped\",\"confidence\":\"likely\","
                                + "\"summary\":\"A client had it stopped, 59.9 s after it was started; it ended 100 ms after SIGTERM,"
                                + " with exit code 0 (success).\",\"first_mover\":null,\"followed\":[],\"restarted\":null,"
                                + "\"restarts\":0,\"factors\":[],\"evidence\":[{\"time\":");
        assertThat(terminal.out()).contains("\"exit_code\":7,\"signal\":null,\"cause\":\"unknown\"");
    }

    /** After the recorder is back, db is gone. */
    @Test
    void tellsBetweenWhichTimesAnEndWasThatNobodySaw() throws IOException {
        Path other = directory.resolve("other");
        Files.createDirectories(other);
        List<Record> records = new ArrayList<>(RECORDS);
        records.removeIf(record -> new String(record.payload(), StandardCharsets.UTF_8).contains("09:36:00Z"));
        TestJournal.write(other, records).close();
        String command = "explain --name db --at 2026-11-21T09:46:00Z";
        assertThat(terminal.run(command + " other")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.out())
                .startsWith("between 2026-11-21T09:35:00Z and 2026-11-21T09:40:01Z  db on host: unknown\n");
        Terminal json = new Terminal(directory);
        assertThat(json.run(command + " --format json other")).isEqualTo(ExitCode.GAPS);
        assertThat(json.out())
                .contains(
                        "\"ended\":null,\"ended_after\":" + TestJournal.nanos("09:35:00Z"),
                        "\"ended_before\":" + TestJournal.nanos("09:40:01Z"),
                        "\"duration_s\":null");
    }

    @Test
    void tellsOfTheNewestEndsBeforeAMomentAlone() {
        assertThat(terminal.run("explain --at 2026-11-21T09:25:00Z --format json ."))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out().lines()).singleElement().asString().contains("\"exit_code\":3");
    }

    @Test
    void saysThatNothingEnded() {
        assertThat(terminal.run("explain --at 2026-11-21T09:15:00Z .")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.err()).contains("nothing ended then");
        assertThat(new Terminal(directory).run("explain --name nobody --at 2026-11-21T09:15:00Z ."))
                .isEqualTo(ExitCode.GAPS);
    }

    @Test
    void tellsOfANamedContainerThatRuns() {
        assertThat(terminal.run("explain --name web --at 2026-11-21T09:46:00Z --format json ."))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .contains(
                        "\"state\":\"running\"",
                        "\"ended\":null",
                        "\"cause\":null",
                        "It has been running for 1 h 46 min");
    }

    @Test
    void saysOfANamedContainerThatRunsUpToWhenThatIsKnown() {
        terminal.run("explain --name web --at 2026-11-21T09:46:00Z .");
        assertThat(terminal.out()).startsWith("web on host still ran at 2026-11-21T09:46:00Z\n");
        terminal.run("explain --name web --at 2026-11-21T11:00:00Z .");
        assertThat(terminal.out())
                .contains("web on host still ran at 2026-11-21T09:50:00.001Z, where the recording ends\n");
    }

    @Test
    void takesTheEndOfAJournalThatNobodyWritesToForNow() throws IOException {
        TestJournal.write(directory.resolve("short"), RECORDS.subList(0, 12)).close();
        assertThat(terminal.run("explain short")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("2026-11-21T09:21:00Z  db on host: failed");
        assertThat(terminal.err())
                .startsWith(
                        "replay: no recorder writes to it now: told is what was known at its end, 2026-11-21T09:21:00");
    }

    @Test
    void saysOfANamedContainerThatItWasNeverStarted() throws IOException {
        TestJournal.write(directory.resolve("new"), RECORDS.subList(0, 5)).close();
        assertThat(terminal.run("explain --name db new")).isEqualTo(ExitCode.GAPS);
        assertThat(terminal.err()).contains("db was never started").doesNotContain("no such container");
    }

    @Test
    void namesTheProjectsThatThereAre() {
        assertThat(terminal.run("explain --project nosuch --at 2026-11-21T09:25:00Z ."))
                .isEqualTo(ExitCode.GAPS);
        assertThat(terminal.err()).contains("--project 'nosuch': no such project then; there are shop");
    }

    /** db is renamed to db2 while it runs, and to db3 after its end. */
    @Test
    void findsAContainerByEachNameOfItsLife() throws IOException {
        List<Record> records = new ArrayList<>(RECORDS.subList(0, 6));
        records.add(renamed("09:01:30Z", "db2"));
        for (Record record : RECORDS.subList(6, 9)) {
            String event = new String(record.payload(), StandardCharsets.UTF_8).replace("\"db\"", "\"db2\"");
            records.add(TestJournal.record(Kind.EVENT, DB, "09:02:00." + records.size() + "Z", event));
        }
        records.add(renamed("09:02:30Z", "db3"));
        TestJournal.write(directory.resolve("renamed"), records).close();
        for (String name : List.of("db", "db2")) {
            Terminal one = new Terminal(directory);
            assertThat(one.run("explain --name " + name + " --at 2026-11-21T09:03:00Z renamed"))
                    .as(one.err())
                    .isEqualTo(ExitCode.OK);
            assertThat(one.out()).contains("  db2 on host: stopped");
        }
    }

    private static Record renamed(String time, String name) {
        return TestJournal.record(
                Kind.EVENT,
                DB,
                time,
                TestJournal.event("rename", time).replace("\"name\":\"db\"", "\"name\":\"" + name + "\""));
    }

    @Test
    void choosesAProject() {
        assertThat(terminal.run("explain --project shop --since 2026-11-21T09:20:30Z --until 2026-11-21T09:25:00Z ."))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("db on host: failed, certain");
        Terminal other = new Terminal(directory);
        assertThat(other.run("explain --project other --since 2026-11-21T09:00:00Z ."))
                .isEqualTo(ExitCode.GAPS);
        assertThat(other.out()).isEmpty();
    }
}
