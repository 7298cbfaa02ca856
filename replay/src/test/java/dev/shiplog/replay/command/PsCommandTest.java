package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PsCommandTest {
    @TempDir
    private Path directory;

    private Path journal;

    /** Ten minutes: web runs all the time; db lives for a minute, then again, while nobody listens in between. */
    private static final List<Record> RECORDS = List.of(
            TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.record(Kind.INSPECT, WEB, "09:00:00.5Z", description(WEB, "web", "running", "08:00:00Z", 0)),
            TestJournal.record(Kind.EVENT, DB, "09:01:00Z", TestJournal.event("create", "09:01:00Z")),
            TestJournal.record(Kind.EVENT, DB, "09:01:00.2Z", TestJournal.event("start", "09:01:00.2Z")),
            TestJournal.record(Kind.EVENT, DB, "09:02:00Z", died("09:02:00Z", 137)),
            // It was taken before the end of the container, and comes after it.
            TestJournal.record(Kind.INSPECT, DB, "09:02:00.1Z", description(DB, "db", "running", "09:01:00.19Z", 0)),
            TestJournal.record(Kind.EVENT, DB, "09:03:00Z", TestJournal.event("start", "09:03:00Z")),
            TestJournal.mark("09:04:00Z", new Mark.EngineDown("connection refused")),
            TestJournal.mark("09:06:00Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.mark(
                    "09:06:00.1Z",
                    new Mark.Gap(
                            "event",
                            "",
                            TestJournal.nanos("09:04:00Z"),
                            TestJournal.nanos("09:06:00Z"),
                            "connection refused")),
            synthetic("09:06:00.2Z", "die"),
            TestJournal.record(
                    Kind.INSPECT,
                    DB,
                    "09:06:00.3Z",
                    "{\"Id\":\"" + DB + "\",\"Name\":\"/db\",\"Path\":\"postgres\",\"Args\":[\"-c\",\"a b\"],\"State\":"
                            + "{\"Status\":\"exited\",\"StartedAt\":\"2026-11-21T09:03:00Z\",\"ExitCode\":3,"
                            + "\"FinishedAt\":\"2026-11-21T09:05:00Z\"},\"Config\":{\"Image\":\"postgres\"}}"),
            TestJournal.record(Kind.EVENT, DB, "09:08:00Z", TestJournal.event("destroy", "09:08:00Z")),
            TestJournal.mark("09:10:00Z", new Mark.CleanStop("SIGTERM")));

    private static String description(String id, String name, String status, String started, int code) {
        return "{\"Id\":\"" + id + "\",\"Created\":\"2026-11-21T" + started + "\",\"Name\":\"/" + name
                + "\",\"Path\":\"serve\",\"Args\":[],\"State\":{\"Status\":\"" + status
                + "\",\"StartedAt\":\"2026-11-21T" + started
                + "\",\"FinishedAt\":\"0001-01-01T00:00:00Z\",\"ExitCode\":" + code
                + "},\"Config\":{\"Image\":\"shop:1\",\"Labels\":{\"tier\":\"front\"}},\"NetworkSettings\":{\"Ports\":"
                + "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}],\"443/tcp\":null}}}";
    }

    private static String died(String time, int code) {
        return TestJournal.event("die", time)
                .replace("\"name\":\"db\"", "\"name\":\"db\",\"exitCode\":\"" + code + "\"");
    }

    private static Record synthetic(String time, String change) {
        Record mark = TestJournal.mark(time, new Mark.Synthetic(DB, change, "db"));
        return new Record(0, Kind.MARK, DB, mark.time(), mark.received(), mark.monotonic(), mark.payload());
    }

    @BeforeEach
    void write() throws IOException {
        journal = Files.createDirectory(directory.resolve("journal"));
        write(journal, RECORDS);
    }

    /** In one segment: a recorder would begin each with a snapshot, which is not there. */
    private static void write(Path journal, List<Record> records) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ps " + arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    @Test
    void listsWhatRanInTheWordsOfDocker() {
        assertThat(run("--at 2026-11-21T09:01:30Z journal", ExitCode.OK).out()).isEqualTo("""
                        CONTAINER ID   IMAGE      COMMAND   CREATED             STATUS             PORTS                           NAMES
                        b36156ce4d68   postgres             30 seconds ago      Up 29 seconds                                      db
                        8e8f401657b8   shop:1     "serve"   About an hour ago   Up About an hour   443/tcp, 0.0.0.0:8080->80/tcp   web
                        """);
    }

    @Test
    void anOldDescriptionDoesNotWakeTheDead() {
        assertThat(run("-a --at 2026-11-21T09:02:30Z --columns name,status journal", ExitCode.OK)
                        .out())
                .contains("db      Exited (137) 30 seconds ago")
                .contains("web     Up About an hour");
        assertThat(run("--at 2026-11-21T09:02:30Z -q journal", ExitCode.OK).out())
                .isEqualTo("8e8f401657b8\n");
    }

    @Test
    void insideAGapTheStateIsUnknown() {
        Terminal terminal = run("-a --at 2026-11-21T09:05:30Z --columns name,status journal", ExitCode.GAPS);
        assertThat(terminal.out())
                .contains("db      Unknown since 2026-11-21T09:04:00Z (was Up About a minute)")
                .contains("web     Unknown since 2026-11-21T09:04:00Z (was Up About an hour)");
        assertThat(terminal.err()).contains("connection refused");
    }

    @Test
    void whatOnlyAListShowsIsMarked() {
        assertThat(run("-a --at 2026-11-21T09:07:00Z --columns name,status,exit_code,known journal", ExitCode.OK)
                        .out())
                .contains("db      Exited (3) 2 minutes ago (listed)   3           listed")
                .contains("web     Up About an hour                                recorded");
    }

    @Test
    void aRemovedContainerIsGone() {
        assertThat(run("-a -q --at 2026-11-21T09:09:00Z journal", ExitCode.OK).out())
                .isEqualTo("8e8f401657b8\n");
    }

    @Test
    void outsideOfTheJournalNothingIsKnown() {
        Terminal before = run("-a -q --at 2026-11-21T08:59:00Z journal", ExitCode.GAPS);
        assertThat(before.out()).isEmpty();
        assertThat(before.err()).contains("the journal begins at 2026-11-21T09:00:00");
        Terminal after = run("--at 2026-11-21T09:30:00Z --columns name,status journal", ExitCode.GAPS);
        assertThat(after.out()).contains("web     Unknown since 2026-11-21T09:10:00Z (was Up ");
        assertThat(after.err())
                .isEqualTo("replay: not known of host at 2026-11-21T09:30:00Z, from 2026-11-21T09:10:00.001Z on:"
                        + " the journal ends" + System.lineSeparator());
    }

    /** A recorder that runs vouches for what is not in its journal, up to now, and for no other journal. */
    @Test
    void whatARunningRecorderDidNotRecordDidNotHappen() throws IOException {
        write(Files.createDirectory(directory.resolve("dead")), RECORDS.subList(0, 5));
        Path live = Files.createDirectory(directory.resolve("live"));
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(live, options, tail -> {})) {
            for (Record record : RECORDS.subList(0, 5)) {
                appender.append(record);
            }
            assertThat(run("--at 2026-11-21T09:30:00Z --columns name,status live", ExitCode.OK)
                            .out())
                    .contains("db      Up 28 minutes");
            Terminal both = run("--at 2026-11-21T09:30:00Z --columns name,status dead live", ExitCode.GAPS);
            assertThat(both.out()).contains("db      Unknown since", "db      Up 28 minutes");
            assertThat(both.err().lines()).hasSize(1);
            Terminal future = run("--at 2026-12-21T09:30:00Z --columns name,status live", ExitCode.GAPS);
            assertThat(future.out()).contains("db      Unknown since").doesNotContain("weeks\n");
        }
    }

    @Test
    void programsGetNumbersAndTimes() {
        assertThat(run("-a --at 2026-11-21T09:02:30Z --filter name=db --format json journal", ExitCode.OK)
                        .out())
                .contains("\"id\":\"" + DB + "\"", "\"status\":\"exited\"", "\"exit_code\":137")
                .contains("\"finished_at\":" + TestJournal.nanos("09:02:00Z") + ",\"finished_at_rfc3339\"");
        assertThat(run("-a --at 2026-11-21T09:02:30Z --format csv --columns name,labels,exit_code journal", 0)
                        .out())
                .isEqualTo("name,labels,exit_code\ndb,tier=front,137\nweb,tier=front,\n");
    }

    @Test
    void filtersByState() {
        assertThat(run("--at 2026-11-21T09:02:30Z --filter exited=137 -q journal", ExitCode.OK)
                        .out())
                .isEqualTo("b36156ce4d68\n");
        assertThat(run("--at 2026-11-21T09:02:30Z --filter status=asleep journal", ExitCode.USAGE)
                        .err())
                .contains("no such status");
        assertThat(run("--columns nome journal", ExitCode.USAGE).err()).contains("no such column; there are host, id");
    }

    @Test
    void takesFiltersAsDockerDoes() {
        assertThat(run("-a --at 2026-11-21T09:02:30Z -f name=db --columns name journal", ExitCode.OK)
                        .out())
                .isEqualTo("NAMES\ndb\n");
        Terminal usage = new Terminal(directory);
        assertThat(usage.run("events -f event=start --engine-only --until 2026-11-21T09:02:30Z journal"))
                .as(usage.err())
                .isEqualTo(ExitCode.OK);
        assertThat(usage.out()).contains(" container start ").doesNotContain(" die ");
        usage = new Terminal(directory);
        assertThat(usage.run("stats --at 2026-11-21T09:02:30Z -f name=db --columns name journal"))
                .as(usage.err())
                .isEqualTo(ExitCode.OK);
        assertThat(usage.out()).isEqualTo("NAME\n");
    }

    @Test
    void aContainerThatIsNamedIsListedWhateverItDoes() {
        assertThat(run("--name db --at 2026-11-21T09:02:30Z --columns name,status journal", ExitCode.OK)
                        .out())
                .startsWith("NAMES   STATUS\ndb ");
        for (String when :
                List.of("--at 2026-11-21T09:02:30Z", "--since 2026-11-21T09:00:05Z --until 2026-11-21T09:02:30Z")) {
            assertThat(run("--name nobody " + when + " --columns name journal", ExitCode.GAPS)
                            .out())
                    .isEqualTo("NAMES\n");
            assertThat(run("--name nobody " + when + " journal", ExitCode.GAPS).err())
                    .contains("--name 'nobody': no such container then; there are ");
            assertThat(run("--filter name=nobody " + when + " journal", ExitCode.OK)
                            .err())
                    .isEmpty();
        }
    }

    /** {@code docker} takes names as operands. */
    @Test
    void aNameBesideASourceIsNoFile() {
        assertThat(run("db journal", ExitCode.FAILED).err())
                .isEqualTo("replay: " + directory.resolve("db") + ": no such file or directory; for a container of this"
                        + " name write --name db" + System.lineSeparator());
        Terminal inspect = new Terminal(directory);
        assertThat(inspect.run("inspect journal db")).isEqualTo(ExitCode.FAILED);
        assertThat(inspect.err()).contains("write --name db");
        for (String other : List.of("ps ./db journal", "ps db", "verify db journal", "images db journal")) {
            Terminal terminal = new Terminal(directory);
            assertThat(terminal.run(other)).as(other).isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err())
                    .as(other)
                    .contains("db: no such file or directory")
                    .doesNotContain("container");
        }
    }

    /** Each host is read to the moment, and no farther than it needs. */
    @Test
    void severalHostsInOneDirectoryOfArchives() throws IOException {
        Path second = Files.createDirectory(directory.resolve("second"));
        List<Record> others = RECORDS.subList(0, 6);
        write(second, others);
        Files.createDirectory(directory.resolve("archives"));
        for (String name : List.of("journal", "second")) {
            assertThat(new Terminal(directory).run("archive --all --to archives " + name))
                    .isZero();
        }
        Terminal terminal = run("-a --at 2026-11-21T09:01:30Z --columns host,name archives", ExitCode.OK);
        assertThat(terminal.out().lines().filter(line -> line.contains("db")))
                .as(terminal.out())
                .hasSize(2);
        assertThat(terminal.out().lines().filter(line -> line.contains("web"))).hasSize(2);
    }

    /** An archive has a block of samples alone between a pause and the moment. */
    @Test
    void nothingOnTheWayToTheMomentIsPassedOver() throws IOException {
        List<Record> records = new ArrayList<>(RECORDS.subList(0, 8));
        for (int i = 0; i < 40_000; i++) {
            String time = "09:%02d:%02d.%03dZ".formatted(4 + i / 10_000, i / 200 % 50, i % 200);
            records.add(
                    i == 20_000
                            ? TestJournal.record(Kind.EVENT, DB, time, TestJournal.event("pause", time))
                            : TestJournal.stats(WEB, "web", time, i));
        }
        Path samples = Files.createDirectory(directory.resolve("samples"));
        write(samples, records);
        Files.createDirectory(directory.resolve("archives"));
        Terminal archiving = new Terminal(directory);
        assertThat(archiving.run("archive --all --to archives samples"))
                .as(archiving.err())
                .isZero();
        String arguments = "-a --at 2026-11-21T09:07:30Z --columns name,status ";
        assertThat(run(arguments + "archives", ExitCode.OK).out())
                .contains("db      Up 4 minutes (Paused)")
                .isEqualTo(run(arguments + "samples", ExitCode.OK).out());
    }
}
