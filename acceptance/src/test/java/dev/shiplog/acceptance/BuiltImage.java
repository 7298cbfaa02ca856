package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The image as {@code scripts/test-image} builds it, on an engine of its own, which goes with it. */
final class BuiltImage implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path TREE = Path.of("..").toAbsolutePath().normalize();

    /** Its script says so of a machine on which it cannot build. */
    private static final int IMPOSSIBLE = 3;

    private final PrivateEngine engine;
    private final Path directory;

    /** @param code exit code */
    record Answer(int code, String out, String err) {}

    private BuiltImage(PrivateEngine engine, Path directory) {
        this.engine = engine;
        this.directory = directory;
    }

    /**
     * One named shiplog; skips the test where there is nothing to build it with, but never in continuous integration.
     *
     * @param directory for what is needed meanwhile
     */
    static BuiltImage build(Path directory) throws IOException, InterruptedException {
        PrivateEngine engine = PrivateEngine.start();
        BuiltImage image = new BuiltImage(engine, directory);
        try {
            long began = System.nanoTime();
            image.script(TREE, "builder", "shiplog-builder");
            image.script(TREE, "repository", image.repository());
            System.out.printf("BuiltImage: prepared in %d s%n", (System.nanoTime() - began) / 1_000_000_000);
            image.build("shiplog", TREE);
        } catch (Throwable e) {
            image.close();
            throw e;
        }
        return image;
    }

    /**
     * One more, of the sources in another directory.
     *
     * @param options of docker build
     */
    void build(String name, Path tree, String... options) throws IOException, InterruptedException {
        long began = System.nanoTime();
        List<String> arguments = new ArrayList<>(List.of("build", name, "shiplog-builder", repository()));
        arguments.addAll(List.of(options));
        script(tree, arguments.toArray(String[]::new));
        System.out.printf("BuiltImage: %s in %d s%n", name, (System.nanoTime() - began) / 1_000_000_000);
    }

    private String repository() {
        return directory.resolve("repository").toString();
    }

    RealEngine engine() {
        return engine.api();
    }

    /** Ends the engine and its containers; it comes back with further options of dockerd. */
    void restartEngine(String... options) throws IOException, InterruptedException {
        engine.restart(options);
    }

    private void script(Path tree, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(tree.resolve("scripts/test-image").toString()));
        command.addAll(List.of(arguments));
        Answer answer = answer(command);
        assumeFalse(answer.code() == IMPOSSIBLE && !"true".equals(System.getenv("CI")), answer.err());
        assertThat(answer.code())
                .as("%s: %s%s", command, answer.out(), answer.err())
                .isZero();
    }

    /** What a command of docker answers. */
    Answer ask(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Files.isExecutable(Path.of("/usr/bin/docker")) ? "/usr/bin/docker" : "docker");
        command.addAll(List.of(arguments));
        return answer(command);
    }

    /** What a command of docker prints; fails unless it ends well. */
    String docker(String... arguments) throws IOException, InterruptedException {
        Answer answer = ask(arguments);
        assertThat(answer.code())
                .as("docker %s: %s%s", List.of(arguments), answer.out(), answer.err())
                .isZero();
        return answer.out();
    }

    /** What the engine says of a container or an image. */
    JsonNode inspect(String what) throws IOException, InterruptedException {
        return JSON.readTree(docker("inspect", what)).get(0);
    }

    private Answer answer(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("DOCKER_HOST", "unix://" + engine().socket());
        builder.environment().put("DOCKER_CONFIG", directory.toString());
        Process process = builder.start();
        assertThat(process.waitFor(15, TimeUnit.MINUTES)).as(command.toString()).isTrue();
        Answer answer = new Answer(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return answer;
    }

    /** Unpacks an image into a directory. */
    void unpack(String name, Path into) throws IOException, InterruptedException {
        Files.createDirectories(into);
        Path tar = Files.createTempFile(directory, "image", ".tar");
        String container = docker("create", name).strip();
        docker("export", "--output", tar.toString(), container);
        docker("rm", container);
        Answer answer = answer(List.of("tar", "xpf", tar.toString(), "-C", into.toString(), "--numeric-owner"));
        assertThat(answer.code()).as(answer.err()).isZero();
        Files.delete(tar);
    }

    /** Of each file in there: mode, owner, size, date and SHA-256, or where a link leads. */
    static SortedMap<String, String> list(Path root) throws Exception {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.toList()) {
                files.put(root.relativize(file).toString(), described(file));
            }
        }
        return files;
    }

    private static String described(Path file) throws Exception {
        if (Files.isSymbolicLink(file)) {
            return "-> " + Files.readSymbolicLink(file);
        }
        Map<String, Object> unix = Files.readAttributes(file, "unix:*");
        String owned = String.format(
                "%s %s:%s",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), unix.get("uid"), unix.get("gid"));
        return Files.isDirectory(file)
                ? owned
                : String.join(
                        " ",
                        owned,
                        String.valueOf(unix.get("size")),
                        Files.getLastModifiedTime(file).toString(),
                        sha256(file));
    }

    static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** The text of a file of this tree. */
    static String text(String file) throws IOException {
        return Files.readString(TREE.resolve(file), StandardCharsets.UTF_8);
    }

    /** These sources in another directory, as of a commit. */
    Path clone(String commit) throws IOException, InterruptedException {
        Path tree = directory.resolve("elsewhere/tree");
        for (List<String> command : List.of(
                List.of("git", "clone", "-q", TREE.toString(), tree.toString()),
                List.of("git", "-C", tree.toString(), "checkout", "-q", "--detach", commit))) {
            Answer answer = answer(command);
            assertThat(answer.code()).as(answer.err()).isZero();
        }
        return tree;
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
