package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveKeys;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ArchiveCommandTest {
    @TempDir
    private Path directory;

    private Path journal;
    private Path target;
    private Terminal terminal;

    @BeforeEach
    void makeTarget() throws IOException {
        journal = directory.resolve("journal");
        target = Files.createDirectory(directory.resolve("archives"));
        terminal = new Terminal(directory);
    }

    @Test
    void archivesEachSegmentButTheOneThatIsWrittenTo() throws Exception {
        try (Appender recorder = TestJournal.write(journal, minutes(12, 14))) {
            assertThat(run("archive --to archives --all --delete journal")).isZero();
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", "09:14:30Z", 1));
        }

        assertThat(manifests())
                .extracting(manifest -> manifest.description().segment())
                .containsExactly("20261121-0912.cq4", "20261121-0913.cq4");
        assertThat(segments()).containsExactly("20261121-0914.cq4");
        assertThat(terminal.err())
                .isEqualTo("replay: " + target + ": no archive of journal "
                        + manifests().get(0).journal() + " is known here: a new chain begins" + System.lineSeparator());
        assertThat(terminal.out()).isEmpty();
    }

    @Test
    void withoutARecorderTheNewestIsArchivedOnlyIfThatIsAskedFor() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();

        assertThat(run("archive --to archives journal")).isZero();
        assertThat(manifests()).hasSize(1);
        assertThat(run("archive --to archives --all --delete journal")).isZero();
        assertThat(manifests()).hasSize(2);
        assertThat(segments()).isEmpty();
        assertChain();
    }

    @Test
    void anArchiveSaysWhatTheRecordsSay() throws Exception {
        TestJournal.write(journal, TestJournal.RECORDS).close();

        assertThat(run("archive --to archives --all journal")).isZero();

        Manifest first = manifests().get(0);
        assertThat(first.description().host()).isEqualTo("host");
        assertThat(first.description().containers())
                .extracting(container -> container.name())
                .contains("web", "db");
        assertThat(first.sequences().first()).isEqualTo(1);
        assertThat(manifests().get(1).sequences().last()).isEqualTo(TestJournal.RECORDS.size());
        assertThat(manifests().get(1).cleanStop()).isTrue();
    }

    @Test
    void aSecondRunIsSilentAndChangesNothing() throws Exception {
        TestJournal.write(journal, minutes(12, 15)).close();
        run("archive --to archives journal");
        List<String> before = identities();
        Terminal second = new Terminal(directory);

        assertThat(second.run("archive --to archives journal")).isZero();

        assertThat(second.err()).isEmpty();
        assertThat(identities()).isEqualTo(before);
        assertThat(ArchiveState.read(target).succeeded()).isEqualTo(TestJournal.nanos("10:00:00Z"));
    }

    @Test
    void whatWasAddedToTheNewestIsArchivedInItsPlace() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        run("archive --to archives --all journal");
        Manifest before = manifests().get(1);
        try (Appender recorder = TestJournal.open(journal)) {
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", "09:13:40Z", 7));
        }

        assertThat(run("archive --to archives --all --delete journal")).isZero();

        assertThat(manifests()).hasSize(2);
        Manifest after = manifests().get(1);
        assertThat(after.records()).isEqualTo(before.records() + 1);
        assertThat(after.link()).isEqualTo(before.link());
        assertThat(segments()).isEmpty();
        assertChain();
    }

    @Test
    void theNewestIsNotArchivedAgainWhenOthersFollowIt() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        run("archive --to archives --all journal");
        List<String> before = identities();
        TestJournal.write(journal, minutes(14, 14)).close();

        assertThat(run("archive --to archives --delete journal")).isZero();

        assertThat(identities()).isEqualTo(before);
        assertThat(segments()).containsExactly("20261121-0914.cq4");
    }

    @Test
    void onlySegmentsWhoseTimeIsOverLongEnough() throws Exception {
        TestJournal.write(journal, minutes(12, 15)).close(); // it is 10:00

        assertThat(run("archive --to archives --older-than 46m30s journal")).isZero();

        assertThat(manifests())
                .extracting(manifest -> manifest.description().segment())
                .containsExactly("20261121-0912.cq4");
    }

    @Test
    void whatIsDamagedIsArchivedOnceAndStaysUntilItsDeletionIsAskedFor() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        damage(journal.resolve("20261121-0912.cq4"));

        assertThat(run("archive --to archives --delete journal")).isEqualTo(ExitCode.DAMAGE);
        assertThat(terminal.err()).contains("lost: 20261121-0912.cq4");
        assertThat(manifests().get(0).description().losses()).isNotEmpty();
        assertThat(segments()).contains("20261121-0912.cq4");

        Terminal second = new Terminal(directory);
        assertThat(second.run("archive --to archives --delete journal")).isZero();
        assertThat(second.err()).isEmpty();
        assertThat(segments()).contains("20261121-0912.cq4");

        assertThat(second.run("archive --to archives --delete --delete-damaged journal"))
                .isZero();
        assertThat(segments()).containsExactly("20261121-0913.cq4");
    }

    @Test
    void aQuarantinedSegmentIsArchivedAndStays() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Files.move(journal.resolve("20261121-0912.cq4"), journal.resolve("20261121-0912.cq4.1"));

        assertThat(run("archive --to archives --delete journal")).isZero();

        assertThat(manifests()).hasSize(1);
        assertThat(segments()).contains("20261121-0912.cq4.1");
    }

    @Test
    void aSegmentOfWhichNothingCanBeReadStaysAndIsNamed() throws Exception {
        TestJournal.write(journal, minutes(13, 14)).close();
        Path file = Files.write(journal.resolve("20261121-0912.cq4"), new byte[70_000]);

        assertThat(run("archive --to archives --delete --delete-damaged journal"))
                .isEqualTo(ExitCode.DAMAGE);

        assertThat(terminal.err()).contains("not archived: " + file + ": no record of it can be read");
        assertThat(file).exists();
        assertThat(segments()).doesNotContain("20261121-0913.cq4");
    }

    @Test
    void aCopyIsPassedOver() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        Files.copy(journal.resolve("20261121-0912.cq4"), journal.resolve("20261121-0800.cq4"));

        assertThat(run("archive --to archives --delete -v journal")).isZero();

        assertThat(terminal.err())
                .contains("passed over: 20261121-0800.cq4, a copy of 20261121-0912.cq4", "deleted: 20261121-0912.cq4");
        assertThat(manifests()).hasSize(2);
    }

    @Test
    void theHookGetsEachArchiveBeforeItsSegmentIsDeleted() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        Path said = directory.resolve("said");
        Path script = script("ls " + journal + "/*.cq4 | wc -l >> " + said + "; echo $SHIPLOG_ARCHIVE >> " + said);

        assertThat(run("archive --to archives --delete --hook " + script + " journal"))
                .isZero();

        assertThat(Files.readAllLines(said).stream().map(String::strip))
                .containsExactly(
                        "3",
                        archives().get(0).toString(),
                        "2",
                        archives().get(1).toString());
        Files.delete(said);
        assertThat(run("archive --to archives --delete --hook " + script + " journal"))
                .isZero();
        assertThat(said).doesNotExist();
    }

    @Test
    void aHookThatFailsKeepsTheSegmentAndIsTriedAgain() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        Path script = script("exit 7");

        assertThat(run("archive --to archives --delete --keep-archives-bytes 1 --hook " + script + " journal"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err())
                .contains("replay: the hook failed with exit code 7 for "
                        + archives().get(0).getFileName() + "; 20261121-0912.cq4 stays, and the next run tries again");
        assertThat(segments()).hasSize(3);
        assertThat(archives()).as("what the hook has not had is kept").hasSize(2);
        assertThat(ArchiveState.read(target).succeeded()).isZero();

        script("exit 0");
        List<String> before = identities();
        assertThat(run("archive --to archives --delete --hook " + script + " journal"))
                .isZero();
        assertThat(identities()).isEqualTo(before);
        assertThat(segments()).containsExactly("20261121-0914.cq4");
    }

    @Test
    void nothingIsArchivedTwiceWhenArchivesAreMovedAway() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        run("archive --to archives journal");
        List<Manifest> moved = manifests();
        for (Path archive : archives()) {
            Files.delete(archive);
        }
        TestJournal.write(journal, minutes(15, 15)).close();

        assertThat(run("archive --to archives --delete journal")).isZero();

        assertThat(manifests()).hasSize(1);
        assertThat(manifests().get(0).link().number()).isEqualTo(3);
        assertThat(manifests().get(0).link().previous())
                .isEqualTo(Manifest.digest(moved.get(1).toJson()));
        assertThat(segments()).containsExactly("20261121-0915.cq4");
    }

    @Test
    void aRunThatWasKilledBeforeItsStateWasWrittenIsTakenUp() throws Exception {
        TestJournal.write(journal, minutes(12, 15)).close();
        run("archive --to archives journal");
        List<String> all = identities();
        // As it was when the second archive was in its place, but not in the state yet.
        Files.delete(archives().get(2));
        ArchiveState state = ArchiveState.read(target);
        String id = state.chains().firstKey();
        ArchiveState.Chain chain = state.chain(id);
        Manifest first = manifests().get(0);
        state.with(
                        id,
                        new ArchiveState.Chain(
                                1,
                                Manifest.digest(first.toJson()),
                                0,
                                List.of(first.sequences()),
                                chain.segments().subList(0, 1)))
                .write(target, Access.OWNER);
        Files.write(target.resolve(archives().get(0).getFileName() + ".tmp"), new byte[700]);
        Files.write(target.resolve(".blocks7.tmp"), new byte[700]);

        assertThat(run("archive --to archives --delete journal")).isZero();

        assertThat(identities().subList(0, 2)).isEqualTo(all.subList(0, 2));
        assertThat(manifests()).hasSize(3);
        assertThat(segments()).containsExactly("20261121-0915.cq4");
        assertThat(DirectoryListing.of(target))
                .noneMatch(file -> file.toString().endsWith(".tmp"));
        assertChain();
    }

    @Test
    void theChainGoesOnEvenIfTheSegmentOfAnUnknownArchiveIsGone() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        run("archive --to archives journal");
        ArchiveState state = ArchiveState.read(target);
        String id = state.chains().firstKey();
        Manifest first = manifests().get(0);
        state.with(
                        id,
                        new ArchiveState.Chain(
                                1, Manifest.digest(first.toJson()), 0, List.of(first.sequences()), List.of()))
                .write(target, Access.OWNER);
        Files.delete(journal.resolve("20261121-0912.cq4"));
        Files.delete(journal.resolve("20261121-0913.cq4"));
        TestJournal.write(journal, minutes(15, 15)).close();

        assertThat(run("archive --to archives journal")).isZero();

        assertThat(manifests()).hasSize(3);
        assertChain();
    }

    @Test
    void withoutItsStateTheDirectorySaysWhereTheChainGoesOn() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        run("archive --to archives --delete journal");
        Files.delete(target.resolve(ArchiveState.FILE));
        TestJournal.write(journal, minutes(15, 15)).close();
        Terminal second = new Terminal(directory);

        assertThat(second.run("archive --to archives journal")).isZero();

        assertThat(second.err())
                .contains("the chain goes on after number 2, the last one here")
                .hasLineCount(1);
        assertThat(manifests()).hasSize(3);
        assertChain();
    }

    @Test
    void aBrokenArchiveIsSetAsideAndWrittenAgain() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        run("archive --to archives journal");
        Path archive = archives().get(0);
        flip(archive, Files.size(archive) / 2);
        Files.delete(target.resolve(ArchiveState.FILE));

        assertThat(run("archive --to archives --delete journal")).isEqualTo(ExitCode.MISMATCH);

        assertThat(terminal.err()).contains(archive + ": ", "it is now " + archive.getFileName() + ".1");
        assertThat(Path.of(archive + ".1")).exists();
        assertThat(segments()).containsExactly("20261121-0913.cq4");
        assertThat(manifests()).hasSize(1);
    }

    @Test
    void anOlderCopyOfWhatIsArchivedTakesNothingAway() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Path newest = journal.resolve("20261121-0913.cq4");
        byte[] older = Files.readAllBytes(newest);
        try (Appender recorder = TestJournal.open(journal)) {
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", "09:13:40Z", 7));
        }
        run("archive --to archives --all --delete journal");
        List<String> before = identities();
        Files.write(newest, older);

        assertThat(run("archive --to archives --all --delete journal")).isZero();

        assertThat(identities()).isEqualTo(before);
        assertThat(segments()).isEmpty();
    }

    @Test
    void aSegmentThatWentOnInAnotherWayThanItsArchiveStays() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Path newest = journal.resolve("20261121-0913.cq4");
        byte[] older = Files.readAllBytes(newest);
        try (Appender recorder = TestJournal.open(journal)) {
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", "09:13:40Z", 7));
        }
        run("archive --to archives --all --delete journal");
        List<String> before = identities();
        Files.write(newest, older);
        try (Appender recorder = TestJournal.open(journal)) {
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", "09:13:50Z", 8));
        }

        assertThat(run("archive --to archives --all --delete journal")).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.err()).contains("holds other records with the sequences of 20261121-0913.cq4");
        assertThat(identities()).isEqualTo(before);
        assertThat(segments()).containsExactly("20261121-0913.cq4");
    }

    @Test
    void aSegmentThatGrewSinceItsArchiveWasMovedAwayIsArchivedAgain() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Path newest = journal.resolve("20261121-0913.cq4");
        byte[] older = Files.readAllBytes(newest);
        TestJournal.write(journal, minutes(14, 14)).close();
        run("archive --to archives journal");
        for (Path archive : archives()) {
            Files.delete(archive);
        }
        Files.write(newest, older);

        assertThat(run("archive --to archives --delete journal")).isZero();

        assertThat(segments()).containsExactly("20261121-0914.cq4");
    }

    @Test
    void anArchiveThatWasDamagedSinceIsWrittenAgainInItsPlaceInTheChain() throws Exception {
        TestJournal.write(journal, minutes(12, 14)).close();
        run("archive --to archives journal");
        Path archive = archives().get(0);
        byte[] whole = Files.readAllBytes(archive);
        flip(archive, blockOffset(archive) + 9);

        assertThat(run("archive --to archives --delete journal")).isEqualTo(ExitCode.MISMATCH);

        assertThat(terminal.err()).contains(archive + ": ", "it is now " + archive.getFileName() + ".1");
        assertThat(archive).hasBinaryContent(whole);
        assertThat(segments()).containsExactly("20261121-0914.cq4");
        assertChain();
    }

    @Test
    void theOldestArchivesGoAndTheStateSaysSo() throws Exception {
        TestJournal.write(journal, minutes(12, 16)).close();
        run("archive --to archives --delete journal");
        long size = Files.size(archives().get(0));

        assertThat(run("archive --to archives --delete --keep-archives-bytes " + (2 * size + 10) + " journal"))
                .isZero();

        assertThat(manifests()).extracting(manifest -> manifest.link().number()).containsExactly(3L, 4L);
        ArchiveState state = ArchiveState.read(target);
        assertThat(state.chain(state.chains().firstKey()).expired()).isEqualTo(2);
        assertThat(run("archive --to archives --keep-archives-for 1m journal")).isZero();
        assertThat(manifests()).extracting(manifest -> manifest.link().number()).containsExactly(4L);
    }

    @Test
    void aDryRunPrintsWhatWouldBeDoneAndWritesNothing() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();

        assertThat(run("archive --to archives --delete --dry-run journal")).isZero();

        assertThat(terminal.out().lines())
                .containsExactly(
                        "archive " + journal.resolve("20261121-0912.cq4") + ", "
                                + Files.size(journal.resolve("20261121-0912.cq4")) + " bytes",
                        "delete " + journal.resolve("20261121-0912.cq4"),
                        "leave " + journal.resolve("20261121-0913.cq4") + ", the newest");
        assertThat(DirectoryListing.of(target)).isEmpty();
        assertThat(segments()).hasSize(2);
    }

    @Test
    void signsWithTheKey() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        var pair = java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.writeString(
                directory.resolve("key.pem"),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Path published = Files.writeString(
                directory.resolve("public.pem"),
                pem("PUBLIC KEY", pair.getPublic().getEncoded()));

        assertThat(run("archive --to archives --sign key.pem journal")).isZero();

        try (ArchiveFile archive = ArchiveFile.open(archives().get(0))) {
            assertThat(archive.isSignedBy(ArchiveKeys.readPublic(published))).isTrue();
        }
    }

    @Test
    void thoseWhoMayReadTheJournalMayReadItsArchives() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwxr-x---"));

        assertThat(run("archive --to archives journal")).isZero();

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(archives().get(0))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void aSecondRunInTheTargetDoesNothingAndSaysSo() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        Terminal second = new Terminal(directory);
        try (FileChannel lock = FileChannel.open(
                        target.resolve("shiplog-archives.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = lock.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThat(second.run("archive --to archives journal")).isEqualTo(ExitCode.FAILED);
        }
        assertThat(second.err())
                .isEqualTo("replay: " + target + ": another run is at work here; this one did nothing"
                        + System.lineSeparator());
        assertThat(archives()).isEmpty();
    }

    @Test
    void whatIsMissingIsNamedInOneLine() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();

        assertThat(run("archive --to nowhere journal")).isEqualTo(ExitCode.FAILED);
        assertThat(run("archive --to archives nothing journal")).isEqualTo(ExitCode.FAILED);
        assertThat(run("archive --to archives journal/20261121-0912.cq4")).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.err().lines())
                .startsWith(
                        "replay: " + directory.resolve("nowhere")
                                + ": no such directory; make it once, or mount the disk that holds it",
                        "replay: " + directory.resolve("nothing") + ": no such file or directory")
                .last()
                .isEqualTo("replay: " + journal.resolve("20261121-0912.cq4")
                        + ": is a file; name the directory of a journal");
        assertThat(manifests()).as("the other journal is archived").hasSize(1);
    }

    @Test
    void aClockThatWasSetBackIsNamedOnceAndHarmsNothing() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        run("archive --to archives journal");
        ArchiveState.read(target).succeededAt(TestJournal.nanos("11:00:00Z")).write(target, Access.OWNER);
        Terminal second = new Terminal(directory);

        assertThat(second.run("archive --to archives --keep-archives-for 1h journal"))
                .isZero();
        assertThat(second.err())
                .isEqualTo("replay: the clock was set back: the last run was at 2026-11-21T11:00:00Z, and it is"
                        + " 2026-11-21T10:00:00Z; nothing is lost by that" + System.lineSeparator());
        assertThat(second.run("archive --to archives journal")).isZero();
        assertThat(second.err()).hasLineCount(1);
    }

    @Test
    void lsSaysHowLongAgoTheLastCompleteRunWas() throws Exception {
        TestJournal.write(journal, minutes(12, 13)).close();
        run("archive --to archives journal");
        ArchiveState.read(target).succeededAt(TestJournal.nanos("06:59:00Z")).write(target, Access.OWNER);

        assertThat(run("ls archives")).isZero();
        assertThat(terminal.out()).endsWith("\nThe last complete run of replay archive was 3 h ago.\n");

        ArchiveState.read(target).succeededAt(0).write(target, Access.OWNER);
        run("ls archives");
        assertThat(terminal.out()).endsWith("\nNo run of replay archive has been complete so far.\n");
    }

    private int run(String commandLine) {
        return terminal.run(commandLine);
    }

    private List<Path> archives() throws IOException {
        return DirectoryListing.of(target).stream()
                .filter(file -> file.toString().endsWith(".tar"))
                .sorted((a, b) -> Long.compare(first(a), first(b)))
                .toList();
    }

    private static long first(Path archive) {
        String name = archive.getFileName().toString();
        return Long.parseLong(name.substring(name.lastIndexOf('-') + 1, name.length() - ".tar".length()));
    }

    private List<Manifest> manifests() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (Path file : archives()) {
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                assertThat(archive.check()).as(file.toString()).isEmpty();
                manifests.add(archive.manifest());
            }
        }
        return manifests;
    }

    /** Each archive names the one before it. */
    private void assertChain() throws IOException {
        List<Manifest> chain = manifests();
        for (int i = 0; i < chain.size(); i++) {
            String previous = i == 0 ? null : Manifest.digest(chain.get(i - 1).toJson());
            assertThat(chain.get(i).link()).isEqualTo(new Manifest.Link(i + 1, previous));
        }
        ArchiveState state = ArchiveState.read(target);
        assertThat(state.chain(state.chains().firstKey()).digest())
                .isEqualTo(Manifest.digest(chain.get(chain.size() - 1).toJson()));
    }

    private List<String> segments() throws IOException {
        return DirectoryListing.of(journal).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.contains(".cq4"))
                .filter(name -> !name.endsWith(".cq4t"))
                .toList();
    }

    /** What tells the archives' files from others of their names. */
    private List<String> identities() throws IOException {
        List<String> identities = new ArrayList<>();
        for (Path file : archives()) {
            identities.add(file.getFileName() + " " + Files.getAttribute(file, "unix:ino") + " "
                    + Files.getLastModifiedTime(file));
        }
        return identities;
    }

    private Path script(String commands) throws IOException {
        Path script = Files.writeString(directory.resolve("hook"), "#!/bin/sh\n" + commands + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    private static void damage(Path segment) throws IOException {
        flip(segment, Catalog.files(segment.getParent()).get(0).summary(false).usedBytes() - 60);
    }

    private static long blockOffset(Path file) throws IOException {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            return archive.blockOffset(0);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 0x55;
        Files.write(file, bytes);
    }

    private static String pem(String type, byte[] key) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(key) + "\n-----END " + type
                + "-----\n";
    }

    /** Some records of each of these minutes after nine, in a segment each. */
    private static List<Record> minutes(int from, int to) {
        List<Record> records = new ArrayList<>();
        for (int minute = from; minute <= to; minute++) {
            for (int second = 0; second < 60; second += 10) {
                String time = String.format(Locale.ROOT, "09:%02d:%02dZ", minute, second);
                records.add(TestJournal.stats(TestJournal.WEB, "web", time, 100L * minute + second));
                records.add(
                        TestJournal.record(Kind.EVENT, TestJournal.DB, time, TestJournal.event("exec_create", time)));
            }
        }
        return records;
    }
}
