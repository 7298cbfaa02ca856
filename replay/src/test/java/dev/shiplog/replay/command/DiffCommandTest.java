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

class DiffCommandTest {
    private static final String NEW_WEB = "77" + WEB.substring(2);
    private static final String JOB = "99" + WEB.substring(2);

    /** What web is made of, with places for what changes. */
    private static final String DESCRIPTION = """
            {"Id":"ID","Created":"2026-11-21T08:00:00Z","Name":"/NAME","Image":"sha256:IMAGEID","RestartCount":0,
            "State":{"Status":"running","Running":true,"StartedAt":"2026-11-21T08:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"},
            "Mounts":[{"Type":"volume","Name":"data","Destination":"/data","RW":true}],
            "Config":{"Image":"shop:1","User":"","Cmd":["serve","a b"],"Entrypoint":null,
            "Env":["PATH=/bin","MODE=fast","OLD=1","KEY=<redacted>"],"Labels":{"tier":"front","team":"a"}},
            "HostConfig":{"Memory":33554432,"NanoCpus":0,"PidsLimit":null,"RestartPolicy":{"Name":"no","MaximumRetryCount":0},
            "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}},
            "NetworkSettings":{"Networks":{"bridge":{"IPAMConfig":null,"IPAddress":"172.17.0.2"}}}}""";

    @TempDir
    private Path directory;

    private final List<Record> records = new ArrayList<>();

    private static String web(String id, String name) {
        return DESCRIPTION
                .replace("ID\"", "ID\"")
                .replace("\"ID\"", "\"" + id + "\"")
                .replace("NAME", name);
    }

    private void add(Kind kind, String subject, String time, String payload) {
        records.add(TestJournal.record(kind, subject, time, payload));
    }

    private void event(String action, String id, String time) {
        add(
                Kind.EVENT,
                id,
                time,
                TestJournal.event(action, time)
                        .replace(DB, id)
                        .replace("\"db\"", id.equals(WEB) ? "\"web\"" : "\"job\""));
    }

    private void write() throws IOException {
        records.add(TestJournal.mark("09:10:00Z", new Mark.CleanStop("SIGTERM")));
        EventsCommandTest.write(directory.resolve("journal"), records);
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("diff " + arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    private static String at(String earlier, String later) {
        return "--at 2026-11-21T" + earlier + "Z --at 2026-11-21T" + later + "Z ";
    }

    @BeforeEach
    void begin() {
        records.add(TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")));
        add(Kind.INSPECT, WEB, "09:00:00.5Z", web(WEB, "web"));
    }

    @Test
    void namesEachChangeOfAContainerOnce() throws IOException {
        String changed = web(WEB, "web")
                .replace("33554432", "67108864")
                .replace("\"NanoCpus\":0", "\"NanoCpus\":500000000")
                .replace("\"PidsLimit\":null", "\"PidsLimit\":100")
                .replace("\"no\",\"MaximumRetryCount\":0", "\"on-failure\",\"MaximumRetryCount\":3")
                .replace("172.17.0.2\"}", "172.17.0.3\"},\"front\":{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.7\"}}");
        event("update", WEB, "09:01:59Z");
        add(Kind.INSPECT, WEB, "09:02:00Z", changed);
        write();
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER   CHANGE           BEFORE   AFTER
                        web         restart policy            on-failure:3
                        web         memory           32MiB    64MiB
                        web         cpus                      0.5
                        web         pids                      100
                        web         network front             connected 10.0.0.7
                        """);
        assertThat(run(at("09:01:00", "09:03:00") + "--format csv --columns change,before,after journal", 0)
                        .out())
                .isEqualTo("""
                        change,before,after
                        restart policy,,on-failure:3
                        memory,33554432,67108864
                        cpus,,500000000
                        pids,,100
                        network,,connected 10.0.0.7
                        """);
        assertThat(run(at("09:01:00", "09:01:30") + "journal", ExitCode.OK).out())
                .isEqualTo("CONTAINER   CHANGE   BEFORE   AFTER\n");
    }

    @Test
    void ofAContainerThatWasMadeAgainValuesOfTheEnvironmentAreNotTold() throws IOException {
        event("die", WEB, "09:02:00Z");
        event("destroy", WEB, "09:02:01Z");
        String made = web(NEW_WEB, "web")
                .replace("IMAGEID", "IMAGEXX")
                .replace("MODE=fast", "MODE=slow")
                .replace("\"OLD=1\"", "\"NEW=1\"")
                .replace("\"team\":\"a\"", "\"team\":\"b\"")
                .replace("\"a b\"", "\"c\"")
                .replace("8080", "9090")
                .replace("08:00:00Z", "09:02:02Z");
        add(Kind.INSPECT, NEW_WEB, "09:02:03Z", made);
        write();
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER   CHANGE            BEFORE         AFTER
                        web         re-created        8e8f401657b8   778f401657b8
                        web         image id shop:1   IMAGEID        IMAGEXX
                        web         command           serve 'a b'    serve c
                        web         env MODE          set            changed
                        web         env NEW                          set
                        web         env OLD           set            \n\
                        web         env KEY           <redacted>     not known
                        web         label team        a              b
                        web         port 80/tcp       8080           9090
                        """);
        String json = run(at("09:01:00", "09:03:00") + "--format json journal", ExitCode.OK)
                .out();
        assertThat(json).doesNotContain("fast", "slow");
        assertThat(json.lines().filter(line -> line.contains("\"KEY\"")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains(
                                "\"change\":\"env\",\"key\":\"KEY\",\"before\":\"<redacted>\",\"after\":null",
                                "\"known\":false"));
        assertThat(json.lines().filter(line -> line.contains("\"image id\"")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("\"before\":\"sha256:IMAGEID\",\"after\":\"sha256:IMAGEXX\",\"id_before\":\"" + WEB));
    }

    @Test
    void containersComeGoAndAreRenamedAndTheirStatesChange() throws IOException {
        event("create", DB, "09:00:10Z");
        event("create", JOB, "09:02:00Z");
        event("start", JOB, "09:02:01Z");
        add(
                Kind.EVENT,
                JOB,
                "09:02:02Z",
                TestJournal.event("die", "09:02:02Z")
                        .replace(DB, JOB)
                        .replace("\"name\":\"db\"", "\"name\":\"job\",\"exitCode\":\"3\""));
        event("destroy", DB, "09:02:03Z");
        add(
                Kind.EVENT,
                WEB,
                "09:02:04Z",
                TestJournal.event("rename", "09:02:04Z")
                        .replace(DB, WEB)
                        .replace("\"name\":\"db\"", "\"name\":\"shop\""));
        add(
                Kind.EVENT,
                WEB,
                "09:02:05Z",
                TestJournal.event("die", "09:02:05Z")
                        .replace(DB, WEB)
                        .replace("\"name\":\"db\"", "\"name\":\"shop\",\"exitCode\":\"137\""));
        write();
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER   CHANGE        BEFORE         AFTER
                        job         re-created    b36156ce4d68   998f401657b8
                        job         state         created        exited
                        job         exit code                    3
                        job         description   not known      not known
                        shop        renamed       web            shop
                        shop        state         running        exited
                        shop        exit code                    137
                        """);
        assertThat(run(at("09:02:01.5", "09:02:03") + "--name job journal", ExitCode.OK)
                        .out())
                .isEqualTo("""
                        CONTAINER   CHANGE        BEFORE              AFTER
                        job         gone          postgres, created   \n\
                        job         state         running             exited
                        job         exit code                         3
                        job         description   not known           not known
                        """);
        assertThat(run(at("09:00:05", "09:02:00") + "--name web journal", ExitCode.OK)
                        .out()
                        .lines())
                .hasSize(1);
        assertThat(run(at("09:00:05", "09:02:00") + "--name nobody journal", ExitCode.GAPS)
                        .err())
                .contains("--name 'nobody': no such container then; there are");
    }

    /** No event of the container tells of it. */
    @Test
    void aNetworkIsNoPartOfTheMomentBefore() throws IOException {
        add(
                Kind.EVENT,
                "net",
                "09:02:00Z",
                "{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"net\",\"Attributes\":{\"container\":\""
                        + WEB + "\"}},\"timeNano\":" + TestJournal.nanos("09:02:00Z") + "}");
        add(Kind.INSPECT, WEB, "09:02:00.1Z", web(WEB, "web").replace("172.17.0.2\"}", "\"},\"front\":{}"));
        write();
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER   CHANGE          BEFORE   AFTER
                        web         network front            connected
                        """);
    }

    /** Both moments are in the damaged segment. */
    @Test
    void damageIsReportedOnce() throws IOException {
        add(Kind.EVENT, "netx", "09:00:30Z", "{\"Type\":\"network\"}");
        write();
        Path segment = directory.resolve("journal/20261121-09F.cq4");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("netx")] ^= 1;
        Files.write(segment, bytes);
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.DAMAGE)
                        .err()
                        .lines())
                .filteredOn(line -> line.contains("lost:") || line.contains("damage: 1 stretch"))
                .hasSize(2);
    }

    @Test
    void aMomentInAGapIsUnknown() throws IOException {
        add(
                Kind.EVENT,
                WEB,
                "09:03:00Z",
                TestJournal.event("die", "09:03:00Z").replace(DB, WEB).replace("\"db\"", "\"web\""));
        records.add(TestJournal.mark("09:04:00Z", new Mark.EngineDown("connection refused")));
        records.add(TestJournal.mark("09:06:00Z", new Mark.EngineUp("id", "20.10", "1.41")));
        records.add(TestJournal.mark(
                "09:06:00.1Z",
                new Mark.Gap(
                        "event",
                        "",
                        TestJournal.nanos("09:04:00Z"),
                        TestJournal.nanos("09:06:00Z"),
                        "connection refused")));
        add(Kind.INSPECT, WEB, "09:06:01Z", web(WEB, "web"));
        write();
        Terminal terminal = run(at("09:01:00", "09:05:00") + "journal", ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("""
                        CONTAINER   CHANGE      BEFORE    AFTER                                KNOWN
                                    unknown     known     unknown since 2026-11-21T09:04:00Z   not known
                        web         state       running   exited                               not known
                        web         exit code             not known                            not known
                        """);
        assertThat(terminal.err().lines())
                .satisfiesExactly(
                        gap -> assertThat(gap).contains("gap: event from 2026-11-21T09:04:00Z"),
                        line -> assertThat(line).contains("not known of vm7 at 2026-11-21T09:05:00Z"));
        assertThat(run(at("09:01:00", "09:07:00") + "journal", ExitCode.OK).out())
                .doesNotContain("KNOWN", "unknown");
        assertThat(run(at("08:00:00", "09:07:00") + "--format json journal", ExitCode.GAPS)
                        .out())
                .contains("\"change\":\"unknown\"", "\"before\":\"unknown\",\"after\":\"known\"", "\"known\":false");
    }

    @Test
    void instancesOfAComposeServiceAreToldApartByTheirNumbers() throws IOException {
        for (int i = 1; i <= 2; i++) {
            add(Kind.INSPECT, "a" + i, "09:00:01Z", instance("a" + i, "shop_web_" + i, i));
        }
        add(
                Kind.EVENT,
                "a2",
                "09:02:00Z",
                TestJournal.event("destroy", "09:02:00Z").replace(DB, "a2"));
        add(Kind.INSPECT, "b2", "09:02:01Z", instance("b2", "shop-web-2", 2).replace("08:00:00Z", "09:02:00.5Z"));
        write();
        assertThat(run(at("09:01:00", "09:03:00") + "journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER    CHANGE       BEFORE       AFTER
                        shop-web-2   re-created   a2           b2
                        shop-web-2   renamed      shop_web_2   shop-web-2
                        shop-web-2   env KEY      <redacted>   not known
                        """);
    }

    private static String instance(String id, String name, int number) {
        return web(id, name)
                .replace(
                        "\"tier\"",
                        "\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"web\","
                                + "\"com.docker.compose.container-number\":\"" + number + "\",\"tier\"");
    }
}
