package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.LogLines;
import dev.shiplog.testkit.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages on the formats suffice for a small program: {@code docs/read_payloads.py}, which was written from them, prints
 * of intact files what {@code replay export --format raw} prints.
 */
@Tag("once")
class PayloadReaderTest {
    private static final Path READER = Path.of("..", "docs", "read_payloads.py");
    private static final Path PAGE = Path.of("..", "docs", "archive-format.md");
    private static final int CANNOT_READ = 4;
    private static final long START = 1_795_000_000_000_000_000L;

    @TempDir
    private Path directory;

    @Test
    void theReaderHasAtMost250Lines() throws Exception {
        assertThat(Files.readAllLines(READER)).hasSizeLessThanOrEqualTo(250);
    }

    /** Where no record says that it is restated, as in what the first writers left, it prints restated ones too. */
    @ParameterizedTest
    @ValueSource(strings = {"version-1-first", "version-1", "version-2"})
    void keptJournalsAreReadAlike(String name) throws Exception {
        Path journal = KeptJournalsTest.unpack(name, directory);
        boolean marked = !name.equals("version-1-first");
        assertThat(read(files(journal))).isEqualTo(marked ? exported(journal) : exported(journal, "--restated"));
        assertThat(read(files(archived(journal)))).isEqualTo(exported(journal));
        assertThat(read(files(archived(journal, "--portable")))).isEqualTo(exported(journal));
    }

    @Test
    void everySampleIsReadAlike() throws Exception {
        Path journal = samples();
        byte[] expected = payloads(journal); // an export has the lines of logs alone
        assertThat(read(files(journal))).isEqualTo(expected);
        assertThat(read(files(archived(journal)))).isEqualTo(expected);
        assertThat(read(files(archived(journal, "--portable")))).isEqualTo(expected);
    }

    @Test
    void whatIsInAnArchiveAndInItsSegmentIsPrintedOnce() throws Exception {
        Path journal = KeptJournalsTest.unpack("version-2", directory);
        List<Path> files = new ArrayList<>(files(archived(journal)).subList(1, 4));
        files.addAll(files(journal).subList(0, 3));
        assertThat(read(files)).isEqualTo(exported(journal));
    }

    @Test
    void whatCannotBeReadIsNamed() throws Exception {
        for (String name : List.of("other.cq4", "other.tar")) {
            Path file = Files.writeString(directory.resolve(name), "neither a segment nor an archive");
            Path said = directory.resolve("said");
            assertThat(run(List.of(file), directory.resolve("read"), said)).isEqualTo(CANNOT_READ);
            assertThat(Files.readAllLines(said)).hasSize(1).allMatch(line -> line.startsWith(file + ": "));
        }
    }

    /** Nothing else would show it: a changed byte of a block may leave payloads that look right. */
    @Test
    void aBlockThatIsNotWhatTheManifestSaysIsNotPrinted() throws Exception {
        Path journal = KeptJournalsTest.unpack("version-2", directory);
        for (String[] options : new String[][] {{}, {"--portable"}}) {
            Path archive = files(archived(journal, options)).get(0);
            byte[] bytes = Files.readAllBytes(archive);
            bytes[bytes.length / 2] ^= 1;
            Files.write(archive, bytes);
            Path output = directory.resolve("read");
            Path said = directory.resolve("said");
            assertThat(run(List.of(archive), output, said)).isEqualTo(CANNOT_READ);
            assertThat(Files.readAllLines(said)).singleElement().asString().contains("does not match its SHA-256");
            assertThat(output).isEmptyFile();
        }
    }

    /** The commands of the page find nothing in a chain of archives, and in a broken one what is wrong with it. */
    @Test
    void theCommandsOfThePageCheckAChain() throws Exception {
        Path archives = archived(KeptJournalsTest.unpack("version-2", directory));
        List<Path> chain = files(archives);
        assertThat(chain).hasSize(4);
        assertThat(check(chain)).isEmpty();

        assertThat(check(List.of(chain.get(0), chain.get(3), chain.get(1))))
                .singleElement()
                .asString()
                .contains(chain.get(3).getFileName().toString());
        byte[] bytes = Files.readAllBytes(chain.get(1));
        bytes[bytes.length / 2] ^= 1;
        Files.write(chain.get(1), bytes);
        assertThat(check(chain)).singleElement().asString().contains("records-00001.shb");
    }

    private List<String> check(List<Path> archives) throws Exception {
        Transcript.require("jq", "jq", "--version");
        String page = Files.readString(PAGE);
        int section = page.indexOf("## Check a chain without Shiplog");
        int from = page.indexOf("```sh\n", section) + 6;
        Path script = Files.writeString(directory.resolve("check"), page.substring(from, page.indexOf("```", from)));
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        archives.forEach(archive -> command.add(archive.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(String.join("\n", found)).isEqualTo(found.isEmpty() ? 0 : 1);
        return found;
    }

    /** All samples, under all kinds, and a record of several parts. */
    private Path samples() throws IOException {
        Path journal = directory.resolve("samples");
        Kind[] kinds = Kind.values();
        int n = 0;
        try (Appender appender =
                Appender.open(journal, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), record -> {})) {
            for (String name : Samples.NAMES) {
                for (byte[] payload : Samples.payloads(name)) {
                    Kind kind = name.equals(Samples.STATS) ? Kind.STATS : kinds[n % kinds.length];
                    append(appender, kind, "container-" + n % 61, n++, payload);
                }
            }
            append(appender, Kind.LOG, "größer", n++, new byte[400_000]);
            LogLines log = new LogLines(LogLines.Program.TRACES, 19, START, 10);
            for (int i = 0; i < 1_000; i++) {
                String message = new String(log.next().message(), StandardCharsets.UTF_8);
                append(
                        appender,
                        Kind.LOG,
                        "container-" + i % 3,
                        n++,
                        ("\u0001" + message.strip()).getBytes(StandardCharsets.UTF_8));
            }
        }
        return journal;
    }

    private static void append(Appender appender, Kind kind, String subject, int n, byte[] payload) throws IOException {
        long received = START + n * 300_000_000L;
        appender.append(new Record(0, kind, subject, received - 1_234_567, received, received - START / 2, payload));
    }

    /** What the small reader prints, which must end well and say nothing. */
    private byte[] read(List<Path> files) throws Exception {
        Path output = directory.resolve("read");
        Path said = directory.resolve("said");
        int code = run(files, output, said);
        assertThat(Files.readString(said)).isEmpty();
        assertThat(code).isZero();
        return Files.readAllBytes(output);
    }

    private static int run(List<Path> files, Path output, Path said) throws Exception {
        Transcript.requirePython();
        Transcript.require("zstd", "zstd", "--version");
        List<String> command = new ArrayList<>(List.of("python3", READER.toString()));
        files.forEach(file -> command.add(file.toString()));
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(said.toFile())
                .start()
                .waitFor();
    }

    /** The payloads of a journal, a line each. */
    private static byte[] payloads(Path journal) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> "" + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                if (!cursor.record().restated()) {
                    all.writeBytes(cursor.record().toRecord().payload());
                    all.write('\n');
                }
            }
        }
        return all.toByteArray();
    }

    private byte[] exported(Path source, String... options) {
        return replay("export", List.of("--accept-gaps", "--format", "raw"), options, source);
    }

    /** A new directory with the archives of all segments. */
    private Path archived(Path journal, String... options) throws IOException {
        Path archives = Files.createTempDirectory(directory, "archives");
        replay("archive", List.of("--all", "--to", archives.toString()), options, journal);
        return archives;
    }

    private static byte[] replay(String command, List<String> arguments, String[] options, Path source) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(arguments);
        all.addAll(List.of(options));
        all.add(source.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), Path.of(""), new CountDownLatch(1));
        int code = Replay.run(console, all.toArray(String[]::new));
        assertThat(code).as("%s: %s", all, err).isZero();
        return out.toByteArray();
    }

    private static List<Path> files(Path source) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            return files.filter(file -> file.getFileName().toString().matches(".*\\.(cq4(\\.\\d+)?|tar)"))
                    .sorted()
                    .toList();
        }
    }
}
