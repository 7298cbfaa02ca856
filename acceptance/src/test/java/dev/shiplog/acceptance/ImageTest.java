package dev.shiplog.acceptance;

import static dev.shiplog.acceptance.ImageRecorder.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, built from sources on a real engine without network, and run there as people run it.
 * {@code -Dshiplog.image.kills=20} kills it 20 times instead of 3; {@code ImageAgainTest} compares two builds.
 */
@Tag("once")
@Tag("engine")
@Timeout(1800)
class ImageTest {
    private static final int KILLS = Integer.getInteger("shiplog.image.kills", 3);

    /** What confines it; with another user, and the group of the socket. */
    private static final List<String> CONFINED = List.of(
            "--read-only",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--network=none",
            "--user=10001:10001",
            "--group-add=10002");

    @TempDir
    private static Path shared;

    private static BuiltImage image;
    private static Path root;

    @TempDir
    private Path directory;

    @BeforeAll
    static void build() throws Exception {
        image = BuiltImage.build(shared);
        root = shared.resolve("root");
        image.unpack("shiplog", root);
    }

    @AfterAll
    static void stop() throws IOException {
        if (image != null) {
            image.close();
        }
    }

    @AfterEach
    void removeContainers() throws Exception {
        image.ask("rm", "-f", "-v", "events", "confined", "guarded", "distant", "starved", "busy");
    }

    @Test
    void holdsWhatItSaysAndNoMore() throws Exception {
        ImageContents.holdsWhatItSaysAndNoMore(image, root);
    }

    @Test
    void theRuntimeHasTheModulesThatTheJarsNeed() throws Exception {
        ImageContents.theRuntimeHasTheModulesThatTheJarsNeed(image, root);
    }

    /** As the README says: an engine's socket, a directory, a name, and a policy. */
    @Test
    void isBackAfterEachKillWithTheJournalIntact() throws Exception {
        image.docker("run", "-d", "--name=busy", "busybox", "sleep", "1000");
        ImageRecorder recorder = ImageRecorder.run(
                image,
                "events",
                directory.resolve("events"),
                "--restart=always",
                "-v=" + image.engine().socket() + ":/var/run/docker.sock");
        List<Long> events = new ArrayList<>();
        List<Long> samples = new ArrayList<>();
        long began = 0;
        for (int kill = 0; kill <= KILLS; kill++) {
            began = recorder.awaitRun(began);
            long start = began;
            patiently().until(() -> recorder.first(Kind.STATS, start).isPresent());
            events.add((recorder.first(Kind.EVENT, began).orElseThrow() - began) / 1_000_000);
            samples.add((recorder.first(Kind.STATS, began).orElseThrow() - began) / 1_000_000);
            image.docker("run", "--rm", "busybox", "true");
            if (kill < KILLS) {
                if (KILLS > 5) {
                    // The engine waits ever longer before it starts again what lived for less than ten seconds.
                    Instant ripe = Instant.ofEpochSecond(0, began).plusSeconds(11);
                    patiently().until(() -> Instant.now().isAfter(ripe));
                }
                recorder.kill();
            }
        }
        System.out.printf(
                "ImageTest: ms from a start to its first event %s, to its first sample %s%n",
                events.stream().sorted().toList(), samples.stream().sorted().toList());
        assertThat(recorder.exec("replay", "ls", "/srv/events")).contains("The recorder is running");
        recorder.stop();
        List<Record> records = recorder.records();
        for (int i = 1; i < records.size(); i++) {
            assertThat(records.get(i).sequence()).isEqualTo(records.get(i - 1).sequence() + 1);
        }
        assertThat(recorder.marks(Mark.UncleanStop.class)).hasSize(KILLS);
        assertThat(recorder.events())
                .as("what died while it was killed and came back")
                .filteredOn(event -> event.contains("\"status\":\"die\"") && event.contains("\"image\":\"busybox\""))
                .hasSizeGreaterThanOrEqualTo(KILLS + 1);
    }

    /** Anybody but root, of the socket's group, with nothing else: the recorder, and questions asked of it. */
    @Test
    void needsNeitherRootNorAnythingToWriteTo() throws Exception {
        Path journal = Files.createDirectory(directory.resolve("events"));
        Path archives = Files.createDirectory(directory.resolve("archives"));
        for (Path owned : List.of(journal, archives)) {
            Files.setAttribute(owned, "unix:uid", 10001);
            Files.setAttribute(owned, "unix:gid", 10001);
        }
        // The engine's own socket belongs to root's group, which is not what a host has.
        try (GuardedSocket socket = guarded(".*")) {
            List<String> options = new ArrayList<>(CONFINED);
            options.addAll(behindProxy());
            options.add("-v=" + archives + ":/srv/archives");
            image.docker("run", "-d", "--name=busy", "busybox", "sh", "-c", "echo hello; sleep 1000");
            ImageRecorder recorder = ImageRecorder.run(image, "confined", journal, options.toArray(String[]::new));
            recorder.awaitKinds("event", "stats", "inspect", "host");
            recorder.exec("recorder", "note", "seen");
            assertThat(recorder.exec("recorder", "status")).contains("answers since");
            // In its first seconds it says, by exit code 3, that more may have run.
            assertThat(image.ask("exec", "confined", "replay", "ps", "-a", "/srv/events")
                            .out())
                    .contains("busy");
            // By the library of zstd, which finds no place to be unpacked.
            recorder.exec("replay", "export", "--accept-gaps", "-o", "/srv/archives/out.ndjson.zst", "/srv/events");
            assertThat(archives.resolve("out.ndjson.zst")).isNotEmptyFile();
            assertThat(recorder.exec("id", "-u").strip()).isEqualTo("10001");
            assertThat(image.ask("exec", "confined", "touch", "/tmp/x").code()).isNotZero();
            image.docker("rm", "-f", "busy");
            recorder.stop();
            assertThat(image.docker("logs", "confined")).isEmpty();
            assertThat(socket.refused()).isEmpty();
            assertThat(recorder.marks(Mark.Note.class)).hasSize(1);
            assertThat(recorder.events()).anyMatch(text -> text.contains("\"Action\":\"die\""));
        }
    }

    /** Behind a proxy that passes the published requests, nothing is missing; behind a narrower one, it says what is. */
    @Test
    void asksForWhatIsPublishedAndSaysWhatItMayNot() throws Exception {
        image.docker("run", "-d", "--name=busy", "busybox", "sh", "-c", "echo hello; sleep 1000");
        for (boolean all : new boolean[] {true, false}) {
            String allowed = all
                    ? GuardedSocket.published().pattern()
                    : "(/v1\\.[0-9]+)?/(_ping|version|events|containers/json)";
            List<String> options = new ArrayList<>(List.of("-e=SHIPLOG_LOGS=all"));
            options.addAll(behindProxy());
            try (GuardedSocket socket = guarded(allowed)) {
                ImageRecorder recorder = ImageRecorder.run(
                        image, "guarded", directory.resolve("events" + all), options.toArray(String[]::new));
                if (all) {
                    recorder.awaitKinds("event", "stats", "inspect", "host", "log", "image");
                    patiently()
                            .until(() -> passed(socket).containsAll(List.of("/images/json", "/volumes", "/networks")));
                    assertThat(socket.refused()).isEmpty();
                } else {
                    recorder.awaitKinds("event");
                    String id = image.inspect("busy").path("Id").asText();
                    patiently()
                            .untilAsserted(() -> assertThat(
                                            image.ask("logs", "guarded").err())
                                    .contains("403")
                                    .contains("not described"));
                    assertThat(socket.refused()).contains("GET /v1.41/containers/" + id + "/json");
                }
                recorder.stop();
                image.docker("rm", "guarded");
                Files.delete(directory.resolve("docker.sock"));
            }
        }
    }

    /** Rather than to record a part, and tell nobody. */
    @Test
    void endsWhereItMayNotHaveTheThreadsThatItNeeds() throws Exception {
        ImageRecorder.run(
                image,
                "starved",
                directory.resolve("events"),
                "--pids-limit=20",
                "-v=" + image.engine().socket() + ":/var/run/docker.sock");
        patiently()
                .until(() ->
                        !image.inspect("starved").path("State").path("Running").asBoolean());
        assertThat(image.inspect("starved").path("State").path("ExitCode").asInt())
                .as(image.ask("logs", "starved").err())
                .isIn(1, 3); // 1 if not even Java could begin
        assertThat(image.ask("logs", "starved").err()).contains("unable to create native thread");
    }

    /** Over tcp, and over TLS with a certificate of its own, as the docker command: it has no socket. */
    @Test
    void recordsADistantEngine() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory.resolve("certificates"));
        CertificateAuthority.Issued server = authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", 9);
        CertificateAuthority.Issued client = authority.issue("client", CertificateAuthority.EC, "DNS:client", 9);
        Path own = Files.createDirectory(directory.resolve("own"));
        Files.copy(directory.resolve("certificates/ca.pem"), own.resolve("ca.pem"));
        Files.copy(client.certificate(), own.resolve("cert.pem"));
        Files.copy(client.key(), own.resolve("key.pem"));

        image.restartEngine("--host=tcp://127.0.0.1:2375");
        records("-e=DOCKER_HOST=tcp://127.0.0.1:2375");

        image.restartEngine(
                "--host=tcp://127.0.0.1:2376",
                "--tlsverify",
                "--tlscacert=" + directory.resolve("certificates/ca.pem"),
                "--tlscert=" + server.certificate(),
                "--tlskey=" + server.key());
        records(
                "-e=DOCKER_HOST=tcp://127.0.0.1:2376",
                "-e=DOCKER_TLS_VERIFY=1",
                "-e=DOCKER_CERT_PATH=/certificates",
                "-v=" + own + ":/certificates:ro");
        image.restartEngine();
    }

    private void records(String... options) throws Exception {
        image.docker("run", "-d", "--name=busy", "busybox", "sleep", "1000");
        ImageRecorder recorder = ImageRecorder.run(
                image,
                "distant",
                Files.createTempDirectory(directory, "events"),
                Stream.concat(Stream.of("--read-only", "--network=host"), Stream.of(options))
                        .toArray(String[]::new));
        recorder.awaitKinds("event", "stats", "inspect", "host");
        recorder.stop();
        assertThat(image.docker("logs", "distant")).isEmpty();
        removeContainers();
    }

    private GuardedSocket guarded(String allowed) throws Exception {
        Path socket = directory.resolve("docker.sock");
        GuardedSocket guarded = GuardedSocket.at(socket, image.engine().socket(), Pattern.compile(allowed));
        Files.setAttribute(socket, "unix:gid", 10002);
        Files.setAttribute(socket, "unix:mode", 0660);
        Files.setAttribute(directory, "unix:mode", 0755);
        return guarded;
    }

    /** Options of a container that finds the engine there. */
    private List<String> behindProxy() {
        return List.of("-e=DOCKER_HOST=unix:///proxy/docker.sock", "-v=" + directory + ":/proxy:ro");
    }

    private static List<String> passed(GuardedSocket socket) {
        return socket.passed().stream()
                .map(asked -> asked.replaceFirst("GET (/v1\\.\\d+)?", ""))
                .toList();
    }
}
