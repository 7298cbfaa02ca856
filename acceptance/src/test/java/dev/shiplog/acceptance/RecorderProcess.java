package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.recorder.CommandMain;
import dev.shiplog.recorder.SimulatedRecorderMain;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A recorder in a process of its own, of the classes under test, with the memory that scripts/recorder gives it. With
 * {@code -Dshiplog.guarded=true} each that records an engine asks it through a {@link GuardedSocket}, which passes what is
 * published, prints what that was, and fails the test if it refused something.
 */
final class RecorderProcess implements AutoCloseable {
    /** Runs the rest of its command line as pid 1 of a new pid namespace, as a container does. */
    static final List<String> PID_ONE =
            List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private");

    private static final Duration END = Duration.ofSeconds(30);

    /** Longer than the recorder may take to describe what it finds, from the engine's first answer on. */
    private static final Duration SETTLING = Duration.ofSeconds(13);

    /** When it said that the engine answers. */
    private static final Pattern ANSWER = Pattern.compile("(?m)^(\\S+) INFO  engine .* answers");

    private static final boolean GUARDED = Boolean.getBoolean("shiplog.guarded");

    private final Process process;
    private final boolean wrapped;
    private final Path output;
    private @Nullable GuardedSocket guard;

    private RecorderProcess(Process process, boolean wrapped, Path output) {
        this.process = process;
        this.wrapped = wrapped;
        this.output = output;
    }

    /** Waits until its journal tells all that was there before: of one that ends within ten seconds, replay says that it does not. */
    void awaitSettled() {
        await().atMost(END)
                .until(() -> ANSWER.matcher(output())
                        .results()
                        .anyMatch(answer -> Instant.now()
                                .isAfter(Instant.parse(answer.group(1)).plus(SETTLING))));
    }

    /** @param output a file for what it prints, standard error and output together */
    static RecorderProcess start(Path output, String... arguments) throws IOException {
        return start(List.of(), output, arguments);
    }

    /** @param prefix a program, with its options, that executes the rest of its command line */
    static RecorderProcess start(List<String> prefix, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(arguments));
        return start(command, prefix.contains("--fork"), output);
    }

    /** One that serves metrics where its file says, or else at the usual address. */
    static RecorderProcess served(Path output, String... arguments) throws IOException {
        return start(command(arguments), false, output, Map.of());
    }

    /** One by a clock that is 8 bytes of a file, ns since the epoch. */
    static RecorderProcess simulated(Path output, Path clock, String... arguments) throws IOException {
        List<String> command = java(SimulatedRecorderMain.class);
        command.add(clock.toString());
        command.addAll(List.of(arguments));
        return start(command, false, output);
    }

    private static RecorderProcess start(List<String> command, boolean wrapped, Path output) throws IOException {
        // Else those that run at once would want one port.
        return start(command, wrapped, output, Map.of("SHIPLOG_LISTEN", "none"));
    }

    private static RecorderProcess start(
            List<String> command, boolean wrapped, Path output, Map<String, String> environment) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // Only what a test says counts.
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(SHIPLOG|DOCKER|JAVA|JDK|EXPORTER|LOG|MAX|COLLECTION)_.*"));
        builder.environment().putAll(environment);
        return new RecorderProcess(builder.start(), wrapped, output);
    }

    /** One that records {@code engine}, an address, into {@code journal}, with a sample a second. */
    static RecorderProcess recording(
            List<String> prefix, Path output, String engine, Path journal, String... moreArguments) throws IOException {
        GuardedSocket guard = GUARDED ? GuardedSocket.before(engine) : null;
        String address = guard == null ? engine : guard.address();
        List<String> arguments = new ArrayList<>(
                List.of("--docker-host", address, "--data-dir", journal.toString(), "--stats-interval", "1s"));
        arguments.addAll(List.of(moreArguments));
        RecorderProcess recorder = start(prefix, output, arguments.toArray(String[]::new));
        recorder.guard = guard;
        return recorder;
    }

    /**
     * The command line that starts one; with {@code -Dshiplog.launcher=scripts/recorder} as people do, its jar with the
     * classes that Java shares between runs.
     */
    static List<String> command(String... arguments) {
        String launcher = System.getProperty("shiplog.launcher", "");
        if (!launcher.isEmpty()) {
            List<String> command = new ArrayList<>(
                    List.of(Path.of("..", launcher).toAbsolutePath().normalize().toString()));
            command.addAll(List.of(arguments));
            return command;
        }
        List<String> java = java(CommandMain.class);
        java.addAll(List.of(arguments));
        return java;
    }

    private static List<String> java(Class<?> main) {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.matches("--add-(opens|exports)=.*"))
                .forEach(java::add);
        if (Runtime.version().feature() >= 24) {
            java.add("--sun-misc-unsafe-memory-access=allow");
        }
        java.add("@" + Path.of("..", "scripts", "recorder.options").toAbsolutePath());
        java.addAll(List.of("-cp", String.join(File.pathSeparator, classPath()), main.getName()));
        return java;
    }

    /** Where its classes are: directories and jars, absolute. */
    static List<String> classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return entries;
    }

    /** Everything that it printed so far. */
    String output() throws IOException {
        return Files.readString(output);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The recorder itself, which is not always the process that was started; empty before it is there. */
    Optional<ProcessHandle> recorder() {
        return wrapped ? process.children().findFirst() : Optional.of(process.toHandle());
    }

    /** {@code kill -9}; returns when it is gone. */
    void kill() throws InterruptedException {
        recorder().ifPresent(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM. */
    void terminate() {
        recorder().ifPresent(ProcessHandle::destroy);
    }

    /** The exit code. */
    int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(END.toSeconds(), TimeUnit.SECONDS))
                .as("the recorder ends within %s", END)
                .isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (guard != null) {
            guard.close();
            guard.passed().stream()
                    .map(asked -> "guarded: " + asked.replaceAll("[0-9a-f]{64}", "ID"))
                    .distinct()
                    .forEach(System.out::println);
            assertThat(guard.refused()).isEmpty();
        }
    }
}
