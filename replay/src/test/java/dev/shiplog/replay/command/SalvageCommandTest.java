package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.file.DirectoryListing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SalvageCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Files.createDirectory(directory.resolve("saved"));
    }

    private Terminal run(int code, String commandLine) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine)).as(commandLine + terminal.err()).isEqualTo(code);
        return terminal;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static void flip(Path file, String text) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).as(text).isNotNegative();
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void savesWhatIsIntactOfASegment() throws Exception {
        flip(directory.resolve("journal/20261121-0912.cq4"), "shop:1");

        Terminal salvage = run(ExitCode.DAMAGE, "salvage -o saved.tar journal/20261121-0912.cq4");

        assertThat(salvage.err())
                .contains("lost: 20261121-0912.cq4", "saved 4 records to " + directory.resolve("saved.tar"));
        String found = run(ExitCode.DAMAGE, "export --format envelope journal/20261121-0912.cq4")
                .out();
        assertThat(run(ExitCode.DAMAGE, "export --format envelope saved.tar").out())
                .isEqualTo(found);
    }

    @Test
    void savesEachSegmentOfADirectory() throws Exception {
        run(ExitCode.OK, "salvage -o saved journal");

        assertThat(files(directory.resolve("saved"))).hasSize(2);
        assertThat(run(ExitCode.OK, "export --format envelope saved").out())
                .isEqualTo(run(ExitCode.OK, "export --format envelope journal").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --portable"})
    void savesTheRecordsOfAnArchiveWhoseManifestIsDamaged(String form) throws Exception {
        run(ExitCode.OK, "salvage -o saved" + form + " journal");
        Path archive = files(directory.resolve("saved")).get(0);
        flip(archive, "\"clean_stop\"");

        Terminal salvage = run(ExitCode.DAMAGE, "salvage -o again.tar " + archive);

        assertThat(salvage.err()).contains(": its manifest cannot be used: ", "saved 5 records to ");
        assertThat(run(ExitCode.OK, "export --format raw again.tar").out())
                .isEqualTo(run(ExitCode.OK, "export --format raw journal/20261121-0912.cq4")
                        .out());
    }

    @Test
    void savesTheRecordsOfAnArchiveWithoutAManifest() throws Exception {
        run(ExitCode.OK, "salvage -o saved journal");
        Path archive = files(directory.resolve("saved")).get(0);
        byte[] bytes = Files.readAllBytes(archive);
        int blocks = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("records-00001");
        Arrays.fill(bytes, 0, new String(bytes, StandardCharsets.ISO_8859_1).indexOf("README.txt"), (byte) 'x');
        assertThat(blocks).isPositive();
        Files.write(archive, bytes);

        Terminal salvage = run(ExitCode.DAMAGE, "salvage -o again.tar " + archive);

        assertThat(salvage.err()).contains("saved 5 records to ");
        assertThat(run(ExitCode.OK, "export --format raw again.tar").out())
                .isEqualTo(run(ExitCode.OK, "export --format raw journal/20261121-0912.cq4")
                        .out());
    }

    /** An archive of some blocks, the last of which is damaged. */
    private Path damaged() throws Exception {
        TestJournal.write(directory.resolve("long"), TestJournal.samples(40_000))
                .close();
        run(ExitCode.OK, "archive --all --to saved long");
        Path archive = files(directory.resolve("saved")).stream()
                .filter(file -> file.toString().endsWith(".tar"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(archive);
        int block = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("records-000");
        assertThat(block).isPositive();
        bytes[block + TarFile.UNIT + 100] ^= 1;
        Files.write(archive, bytes);
        return archive;
    }

    /** What is lost of its source is no fault of the new archive: it matches its manifest, which names the source. */
    @ParameterizedTest
    @ValueSource(strings = {"salvage -o again.tar ", "cut --kind stats -o again.tar "})
    void tellsWhatWasLostOfTheArchiveThatItIsMadeOf(String verb) throws Exception {
        Path archive = damaged();
        int code = verb.startsWith("salvage") ? ExitCode.DAMAGE : ExitCode.MISMATCH;

        Terminal made = run(code, verb + archive);

        assertThat(made.err()).contains("lost: " + archive.getFileName());
        String named =
                "in " + archive.getFileName() + ", bytes \\d+ to \\d+: records-\\d+.shb does not match its SHA-256";
        for (String how : List.of("", "--fast ")) {
            assertThat(run(ExitCode.DAMAGE, "verify " + how + "again.tar").out())
                    .containsPattern("damaged +again.tar \\(.*" + named + "; records \\d+ to \\d+ are lost")
                    .contains("archive")
                    .doesNotContain("byte 0");
        }
        assertThat(Files.readString(directory.resolve("again.tar"), StandardCharsets.ISO_8859_1))
                .contains("\"cause\":\"damaged\"")
                .doesNotContain("\"mismatch\"");
        Terminal export = run(ExitCode.DAMAGE, "export --format envelope again.tar");
        assertThat(export.out())
                .isEqualTo(run(ExitCode.MISMATCH, "export --format envelope " + archive)
                        .out());
        assertThat(export.err())
                .containsPattern("lost: (again.tar|20261121-0912.cq4): records \\d+ to \\d+, .*: " + named);
    }

    /** Whatever is wrong with an archive: what is saved of it are records that it held, in an archive that is right. */
    @ParameterizedTest
    @ValueSource(strings = {"", " --portable"})
    void savesNothingThatWasNotThere(String form) throws Exception {
        run(ExitCode.OK, "salvage -o saved" + form + " journal");
        Path archive = files(directory.resolve("saved")).get(0);
        byte[] intact = Files.readAllBytes(archive);
        String all = run(ExitCode.OK, "export --format raw " + archive).out();
        int complete = 0;
        for (int seed = 0; seed < 120; seed++) {
            Random random = new Random(seed);
            byte[] broken =
                    Arrays.copyOf(intact, random.nextInt(4) == 0 ? random.nextInt(intact.length) : intact.length);
            for (int n = 1 + random.nextInt(4); n > 0 && broken.length > 0; n--) {
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(archive, broken);
            Terminal salvage = new Terminal(directory);
            int code = salvage.run("salvage -o again.tar " + archive);
            assertThat(code).as("seed %d %s", seed, salvage.err()).isIn(ExitCode.OK, ExitCode.DAMAGE);
            if (Files.exists(directory.resolve("again.tar"))) {
                Terminal verify = new Terminal(directory);
                assertThat(verify.run("verify again.tar"))
                        .as("seed %d %s", seed, verify.out())
                        .isIn(ExitCode.OK, ExitCode.DAMAGE);
                Terminal export = new Terminal(directory);
                export.run("export --format raw again.tar");
                assertThat(all).as("seed %d", seed).contains(export.out());
                complete += export.out().equals(all) ? 1 : 0;
                Files.delete(directory.resolve("again.tar"));
            }
        }
        assertThat(complete).isGreaterThan(20);
    }

    @Test
    void savesACutAsACut() throws Exception {
        run(ExitCode.OK, "cut --kind stats -o cut.tar journal");

        run(ExitCode.OK, "salvage -o again.tar cut.tar");

        assertThat(run(ExitCode.OK, "export --restated --format envelope again.tar")
                        .out())
                .isEqualTo(run(ExitCode.OK, "export --restated --format envelope cut.tar")
                        .out());
    }

    @Test
    void writesNothingIntoAJournal() throws Exception {
        Path journal = directory.resolve("journal");
        List<Path> before = DirectoryListing.of(journal);

        assertThat(run(ExitCode.USAGE, "salvage -o journal/x.tar journal/20261121-0912.cq4")
                        .err())
                .isEqualTo("replay: -o journal/x.tar: " + journal + " is a journal; archives need a directory of their"
                        + " own; see 'replay salvage --help'" + System.lineSeparator());
        assertThat(run(ExitCode.USAGE, "salvage -o journal journal/20261121-0912.cq4")
                        .err())
                .startsWith("replay: -o journal: " + journal + " is a journal; archives need a directory of their own");

        assertThat(DirectoryListing.of(journal)).isEqualTo(before);
    }

    @Test
    void replacesNoFile() throws Exception {
        run(ExitCode.OK, "salvage -o saved.tar journal/20261121-0912.cq4");
        byte[] before = Files.readAllBytes(directory.resolve("saved.tar"));

        Terminal again = run(ExitCode.FAILED, "salvage -o saved.tar journal/20261121-0913.cq4");

        assertThat(again.err()).endsWith("saved.tar: exists; salvage replaces no file" + System.lineSeparator());
        assertThat(directory.resolve("saved.tar")).hasBinaryContent(before);
    }

    /** Nothing is worse than to be refused after an hour. */
    @Test
    void refusesBeforeAnythingIsDone() throws Exception {
        run(ExitCode.OK, "salvage -o saved journal/20261121-0913.cq4");
        List<Path> before = files(directory.resolve("saved"));

        assertThat(run(ExitCode.FAILED, "salvage -o saved journal").err())
                .isEqualTo("replay: " + before.get(0) + ": exists; salvage replaces no file" + System.lineSeparator());
        assertThat(files(directory.resolve("saved"))).isEqualTo(before);

        Files.createFile(directory.resolve("mine.tar"));
        assertThat(run(ExitCode.FAILED, "salvage -o mine.tar nowhere").err()).contains("mine.tar: exists");
        assertThat(run(ExitCode.FAILED, "salvage -o nowhere/new.tar journal/20261121-0913.cq4")
                        .err())
                .contains("new.tar: cannot be written: " + directory.resolve("nowhere") + " is no directory");
    }

    @Test
    void savesTwoFilesOfOneSegmentSideBySide() throws Exception {
        Path segment = directory.resolve("journal/20261121-0912.cq4");
        Path other = Files.createDirectory(directory.resolve("other")).resolve(segment.getFileName());
        Files.copy(segment, other);
        flip(segment, "shop:1");
        flip(other, "postgres");

        run(ExitCode.DAMAGE, "salvage -o saved " + segment + " " + other);

        List<Path> saved = files(directory.resolve("saved"));
        assertThat(saved).hasSize(2);
        assertThat(saved.get(1).getFileName().toString())
                .isEqualTo(saved.get(0).getFileName().toString().replaceFirst("\\.2\\.tar$", ".tar"));
        for (int i = 0; i < 2; i++) {
            assertThat(run(ExitCode.DAMAGE, "export --format envelope " + saved.get(i))
                            .out())
                    .isEqualTo(run(ExitCode.DAMAGE, "export --format envelope " + (i == 0 ? other : segment))
                            .out());
        }
    }

    @Test
    void showsOnATerminalHowFarItIs() throws Exception {
        TestJournal.write(directory.resolve("long"), TestJournal.samples(20_000))
                .close();
        for (String verb : List.of("salvage -o new.tar", "restore --to new", "cut --kind stats -o cut.tar")) {
            Terminal terminal = Terminal.watched(directory);
            assertThat(terminal.run(verb + " long")).as(terminal.err()).isZero();
            assertThat(terminal.err()).as(verb).contains("\r16384 records ").contains("\r\u001b[Kreplay: ");
            assertThat(run(ExitCode.OK, verb.replace("new", "again").replace("cut.tar", "c.tar") + " long")
                            .err())
                    .as(verb)
                    .doesNotContain("\r");
        }
    }

    @Test
    void isInterruptedWithinASegment() throws Exception {
        TestJournal.write(directory.resolve("long"), TestJournal.samples(20)).close();
        Terminal terminal = new Terminal(directory);
        terminal.interrupt();

        assertThat(terminal.run("salvage -o new.tar long")).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.err())
                .isEqualTo("replay: interrupted at record 1 of 20261121-0912.cq4" + System.lineSeparator());
        assertThat(directory.resolve("new.tar")).doesNotExist();
    }

    @Test
    void saysIfNothingIsIntact() throws Exception {
        Files.createDirectories(directory.resolve("saved"));
        Files.write(directory.resolve("20261121-0912.cq4"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        Terminal salvage = run(ExitCode.DAMAGE, "salvage -o saved/saved.tar 20261121-0912.cq4");

        assertThat(salvage.err()).contains("20261121-0912.cq4: nothing of it is intact");
        assertThat(directory.resolve("saved/saved.tar")).doesNotExist();
    }

    @Test
    void needsADirectoryForSeveral() {
        assertThat(run(ExitCode.FAILED, "salvage -o saved.tar journal").err())
                .contains("is no directory, and the sources hold 2 segments");
    }
}
