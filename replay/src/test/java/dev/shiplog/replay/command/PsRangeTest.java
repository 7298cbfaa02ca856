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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay ps} over a range: which containers lived in it, and what is known of their ends. */
class PsRangeTest {
    private static final String ALL = "--since 2026-11-21T09:00:30Z --until 2026-11-21T09:10:00Z ";

    @TempDir
    private Path directory;

    private final List<Record> records = new ArrayList<>(List.of(
            TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            described(WEB, "web", "running", "08:00:00Z", "")));

    private static Record described(String id, String name, String status, String started, String finished) {
        String end = finished.isEmpty() ? "0001-01-01T00:00:00Z" : "2026-11-21T" + finished;
        String now = finished.isEmpty() ? "09:00:00.5Z" : finished;
        return TestJournal.record(
                Kind.INSPECT,
                id,
                now,
                "{\"Id\":\"" + id + "\",\"Created\":\"2026-11-21T" + started + "\",\"Name\":\"/" + name
                        + "\",\"Path\":\"serve\",\"Args\":[],\"State\":{\"Status\":\"" + status
                        + "\",\"StartedAt\":\"2026-11-21T" + started + "\",\"FinishedAt\":\"" + end
                        + "\",\"ExitCode\":3},\"Config\":{\"Image\":\"shop:1\"}}");
    }

    /** Of the database. */
    private void event(String action, String time) {
        String event = TestJournal.event(action, time);
        records.add(TestJournal.record(
                Kind.EVENT,
                DB,
                time,
                action.equals("die")
                        ? event.replace("\"name\":\"db\"", "\"name\":\"db\",\"exitCode\":\"137\"")
                        : event));
    }

    private void found(String change, String time) {
        Record mark = TestJournal.mark(time, new Mark.Synthetic(DB, change, "db"));
        records.add(new Record(0, Kind.MARK, DB, mark.time(), mark.received(), mark.monotonic(), mark.payload()));
    }

    /** Nobody listens from 09:04 to 09:06. */
    private void gap() {
        records.add(TestJournal.mark("09:04:00Z", new Mark.EngineDown("connection refused")));
        records.add(TestJournal.mark("09:06:00Z", new Mark.EngineUp("id", "20.10", "1.41")));
        long from = TestJournal.nanos("09:04:00Z");
        long to = TestJournal.nanos("09:06:00Z");
        records.add(TestJournal.mark("09:06:00.1Z", new Mark.Gap("event", "", from, to, "connection refused")));
    }

    private Terminal run(String arguments, int code) throws IOException {
        Path journal = directory.resolve("journal");
        if (Files.notExists(journal)) {
            write(Files.createDirectory(journal));
        }
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ps " + arguments + "journal"))
                .as(terminal.err())
                .isEqualTo(code);
        return terminal;
    }

    private void write(Path journal) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
            appender.append(TestJournal.mark("09:20:00Z", new Mark.CleanStop("SIGTERM")));
        }
    }

    private void live() {
        event("create", "09:01:00Z");
        event("start", "09:01:00.2Z");
    }

    @Test
    void listsEachContainerOnceWithItsBirthAndItsEnd() throws IOException {
        live();
        event("die", "09:02:00Z");
        event("start", "09:03:00Z");
        event("die", "09:05:00Z");
        event("destroy", "09:08:00Z");
        assertThat(run(ALL, ExitCode.OK).out()).isEqualTo("""
                        CONTAINER ID   IMAGE      COMMAND   BORN                   ENDED                  EXIT CODE   STATUS                  NAMES
                        b36156ce4d68   postgres             2026-11-21T09:01:00Z   2026-11-21T09:05:00Z   137         Removed 2 minutes ago   db
                        8e8f401657b8   shop:1     "serve"   2026-11-21T08:00:00Z                                      Up About an hour        web
                        """);
    }

    @Test
    void theEndOfTheRangeCounts() throws IOException {
        live();
        event("die", "09:02:00Z");
        event("destroy", "09:08:00Z");
        assertThat(run(ALL.replace("09:10", "09:01") + "-q ", ExitCode.OK).out())
                .isEqualTo("8e8f401657b8\n");
        assertThat(run(ALL.replace("09:10:00", "09:01:30") + "--format csv --columns name,ended,exit_code,status ", 0)
                        .out())
                .isEqualTo("name,ended,exit_code,status\ndb,,,running\nweb,,,running\n");
        assertThat(run(ALL.replace("09:10", "09:03") + "--format csv --columns name,ended,exit_code,status ", 0)
                        .out())
                .isEqualTo("name,ended,exit_code,status\ndb,2026-11-21T09:02:00Z,137,exited\nweb,,,running\n");
        assertThat(run(ALL.replace("09:00:30", "09:09:00") + "-q ", ExitCode.OK).out())
                .isEqualTo("8e8f401657b8\n");
    }

    /** It was there from 09:03 on, and had ended before. */
    @Test
    void oneThatOnlyExistedIsListedIfAskedFor() throws IOException {
        live();
        event("die", "09:02:00Z");
        event("destroy", "09:08:00Z");
        String late = ALL.replace("09:00:30", "09:03:00") + "--columns name ";
        assertThat(run(late, ExitCode.OK).out()).isEqualTo("NAMES\nweb\n");
        assertThat(run("-a " + late, ExitCode.OK).out()).isEqualTo("NAMES\ndb\nweb\n");
        assertThat(run("--filter exited=137 " + late, ExitCode.OK).out()).isEqualTo("NAMES\ndb\n");
    }

    @Test
    void oneThatNeverRanEndedWithItsRemoval() throws IOException {
        event("create", "09:01:00Z");
        event("destroy", "09:08:00Z");
        assertThat(run("-a " + ALL + "--columns name,ended,exit_code,status ", ExitCode.OK)
                        .out())
                .contains("db      2026-11-21T09:08:00Z               Removed 2 minutes ago");
        assertThat(run(ALL + "--columns name ", ExitCode.OK).out()).isEqualTo("NAMES\nweb\n");
    }

    @Test
    void anEndInAGapIsBetweenTwoTimes() throws IOException {
        live();
        gap();
        found("die", "09:06:01Z");
        Terminal terminal = run(ALL + "--columns name,ended,exit_code,status ", ExitCode.GAPS);
        assertThat(terminal.out())
                .contains(
                        "db      unknown, between 2026-11-21T09:04:00Z and 2026-11-21T09:06:01Z               Exited (?) at"
                                + " an unknown time (listed)");
        assertThat(terminal.err().lines())
                .containsExactly("replay: gap: event from 2026-11-21T09:04:00Z to 2026-11-21T09:06:00Z not recorded:"
                        + " connection refused");
        assertThat(run(ALL + "--filter name=db --format json ", ExitCode.GAPS).out())
                .contains("\"ended\":null,\"ended_after\":" + TestJournal.nanos("09:04:00Z") + ",")
                .contains("\"ended_before\":" + TestJournal.nanos("09:06:01Z") + ",")
                .contains("\"exit_code\":null,\"status\":\"exited\"");
    }

    @Test
    void aRemovalInAGapIsBetweenTwoTimes() throws IOException {
        live();
        gap();
        found("destroy", "09:06:01Z");
        assertThat(run(ALL + "--columns name,ended,exit_code,status,removed_at,known ", ExitCode.GAPS)
                        .out())
                .contains("db      unknown, between 2026-11-21T09:04:00Z and 2026-11-21T09:06:01Z               Removed"
                        + " (listed)                listed");
    }

    @Test
    void aDescriptionSaysWhenItEndedInAGap() throws IOException {
        live();
        gap();
        records.add(described(DB, "db", "exited", "09:01:00.2Z", "09:05:00Z"));
        found("die", "09:06:01Z");
        assertThat(run(ALL + "--columns name,ended,exit_code ", ExitCode.GAPS).out())
                .contains("db      2026-11-21T09:05:00Z   3");
    }

    /** As the engine describes one that ended at once: its clock is read for the start later than for the end. */
    @Test
    void anEndThatIsDescribedBeforeItsStartIsWhenTheEventTells() throws IOException {
        live();
        event("die", "09:02:00Z");
        event("start", "09:03:00.2Z");
        event("die", "09:03:00.4Z");
        records.add(described(DB, "db", "exited", "09:03:00.1Z", "09:03:00.099Z"));
        String ended = ALL + "--filter name=db --format csv --columns ended,ended_after,exit_code ";
        assertThat(run(ended, ExitCode.OK).out()).isEqualTo("ended,ended_after,exit_code\n2026-11-21T09:03:00.4Z,,3\n");
    }

    /** The last end that an event tells of is of the life before. */
    @Test
    void anEndThatNoEventTellsOfIsNotThatOfTheLifeBefore() throws IOException {
        live();
        event("die", "09:02:00Z");
        event("start", "09:03:00Z");
        gap();
        found("die", "09:06:01Z");
        assertThat(run(ALL + "--filter name=db --columns ended ", ExitCode.GAPS).out())
                .contains("unknown, between 2026-11-21T09:04:00Z and 2026-11-21T09:06:01Z");
    }

    @Test
    void whereTheEndOfTheRangeIsNotKnownNothingIsSaidOfIt() throws IOException {
        live();
        gap();
        assertThat(run(ALL.replace("09:10", "09:05") + "--columns name,ended,status ", ExitCode.GAPS)
                        .out())
                .contains("db      unknown, after 2026-11-21T09:04:00Z   Unknown since 2026-11-21T09:04:00Z (was Up");
    }

    /** Its event has them among what it says of itself. */
    @Test
    void labelsOfOneThatWasNeverDescribedAreLabelsAlone() throws IOException {
        records.add(
                TestJournal.record(
                        Kind.EVENT,
                        DB,
                        "09:01:00Z",
                        TestJournal.event("die", "09:01:00Z")
                                .replace(
                                        "\"name\":\"db\"",
                                        "\"name\":\"db\",\"exitCode\":\"1\",\"execDuration\":\"2\",\"signal\":\"9\",\"tier\":\"data\"")));
        assertThat(run(ALL + "--filter name=db --filter label=tier --format json ", ExitCode.OK)
                        .out())
                .contains("\"image\":\"postgres\"", "\"labels\":[\"tier=data\"]");
    }

    @Test
    void theRestOfTheJournalHasNoEnd() throws IOException {
        live();
        assertThat(run("--since 2026-11-21T09:00:30Z --columns name,status ", ExitCode.OK)
                        .out())
                .contains("db      Up 18 minutes");
        assertThat(run("--since 2026-11-21T08:00:00Z --columns name,status ", ExitCode.GAPS)
                        .err())
                .contains("not known of host before 2026-11-21T09:00:00");
        assertThat(run("--until 2026-11-21T09:10:00Z --columns name,status ", ExitCode.OK)
                        .out())
                .contains("db      Up 8 minutes");
        assertThat(run("--at now --since 1h ", ExitCode.USAGE).err()).contains("give one of the two");
    }

    @Test
    void manyGapsAreSummedUp() throws IOException {
        for (int i = 0; i < 30; i++) {
            long from = TestJournal.nanos("09:01:%02dZ".formatted(i));
            Mark gap = new Mark.Gap("event", "", from, from + 1, "reason " + i);
            records.add(TestJournal.mark("09:02:%02dZ".formatted(i), gap));
            records.add(TestJournal.mark("09:02:%02d.5Z".formatted(i), gap));
        }
        assertThat(run(ALL, ExitCode.GAPS).err().lines())
                .hasSize(11)
                .last()
                .isEqualTo("replay: gap: and 20 more; 'replay gaps' lists them all");
    }

    @Test
    void ofSeveralHostsEachHasItsOwn() throws IOException {
        live();
        write(Files.createDirectory(directory.resolve("other")));
        event("die", "09:02:00Z");
        assertThat(run(ALL + "--columns host,name,status other ", ExitCode.OK)
                        .out()
                        .lines())
                .hasSize(5)
                .anyMatch(line -> line.matches("host +db +Up 8 minutes"))
                .anyMatch(line -> line.matches("host +db +Exited \\(137\\) 8 minutes ago"));
    }
}
