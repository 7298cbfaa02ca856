package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, built from sources on a real engine without network, and run there as people run it. The build takes five minutes
 * and more, so this runs only with {@code mvn -Dshiplog.image=true …}; {@code -Dshiplog.image.kills=20} kills the image 20 times
 * instead of 3, {@code -Dshiplog.image.again=true} builds it once more in another directory, to compare.
 */
@EnabledIfSystemProperty(named = "shiplog.image", matches = "true")
@Tag("once")
@Timeout(1800)
class ImageTest {
    private static final int KILLS = Integer.getInteger("shiplog.image.kills", 3);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Of all its files. */
    private static final long LIMIT = 110_000_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The classes that a run of a few seconds loads differ a little from one build to the next, see deploy/image/build. */
    private static final String ARCHIVE = "opt/shiplog/classes.jsa";

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

    private static ConditionFactory patiently() {
        return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500));
    }

    @AfterEach
    void removeContainers() throws Exception {
        image.ask("rm", "-f", "-v", "events", "confined", "guarded", "busy");
    }

    private static JsonNode inspect(String what) throws Exception {
        return JSON.readTree(image.docker("inspect", what)).get(0);
    }

    @Test
    void holdsWhatItSaysAndNoMore() throws Exception {
        JsonNode described = inspect("shiplog");
        System.out.printf("ImageTest: %,d bytes%n", described.path("Size").asLong());
        assertThat(described.path("Size").asLong()).isLessThan(LIMIT);
        JsonNode config = described.path("Config");
        assertThat(config.path("StopSignal").asText()).isEqualTo("SIGTERM");
        assertThat(config.path("Volumes").has("/srv/events")).isTrue();
        JsonNode labels = config.path("Labels");
        String name = "org.opencontainers.image.";
        assertThat(BuiltImage.text("pom.xml"))
                .contains("<version>" + labels.path(name + "version").asText() + "</version>");
        assertThat(labels.path(name + "licenses").asText()).isEqualTo("Apache-2.0");
        assertThat(labels.path(name + "revision").asText()).matches("[0-9a-f]{40}");
        assertThat(OffsetDateTime.parse(labels.path(name + "created").asText()))
                .isBefore(OffsetDateTime.now(ZoneOffset.UTC));

        // Exactly the jars of its SBOM, as they were published, but for zstd's, whose libraries for other machines are
        // out.
        SortedMap<String, String> listed = new TreeMap<>();
        for (JsonNode component :
                JSON.readTree(root.resolve("opt/shiplog/sbom.json").toFile()).path("components")) {
            String jar = component.path("name").asText() + "-"
                    + component.path("version").asText() + ".jar";
            for (JsonNode hash : component.path("hashes")) {
                if (hash.path("alg").asText().equals("SHA-256")) {
                    listed.put(jar, hash.path("content").asText());
                }
            }
        }
        SortedMap<String, String> there = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path jar :
                    files.filter(file -> file.toString().endsWith(".jar")).toList()) {
                assertThat(jar.getParent()).isEqualTo(root.resolve("opt/shiplog/lib"));
                there.put(jar.getFileName().toString(), BuiltImage.sha256(jar));
            }
        }
        assertThat(there.keySet()).isEqualTo(listed.keySet()).hasSizeGreaterThan(20);
        assertThat(there).allSatisfy((jar, digest) -> {
            if (!jar.startsWith("zstd-jni-")) {
                assertThat(digest).as(jar).isEqualTo(listed.get(jar));
            }
        });

        for (Map.Entry<String, String> file :
                BuiltImage.list(root.resolve("opt")).entrySet()) {
            assertThat(file.getValue()).as(file.getKey()).matches("r[w-][x-]r-[x-]r-[x-] 0:0.*|-> .*");
        }
    }

    /** The runtime has the modules that the jars need, but for AWT. */
    @Test
    void theRuntimeHasTheModulesThatTheJarsNeed() throws Exception {
        String has =
                image.docker("run", "--rm", "--entrypoint=/opt/shiplog/java/bin/java", "shiplog", "--list-modules");
        List<String> command =
                new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
        try (Stream<Path> jars = Files.list(root.resolve("opt/shiplog/lib"))) {
            jars.map(Path::toString)
                    .filter(jar -> jar.endsWith(".jar"))
                    .sorted()
                    .forEach(command::add);
        }
        String needed = image.docker(Stream.concat(
                        Stream.of(
                                "run",
                                "--rm",
                                "-v",
                                root + ":" + root,
                                "--entrypoint=/opt/jdk/bin/jdeps",
                                "shiplog-builder"),
                        command.stream())
                .toArray(String[]::new));
        assertThat(needed.strip().split(","))
                .hasSizeGreaterThan(4)
                .filteredOn(module -> !module.equals("java.desktop"))
                .allSatisfy(module -> assertThat(has).contains(module + "@"));
    }

    /** Its process, as the kernel does that runs out of memory: what "docker kill" ends, the engine does not start again. */
    private static void kill(long began) throws Exception {
        if (KILLS > 5) {
            // The engine waits ever longer before it starts again what lived for less than ten seconds.
            Instant ripe = Instant.ofEpochSecond(0, began).plusSeconds(11);
            patiently().until(() -> Instant.now().isAfter(ripe));
        }
        long pid = inspect("events").path("State").path("Pid").asLong();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
    }

    /** As the README says: an engine's socket, a directory, a name, and a policy. */
    @Test
    void isBackAfterEachKillWithTheJournalIntact() throws Exception {
        Path journal = directory.resolve("events");
        run("events", journal, "--restart=always");
        List<Long> starts = new ArrayList<>();
        long began = 0;
        for (int kill = 0; kill <= KILLS; kill++) {
            began = awaitRun(journal, began);
            starts.add((first(journal, began) - began) / 1_000_000);
            image.docker("run", "--rm", "busybox", "true");
            if (kill < KILLS) {
                kill(began);
            }
        }
        Collections.sort(starts);
        System.out.printf("ImageTest: ms from a start to its first record, sorted: %s%n", starts);
        assertThat(image.docker("exec", "events", "replay", "ls", "/srv/events"))
                .contains("The recorder is running");
        image.docker("stop", "events");
        List<Record> records = RecordedJournal.read(journal);
        for (int i = 1; i < records.size(); i++) {
            assertThat(records.get(i).sequence()).isEqualTo(records.get(i - 1).sequence() + 1);
        }
        assertThat(marks(records, Mark.UncleanStop.class)).hasSize(KILLS);
        assertThat(marks(records, Mark.CleanStop.class)).hasSize(1);
        assertThat(records.stream()
                        .filter(record -> record.kind() == Kind.EVENT)
                        .map(ImageTest::text))
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
            options.addAll(List.of("-e", "DOCKER_HOST=unix:///proxy/docker.sock", "-v", directory + ":/proxy:ro"));
            options.add("-v=" + archives + ":/srv/archives");
            image.docker("run", "-d", "--name=busy", "busybox", "sh", "-c", "echo hello; sleep 1000");
            run("confined", journal, options.toArray(String[]::new));
            awaitKinds(journal, "event", "stats", "inspect", "host");
            image.docker("exec", "confined", "recorder", "note", "seen");
            assertThat(image.docker("exec", "confined", "recorder", "status")).contains("answers since");
            // In its first seconds it says, by exit code 3, that more may have run.
            assertThat(image.ask("exec", "confined", "replay", "ps", "-a", "/srv/events")
                            .out())
                    .contains("busy");
            // By the library of zstd, which finds no place to be unpacked.
            String file = "/srv/archives/out.ndjson.zst";
            image.docker("exec", "confined", "replay", "export", "--accept-gaps", "-o", file, "/srv/events");
            assertThat(archives.resolve("out.ndjson.zst")).isNotEmptyFile();
            assertThat(image.docker("exec", "confined", "id", "-u").strip()).isEqualTo("10001");
            assertThat(image.ask("exec", "confined", "touch", "/tmp/x").code()).isNotZero();
            image.docker("rm", "-f", "busy");
            image.docker("stop", "confined");
            assertThat(image.docker("logs", "confined")).isEmpty();
            assertThat(socket.refused()).isEmpty();
        }
        List<Record> records = RecordedJournal.read(journal);
        assertThat(marks(records, Mark.CleanStop.class)).hasSize(1);
        assertThat(marks(records, Mark.Note.class)).hasSize(1);
        assertThat(records.stream().map(ImageTest::text)).anyMatch(text -> text.contains("\"Action\":\"die\""));
    }

    /** Behind a proxy that passes the published requests, nothing is missing; behind a narrower one, it says what is. */
    @Test
    void asksForWhatIsPublishedAndSaysWhatItMayNot() throws Exception {
        image.docker("run", "-d", "--name=busy", "busybox", "sh", "-c", "echo hello; sleep 1000");
        for (boolean all : new boolean[] {true, false}) {
            Path journal = Files.createDirectory(directory.resolve("events" + all));
            String allowed = all
                    ? GuardedSocket.published().pattern()
                    : "(/v1\\.[0-9]+)?/(_ping|version|events|containers/json)";
            try (GuardedSocket socket = guarded(allowed)) {
                run(
                        "guarded",
                        journal,
                        "-e=SHIPLOG_LOGS=all",
                        "-e=DOCKER_HOST=unix:///proxy/docker.sock",
                        "-v=" + directory + ":/proxy:ro");
                if (all) {
                    awaitKinds(journal, "event", "stats", "inspect", "host", "log", "image");
                    patiently()
                            .until(() -> passed(socket).containsAll(List.of("/images/json", "/volumes", "/networks")));
                    assertThat(socket.refused()).isEmpty();
                } else {
                    awaitKinds(journal, "event");
                    String id = inspect("busy").path("Id").asText();
                    patiently()
                            .untilAsserted(() -> assertThat(
                                            image.ask("logs", "guarded").err())
                                    .contains("403")
                                    .contains("not described"));
                    assertThat(socket.refused()).contains("GET /v1.41/containers/" + id + "/json");
                }
                image.docker("stop", "guarded");
                image.docker("rm", "guarded");
                Files.delete(directory.resolve("docker.sock"));
            }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "shiplog.image.again", matches = "true")
    void theSameCommitGivesTheSameFiles() throws Exception {
        Path tree = directory.resolve("elsewhere/tree");
        Process clone = new ProcessBuilder(
                        "git", "clone", "-q", BuiltImage.tree().toString(), tree.toString())
                .inheritIO()
                .start();
        assertThat(clone.waitFor()).isZero();
        image.build("again", tree, "--no-cache");
        Path again = directory.resolve("again");
        image.unpack("again", again);
        SortedMap<String, String> first = BuiltImage.list(root);
        SortedMap<String, String> second = BuiltImage.list(again);
        System.out.printf(
                "ImageTest: %d files, the archives of classes are %s%n",
                first.size(), first.get(ARCHIVE).equals(second.get(ARCHIVE)) ? "the same" : "not the same");
        for (SortedMap<String, String> files : List.of(first, second)) {
            assertThat(files.remove(ARCHIVE)).isNotNull();
            // What the engine lays into each container.
            files.keySet()
                    .removeAll(List.of(".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"));
        }
        assertThat(second).isEqualTo(first);
    }

    private GuardedSocket guarded(String allowed) throws Exception {
        Path socket = directory.resolve("docker.sock");
        GuardedSocket guarded = GuardedSocket.at(socket, image.engine().socket(), Pattern.compile(allowed));
        Files.setAttribute(socket, "unix:gid", 10002);
        Files.setAttribute(socket, "unix:mode", 0660);
        Files.setAttribute(directory, "unix:mode", 0755);
        return guarded;
    }

    private static void run(String name, Path journal, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "-d"));
        command.addAll(
                List.of("-v", image.engine().socket() + ":/var/run/docker.sock", "-v", journal + ":/srv/events"));
        command.add("--name=" + name);
        command.addAll(List.of(options));
        command.addAll(List.of("shiplog", "--stats-interval", "1s"));
        image.docker(command.toArray(String[]::new));
    }

    /** Waits for an event in another run than the one that began then; when this began, in ns. */
    private static long awaitRun(Path journal, long before) {
        long[] began = new long[1];
        patiently().until(() -> {
            JsonNode state = inspect("events").path("State");
            Instant started = Instant.parse(state.path("StartedAt").asText());
            began[0] = started.getEpochSecond() * 1_000_000_000L + started.getNano();
            return state.path("Running").asBoolean() && began[0] != before && first(journal, began[0]) > 0;
        });
        return began[0];
    }

    /** When the first record of an event came in the run that began then; 0 if there is none yet. */
    private static long first(Path journal, long began) throws IOException {
        if (!Files.exists(journal.resolve(JournalLock.FILE))) {
            return 0;
        }
        return RecordedJournal.read(journal).stream()
                .filter(record -> record.received() >= began && record.kind() == Kind.EVENT)
                .mapToLong(Record::received)
                .min()
                .orElse(0);
    }

    private static void awaitKinds(Path journal, String... kinds) {
        patiently().untilAsserted(() -> assertThat(kinds(journal)).contains(kinds));
    }

    private static List<String> kinds(Path journal) throws IOException {
        return Files.exists(journal.resolve(JournalLock.FILE))
                ? new ArrayList<>(new TreeSet<>(RecordedJournal.read(journal).stream()
                        .map(record -> record.kind().label())
                        .toList()))
                : List.of();
    }

    private static List<String> passed(GuardedSocket socket) {
        return socket.passed().stream()
                .map(asked -> asked.replaceFirst("GET (/v1\\.\\d+)?", ""))
                .toList();
    }

    private static <M extends Mark> List<M> marks(List<Record> records, Class<M> type) throws IOException {
        List<M> marks = new ArrayList<>();
        for (Record record : records) {
            Mark mark = record.kind() == Kind.MARK ? Mark.fromJson(record.payload()) : null;
            if (type.isInstance(mark)) {
                marks.add(type.cast(mark));
            }
        }
        return marks;
    }

    private static String text(Record record) {
        return new String(record.payload(), StandardCharsets.UTF_8);
    }
}
