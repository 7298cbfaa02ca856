package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real engine that a test may end: a {@code scripts/test-engine} in a directory of its own, apart from the one that
 * tests share. Its data and its containers stay from its start to {@link #close}.
 */
final class PrivateEngine implements Closeable {
    private static final Pattern EVENTS = Pattern.compile("\nengine_daemon_events_total (\\S+)\n");
    private static final Path SCRIPTS =
            Path.of("..", "scripts").toAbsolutePath().normalize();

    private final String script;
    private final Path directory;
    private final RealEngine engine;

    private PrivateEngine(String script, Path directory, RealEngine engine) {
        this.script = script;
        this.directory = directory;
        this.engine = engine;
    }

    /** Skips the test where {@link RealEngine#ofEnvironment} does. */
    static PrivateEngine start() throws IOException, InterruptedException {
        RealEngine.assumeAny();
        return start("test-engine", "docker.sock");
    }

    /** A Podman service, by {@code scripts/test-podman}; skips the test where Podman is not installed, too. */
    static PrivateEngine startPodman() throws IOException, InterruptedException {
        RealEngine.assumeAny();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/podman")), "podman is not installed");
        return start("test-podman", "podman.sock");
    }

    private static PrivateEngine start(String script, String socket) throws IOException, InterruptedException {
        // Not the test's own directory: sockets below it have room for few characters.
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "shiplog-engine-");
        PrivateEngine engine = new PrivateEngine(script, directory, RealEngine.at(directory.resolve(socket)));
        engine.script("start");
        return engine;
    }

    /** Where its data are. */
    Path directory() {
        return directory;
    }

    /** Its API. */
    RealEngine api() {
        return engine;
    }

    /** Where its own Prometheus page is: every engine serves it on a socket, for its plugins. */
    String metricsAddress() {
        return "unix://" + metricsSocket();
    }

    private Path metricsSocket() {
        return directory.resolve("exec").resolve("metrics.sock");
    }

    /** SIGTERM, as a host that goes down sends it: it ends its containers, then itself. Does not wait for that. */
    void terminate() throws IOException {
        ProcessHandle.of(Long.parseLong(
                        Files.readString(directory.resolve("dockerd.pid")).strip()))
                .ifPresent(ProcessHandle::destroy);
    }

    /**
     * Ends it if it runs, with its containers, and starts it on its data.
     *
     * @param options of dockerd, in this run
     */
    void restart(String... options) throws IOException, InterruptedException {
        script(Map.of("SHIPLOG_TEST_ENGINE_OPTIONS", String.join(" ", options)), "restart");
    }

    /** Like {@link #restart}; from now on its containers live on while it is away. */
    void restartWithLiveRestore() throws IOException, InterruptedException {
        script("restart", "--live-restore");
    }

    /** Like {@link #restart}; from now on its containers end with it. */
    void restartWithoutLiveRestore() throws IOException, InterruptedException {
        script("restart", "--no-live-restore");
    }

    /** How many events it has published since its start, by its own count. */
    long events() throws IOException {
        Matcher counter = EVENTS.matcher(RealEngine.get(metricsSocket(), "/metrics"));
        assertThat(counter.find()).as("the engine counts its events").isTrue();
        return (long) Double.parseDouble(counter.group(1));
    }

    /** {@code kill -9}; its containers live on at least until it starts again. */
    void kill() throws IOException, InterruptedException {
        script("kill");
    }

    /** Ends it and its containers, and removes its data. */
    @Override
    public void close() throws IOException {
        try {
            script("stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void script(String... arguments) throws IOException, InterruptedException {
        script(Map.of(), arguments);
    }

    private void script(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("shiplog-engine-", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("SHIPLOG_TEST_ENGINE_DIR", directory.toString());
        builder.environment().put("SHIPLOG_TEST_PODMAN_DIR", directory.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(command.toString()).isTrue();
        String said = Files.readString(output);
        Files.delete(output);
        assertThat(process.exitValue()).as("%s: %s", command, said).isZero();
    }
}
