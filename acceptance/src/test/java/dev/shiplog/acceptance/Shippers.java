package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Processes of {@code replay ship} that share a state file, on a disk of its own, and a receipt. One runs at a time. */
final class Shippers implements AutoCloseable {
    private static final List<String> FATES =
            List.of("created", "existed", "refused", "filtered", "restated", "late", "open", "unsettled");

    private final Path directory;
    private final PrivateMount disk;
    private final List<String> arguments;

    private Shippers(Path directory, PrivateMount disk, List<String> arguments) {
        this.directory = directory;
        this.disk = disk;
        this.arguments = arguments;
    }

    /**
     * @param directory for what they leave
     * @param options of all of them
     */
    static Shippers open(Path directory, URI to, String... options) throws IOException {
        PrivateMount disk = PrivateMount.of(directory.resolve("disk"), "size=1m");
        List<String> arguments = new ArrayList<>(List.of("ship", "--to", to.toString()));
        arguments.addAll(List.of("--state", disk.inside().resolve("state.json").toString()));
        arguments.addAll(List.of("--receipt", directory.resolve("receipt.json").toString()));
        arguments.addAll(List.of(options));
        return new Shippers(directory, disk, arguments);
    }

    /** Runs replay in this process; fails unless it ends well. Returns what it printed. */
    static String run(Path directory, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        assertThat(Replay.run(console, arguments))
                .as("%s%n%s%s", Arrays.toString(arguments), out, err)
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Starts one; what it says goes to the log. */
    Process start(Path source, String... options) throws IOException {
        List<String> command = new ArrayList<>(disk.enter());
        command.addAll(ReplayCommand.of());
        command.addAll(arguments);
        command.addAll(List.of(options));
        command.add(source.toString());
        Files.deleteIfExists(directory.resolve("receipt.json"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    /** Waits for its end; what it counted adds up. */
    void end(Process process, int code) throws Exception {
        assertThat(process.waitFor()).as(this::said).isEqualTo(code);
        counts(directory.resolve("receipt.json"));
    }

    /** What a receipt of one journal counted, which adds up; empty if there was nothing to ship. */
    static JsonNode counts(Path receipt) throws IOException {
        JsonNode journals =
                ClusterDocuments.JSON.readTree(Files.readString(receipt)).path("journals");
        if (journals.isEmpty()) {
            return journals;
        }
        JsonNode counts = journals.elements().next();
        long sum = 0;
        for (String fate : FATES) {
            assertThat(counts.has("records_" + fate))
                    .as("%s in %s", fate, counts)
                    .isTrue();
            sum += counts.path("records_" + fate).asLong();
        }
        assertThat(sum).as("%s", counts).isEqualTo(counts.path("records_read").asLong());
        assertThat(counts.path("records_refused").asLong()).as("%s", counts).isZero();
        return counts;
    }

    /** Up to which sequence the state says that all has arrived; 0 if there is no state. */
    long arrived() throws IOException {
        Path state = disk.outside().resolve("state.json");
        if (!Files.exists(state)) {
            return 0;
        }
        JsonNode journals =
                ClusterDocuments.JSON.readTree(Files.readString(state)).path("journals");
        return journals.isEmpty()
                ? 0
                : journals.elements().next().path("sequence").asLong();
    }

    void forget() throws IOException {
        Files.deleteIfExists(disk.outside().resolve("state.json"));
    }

    /** Ships while nothing more fits on the disk of the state: it says so, and fails. */
    void startOnAFullDisk(Path source, String... options) throws Exception {
        Path ballast = disk.outside().resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(disk.outside()).getUsableSpace() > 0) {
                out.write(new byte[4096]);
            }
        }
        end(start(source, options), 1);
        assertThat(said().lines().filter(line -> line.startsWith("replay: ")).toList())
                .last()
                .asString()
                .contains("state.json")
                .contains("No space left on device");
        Files.delete(ballast);
    }

    /** All that they said. */
    String said() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
