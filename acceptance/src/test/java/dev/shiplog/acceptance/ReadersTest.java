package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal of another user's, read by one who may, or may not. The reader is root without root's powers over files. */
class ReadersTest {
    private static final int STRANGER = 65_534;
    private static final String GROUP = "54321";

    @TempDir
    private Path directory;

    private Path journal;
    private List<Path> segments;

    private record Answer(int code, String out, String err) {}

    @BeforeEach
    void write() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "giving files away needs root");
        journal = directory.resolve("journal");
        Access access = new Access(GROUP, PosixFilePermissions.fromString("rwxr-x---"));
        try (Appender appender =
                Appender.open(journal, new Appender.Options(Roll.MINUTELY, "h", "", "test", 0, access), record -> {})) {
            for (long minute = 1; minute <= 3; minute++) {
                byte[] payload = ("{\"minute\":" + minute + "}").getBytes(StandardCharsets.UTF_8);
                long time = minute * 60_000_000_000L;
                appender.append(new Record(0, Kind.HOST, "info", time, time, time, payload));
            }
        }
        segments = Catalog.list(List.of(journal)).stream()
                .map(segment -> segment.path())
                .toList();
        try (Stream<Path> files = Files.walk(journal)) {
            for (Path file : files.toList()) {
                boolean isDirectory = Files.isDirectory(file);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo(isDirectory ? "rwxr-x---" : "rw-r-----");
                Files.setAttribute(file, "unix:uid", STRANGER);
            }
        }
    }

    private Answer replay(String groups, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--groups=" + groups));
        command.addAll(ReplayCommand.of(arguments));
        Path err = directory.resolve("err");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void membersOfTheGroupReadEverySegment() throws Exception {
        Answer answer = replay(GROUP, "export", "--format", "raw", journal.toString());
        assertThat(answer).isEqualTo(new Answer(0, "{\"minute\":1}\n{\"minute\":2}\n{\"minute\":3}\n", ""));
    }

    @Test
    void whoMayNotIsToldSoAndNotOfDamage() throws Exception {
        for (List<String> verb : List.of(List.of("export"), List.of("ls"))) {
            Answer answer = replay("0", verb.get(0), journal.toString());
            assertThat(answer.err())
                    .isEqualTo("replay: " + journal
                            + ": permission denied; read it as its owner, or let the recorder run" + " with --group\n");
            assertThat(answer.code()).isEqualTo(1);
        }
    }

    @Test
    void aBatchThatIsNotAllThereIsNotPutInItsPlace() throws Exception {
        Files.delete(journal.resolve(JournalLock.FILE));
        Path seen = directory.resolve("seen");
        Path batch = directory.resolve("batch");
        String[] nightly = {
            "export", "--format", "raw", "--after", seen.toString(), "-o", batch.toString(), journal.toString()
        };
        Files.setPosixFilePermissions(segments.get(1), PosixFilePermissions.fromString("rw-------"));
        Answer refused = replay(GROUP, nightly);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err())
                .endsWith("replay: not all could be read: " + seen + " stays as it was, and " + batch
                        + " is not written; run it again when it can\n");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactlyInAnyOrder(journal, directory.resolve("err"));
        }

        Files.setPosixFilePermissions(segments.get(1), PosixFilePermissions.fromString("rw-r-----"));
        assertThat(replay(GROUP, nightly)).isEqualTo(new Answer(0, "", ""));
        assertThat(batch).hasContent("{\"minute\":1}\n{\"minute\":2}\n{\"minute\":3}\n");
        assertThat(seen).isRegularFile();
    }

    @Test
    void aShipmentGoesOnBeforeWhatItMayNotRead() throws Exception {
        Files.delete(journal.resolve(JournalLock.FILE));
        ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.OPENSEARCH_3, InstantSource.system());
        try (ClusterProxy proxy = ClusterProxy.before(cluster)) {
            String state = directory.resolve("state").toString();
            String[] ship = {"ship", "--to", proxy.uri().toString(), "--state", state, journal.toString()};
            Files.setPosixFilePermissions(segments.get(1), PosixFilePermissions.fromString("rw-------"));
            assertThat(replay(GROUP, ship).code()).isEqualTo(1);

            Files.setPosixFilePermissions(segments.get(1), PosixFilePermissions.fromString("rw-r-----"));
            assertThat(replay(GROUP, ship).code()).isZero();
            cluster.answer(Call.of("POST", "/_refresh", ""));
            JsonNode count =
                    cluster.answer(Call.of("POST", "/shiplog-*/_count", "")).content();
            assertThat(count.path("count").asInt()).as("%s", count).isEqualTo(segments.size());
        }
    }

    @Test
    void whoMayNotWriteIsNotToldHowToRead() throws Exception {
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        Files.writeString(foreign.resolve("there"), "{}");
        Files.setAttribute(foreign, "unix:uid", STRANGER);
        for (String name : List.of("new", "there")) {
            for (String option : List.of("--after", "--force -o")) {
                List<String> line = new ArrayList<>(List.of("export"));
                line.addAll(List.of(option.split(" ")));
                line.addAll(List.of(foreign.resolve(name).toString(), journal.toString()));
                Answer answer = replay(GROUP, line.toArray(new String[0]));
                assertThat(answer.err())
                        .isEqualTo("replay: " + foreign.resolve(name)
                                + ".tmp: permission denied; name a file that you may write\n");
                assertThat(answer.code()).isEqualTo(1);
            }
        }
    }

    @Test
    void whatMayBeReadIsReadBesideWhatMayNot() throws Exception {
        Files.setPosixFilePermissions(segments.get(1), PosixFilePermissions.fromString("rw-------"));
        String told = "replay: not read: permission denied: " + segments.get(1)
                + "; read it as its owner, or let the recorder run with --group\n";

        Answer export = replay(GROUP, "export", "--format", "raw", journal.toString());
        assertThat(export).isEqualTo(new Answer(1, "{\"minute\":1}\n{\"minute\":3}\n", told));
        Answer ls = replay(GROUP, "ls", journal.toString());
        assertThat(ls.err()).isEqualTo(told);
        assertThat(ls.code()).isEqualTo(1);
        assertThat(ls.out()).contains("refused").doesNotContain("damaged");
        Answer verify = replay(GROUP, "verify", journal.toString());
        assertThat(verify.out())
                .startsWith("refused   " + segments.get(1).getFileName() + ": permission denied: " + segments.get(1)
                        + "; record 2 may be in it\n3 segments, 0 archives, 2 records, 24 B: 1 refused\n");
        assertThat(verify.code()).isEqualTo(1);
        Answer one = replay(GROUP, "export", segments.get(1).toString());
        assertThat(one.code()).isEqualTo(1);
        assertThat(one.err()).doesNotContain("damage").contains(told);
    }
}
