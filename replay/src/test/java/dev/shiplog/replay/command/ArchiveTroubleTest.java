package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code replay archive} does about typing errors, and about directories in which something is not as it was left. */
@Timeout(60)
class ArchiveTroubleTest {
    @TempDir
    private Path directory;

    private Path journal;
    private Path target;

    @BeforeEach
    void makeTarget() throws IOException {
        journal = directory.resolve("journal");
        target = Files.createDirectory(directory.resolve("archives"));
    }

    @Test
    void aTargetThatIsAJournalIsRefusedAndLeftAlone() throws Exception {
        record(12, 14);
        List<Path> before = DirectoryListing.of(journal);

        Run swapped = run("archive --to journal archives");

        assertThat(swapped.code).isEqualTo(ExitCode.USAGE);
        assertThat(swapped.lines)
                .containsExactly("replay: --to journal: " + journal
                        + " is a journal; archives need a directory of their own;" + " see 'replay archive --help'");
        assertThat(DirectoryListing.of(journal)).isEqualTo(before);
        Files.createFile(target.resolve("recorder.lock"));
        assertThat(run("archive --to archives journal").code)
                .as("of a recorder that has recorded nothing")
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aSourceThatIsNoJournalIsAnErrorAndOneWithoutRolledSegmentsIsNot() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));

        Run none = run("archive --to archives empty");
        assertThat(none.code).isEqualTo(ExitCode.FAILED);
        assertThat(none.lines)
                .containsExactly("replay: " + empty
                        + ": is no journal, it holds no segment; is this the recorder's --data-dir?");
        Files.createFile(empty.resolve("recorder.lock"));
        assertThat(run("archive --to archives empty")).isEqualTo(new Run(ExitCode.OK, List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"shiplog\":\"archives\"", "\0\0\0\0", "absurd"})
    void aDamagedStateIsSetAsideOnceAndTheChainGoesOn(String text) throws Exception {
        record(12, 14);
        run("archive --to archives journal");
        Path state = target.resolve(ArchiveState.FILE);
        String absurd = Files.readString(state).replace("\"number\":2", "\"number\":9223372036854775807");
        Files.writeString(state, text.equals("absurd") ? absurd : text);
        record(15, 15);

        Run first = run("archive --to archives journal");

        assertThat(first.code).isEqualTo(ExitCode.DAMAGE);
        assertThat(first.lines).hasSize(2);
        assertThat(first.lines.get(0))
                .isEqualTo(
                        "replay: " + state + ": is damaged, or something else wrote it; it is now " + ArchiveState.FILE
                                + ".1, and what it knew is lost: what is not archived here is archived again");
        assertThat(first.lines.get(1)).endsWith("the chain goes on after number 2, the last one here");
        assertThat(run("archive --to archives --delete journal")).isEqualTo(new Run(ExitCode.OK, List.of()));
        assertThat(names(target)).contains(ArchiveState.FILE + ".1").doesNotContain(ArchiveState.FILE + ".2");
        assertThat(names(target)).filteredOn(name -> name.endsWith(".tar")).hasSize(3);
        assertThat(run("verify archives").code).isZero();
    }

    @Test
    void aSegmentThatForkedAfterItsArchiveWasMovedAwayStays() throws Exception {
        record(12, 13);
        Path forked = journal.resolve("20261121-0913.cq4");
        byte[] copy = Files.readAllBytes(forked);
        append("09:13:50Z", 7);
        record(14, 14);
        assertThat(run("archive --to archives journal").code).isZero();
        List<Path> archives = archives();
        for (Path archive : archives) {
            Files.delete(archive);
        }
        Files.delete(journal.resolve("20261121-0914.cq4"));
        Files.write(forked, copy);
        append("09:13:50Z", 8);
        record(14, 14);

        Run run = run("archive --to archives --delete journal");

        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.lines)
                .containsExactly(
                        "replay: " + forked + ": is not what was archived as "
                                + archives.get(1).getFileName()
                                + ", as after a journal was restored from a copy; it stays: archive it to a directory of its own");
        assertThat(names(journal)).contains("20261121-0913.cq4").doesNotContain("20261121-0912.cq4");
        assertThat(archives()).isEmpty();
    }

    @Test
    void theNewestThatForkedIsNotArchivedOverWhatWasMovedAway() throws Exception {
        record(12, 12);
        Path newest = journal.resolve("20261121-0912.cq4");
        byte[] copy = Files.readAllBytes(newest);
        append("09:12:55Z", 7);
        run("archive --to archives --all journal");
        Files.delete(archives().get(0));
        Files.write(newest, copy);
        append("09:12:56Z", 8);
        append("09:12:57Z", 9);

        assertThat(run("archive --to archives --all --delete journal").code).isEqualTo(ExitCode.FAILED);

        assertThat(archives()).isEmpty();
        assertThat(newest).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--delete ", ""})
    void aSegmentOfABackupThatGrewIsNotArchivedOverAnIntactArchive(String delete) throws Exception {
        record(12, 13);
        Path backup = Files.createDirectory(directory.resolve("backup"));
        for (Path file : DirectoryListing.of(journal)) {
            Files.copy(file, backup.resolve(file.getFileName()));
        }
        record(14, 15);
        assertThat(run("archive --to archives --all " + delete + "journal").code)
                .isZero();
        List<Path> archives = archives();
        byte[] intact = Files.readAllBytes(archives.get(1));
        journal = backup;
        append("09:13:50Z", 7);
        append("09:14:50Z", 8);

        Run run = run("archive --to archives --delete backup");

        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.lines)
                .containsExactly(
                        "replay: " + archives.get(1) + ": holds only the first records of 20261121-0913.cq4, and other"
                                + " archives follow it, as after a journal was restored from a copy; 20261121-0913.cq4"
                                + " stays: archive it to a directory of its own");
        assertThat(archives()).isEqualTo(archives);
        assertThat(archives.get(1)).hasBinaryContent(intact);
        assertThat(names(backup)).contains("20261121-0913.cq4").doesNotContain("20261121-0912.cq4");
        assertThat(run("verify archives")).isEqualTo(new Run(ExitCode.OK, List.of()));
        assertThat(run("archive --to archives --delete backup").lines).isEqualTo(run.lines);
    }

    /** Readers take a sequence once: of two archives they would show one. */
    @Test
    void laterSegmentsOfAForkStayToo() throws Exception {
        record(12, 13);
        Path backup = Files.createDirectory(directory.resolve("backup"));
        for (Path file : DirectoryListing.of(journal)) {
            Files.copy(file, backup.resolve(file.getFileName()));
        }
        record(14, 15);
        assertThat(run("archive --to archives --all --delete journal").code).isZero();
        List<Path> archives = archives();
        journal = backup;
        append("09:13:50Z", 7);
        append("09:14:50Z", 8);
        append("09:15:50Z", 9);

        Run run = run("archive --to archives --delete backup");

        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.lines).hasSize(2);
        assertThat(run.lines)
                .last()
                .isEqualTo("replay: " + backup.resolve("20261121-0914.cq4")
                        + ": records with its sequences, from 12 on, are archived already, in an archive of another name"
                        + " or elsewhere, as after a journal was restored from a copy; it stays: archive it to a"
                        + " directory of its own");
        assertThat(archives()).isEqualTo(archives);
        assertThat(names(backup)).contains("20261121-0913.cq4", "20261121-0914.cq4");
    }

    /** The run was killed after it had set the archive aside, and before it wrote another. */
    @Test
    void aSegmentWhoseArchiveWasSetAsideIsArchivedByTheNextRun() throws Exception {
        record(12, 13);
        assertThat(run("archive --to archives --all journal").code).isZero();
        Path archive = archives().get(0);
        byte[] whole = Files.readAllBytes(archive);
        ArchiveState state = ArchiveState.read(target);
        for (String id : state.chains().keySet()) {
            Chain chain = state.chain(id);
            state.with(id, chain.with(chain.segments().get(0).asUnproved())).write(target, Access.OWNER);
        }
        Files.delete(archive);

        Run run = run("archive --to archives --all journal");

        assertThat(run.code).as("%s", run.lines).isZero();
        assertThat(archive).exists();
        assertThat(Files.size(archive)).isCloseTo(whole.length, Offset.offset(1024L));
        assertThat(run("archive --to archives --all --delete journal").code).isZero();
        assertThat(names(journal)).doesNotContain("20261121-0912.cq4");
    }

    @Test
    void whatGrewSinceItsArchiveWasMovedAwayIsArchivedAgain() throws Exception {
        record(12, 12);
        run("archive --to archives --all journal");
        Files.delete(archives().get(0));
        append("09:12:57Z", 9);
        record(13, 13);

        assertThat(run("archive --to archives --delete journal")).isEqualTo(new Run(ExitCode.OK, List.of()));

        assertThat(archives()).hasSize(1);
        assertThat(names(journal)).doesNotContain("20261121-0912.cq4");
    }

    @Test
    void aStateWithoutDigestsDeletesNothingThatIsNotHere() throws Exception {
        record(12, 13);
        run("archive --to archives journal");
        Files.delete(archives().get(0));
        Path state = target.resolve(ArchiveState.FILE);
        String older = Files.readString(state).replaceAll("\"content\":\"[0-9a-f]{64}\",", "");
        Files.writeString(state, older);

        assertThat(run("archive --to archives --delete journal").code).isZero();

        assertThat(archives()).as("archived again").hasSize(1);
    }

    @Test
    void whatARunLeftIsDeletedUnread() throws Exception {
        record(12, 13);
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "of somebody");
        Files.createSymbolicLink(target.resolve("host-20261121T091200Z-0c9f3a2b-1.tar.tmp"), elsewhere);
        pipe(target.resolve(".blocks1.tmp"));
        pipe(target.resolve(ArchiveState.FILE + ".tmp"));

        assertThat(run("archive --to archives journal").code).isZero();

        assertThat(elsewhere).hasContent("of somebody");
        assertThat(names(target)).noneMatch(name -> name.endsWith(".tmp"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-20261121T091200Z-0c9f3a2b-1.tar", ArchiveState.FILE, "shiplog-archives.lock"})
    void aPipeInTheTargetIsOneClearError(String name) throws Exception {
        record(12, 13);
        Path pipe = pipe(target.resolve(name));

        Run run = run("archive --to archives journal");

        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.lines).last().asString().startsWith("replay: " + pipe + ": is not a regular file; move it away");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "archive --to archives PIPE",
                "archive --to PIPE journal",
                "restore --to PIPE journal",
                "salvage -o saved.tar PIPE",
                "verify PIPE"
            })
    void aPipeIsNotWaitedFor(String commandLine) throws Exception {
        record(12, 13);
        Path pipe = pipe(directory.resolve("pipe.tar"));

        Run run = run(commandLine.replace("PIPE", "pipe.tar"));

        assertThat(run.code).as(commandLine).isEqualTo(ExitCode.FAILED);
        assertThat(run.lines)
                .last()
                .asString()
                .contains(pipe.getFileName().toString())
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "archive --to archives --sign KEY journal",
                "verify --key KEY journal",
            })
    void aKeyThatIsNoRegularFileIsNotWaitedFor(String commandLine) throws Exception {
        record(12, 13);
        Path pipe = pipe(directory.resolve("key.pem"));

        for (String key : List.of(pipe.toString(), "/dev/zero", target.toString())) {
            Run run = run(commandLine.replace("KEY", key));

            assertThat(run.code).as(key).isEqualTo(ExitCode.FAILED);
            assertThat(run.lines).containsExactly("replay: " + key + ": is not a regular file, as a key must be");
        }
    }

    @Test
    void aHookMayMoveTheArchiveAwayAtItsSecondTryToo() throws Exception {
        record(12, 15);
        Path store = Files.createDirectory(directory.resolve("store"));
        Path script = Files.writeString(directory.resolve("hook"), "#!/bin/sh\nexit 1");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        String archive = "archive --to archives --delete --hook " + script + " journal";
        assertThat(run(archive).code).isEqualTo(ExitCode.FAILED);
        Files.writeString(script, "#!/bin/sh\nmv $SHIPLOG_ARCHIVE " + store);

        assertThat(run(archive)).isEqualTo(new Run(ExitCode.OK, List.of()));

        assertThat(names(journal)).contains("20261121-0915.cq4").doesNotContain("20261121-0912.cq4");
        assertThat(DirectoryListing.of(store)).hasSize(3);
        assertThat(run("verify archives store journal").code).isZero();
    }

    @Test
    void whatExpiresOfAnEarlierChainIsNotSaidOfThisOne() throws Exception {
        record(12, 16);
        run("archive --to archives --delete journal");
        Path earlier = Files.createDirectory(directory.resolve("earlier"));
        for (Path archive : archives()) {
            Files.move(archive, earlier.resolve(archive.getFileName()));
        }
        Files.delete(target.resolve(ArchiveState.FILE));
        record(17, 18);
        run("archive --to archives --delete journal");
        for (Path archive : DirectoryListing.of(earlier)) {
            Files.move(archive, target.resolve(archive.getFileName()));
        }
        int count = archives().size();
        long size = Files.size(archives().get(0));

        assertThat(run("archive --to archives --keep-archives-bytes " + (4 * size) + " journal"))
                .isEqualTo(new Run(ExitCode.OK, List.of()));

        assertThat(archives()).hasSizeLessThan(count);
        ArchiveState state = ArchiveState.read(target);
        assertThat(state.chain(state.chains().firstKey()).expired()).isZero();
        assertThat(run("archive --to archives journal")).isEqualTo(new Run(ExitCode.OK, List.of()));
    }

    @Test
    void thoseWhoMayReadTheArchivesMayReadTheState() throws Exception {
        record(12, 13);
        run("archive --to archives journal");
        assertThat(permissions(ArchiveState.FILE)).isEqualTo("rw-------");
        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwxr-x---"));
        record(14, 14);
        run("archive --to archives journal");
        assertThat(permissions(ArchiveState.FILE)).isEqualTo("rw-r-----");
    }

    @Test
    void verboseSaysWhatTheHookHadAndHowLongItTook() throws Exception {
        record(12, 13);

        Run run = run("archive --to archives --hook true -v journal");

        assertThat(run.lines)
                .filteredOn(line -> line.startsWith("replay: hook: "))
                .singleElement()
                .asString()
                .matches("replay: hook: exit code 0 after \\d+\\.\\d s for host-20261121T091200Z-.*-1\\.tar");
    }

    @Test
    void aDryRunWritesNothingWhereItMayNot() throws Exception {
        record(12, 13);
        run("archive --to archives journal");
        ArchiveState before = ArchiveState.read(target);
        Files.delete(target.resolve("shiplog-archives.lock"));
        record(14, 14);

        assertThat(run("archive --to archives --delete --dry-run journal").code).isZero();

        assertThat(ArchiveState.read(target)).isEqualTo(before);
        assertThat(names(target)).doesNotContain("shiplog-archives.lock");
    }

    private record Run(int code, List<String> lines) {}

    private Run run(String commandLine) {
        Terminal terminal = new Terminal(directory);
        int code = terminal.run(commandLine);
        return new Run(code, terminal.err().lines().toList());
    }

    /** A sample every ten seconds of these minutes after nine, in a segment for each minute. */
    private void record(int from, int to) throws IOException {
        List<Record> records = new ArrayList<>();
        for (int minute = from; minute <= to; minute++) {
            for (int second = 0; second < 50; second += 10) {
                String time = String.format(Locale.ROOT, "09:%02d:%02dZ", minute, second);
                records.add(TestJournal.stats(TestJournal.WEB, "web", time, 100L * minute + second));
            }
        }
        TestJournal.write(journal, records).close();
    }

    /** Another run of the recorder, with one sample. */
    private void append(String time, long usage) throws IOException {
        try (Appender recorder = TestJournal.open(journal)) {
            recorder.append(TestJournal.stats(TestJournal.WEB, "web", time, usage));
        }
    }

    private List<Path> archives() throws IOException {
        return DirectoryListing.of(target).stream()
                .filter(file -> file.toString().endsWith(".tar"))
                .toList();
    }

    private static List<String> names(Path of) throws IOException {
        return DirectoryListing.of(of).stream()
                .map(file -> file.getFileName().toString())
                .toList();
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve(name)));
    }

    private static Path pipe(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        return path;
    }
}
