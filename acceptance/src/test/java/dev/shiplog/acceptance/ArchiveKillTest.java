package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.ReplayMain;
import dev.shiplog.testkit.Samples;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills {@code replay archive --delete} and the recorder with {@code kill -9} again and again, and fills the disk of the
 * archives in between: of every record that was written, journal and archives together hold one, and no archive is ever
 * there that is not whole.
 *
 * <p>The journal begins with many segments of real samples, so that each run has work in which it can be killed.
 * {@code scripts/soak-archive 200} kills 200 times; {@code mvn -Dshiplog.seed=N …} repeats the choices of a run.
 */
@Tag("engine")
@Tag("once")
class ArchiveKillTest {
    private static final int KILLS = Integer.getInteger("shiplog.archive.kills", 8);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    /** More than all runs can archive before the last kill. */
    private static final int HISTORY_MINUTES = 12 * KILLS + 20;

    private static final int RECORDS_A_MINUTE = 600;
    private static final int HISTORY_RECORDS = HISTORY_MINUTES * RECORDS_A_MINUTE;
    /** At every so manieth kill, the disk is full instead. */
    private static final int FULL = 4;

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private Path journal;
    private PrivateMount disk;
    private RecorderProcess recorder;
    private int killedArchiving;
    private int killedRecording;

    @Test
    void everyRecordIsThereOnceWhateverIsKilled() throws Exception {
        journal = directory.resolve("journal");
        try (RealEngine engine = RealEngine.ofEnvironment();
                PrivateMount mounted = PrivateMount.of(directory.resolve("archives"), "size=256m")) {
            disk = mounted;
            writeHistory();
            for (int i = 0; i < 4; i++) {
                engine.start(engine.create(
                        "busy" + i + "-" + ProcessHandle.current().pid(),
                        Map.of(),
                        Map.of("HostConfig", Map.of("RestartPolicy", Map.of("Name", "always"))),
                        "sh",
                        "-c",
                        "for i in 1 2 3 4 5 6 7 8 9; do head -c 2000000 /dev/zero | md5sum; sleep 0.5; done"));
            }
            record(engine);
            for (int kill = 1; kill <= KILLS; kill++) {
                if (kill % FULL == 0) {
                    fillTheDisk();
                } else {
                    kill(engine);
                }
                assertArchivesAreWhole("kill " + kill);
            }
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            assertThat(archive().waitFor()).as(said()).isZero();
            assertThat(Catalog.files(journal)).as(said()).hasSize(1);
            assertArchivesAreWhole("the end");
            long records = assertEveryRecordOnce();
            assertThat(replay("verify", journal.toString(), disk.inside().toString())
                            .waitFor())
                    .as(said())
                    .isIn(0, 3); // it knows what it missed while it was dead
            System.out.printf(
                    "ArchiveKillTest: %d runs killed, %d recorders killed, %d times a full disk, %d records in %d archives%n",
                    killedArchiving,
                    killedRecording,
                    KILLS / FULL,
                    records,
                    archives().size());
        } finally {
            if (recorder != null) {
                recorder.close();
            }
        }
    }

    private void writeHistory() throws IOException {
        List<byte[]> samples = Samples.payloads(Samples.STATS);
        Appender.Options options = new Appender.Options(Roll.MINUTELY, "host", "boot", "test", 0);
        long minute = TimeUnit.MINUTES.toNanos(1);
        long begin = nanos(Instant.now()) - (HISTORY_MINUTES + 1) * minute;
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (int i = 0; i < HISTORY_RECORDS; i++) {
                long time = begin + i * (minute / RECORDS_A_MINUTE);
                String id = String.format(Locale.ROOT, "%064x", i % 61);
                appender.append(new Record(0, Kind.STATS, id, time, time, time, samples.get(i % samples.size())));
            }
        }
    }

    private void record(RealEngine engine) throws IOException {
        recorder = RecorderProcess.recording(
                List.of(),
                directory.resolve("recorder.log"),
                "unix://" + engine.socket(),
                journal,
                "--roll",
                "minutely");
    }

    private void kill(RealEngine engine) throws Exception {
        Process run = archive();
        if (random.nextInt(4) > 0) {
            awaitWork(run);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
        if (random.nextInt(4) == 0) {
            recorder.kill();
            killedRecording++;
            record(engine);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
        }
        if (run.isAlive()) {
            killedArchiving++;
        }
        run.destroyForcibly().waitFor();
    }

    /** However long a busy machine takes to start it. */
    private void awaitWork(Process run) throws Exception {
        int before = archives().size();
        while (run.isAlive() && archives().size() == before) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void fillTheDisk() throws Exception {
        assertThat(Catalog.files(journal)).as("the history is long enough").hasSizeGreaterThan(4);
        Path ballast = disk.outside().resolve("ballast");
        try (var out = Files.newOutputStream(ballast)) {
            int left = random.nextInt(30_000); // for two archives at most
            while (Files.getFileStore(disk.outside()).getUsableSpace() > left) {
                out.write(new byte[4096]);
            }
        }
        Files.writeString(log(), "");
        assertThat(archive().waitFor()).as(said()).isEqualTo(1);
        assertThat(said().lines().toList())
                .as("what it says, %s", seed())
                .last()
                .asString()
                .contains("No space left on device");
        assertArchivesAreWhole("a full disk");
        Files.delete(ballast);
    }

    private Process archive() throws IOException {
        return replay("archive", "--to", disk.inside().toString(), "--delete", journal.toString());
    }

    /** Starts a process that sees the disk; what it says goes to a file. */
    private Process replay(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(disk.enter());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(File.pathSeparator, RecorderProcess.classPath()),
                ReplayMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    private Path log() {
        return directory.resolve("archive.log");
    }

    private String said() throws IOException {
        return Files.readString(log());
    }

    private List<Path> archives() throws IOException {
        return DirectoryListing.of(disk.outside()).stream()
                .filter(file -> file.toString().endsWith(".tar"))
                .toList();
    }

    private void assertArchivesAreWhole(String moment) throws IOException {
        for (Path file : archives()) {
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                assertThat(archive.check())
                        .as("%s after %s, %s", file, moment, seed())
                        .isEmpty();
            }
        }
    }

    /** Reads journal and archives together; returns how many records there are. */
    private long assertEveryRecordOnce() throws IOException {
        List<byte[]> samples = Samples.payloads(Samples.STATS);
        long records = 0;
        try (Cursor cursor = Cursor.open(List.of(journal, disk.outside()))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> seed() + " " + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                records++;
                assertThat(cursor.record().sequence()).as(seed()).isEqualTo(records);
                if (records <= HISTORY_RECORDS) {
                    byte[] expected = samples.get((int) ((records - 1) % samples.size()));
                    assertThat(cursor.record().payload().toArray())
                            .as("record %d, %s", records, seed())
                            .isEqualTo(expected);
                }
            }
        }
        assertThat(records).as(seed()).isGreaterThan(HISTORY_RECORDS);
        return records;
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private static String seed() {
        return "-Dshiplog.seed=" + SEED;
    }
}
