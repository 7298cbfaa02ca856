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

class InspectCommandTest {
    @TempDir
    private Path directory;

    /** web runs all the time; db is made, starts, and ends, and a last description of it comes late. */
    private static final List<Record> RECORDS = List.of(
            TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())),
            TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")),
            TestJournal.record(Kind.INSPECT, WEB, "09:00:00.5Z", description(WEB, "web", "running", "08:00:00Z")),
            TestJournal.record(Kind.EVENT, DB, "09:01:00Z", TestJournal.event("create", "09:01:00Z")),
            TestJournal.record(Kind.INSPECT, DB, "09:01:00.3Z", description(DB, "db", "created", "09:01:00Z")),
            TestJournal.record(Kind.EVENT, DB, "09:02:00Z", TestJournal.event("start", "09:02:00Z")),
            TestJournal.record(Kind.INSPECT, DB, "09:02:00.3Z", description(DB, "db", "running", "09:01:59.9Z")),
            TestJournal.record(Kind.EVENT, DB, "09:03:00Z", TestJournal.event("die", "09:03:00Z")),
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
            TestJournal.mark("09:10:00Z", new Mark.CleanStop("SIGTERM")));

    private static String description(String id, String name, String status, String started) {
        return "{\"Id\":\"" + id + "\",\"Created\":\"2026-11-21T08:00:00Z\",\"Name\":\"/" + name
                + "\",\"State\":{\"Status\":\"" + status + "\",\"StartedAt\":\""
                + (status.equals("created") ? "0001-01-01T00:00:00Z" : "2026-11-21T" + started)
                + "\"},\"Image\":\"sha256:ea\",\"Config\":{\"Image\":\"shop:1\",\"Labels\":{\"a\\u003cb\":\" {[,:]} \"},"
                + "\"Env\":[],\"Volumes\":{}, \"Cmd\":[\"serve\"]},\"HostConfig\":{\"NetworkMode\":\"default\"}}";
    }

    @BeforeEach
    void write() throws IOException {
        write("journal", "host", RECORDS);
    }

    private void write(String name, String host, List<Record> records) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, host, "boot", "test 1", 0);
        try (Appender appender = Appender.open(Files.createDirectory(directory.resolve(name)), options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("inspect " + arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    @Test
    void printsTheEnginesOwnBytesAsDockerLaysThemOut() {
        Terminal terminal = run("--name web --at 2026-11-21T09:01:30Z journal", ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo("""
                [
                    {
                        "Id": "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb",
                        "Created": "2026-11-21T08:00:00Z",
                        "Name": "/web",
                        "State": {
                            "Status": "running",
                            "StartedAt": "2026-11-21T08:00:00Z"
                        },
                        "Image": "sha256:ea",
                        "Config": {
                            "Image": "shop:1",
                            "Labels": {
                                "a\\u003cb": " {[,:]} "
                            },
                            "Env": [],
                            "Volumes": {},
                            "Cmd": [
                                "serve"
                            ]
                        },
                        "HostConfig": {
                            "NetworkMode": "default"
                        }
                    }
                ]
                """);
    }

    @Test
    void jsonIsOneLine() {
        assertThat(run("--name web --name db --format json --at 2026-11-21T09:02:30Z journal", ExitCode.OK)
                        .out())
                .isEqualTo("["
                        + description(WEB, "web", "running", "08:00:00Z").replace(", ", ",")
                        + "," + description(DB, "db", "running", "09:01:59.9Z").replace(", ", ",") + "]\n");
    }

    /** The description of the start came after the moment, and the state that it tells of had begun before. */
    @Test
    void whatWasDescribedRightAfterwardsCounts() {
        Terminal terminal = run("--name db --format json --at 2026-11-21T09:02:00.1Z journal", ExitCode.OK);
        assertThat(terminal.out()).contains("\"Status\":\"running\"");
        assertThat(terminal.err()).isEmpty();
        assertThat(run("--name db --format json --at 2026-11-21T09:01:59Z journal", ExitCode.OK)
                        .out())
                .contains("\"Status\":\"created\"");
    }

    @Test
    void anOldDescriptionIsCalledOld() {
        Terminal terminal = run("--name db --format json --at 2026-11-21T09:03:30Z journal", ExitCode.OK);
        assertThat(terminal.out()).contains("\"Status\":\"running\"");
        assertThat(terminal.err())
                .isEqualTo("replay: db: described at 2026-11-21T09:02:00.3Z, changed since at 2026-11-21T09:03:00Z\n");
    }

    @Test
    void insideAGapItIsSaidThatNothingIsKnown() {
        Terminal terminal = run("--name web --at 2026-11-21T09:05:00Z journal", ExitCode.GAPS);
        assertThat(terminal.out()).contains("\"Name\": \"/web\"");
        assertThat(terminal.err()).contains("not known of host at 2026-11-21T09:05:00Z, from 2026-11-21T09:04:00Z on");
    }

    @Test
    void aNameOfNoContainerIsReportedWithTheNearest() {
        Terminal terminal = run("--name webb --at 2026-11-21T09:02:30Z journal", ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("[]\n");
        assertThat(terminal.err()).isEqualTo("replay: --name 'webb': no such container then; there are web, db\n");
        assertThat(run("--filter label=nope --at 2026-11-21T09:02:30Z journal", ExitCode.OK)
                        .err())
                .isEqualTo("replay: no container matched then; there are db, web\n");
    }

    @Test
    void withoutAChoiceItSaysWhatThereIs() {
        assertThat(run("--at 2026-11-21T09:02:30Z journal", ExitCode.USAGE).err())
                .isEqualTo("replay: choose containers by --name or --filter; there are db, web;"
                        + " see 'replay inspect --help'\n");
    }

    @Test
    void whatOnlyAnEventNamesIsNotDescribed() throws IOException {
        write("short", "vm7", RECORDS.subList(0, 4));
        Terminal terminal = run("--name db --at 2026-11-21T09:01:00Z short", ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("[]\n");
        assertThat(terminal.err()).contains("replay: db: was not described before\n");
    }

    @Test
    void theFirstDescriptionMayComeRightAfterwards() {
        Terminal terminal = run("--name db --at 2026-11-21T09:01:00.05Z journal", ExitCode.OK);
        assertThat(terminal.out()).contains("\"Status\": \"created\"");
    }

    @Test
    void ofSeveralHostsEachContainerIsNamedWithItsHost() throws IOException {
        write("other", "vm8", RECORDS.subList(0, 3));
        Terminal terminal = run("--name web --format json --at 2026-11-21T09:00:01Z journal other", ExitCode.GAPS);
        assertThat(terminal.err())
                .contains("replay: web on host: described at 2026-11-21T09:00:00.5Z\n")
                .contains("replay: web on vm8: described at 2026-11-21T09:00:00.5Z\n");
    }

    @Test
    void descriptionsThatAreNoJsonAreCounted() throws IOException {
        List<Record> records = new ArrayList<>(RECORDS.subList(0, 3));
        records.add(TestJournal.record(Kind.INSPECT, WEB, "09:01:40Z", "{\"Name\":\"/web\","));
        records.add(TestJournal.record(Kind.INSPECT, WEB, "09:01:41Z", "404 page not found"));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:01:50Z", TestJournal.event("create", "09:01:50Z")));
        write("broken", "vm7", records);
        String line = "replay: passed over: 2 descriptions that cannot be read as JSON, the first of 8e8f401657b8 at"
                + " 2026-11-21T09:01:40Z\n";
        Terminal inspect = run("--name web --at 2026-11-21T09:01:45Z broken", ExitCode.OK);
        assertThat(inspect.err()).isEqualTo(line);
        assertThat(inspect.out()).contains("\"Image\": \"shop:1\"");
        for (String verb : List.of(
                "ps", "stats", "images", "ps --since 2026-11-21T09:01:35Z", "images --since 2026-11-21T09:01:35Z")) {
            Terminal terminal = new Terminal(directory);
            terminal.run(verb + (verb.contains("since") ? "" : " --at 2026-11-21T09:01:45Z") + " broken");
            assertThat(terminal.err()).as(verb).containsOnlyOnce(line);
        }
    }

    @Test
    void theCommandsFollowEachOther() {
        assertThat(run("--filter name=* --format run --at 2026-11-21T09:02:30Z journal", ExitCode.OK)
                        .out())
                .isEqualTo("""
                # web on host, described at 2026-11-21T09:00:00.5Z, image sha256:ea
                docker run \\
                  --detach \\
                  --name web \\
                  --label 'a<b= {[,:]} ' \\
                  --entrypoint '' \\
                  shop:1 serve

                # db on host, described at 2026-11-21T09:02:00.3Z, image sha256:ea
                docker run \\
                  --detach \\
                  --name db \\
                  --label 'a<b= {[,:]} ' \\
                  --entrypoint '' \\
                  shop:1 serve
                """);
    }
}
