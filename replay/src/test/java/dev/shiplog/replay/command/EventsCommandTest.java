package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsCommandTest {
    @TempDir
    private Path directory;

    /** Ten minutes; the engine is away from 09:04 to 09:06, and repeats one of two events then. */
    private static final List<Record> RECORDS = List.of(
            TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.record(Kind.EVENT, DB, "09:01:00.25Z", TestJournal.event("start", "09:01:00.25Z")),
            TestJournal.stats(DB, "db", "09:02:00Z", 100),
            network("09:03:00Z"),
            TestJournal.mark("09:04:00Z", new Mark.EngineDown("connection refused")),
            TestJournal.mark("09:06:00Z", new Mark.EngineUp("id", "20.10", "1.41")),
            late(TestJournal.event("pause", "09:05:30Z"), "09:05:30Z", "09:06:00.1Z"),
            TestJournal.mark(
                    "09:06:00.2Z",
                    new Mark.Gap(
                            "event",
                            "",
                            TestJournal.nanos("09:04:00Z"),
                            TestJournal.nanos("09:05:30Z"),
                            "connection refused")),
            TestJournal.mark(
                    "09:06:00.2Z",
                    new Mark.Gap(
                            "stats", "", TestJournal.nanos("09:04:00Z"), TestJournal.nanos("09:06:00Z"), "as above")),
            synthetic("09:06:00.3Z", "die"),
            TestJournal.record(Kind.EVENT, DB, "09:08:00Z", TestJournal.event("destroy", "09:08:00Z")),
            TestJournal.mark("09:10:00Z", new Mark.CleanStop("SIGTERM")));

    private static Record network(String time) {
        return TestJournal.record(
                Kind.EVENT,
                "net1",
                time,
                "{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"net1\",\"Attributes\":{\"type\":\"bridge\","
                        + "\"name\":\"a\\nb\",\"container\":\"" + DB + "\"}},\"scope\":\"local\",\"timeNano\":"
                        + TestJournal.nanos(time) + "}");
    }

    private static Record late(String event, String time, String received) {
        long at = TestJournal.nanos(received);
        byte[] payload = event.getBytes(StandardCharsets.UTF_8);
        return new Record(0, Kind.EVENT, DB, TestJournal.nanos(time), at, at / 7, payload);
    }

    private static Record synthetic(String time, String change) {
        Record mark = TestJournal.mark(time, new Mark.Synthetic(DB, change, "db"));
        return new Record(0, Kind.MARK, DB, mark.time(), mark.received(), mark.monotonic(), mark.payload());
    }

    private static Appender open(Path journal) throws IOException {
        return Appender.open(journal, new Appender.Options(Roll.HOURLY, "vm7", "boot", "test 1", 0), tail -> {});
    }

    static void write(Path journal, List<Record> records) throws IOException {
        try (Appender appender = open(journal)) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    @BeforeEach
    void write() throws IOException {
        write(directory.resolve("journal"), RECORDS);
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("events " + arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    private static Record exec(String action, String more, String time) {
        String event = TestJournal.event(action, time).replace("\"image\"", "\"execID\":\"e1\"," + more + "\"image\"");
        return TestJournal.record(Kind.EVENT, DB, time, event);
    }

    @Test
    void namesTheCommandWhereItEnds() throws IOException {
        List<Record> records = List.of(
                TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
                exec("exec_create: sh -c 'exit 3'", "", "09:01:00Z"),
                exec("exec_start: sh -c 'exit 3'", "", "09:01:01Z"),
                exec("exec_die", "\"exitCode\":\"3\",", "09:01:02Z"),
                exec("exec_die", "\"exitCode\":\"4\",", "09:01:03Z"));
        write(directory.resolve("execs"), records);
        String joined = "2026-11-21T09:01:02.000000000Z container exec_die " + DB
                + " (command=sh -c 'exit 3', execID=e1, exitCode=3, image=postgres, name=db)\n";
        String alone = "2026-11-21T09:01:03.000000000Z container exec_die " + DB
                + " (execID=e1, exitCode=4, image=postgres, name=db)\n";
        assertThat(run("--filter event=exec_die execs", ExitCode.OK).out()).isEqualTo(joined + alone);
        assertThat(run("execs", ExitCode.OK).out()).endsWith(joined + alone);
        assertThat(run("--engine-only execs", ExitCode.OK).out())
                .contains("exec_die")
                .doesNotContain("command=");
        assertThat(run("--format json --filter event=exec_die execs", ExitCode.OK)
                        .out())
                .isEqualTo(new String(records.get(3).payload(), StandardCharsets.UTF_8) + "\n"
                        + new String(records.get(4).payload(), StandardCharsets.UTF_8) + "\n");
    }

    @Test
    void printsCountsOfCommandsInOneLine() throws IOException {
        Mark counted = new Mark.Execs(
                DB,
                "sh -c probe",
                TestJournal.nanos("09:01:00.5Z"),
                TestJournal.nanos("09:01:50Z"),
                4,
                4,
                3,
                Map.of("0", 2L, "1", 1L),
                "0123456789abcdef");
        Record mark = TestJournal.mark("09:01:50Z", counted);
        write(
                directory.resolve("execs"),
                List.of(
                        TestJournal.record(Kind.EVENT, DB, "09:01:00Z", TestJournal.event("start", "09:01:00Z")),
                        TestJournal.record(Kind.EVENT, DB, "09:01:20Z", TestJournal.event("pause", "09:01:20Z")),
                        new Record(0, Kind.MARK, DB, mark.time(), mark.received(), mark.monotonic(), mark.payload())));
        String line = "2026-11-21T09:01:50.000000000Z shiplog execs " + DB
                + " (command=sh -c probe, created=4, died=3, exitCode0=2, exitCode1=1, from=2026-11-21T09:01:00.5Z,"
                + " started=4, to=2026-11-21T09:01:50Z)\n";
        assertThat(run("execs", ExitCode.OK).out().lines()).hasSize(3).last().isEqualTo(line.strip());
        assertThat(run("--filter name=db execs", ExitCode.OK).out()).contains(line);
        assertThat(run("--filter name=web execs", ExitCode.OK).out()).isEmpty();
        assertThat(run("--filter event=pause execs", ExitCode.OK).out().lines()).hasSize(1);
        assertThat(run("--engine-only execs", ExitCode.OK).out()).doesNotContain("shiplog");
    }

    @Test
    void printsWhatDockerDoesAndTheRecordersWordsAtTheirPlace() {
        Terminal terminal = run("journal", ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("""
                        2026-11-21T09:00:00.000000000Z shiplog start (version=1.0)
                        2026-11-21T09:00:00.100000000Z shiplog engine-up (apiVersion=1.41, version=20.10)
                        2026-11-21T09:01:00.250000000Z container start ID (image=postgres, name=db)
                        2026-11-21T09:03:00.000000000Z network connect net1 (container=ID, name=a\\x0ab, type=bridge)
                        2026-11-21T09:04:00.000000000Z shiplog engine-down (reason=connection refused)
                        2026-11-21T09:04:00.000000000Z shiplog gap (kind=event, reason=connection refused, to=2026-11-21T09:05:30Z)
                        2026-11-21T09:05:30.000000000Z container pause ID (image=postgres, name=db)
                        2026-11-21T09:06:00.000000000Z shiplog engine-up (apiVersion=1.41, version=20.10)
                        2026-11-21T09:06:00.300000000Z shiplog synthetic ID (change=die, name=db)
                        2026-11-21T09:08:00.000000000Z container destroy ID (image=postgres, name=db)
                        2026-11-21T09:10:00.000000000Z shiplog clean-stop (reason=SIGTERM)
                        """.replace("ID", DB));
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void theEngineAlone() {
        Terminal terminal = run("--engine-only --tz +02:00 journal", ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("""
                        2026-11-21T11:01:00.250000000+02:00 container start ID (image=postgres, name=db)
                        2026-11-21T11:03:00.000000000+02:00 network connect net1 (container=ID, name=a\\x0ab, type=bridge)
                        2026-11-21T11:05:30.000000000+02:00 container pause ID (image=postgres, name=db)
                        2026-11-21T11:08:00.000000000+02:00 container destroy ID (image=postgres, name=db)
                        """.replace("ID", DB));
        assertThat(terminal.err())
                .contains("gap: event from 2026-11-21T09:04:00Z")
                .doesNotContain("stats");
    }

    @Test
    void programsGetTheEnginesBytes() {
        assertThat(run("--engine-only --format json --until 2026-11-21T09:02:00Z journal", ExitCode.OK)
                        .out())
                .isEqualTo(TestJournal.event("start", "09:01:00.25Z") + "\n");
        assertThat(run("--format json --since 2026-11-21T09:06:00.3Z --until 2026-11-21T09:07:00Z journal", 0)
                        .out())
                .isEqualTo("{\"Type\":\"shiplog\",\"Action\":\"synthetic\",\"Actor\":{\"ID\":\"" + DB
                        + "\",\"Attributes\":{\"change\":\"die\",\"name\":\"db\"}},\"scope\":\"local\",\"time\":"
                        + TestJournal.nanos("09:06:00Z") / 1_000_000_000 + ",\"timeNano\":"
                        + TestJournal.nanos("09:06:00.3Z") + "}\n");
    }

    @Test
    void filtersHoldForWhatNoEventToldOf() {
        assertThat(run("--filter event=die journal", ExitCode.GAPS).out())
                .contains("shiplog synthetic", "shiplog gap")
                .doesNotContain(" container ", "shiplog start", "engine-up", "engine-down", "clean-stop");
        assertThat(run("--filter type=network journal", ExitCode.GAPS).out())
                .contains("network connect", "shiplog gap")
                .doesNotContain("synthetic", " container ");
        assertThat(run("--filter container=web journal", ExitCode.GAPS).out())
                .contains("shiplog gap", "engine-up")
                .doesNotContain("synthetic", " container ", "network connect");
        assertThat(run("--filter kind=stats journal", ExitCode.USAGE).err()).contains("no events");
    }

    @Test
    void aStepOfTheClockIsPassedByNothing() throws IOException {
        Path journal = directory.resolve("stepped");
        write(
                journal,
                List.of(
                        TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
                        TestJournal.record(Kind.EVENT, DB, "09:00:30Z", TestJournal.event("start", "09:00:30Z")),
                        TestJournal.mark("08:30:00Z", new Mark.ClockStep(-1_830_500_000_000L)),
                        TestJournal.record(Kind.EVENT, DB, "08:30:01Z", TestJournal.event("die", "08:30:01Z"))));
        assertThat(run("stepped", ExitCode.OK).out().lines().map(line -> line.split(" ")[2]))
                .containsExactly("start", "start", "clock-step", "die");
        assertThat(run("stepped", ExitCode.OK).out()).contains("clock-step (step=-1830.5s)");
    }

    @Test
    void damageStandsWhereItIs() throws IOException {
        Path journal = directory.resolve("damaged");
        write(journal, RECORDS);
        Path segment = journal.resolve("20261121-09F.cq4");
        byte[] bytes = Files.readAllBytes(segment);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("net1")] ^= 1;
        Files.write(segment, bytes);

        Terminal terminal = run("damaged", ExitCode.DAMAGE);
        List<String> lines = terminal.out().lines().toList();
        assertThat(lines.get(3))
                .as(terminal.out())
                .startsWith("2026-11-21T09:02:00.001000000Z shiplog loss (")
                .contains("records=1", "segment=20261121-09F.cq4");
        assertThat(terminal.err()).contains("1 record is known to be lost");
    }

    /** The second host is ahead by a quarter of a second, and its engine is away at no time. */
    @Test
    void linesOfSeveralHostsAreMergedByTimeAndNameTheirHost() throws IOException {
        List<Record> others = new ArrayList<>();
        for (int minute = 0; minute < 10; minute++) {
            String time = "09:0" + minute + ":00.1Z";
            others.add(TestJournal.record(Kind.EVENT, DB, time, TestJournal.event("other", time)));
        }
        try (Appender appender = Appender.open(
                directory.resolve("second"),
                new Appender.Options(Roll.HOURLY, "vm8", "boot", "test 1", 0),
                tail -> {})) {
            for (Record record : others) {
                appender.append(record);
            }
        }
        List<String> lines = run("journal second", ExitCode.GAPS).out().lines().toList();
        assertThat(lines).hasSize(11 + 10).allMatch(line -> line.matches("vm[78] 2026-.*"));
        assertThat(lines.stream().map(line -> line.split(" ")[1])).isSorted();
        assertThat(lines.stream().filter(line -> line.startsWith("vm7 ")).map(line -> line.substring(4)))
                .containsExactlyElementsOf(
                        run("journal", ExitCode.GAPS).out().lines().toList());
        assertThat(run("--format json second journal", ExitCode.GAPS).out().lines())
                .hasSize(11 + 10);
    }

    @Test
    void followsWithoutDelay() throws Exception {
        try (Appender appender = open(directory.resolve("live"))) {
            for (Record record : RECORDS.subList(0, 3)) {
                appender.append(record);
            }
            Terminal terminal = new Terminal(directory);
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> terminal.run("events --follow live"));
            await().untilAsserted(() -> assertThat(terminal.out().lines()).hasSize(3));
            for (Record record : RECORDS.subList(3, 6)) {
                appender.append(record);
            }
            await().untilAsserted(() -> assertThat(terminal.out()).contains("network connect", "engine-down"));
            terminal.interrupt();
            assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
        }
    }
}
