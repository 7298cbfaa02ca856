package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesCommandTest {
    private static final String OLD = "sha256:aaaa00000000111111112222222233333333444444445555555566666666aaaa";
    private static final String NEW = "sha256:bbbb00000000111111112222222233333333444444445555555566666666bbbb";
    private static final String DIGEST = "sha256:dddd00000000111111112222222233333333444444445555555566666666dddd";
    private static final String JOB = "99" + WEB.substring(2);

    @TempDir
    private Path directory;

    private final List<Record> records = new ArrayList<>();

    private static String made(String id, String name, String image, String imageId, String created) {
        return "{\"Id\":\"" + id + "\",\"Created\":\"2026-11-21T" + created + "\",\"Name\":\"/" + name
                + "\",\"Image\":\""
                + imageId + "\",\"State\":{\"Status\":\"running\",\"Running\":true,\"StartedAt\":\"2026-11-21T"
                + created
                + "\",\"FinishedAt\":\"0001-01-01T00:00:00Z\"},\"Config\":{\"Image\":\"" + image + "\"}}";
    }

    private void inspect(String id, String time, String description) {
        records.add(TestJournal.record(Kind.INSPECT, id, time, description));
    }

    private void container(String action, String id, String name, String time) {
        records.add(TestJournal.record(
                Kind.EVENT,
                id,
                time,
                TestJournal.event(action, time)
                        .replace(DB, id)
                        .replace(
                                "\"image\":\"postgres\",\"name\":\"db\"",
                                "\"image\":\"shop:1\",\"name\":\"" + name + "\"")));
    }

    private void image(String action, String id, String name, String time) {
        records.add(TestJournal.record(
                Kind.EVENT,
                id,
                time,
                "{\"Type\":\"image\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id
                        + "\",\"Attributes\":{\"name\":\"" + name + "\"}},\"timeNano\":" + TestJournal.nanos(time)
                        + "}"));
    }

    /** In the order of their receipt: where that goes back, the clock was set back, and what came before counts. */
    private void write() throws IOException {
        records.sort(Comparator.comparingLong(Record::received));
        records.add(TestJournal.mark("09:30:00Z", new Mark.CleanStop("SIGTERM")));
        EventsCommandTest.write(directory.resolve("journal"), records);
    }

    private String run(String arguments) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("images " + arguments)).as(terminal.err()).isEqualTo(ExitCode.OK);
        return terminal.out();
    }

    private static String at(String time) {
        return "--at 2026-11-21T" + time + "Z ";
    }

    /** web and db were made from one tag, and it moved in between. */
    @BeforeEach
    void begin() {
        records.add(TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")));
        inspect(WEB, "09:00:00.5Z", made(WEB, "web", "shop:1", OLD, "08:00:00Z"));
        image("tag", NEW, "shop:1", "09:05:00Z");
        container("create", DB, "db", "09:06:00Z");
        container("start", DB, "db", "09:06:00.5Z");
        inspect(DB, "09:06:00.6Z", made(DB, "db", "shop:1", NEW, "09:06:00Z"));
        container("die", WEB, "web", "09:10:00Z");
        container("destroy", WEB, "web", "09:10:01Z");
    }

    @Test
    void tellsWhichImageATagStoodForWhenAContainerWasMade() throws IOException {
        write();
        assertThat(run(at("09:04:00") + "journal")).isEqualTo("""
                        REPOSITORY   TAG   IMAGE ID       DIGEST      CONTAINERS   SINCE
                        shop         1     aaaa00000000   <unknown>   web          2026-11-21T08:00:00Z
                        """);
        assertThat(run(at("09:05:30") + "-a journal")).isEqualTo("""
                        REPOSITORY   TAG   IMAGE ID       DIGEST      CONTAINERS   SINCE                  TAG MOVED
                        shop         1     aaaa00000000   <unknown>   web          2026-11-21T08:00:00Z   2026-11-21T09:05:00Z
                        shop         1     bbbb00000000   <unknown>                                       \n\
                        """.replace(
                        "                                       \n", "                                       \n"));
        assertThat(run(at("09:07:00") + "journal")).isEqualTo("""
                        REPOSITORY   TAG   IMAGE ID       DIGEST      CONTAINERS   SINCE                  TAG MOVED
                        shop         1     aaaa00000000   <unknown>   web          2026-11-21T08:00:00Z   2026-11-21T09:05:00Z
                        shop         1     bbbb00000000   <unknown>   db           2026-11-21T09:06:00Z   \n\
                        """);
        assertThat(run(at("09:11:00") + "--columns image_id,containers journal"))
                .isEqualTo("""
                        IMAGE ID       CONTAINERS
                        bbbb00000000   db
                        """);
    }

    private void described(String id, String time, String tags, String digests) {
        records.add(TestJournal.record(
                Kind.IMAGE,
                id,
                time,
                "{\"Id\":\"" + id + "\",\"RepoTags\":[" + tags + "],\"RepoDigests\":[" + digests + "]}"));
    }

    @Test
    void descriptionsOfImagesTellDigestsAndTags() throws IOException {
        described(OLD, "09:00:00.7Z", "\"shop:1\"", "\"shop@" + DIGEST + "\"");
        described(NEW, "09:05:00.1Z", "\"shop:1\",\"shop:stable\"", "");
        described(OLD, "09:05:00.2Z", "", "\"shop@" + DIGEST + "\"");
        image("pull", "tools:2", "tools", "09:12:00Z");
        described("sha256:cc" + OLD.substring(9), "09:12:00.3Z", "\"tools:2\"", "");
        write();
        assertThat(run(at("09:07:00") + "--columns repository,tag,image_id,digest,containers,tag_moved journal"))
                .isEqualTo("""
                        REPOSITORY   TAG   IMAGE ID       DIGEST                CONTAINERS   TAG MOVED
                        shop         1     aaaa00000000   sha256:dddd00000000   web          2026-11-21T09:05:00Z
                        shop         1     bbbb00000000   <unknown>             db           \n\
                        """);
        String columns = "--columns repository,tag,image_id,containers journal";
        String expected = """
                        REPOSITORY   TAG      IMAGE ID       CONTAINERS
                        shop         1        bbbb00000000   db
                        shop         stable   bbbb00000000   \n\
                        tools        2        ccaa00000000   \n\
                        """;
        assertThat(run(at("09:13:00") + "-a " + columns)).isEqualTo(expected);
        assertThat(run("-a --since 2026-11-21T09:12:00Z --until 2026-11-21T09:13:00Z " + columns))
                .isEqualTo(expected);
    }

    /** Docker 20.10 does not say which tag an image lost. */
    @Test
    void aDescriptionTellsWhichTagAnImageLost() throws IOException {
        described(NEW, "09:06:01Z", "\"shop:1\",\"shop:stable\"", "");
        image("untag", NEW, NEW, "09:08:00Z");
        described(NEW, "09:08:00.1Z", "\"shop:1\"", "");
        write();
        assertThat(run(at("09:09:00") + "-a --filter image=bbbb --columns tag,containers journal"))
                .isEqualTo("""
                        TAG   CONTAINERS
                        1     db
                        """);
    }

    @Test
    void ofARangeAllThatRanInIt() throws IOException {
        write();
        String range = "--since 2026-11-21T09:01:00Z --until 2026-11-21T09:20:00Z ";
        assertThat(run(range + "--columns image_id,containers,since,until,running journal"))
                .isEqualTo("""
                        IMAGE ID       CONTAINERS   SINCE                  UNTIL                  RUNNING
                        aaaa00000000   web          2026-11-21T08:00:00Z   2026-11-21T09:10:00Z   0
                        bbbb00000000   db           2026-11-21T09:06:00Z                          1
                        """);
        assertThat(run("--since 2026-11-21T09:15:00Z --columns containers journal"))
                .isEqualTo("CONTAINERS\ndb\n");
        assertThat(run(range + "--filter image=" + OLD.substring(0, 15) + " --columns containers journal"))
                .isEqualTo("CONTAINERS\nweb\n");
        assertThat(run(range + "--filter image!=shop:1 --format csv --columns containers journal"))
                .isEqualTo("containers\n");
    }

    @Test
    void aPullBringsNobodyKnowsWhatUntilAContainerIsMadeOfIt() throws IOException {
        image("pull", "shop:1", "shop", "09:12:00Z");
        image("pull", "tools:2", "tools", "09:12:01Z");
        container("create", JOB, "job", "09:14:00Z");
        container("start", JOB, "job", "09:14:00.1Z");
        inspect(JOB, "09:14:01Z", made(JOB, "job", "shop:1", OLD, "09:14:00Z"));
        write();
        assertThat(run(at("09:13:00") + "-a --columns repository,tag,image_id,containers,tag_moved journal"))
                .isEqualTo("""
                        REPOSITORY   TAG   IMAGE ID       CONTAINERS   TAG MOVED
                        shop         1     bbbb00000000   db           \n\
                        shop         1     <unknown>                   \n\
                        tools        2     <unknown>                   \n\
                        """);
        assertThat(run(at("09:15:00") + "-a --columns repository,image_id,containers,tag_moved journal"))
                .isEqualTo("""
                        REPOSITORY   IMAGE ID       CONTAINERS   TAG MOVED
                        shop         aaaa00000000   job          \n\
                        shop         bbbb00000000   db           2026-11-21T09:14:00Z
                        tools        <unknown>                   \n\
                        """);
    }

    @Test
    void digestsAreThoseThatDescriptionsTell() throws IOException {
        inspect(JOB, "09:07:00Z", made(JOB, "job", "registry:5000/shop@" + DIGEST, OLD, "09:06:59Z"));
        String stored = made("77" + JOB, "stored", "other", NEW, "09:06:59Z");
        inspect(
                "77" + JOB,
                "09:07:00.1Z",
                stored.replace("{\"Id\"", "{\"ImageManifestDescriptor\":{\"digest\":\"sha256:eeee\"},\"Id\""));
        write();
        String columns = "--columns repository,tag,digest,containers ";
        assertThat(run(at("09:08:00") + columns + "--filter digest=dddd --filter digest=sha256:eee journal"))
                .isEqualTo("""
                        REPOSITORY           TAG      DIGEST                             CONTAINERS
                        other                latest   sha256:bbbb00000000, sha256:eeee   stored
                        registry:5000/shop   <none>   sha256:dddd00000000                job
                        shop                 1        sha256:dddd00000000                web
                        shop                 1        sha256:bbbb00000000, sha256:eeee   db
                        """);
        assertThat(run(at("09:08:00") + "--filter digest=dddd --filter image=registry* --format json journal"))
                .contains("\"repository\":\"registry:5000/shop\",\"tag\":\"\",\"image_id\":\"" + OLD
                        + "\",\"digest\":[\"" + DIGEST + "\"],\"containers\":[\"job\"]")
                .hasLineCount(1);
        assertThat(run(at("09:04:00") + "--format json journal")).contains("\"digest\":null");
    }

    @Test
    void whatWasUntaggedAndDeleted() throws IOException {
        image("untag", NEW, NEW, "09:11:00Z");
        image("tag", OLD, "spare:1", "09:12:00Z");
        image("delete", OLD, OLD, "09:13:00Z");
        write();
        assertThat(run(at("09:12:30") + "-a --columns repository,tag,containers,deleted journal"))
                .contains("spare        1 ");
        assertThat(run(at("09:14:00") + "-a --columns repository,tag,containers journal"))
                .doesNotContain("spare");
        assertThat(run("--since 2026-11-21T09:01:00Z --columns containers,deleted journal"))
                .contains("web          2026-11-21T09:13:00Z");
    }

    @Test
    void insideAGapWhatIsKnownIsWhatWasKnownLast() throws IOException {
        records.add(TestJournal.mark("09:20:00Z", new Mark.EngineDown("connection refused")));
        write();
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("images " + at("09:25:00") + "--columns containers,known journal"))
                .isEqualTo(ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("CONTAINERS   KNOWN\ndb           unknown\n");
        assertThat(terminal.err()).contains("not known of vm7");
    }
}
