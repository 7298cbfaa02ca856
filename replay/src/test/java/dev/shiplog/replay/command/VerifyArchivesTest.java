package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dshiplog.archives=N} changes how long the chain is that is harmed in many places. */
class VerifyArchivesTest {
    private static final int ARCHIVES = Integer.getInteger("shiplog.archives", 60);

    @TempDir
    Path directory;

    private KeyPair pair;
    private KeyPair otherPair;
    private Terminal terminal;

    @BeforeEach
    void setUp() throws Exception {
        terminal = new Terminal(directory);
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        otherPair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                directory.resolve("public.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
    }

    /** A journal of so many minutes, two samples each. */
    private Path journal(int minutes) throws IOException {
        List<Record> records = new ArrayList<>();
        Instant begin = Instant.parse("2026-11-21T00:00:00Z");
        for (int i = 0; i < 2 * minutes; i++) {
            String time = begin.plusSeconds(30L * i).toString().substring(11);
            records.add(TestJournal.stats(TestJournal.WEB, "web", time, i));
        }
        Path journal = directory.resolve("journal");
        TestJournal.write(journal, records).close();
        return journal;
    }

    private int verify(String options) {
        terminal = new Terminal(directory);
        return terminal.run("verify " + options);
    }

    private List<String> findings() {
        List<String> lines = terminal.out().lines().toList();
        return lines.subList(0, lines.size() - 1);
    }

    private String lastLine() {
        return terminal.out().lines().reduce((before, last) -> last).orElseThrow();
    }

    private static void damage(Path archive, int fromEnd) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length - fromEnd] ^= 1;
        Files.write(archive, bytes);
    }

    @Test
    void namesEachHarmedArchiveOfALongChainAndNoOther() throws IOException {
        assertThat(ARCHIVES).isBetween(20, 1440);
        Path target = directory.resolve("archives");
        List<Path> archives = TestArchives.write(journal(ARCHIVES), target, Coding.PORTABLE, pair.getPrivate());
        assertThat(verify("--key public.pem archives")).as(terminal.out()).isZero();
        List<Path> resigned = TestArchives.write(
                directory.resolve("journal"), directory.resolve("resigned"), Coding.PORTABLE, otherPair.getPrivate());
        List<Path> others = TestArchives.write(
                directory.resolve("journal"),
                directory.resolve("others"),
                Coding.PORTABLE,
                "test 2",
                pair.getPrivate());

        int missing = ARCHIVES / 5;
        Files.delete(archives.get(missing));
        int exchanged = 2 * ARCHIVES / 5;
        Files.copy(others.get(exchanged), archives.get(exchanged), StandardCopyOption.REPLACE_EXISTING);
        int truncated = 3 * ARCHIVES / 5;
        byte[] bytes = Files.readAllBytes(archives.get(truncated));
        Files.write(archives.get(truncated), Arrays.copyOf(bytes, bytes.length / 2));
        int signedByAnother = 4 * ARCHIVES / 5;
        Files.copy(resigned.get(signedByAnother), archives.get(signedByAnother), StandardCopyOption.REPLACE_EXISTING);

        long begun = System.nanoTime();
        assertThat(verify("--key public.pem archives")).isEqualTo(ExitCode.MISMATCH);
        System.out.printf(
                "VerifyArchivesTest: %d archives verified in %d ms%n",
                ARCHIVES, Duration.ofNanos(System.nanoTime() - begun).toMillis());
        assertThat(findings()).hasSize(4);
        assertThat(findings().get(0))
                .startsWith("missing   " + archives.get(missing + 1).getFileName())
                .contains("archive " + (missing + 1) + " before it")
                .contains("records " + (2 * missing + 1) + " to " + (2 * missing + 2) + " are lost");
        assertThat(findings().get(1))
                .startsWith("tampered  " + archives.get(exchanged).getFileName());
        assertThat(findings().get(2))
                .startsWith("damaged   " + archives.get(truncated).getFileName())
                .contains("records " + (2 * truncated + 1) + " to " + (2 * truncated + 2) + " are lost");
        assertThat(findings().get(3))
                .startsWith("tampered  " + archives.get(signedByAnother).getFileName())
                .contains("signature");
        assertThat(verify("--fast --key public.pem archives")).isEqualTo(ExitCode.MISMATCH);
        for (int harmed : new int[] {missing + 1, exchanged, truncated, signedByAnother}) {
            assertThat(terminal.out())
                    .contains(archives.get(harmed).getFileName().toString());
        }
    }

    private List<Path> archives(int minutes) throws IOException {
        return TestArchives.write(journal(minutes), directory.resolve("archives"), Coding.PORTABLE, null);
    }

    @Test
    void neverCallsASignatureFineThatItDidNotCheck() throws IOException {
        archives(2);
        assertThat(verify("archives")).isZero();
        assertThat(terminal.out())
                .isEqualTo("0 segments, 2 archives, 4 records, 644 B: nothing is wrong; no archive is signed\n");
        TestArchives.write(
                directory.resolve("journal"), directory.resolve("signed"), Coding.PORTABLE, pair.getPrivate());
        assertThat(verify("signed")).isZero();
        assertThat(lastLine()).endsWith("nothing is wrong; signatures were not checked (no --key)");
        assertThat(verify("--key public.pem signed")).isZero();
        assertThat(lastLine()).endsWith("nothing is wrong");
        assertThat(verify("--key public.pem archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(findings()).hasSize(2).allMatch(line -> line.startsWith("unsigned  "));
    }

    @Test
    void aKeyThatIsNoneIsAFailure() throws IOException {
        archives(1);
        Files.writeString(directory.resolve("public.pem"), "my key");
        assertThat(verify("--key public.pem archives")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).contains("public.pem: no key in PEM form");
    }

    @Test
    void segmentsAndArchivesOfAJournalAreOneWhole() throws IOException {
        List<Path> archives = archives(4);
        List<Path> segments = dev.shiplog.journal.Catalog.list(List.of(directory.resolve("journal"))).stream()
                .map(dev.shiplog.journal.segment.Segment::path)
                .toList();
        assertThat(verify("journal archives")).as(terminal.out()).isZero();
        assertThat(lastLine()).startsWith("4 segments, 4 archives, 16 records");
        Files.delete(segments.get(0));
        Files.delete(segments.get(1));
        Files.delete(archives.get(3));
        assertThat(verify("journal archives")).as(terminal.out()).isZero();
        Files.delete(archives.get(1));
        assertThat(verify("journal archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings())
                .singleElement()
                .asString()
                .contains("missing")
                .contains("archive 2 before it, of this chain; records 3 to 4 are lost");
        assertThat(verify("journal")).as(terminal.out()).isZero();
        assertThat(findings()).singleElement().asString().contains("begins at record 5");
    }

    @Test
    void aSegmentMakesUpForItsArchive() throws IOException {
        Files.delete(archives(3).get(1));
        assertThat(verify("journal archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings())
                .singleElement()
                .asString()
                .endsWith("archive 2 before it, of this chain; no record is lost");
    }

    @Test
    void archivesOfSeveralHostsAreSeveralChains() throws IOException {
        archives(2);
        Path other = directory.resolve("other");
        TestJournal.write(other, TestJournal.RECORDS).close();
        TestArchives.write(other, directory.resolve("archives"), Coding.PORTABLE, null);
        assertThat(verify("archives")).as(terminal.out()).isZero();
        assertThat(lastLine()).startsWith("0 segments, 4 archives, 13 records");
    }

    @Test
    void namesWhatTheArchivedSegmentHadLost() throws IOException {
        Path journal = journal(3);
        Path segment = journal.resolve("20261121-0001.cq4");
        byte[] bytes = Files.readAllBytes(segment);
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        bytes[last - 30] ^= 1;
        Files.write(segment, bytes);
        TestArchives.write(journal, directory.resolve("archives"), Coding.PORTABLE, null);
        for (String options : List.of("archives", "--fast archives")) {
            assertThat(verify(options)).as(terminal.out()).isEqualTo(ExitCode.DAMAGE);
            assertThat(findings())
                    .singleElement()
                    .asString()
                    .startsWith("damaged   host-20261121T000100Z")
                    .endsWith("an excerpt whose checksum does not match; record 4 is lost");
        }
    }

    /** Writes what the target remembers after all these archives. */
    private void remember(List<Path> archives, long expired) throws IOException {
        try (ArchiveFile last = ArchiveFile.open(archives.get(archives.size() - 1))) {
            Manifest.Span all = new Manifest.Span(1, last.manifest().sequences().last());
            ArchiveState.Chain chain =
                    new ArchiveState.Chain(archives.size(), last.digest(), expired, List.of(all), List.of());
            ArchiveState.NONE
                    .with(last.manifest().journal(), chain)
                    .write(Objects.requireNonNull(archives.get(0).getParent()), Access.OWNER);
        }
    }

    @Test
    void theStateOfTheDirectoryShowsThatTheChainWasShortened() throws IOException {
        List<Path> archives = archives(4);
        remember(archives, 0);
        assertThat(verify("archives")).as(terminal.out()).isZero();
        Files.delete(archives.get(3));
        assertThat(verify("archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings())
                .singleElement()
                .asString()
                .startsWith("missing   " + archives.get(2).getFileName())
                .endsWith("archive 4 after it, by shiplog-archives.json; records 7 to 8 are lost");
    }

    @Test
    void whatTheStateSaysWasDeletedIsNotMissing() throws IOException {
        List<Path> archives = archives(4);
        Files.delete(archives.get(0));
        Files.delete(archives.get(1));
        assertThat(verify("archives")).as(terminal.out()).isZero();
        assertThat(findings()).singleElement().asString().startsWith("note ").contains("begins at archive 3");
        remember(archives, 2);
        assertThat(verify("archives")).as(terminal.out()).isZero();
        assertThat(findings())
                .singleElement()
                .asString()
                .startsWith("deleted   " + archives.get(2).getFileName())
                .contains("archives 1 to 2 before it: deleted by retention");
        Files.delete(archives.get(2));
        assertThat(verify("archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings())
                .first()
                .asString()
                .startsWith("missing   " + archives.get(3).getFileName())
                .contains("archive 3 before it, by shiplog-archives.json");
    }

    @Test
    void aLinkToNothingIsNotFine() throws IOException {
        Path archive = archives(1).get(0);
        Path nothing = directory.resolve("nothing");
        Files.delete(archive);
        Files.createSymbolicLink(archive, nothing);
        for (String sources : List.of("archives", "--fast archives")) {
            assertThat(verify(sources)).as(sources).isEqualTo(ExitCode.FAILED);
            assertThat(findings())
                    .containsExactly("unreadable " + archive.getFileName() + ": a link to a file that is not there");
        }
        Path journal = Files.createDirectory(directory.resolve("linked"));
        Files.createSymbolicLink(journal.resolve("20261121-0000.cq4"), nothing);
        assertThat(verify("linked")).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void theStateOfTheDirectoryShowsThatAllArchivesAreGone() throws IOException {
        List<Path> archives = archives(4);
        remember(archives, 0);
        for (Path archive : archives) {
            Files.delete(archive);
        }
        assertThat(verify("archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings())
                .singleElement()
                .asString()
                .startsWith("missing   shiplog-archives.json: archives 1 to 4 of journal ")
                .endsWith(" should be here; records 1 to 8 are lost");
        assertThat(verify("--fast journal archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings()).singleElement().asString().endsWith(" should be here; no record is lost");
        Files.delete(directory.resolve("archives/shiplog-archives.json"));
        assertThat(verify("journal")).isZero();
    }

    @Test
    void anArchiveThatCannotBeReadIsNotMissingAsWell() throws IOException {
        List<Path> archives = archives(2);
        remember(archives, 0);
        for (Path archive : archives) {
            Files.write(archive, new byte[3000]);
        }
        assertThat(verify("archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(findings()).hasSize(2).allMatch(line -> line.startsWith("damaged   host-"));
    }

    @Test
    void anArchiveInNoChainNeedsASignatureToo() throws IOException {
        TestArchives.write(journal(2), directory.resolve("signed"), Coding.PORTABLE, pair.getPrivate());
        assertThat(terminal.run("salvage -o salvaged.tar journal/20261121-0001.cq4"))
                .isZero();
        assertThat(terminal.run("cut --filter name=web -o signed/cut.tar journal"))
                .isZero();
        assertThat(verify("signed salvaged.tar")).as(terminal.out()).isZero();
        assertThat(verify("--key public.pem signed salvaged.tar")).isEqualTo(ExitCode.MISMATCH);
        assertThat(findings().stream()
                        .filter(line -> line.startsWith("unsigned  "))
                        .toList())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("salvaged.tar"),
                        line -> assertThat(line).contains("cut.tar"))
                .allMatch(line -> line.endsWith(": not signed, and in no chain, where another could vouch for it"));
        assertThat(verify("--key public.pem --accept-unsigned-cuts signed salvaged.tar"))
                .as(terminal.out())
                .isZero();
        assertThat(verify("--accept-unsigned-cuts signed")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("--accept-unsigned-cuts means nothing without --key");
    }

    /** An archive that is not what it was is not called unsigned for it: what is cut off may be its signature. */
    @Test
    void neverCallsAnArchiveUnsignedWhoseSignatureIsCutOff() throws IOException {
        Path archive = TestArchives.write(journal(1), directory.resolve("signed"), Coding.PORTABLE, pair.getPrivate())
                .get(0);
        byte[] bytes = Files.readAllBytes(archive);
        for (int cut = bytes.length; cut > 5000; cut -= 256) {
            Files.write(archive, Arrays.copyOf(bytes, cut));
            assertThat(verify("signed")).as("%d bytes", cut).isEqualTo(cut == bytes.length ? 0 : ExitCode.MISMATCH);
            boolean there = cut >= bytes.length - 1024;
            assertThat(lastLine())
                    .as("%d of %d bytes", cut, bytes.length)
                    .endsWith(
                            there
                                    ? "; signatures were not checked (no --key)"
                                    : "; of 1 archive the signature cannot be read");
            verify("--key public.pem signed");
            assertThat(terminal.out().contains("unsigned  "))
                    .as("%d bytes", cut)
                    .isEqualTo(!there);
        }
    }

    @Test
    void aDamagedStateIsNamed() throws IOException {
        archives(2);
        Files.writeString(directory.resolve("archives/shiplog-archives.json"), "{");
        assertThat(verify("archives")).isEqualTo(ExitCode.DAMAGE);
        assertThat(findings()).singleElement().asString().startsWith("damaged   shiplog-archives.json: ");
    }

    @Test
    void aManifestThatIsWrongAboutItsRecordsShows() throws IOException {
        Path archive = archives(1).get(0);
        TarFile tar = TarFile.read(Files.readAllBytes(archive));
        String json = new String(tar.members.get(0).content(), java.nio.charset.StandardCharsets.UTF_8);
        String wrong = json.replace("\"restated\":0", "\"restated\":1");
        assertThat(wrong).isNotEqualTo(json);
        Files.write(archive, ArchiveDamageTest.summed(tar, wrong).bytes());
        assertThat(verify("archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(findings())
                .singleElement()
                .asString()
                .endsWith("the manifest says something else of its records: kinds");
    }

    @Test
    void anArchiveOfANewerVersionIsNeitherDamagedNorFine() throws IOException {
        Path archive = archives(2).get(0);
        TarFile tar = TarFile.read(Files.readAllBytes(archive));
        String json = new String(tar.members.get(0).content(), java.nio.charset.StandardCharsets.UTF_8);
        String newer = json.replace("\"version\":1", "\"version\":2");
        Files.write(archive, ArchiveDamageTest.summed(tar, newer).bytes());
        assertThat(verify("archives")).as(terminal.out()).isEqualTo(ExitCode.FAILED);
        assertThat(findings())
                .singleElement()
                .asString()
                .startsWith("unreadable " + archive.getFileName())
                .endsWith("archive format version 2, this program reads up to 1; records 1 to 2 may be in it");
    }

    @Test
    void anotherNameIsWorthANote() throws IOException {
        Path archive = archives(1).get(0);
        Files.move(archive, archive.resolveSibling("a.tar"));
        assertThat(verify("archives/a.tar")).as(terminal.out()).isZero();
        assertThat(findings()).singleElement().asString().contains("its usual name is " + archive.getFileName());
    }

    @Test
    void writesAnObjectALineForPrograms() throws IOException {
        Path archive = archives(2).get(1);
        damage(archive, 1);
        assertThat(verify("--format json archives")).isEqualTo(ExitCode.MISMATCH);
        assertThat(terminal.out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("{\"finding\":\"damaged\",\"path\":\"" + archive + "\",\"offset\":")
                                .contains("\"time_rfc3339\":\"2026-11-21T00:01:30.001Z\""),
                        line -> assertThat(line)
                                .isEqualTo("{\"segments\":0,\"archives\":2,\"unsigned_archives\":2,"
                                        + "\"unreadable_signatures\":0,\"unchecked_signatures\":0,\"records\":4,\"payload_bytes\":644,"
                                        + "\"findings\":{\"damaged\":1},\"exit_code\":5}"));
    }
}
