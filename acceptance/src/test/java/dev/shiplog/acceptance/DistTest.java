package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts/dist makes for the machine of an analyst, unpacked and run there. */
@Tag("once")
class DistTest {
    private static final Map<String, String> ANYWHERE = Map.of();

    @TempDir
    private Path directory;

    /** Open to other users. */
    private Path elsewhere;

    private record Answer(int code, String out, String err) {}

    @BeforeEach
    void open() throws IOException {
        elsewhere = Files.createTempDirectory("shiplog dist");
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> files = Files.walk(elsewhere)) {
            for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void theSameTreeGivesTheSameBytesAndRunsAnywhereForAnybody() throws Exception {
        Path first = dist("first", Map.of("TZ", "UTC", "LC_ALL", "C"));
        Path second = dist("second", Map.of("TZ", "Asia/Tokyo", "LC_ALL", "C.UTF-8"));
        for (String kind : List.of(".tar.gz", ".zip")) {
            assertThat(made(first, kind)).hasSameBinaryContentAs(made(second, kind));
        }

        run(ANYWHERE, "tar", "xzf", made(first, ".tar.gz").toString(), "-C", elsewhere.toString());
        Path tree;
        try (Stream<Path> files = Files.list(elsewhere)) {
            tree = files.findFirst().orElseThrow();
        }
        assertThat(entries(made(first, ".zip"))).isEqualTo(names(tree));
        assertThat(names(tree)).contains("LICENSE", "NOTICE", "README.md", "bin/replay", "bin/replay.cmd");
        assertThat(names(tree)).contains("completions/replay.bash", "completions/_replay", "completions/replay.fish");
        assertThat(Files.readString(tree.resolve("bin/replay.cmd")).lines().count())
                .isEqualTo(Files.readString(tree.resolve("bin/replay.cmd")).split("\r\n").length);

        askAsSomebodyElse(tree);
    }

    private void askAsSomebodyElse(Path tree) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "being somebody else needs root");
        Path journal = KeptJournalsTest.unpack("version-2", elsewhere);
        run(ANYWHERE, "chmod", "-R", "a+rX", journal.toString());
        Path link = Files.createSymbolicLink(elsewhere.resolve("replay"), tree.resolve("bin/replay"));
        List<String> somebody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        for (Path launcher : List.of(tree.resolve("bin/replay"), link)) {
            List<String> command = new ArrayList<>(somebody);
            command.addAll(
                    List.of(launcher.toString(), "ls", journal.getFileName().toString()));
            Answer answer = run(Map.of("LANG", "C"), command.toArray(String[]::new));
            assertThat(answer.err()).isEmpty();
            assertThat(answer.out()).contains("20261121-0902.cq4  open", "The recorder was stopped");
            assertThat(answer.code()).isZero();
        }
    }

    /** Whoever adds a library to replay names it, and its licence. */
    @Test
    void namesEveryLibraryAndHoldsWhatEverySystemNeeds() throws Exception {
        String notice = Files.readString(Path.of("..", "deploy", "analyst", "NOTICE"));
        try (ZipFile jar = new ZipFile(
                Path.of("..", "replay", "target", "shiplog-replay.jar").toFile())) {
            List<String> names = jar.stream().map(ZipEntry::getName).toList();
            assertThat(names.stream()
                            .filter(name -> name.matches("META-INF/maven/[^/]+/"))
                            .map(name -> name.split("/")[2])
                            .filter(group -> !group.equals("dev.shiplog")))
                    .isNotEmpty()
                    .allSatisfy(group -> assertThat(notice).contains(group));
            assertThat(names.stream()
                            .filter(name -> name.matches("[a-z]+/.*\\.class"))
                            .map(name -> name.replaceFirst("^((com|org|info)/[^/]+|[^/]+)/.*", "$1"))
                            .distinct())
                    .as("roots of packages: a new one is a library that NOTICE has to name, too")
                    .containsExactlyInAnyOrder(
                            "dev",
                            "picocli",
                            "com/fasterxml",
                            "com/github",
                            "com/google",
                            "org/apache",
                            "org/jspecify");
            for (String system :
                    List.of("linux/amd64", "linux/aarch64", "darwin/x86_64", "darwin/aarch64", "win/amd64")) {
                assertThat(names).anyMatch(name -> name.matches(system + "/libzstd-jni.*\\.(so|dylib|dll)"));
            }
        }
    }

    private Path dist(String name, Map<String, String> environment) throws Exception {
        Path target = directory.resolve(name);
        Answer answer = run(
                environment, Path.of("..", "scripts", "dist").toAbsolutePath().toString(), target.toString());
        assertThat(answer.code()).as(answer.err()).isZero();
        assertThat(answer.out().lines())
                .hasSize(2)
                .allSatisfy(file -> assertThat(Path.of(file)).isRegularFile());
        return target;
    }

    private static Path made(Path target, String kind) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(kind))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<String> entries(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(entry -> entry.getName().replaceFirst("^[^/]+/", ""))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> names(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> tree.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** In the directory that others may enter. */
    private Answer run(Map<String, String> environment, String... command) throws Exception {
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(elsewhere.toFile()).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("LC_ALL");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }
}
