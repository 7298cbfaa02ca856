package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.replay.command.Verbs;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The journal of a dead host, as an analyst gets it: copied while the recorder wrote, before {@code kill -9}; with a
 * damaged segment, and one missing; on a read-only file system; of another user, in another time zone. Every verb answers,
 * names what is lost, and leaves the evidence as it is.
 */
@Tag("once")
class DeadHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DAMAGED = "20261121-0900.cq4";
    private static final String MISSING = "20261121-0901.cq4";

    /** Half a minute into the damaged segment, as a clock in Tokyo shows it. */
    private static final String MOMENT = "2026-11-21T18:00:30";

    /** What a verb needs beside its source; a new verb runs with the source alone. {@code %s} is a directory to write to. */
    private static final Map<String, List<String>> ARGUMENTS = Map.ofEntries(
            Map.entry("ps", List.of("-a", "--at", MOMENT)),
            Map.entry("stats", List.of("--at", MOMENT)),
            Map.entry("top", List.of("--since", "2026-11-21")),
            Map.entry("images", List.of("--at", MOMENT)),
            Map.entry("diff", List.of("--at", "2026-11-21T17:59:57", "--at", MOMENT)),
            Map.entry("inspect", List.of("--name", "c1", "--at", MOMENT)),
            Map.entry("explain", List.of("--since", "2026-11-21")),
            Map.entry("ship", List.of("--dry-run", "--to", "http://127.0.0.1:9200")),
            Map.entry("archive", List.of("--all", "--to", "%s")),
            Map.entry("restore", List.of("--to", "%s/restored")),
            Map.entry("salvage", List.of("-o", "%s/salvaged.tar")),
            Map.entry("cut", List.of("-o", "%s/cut.tar")));

    /** They read no journal. */
    private static final List<String> OF_NO_SOURCE = List.of("help", "completion");

    private Path directory;

    private record Answer(int code, String out, String err) {}

    /** Others must get there, and a test's own directory is closed to them. */
    @BeforeEach
    void open() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "being somebody else needs root");
        directory = Files.createTempDirectory(
                "shiplog-dead", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    @AfterEach
    void remove() throws IOException {
        if (directory != null) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void everyVerbAnswersNamesWhatIsLostAndLeavesTheEvidenceAsItIs() throws Exception {
        try (PrivateMount disk = PrivateMount.readOnly(directory.resolve("disk"))) {
            Path evidence = disk.inside();
            Path events = evidence.resolve("events");
            record(events);
            damage(events);
            Path closed = Files.createDirectory(evidence.resolve("archives"));
            // What restore reads: archives are made of it as of any journal.
            Answer made = replay(List.of(), List.of("archive", "--all", "--to", closed.toString(), events.toString()));
            assertThat(made.code()).as(made.err()).isEqualTo(4);
            openToOthers(evidence);
            Map<Path, String> before = contents(evidence);

            List<String> wrong = new ArrayList<>();
            for (CommandLine verb : verbs()) {
                String name = verb.getCommandName();
                Path source = switch (name) {
                    case "restore" -> closed;
                    case "salvage" -> events.resolve(DAMAGED);
                    default -> events;
                };
                Answer answer = replay(somebodyElse(disk), line(verb, source));
                if (answer.code() != 4
                        || !answer.err().concat(answer.out()).matches("(?s).*(" + DAMAGED + "|host-20261121T0900).*")
                        || answer.err().matches("(?s).*(\\tat |this is a bug).*")) {
                    wrong.add(name + ": " + answer);
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(contents(evidence)).isEqualTo(before);
        }
    }

    private static List<CommandLine> verbs() {
        return Verbs.commandLine().getSubcommands().values().stream()
                .filter(verb -> !verb.getCommandSpec().usageMessage().hidden())
                .filter(verb -> !OF_NO_SOURCE.contains(verb.getCommandName()))
                .toList();
    }

    private List<String> line(CommandLine verb, Path source) throws IOException {
        List<String> line = new ArrayList<>(List.of(verb.getCommandName()));
        Path output = Files.createDirectories(directory.resolve("answers").resolve(verb.getCommandName()));
        Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String argument : ARGUMENTS.getOrDefault(verb.getCommandName(), List.of())) {
            line.add(argument.replace("%s", output.toString()));
        }
        if (verb.getCommandSpec().optionsMap().containsKey("--tz")) {
            line.addAll(List.of("--tz", "local"));
        }
        line.add(source.toString());
        return line;
    }

    /** Segments that a recorder wrote in the past, and one that is copied while it is written to. */
    private void record(Path copy) throws Exception {
        Path journal = KeptJournalsTest.unpack("version-2", directory);
        SegmentName newest = Catalog.newest(journal).orElseThrow();
        try (ScriptedEngine engine =
                        ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(20));
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("recorder.log"),
                        engine.address(),
                        journal,
                        "--roll",
                        "minutely")) {
            engine.start("web");
            await("a new segment")
                    .atMost(PATIENCE)
                    .until(() -> !Catalog.newest(journal).orElseThrow().equals(newest) && holdsSamples(journal));
            Files.createDirectory(copy);
            try (Stream<Path> files = Files.list(journal)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, copy.resolve(file.getFileName().toString()));
                }
            }
            assertThat(recorder.isAlive()).as(recorder.output()).isTrue();
            recorder.kill();
        }
    }

    private static boolean holdsSamples(Path journal) throws IOException {
        Path newest = journal.resolve(Catalog.newest(journal).orElseThrow().text());
        return RecordedJournal.payloads(newest, Kind.STATS).size() > 3;
    }

    private static void damage(Path events) throws IOException {
        Files.delete(events.resolve(MISSING));
        try (RandomAccessFile file =
                new RandomAccessFile(events.resolve(DAMAGED).toFile(), "rw")) {
            for (long offset : new long[] {40_000, 50_000, 65_508}) {
                file.seek(offset);
                int old = file.read();
                file.seek(offset);
                file.write(old ^ 1 << 7);
            }
        }
    }

    private static void openToOthers(Path evidence) throws IOException {
        try (Stream<Path> files = Files.walk(evidence)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /** Every file with its times and bytes. */
    private static Map<Path, String> contents(Path evidence) throws IOException {
        Map<Path, String> contents = new HashMap<>();
        try (Stream<Path> files = Files.walk(evidence)) {
            files.forEach(file -> {
                try {
                    contents.put(
                            file,
                            Files.getLastModifiedTime(file) + " "
                                    + (Files.isDirectory(file) ? "" : Arrays.hashCode(Files.readAllBytes(file))));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return contents;
    }

    private static List<String> somebodyElse(PrivateMount disk) {
        List<String> prefix = new ArrayList<>(disk.enter());
        prefix.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        return prefix;
    }

    /** replay as it is shipped, where everybody can read it. */
    private Path jar() throws IOException {
        Path copy = directory.resolve("shiplog-replay.jar");
        if (!Files.exists(copy)) {
            Files.copy(Path.of("..", "replay", "target", "shiplog-replay.jar"), copy);
        }
        return copy;
    }

    private Answer replay(List<String> prefix, List<String> line) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar().toString()));
        command.addAll(line);
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("TZ", "Asia/Tokyo");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }
}
