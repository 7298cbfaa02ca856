package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a file system of four megabytes, which only root can mount. */
@Timeout(60)
class FullDiskTest {
    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        int exit = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assumeTrue(exit == 0, "mounting a tmpfs needs root");
    }

    @AfterEach
    void unmount() throws Exception {
        new ProcessBuilder("umount", "-l", disk.toString()).inheritIO().start().waitFor();
    }

    @Test
    void appendingFailsCleanlyAndGoesOnWhenSpaceReturns() throws Exception {
        for (Roll roll : new Roll[] {Roll.DAILY, Roll.MINUTELY}) {
            Path journal = disk.resolve(roll.name());
            Path ballast = Files.write(disk.resolve("ballast"), new byte[2_500_000]);
            List<Record> appended = new ArrayList<>();
            int refused = 0;
            try (Appender appender = Journals.open(journal, roll)) {
                for (int i = 0; i < 3000; i++) {
                    Record record = i % 4 == 0
                            ? Journals.stats(i, START + i * SECOND / 10)
                            : Journals.bytes(Kind.LOG, 1500, START + i * SECOND / 10, i);
                    if (i == 2500) {
                        assertThat(refused).isPositive();
                        Files.delete(ballast);
                        refused = 0;
                    }
                    try {
                        appended.add(record.withSequence(appender.append(record)));
                    } catch (DiskFullException e) {
                        refused++;
                    }
                }
                assertThat(refused).as("refused although there is room again").isZero();
            }
            Journals.Reading reading = Journals.read(journal);
            assertThat(reading.losses()).isEmpty();
            Journals.assertSame(reading.records(), appended);
            try (var files = Files.newDirectoryStream(journal)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aFullDiskHasRoomForTheMarkThatTellsWhatGoes() throws Exception {
        Path journal = disk.resolve("journal");
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(journal)) {
            for (int i = 0; i < 3; i++) {
                long time = START + i * SECOND;
                assertThatThrownBy(() -> {
                            while (true) {
                                Record log = Journals.bytes(Kind.LOG, 300, time, appended.size());
                                appended.add(log.withSequence(appender.append(log)));
                            }
                        })
                        .isInstanceOf(DiskFullException.class);
                Record mark = Journals.bytes(Kind.MARK, 400, time, i);
                appended.add(mark.withSequence(appender.appendBelowMinimum(mark)));
            }
        }
        Journals.Reading reading = Journals.read(journal);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }

    @Test
    void aRecordThatDoesNotFitLeavesRoomForOthers() throws Exception {
        try (Appender appender = Journals.open(disk.resolve("journal"))) {
            appender.append(Journals.stats(1, START));
            assertThatThrownBy(() -> appender.append(Journals.bytes(Kind.INSPECT, 8_000_000, START, 1)))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("No space left");
            assertThat(appender.append(Journals.stats(2, START))).isEqualTo(2);
        }
        assertThat(Journals.read(disk.resolve("journal")).losses()).isEmpty();
        assertThat(Journals.read(disk.resolve("journal")).records()).hasSize(2);
    }

    @Test
    void openingOnAFullDiskIsRefusedAndLaterWorks() throws Exception {
        Path journal = disk.resolve("journal");
        try (Appender appender = Journals.open(journal)) {
            appender.append(Journals.stats(1, START));
        }
        Path ballast = disk.resolve("ballast");
        fill(ballast);
        long next = 2;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Journals.open(disk.resolve("new")).close()).isInstanceOf(DiskFullException.class);
            try (Appender appender = Journals.open(journal)) {
                while (true) {
                    assertThat(appender.append(Journals.bytes(Kind.LOG, 20_000, START, i)))
                            .isEqualTo(next);
                    next++;
                }
            } catch (DiskFullException e) {
                assertThat(e).hasMessageContaining("No space left");
            }
        }
        Files.delete(ballast);
        try (Appender appender = Journals.open(journal)) {
            assertThat(appender.append(Journals.stats(2, START))).isEqualTo(next);
        }
        assertThat(Journals.read(journal).losses()).isEmpty();
    }

    @Test
    void theFloorIsKept() throws Exception {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test", 3 << 20);
        int appended = 0;
        try (Appender appender = Appender.open(disk.resolve("journal"), options, record -> {})) {
            while (appended < 4000) {
                appender.append(Journals.bytes(Kind.LOG, 1000, START, appended));
                appended++;
            }
        } catch (DiskFullException e) {
            assertThat(e).hasMessageContaining("to be kept free");
        }
        assertThat(appended).isBetween(100, 2000);
        assertThat(Files.getFileStore(disk).getUsableSpace()).isGreaterThan(2_500_000);
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }
}
