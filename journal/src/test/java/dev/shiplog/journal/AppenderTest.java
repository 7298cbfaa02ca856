package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static dev.shiplog.journal.Journals.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class AppenderTest {
    private static final long MINUTE = 60 * SECOND;

    @TempDir
    private Path directory;

    @Test
    void whatIsAppendedIsReadBack() throws Exception {
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 10_000; i++) {
                Record record = Journals.stats(i, START + i * SECOND);
                long sequence = appender.append(record);
                appended.add(record.withSequence(sequence));
            }
            assertThat(Journals.read(directory).losses()).isEmpty();
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        for (int run = 0; run < 5; run++) {
            try (Appender appender = Journals.open(directory)) {
                assertThat(appender.recovery().damage()).isEmpty();
                assertThat(appender.recovery().lastSequence()).isEqualTo(run * 10L);
                for (int i = 0; i < 10; i++) {
                    appender.append(Journals.stats(i, START + run * HOUR / 2 + i));
                }
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records())
                .extracting(Record::sequence)
                .hasSize(50)
                .isSorted()
                .endsWith(50L);
    }

    /** Whoever sums up lengths learns what the journal takes on the disk, but for the segment that is written to. */
    @Test
    void aSegmentThatIsLeftIsAsLongAsWhatItTakesOnTheDisk() throws Exception {
        for (int run = 0; run < 3; run++) {
            try (Appender appender = Journals.open(directory)) {
                for (int i = 0; i < 30; i++) {
                    appender.append(Journals.bytes(Kind.INSPECT, 30_000, START + run * HOUR + 3L * i * MINUTE, i));
                }
            }
        }
        List<Path> segments;
        try (Stream<Path> files = Files.list(directory)) {
            segments = files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
        assertThat(segments).hasSize(4);
        for (Path segment : segments.subList(0, 3)) {
            Process stat = new ProcessBuilder("stat", "-c", "%b %B", segment.toString()).start();
            String[] blocks = stat.inputReader().readLine().split(" ");
            stat.waitFor();
            assertThat(Files.size(segment))
                    .as(segment.toString())
                    .isEqualTo(Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]));
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).hasSize(90);
    }

    @Test
    void recordsOfAnySize() throws Exception {
        List<Record> appended = new ArrayList<>();
        int[] sizes = {0, 1, 2, 3, 100_000, 131_000, 131_072, 131_073, 1_000_000, 0, 20_000_000, 5};
        try (Appender appender = Journals.open(directory)) {
            for (int size : sizes) {
                Record record = Journals.bytes(Kind.INSPECT, size, START, size);
                appended.add(record.withSequence(appender.append(record)));
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }

    @Test
    void filesAreForTheOwnerOnlyAndNothingIsLeftOver() throws Exception {
        Path journal = directory.resolve("a/b/journal");
        try (Appender appender = Journals.open(journal, Roll.MINUTELY)) {
            for (int i = 0; i < 5; i++) {
                appender.append(Journals.stats(i, START + i * MINUTE));
            }
        }
        assertThat(Files.getPosixFilePermissions(journal)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.sorted().toList()) {
                names.add(file.getFileName().toString());
                assertThat(Files.getPosixFilePermissions(file))
                        .as(file.toString())
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
        assertThat(names)
                .containsExactly(
                        "20261121-1130.cq4",
                        "20261121-1131.cq4",
                        "20261121-1132.cq4",
                        "20261121-1133.cq4",
                        "20261121-1134.cq4",
                        "metadata.cq4t",
                        "recorder.lock");
    }

    @ParameterizedTest
    @EnumSource
    void rollsAtTheBoundary(Roll roll) throws Exception {
        long length = roll.length().toNanos();
        long start = Math.floorDiv(START, length) * length;
        try (Appender appender = Journals.open(directory, roll)) {
            for (long received : new long[] {start, start + length - 1, start + length, start + 5 * length}) {
                appender.append(Journals.stats(1, received));
            }
        }
        assertThat(Catalog.names(directory))
                .extracting(SegmentName::start)
                .containsExactly(start, start + length, start + 5 * length);
        assertThat(Catalog.names(directory)).allMatch(name -> name.roll() == roll);
        assertThat(Journals.read(directory).records())
                .extracting(Record::received)
                .containsExactly(start, start + length - 1, start + length, start + 5 * length);
    }

    @Test
    void aClockThatGoesBackNeitherReordersNorStops() throws Exception {
        List<Record> appended = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(directory)) {
                for (long received : new long[] {START, START + HOUR, START - 5 * HOUR, START - 5 * HOUR + 1}) {
                    Record record = Journals.stats(1, received + run);
                    appended.add(record.withSequence(appender.append(record)));
                }
            }
        }
        assertThat(Catalog.names(directory)).hasSize(2);
        Journals.assertSame(Journals.read(directory).records(), appended);
    }

    @Test
    void anInterruptedThreadGoesOn() throws Exception {
        try (Appender appender = Journals.open(directory, Roll.MINUTELY)) {
            for (int i = 0; i < 2000; i++) {
                if (i % 3 == 0) {
                    Thread.currentThread().interrupt();
                }
                appender.append(Journals.stats(i, START + i * SECOND));
                if (i % 50 == 0) {
                    appender.sync();
                }
            }
        } finally {
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).hasSize(2000);
    }

    @Test
    void closesTwiceAndRefusesAnotherThread() throws Exception {
        Appender appender = Journals.open(directory);
        appender.append(Journals.stats(1, START));
        List<Throwable> thrown = new ArrayList<>();
        Thread other = new Thread(() -> {
            try {
                appender.close();
            } catch (IOException | RuntimeException e) {
                thrown.add(e);
            }
        });
        other.start();
        other.join();
        assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
        appender.close();
        appender.close();
        assertThatThrownBy(() -> appender.append(Journals.stats(1, START))).isInstanceOf(IllegalStateException.class);
        Journals.open(directory).close();
    }

    @Test
    void whatCannotBeAJournalIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> Journals.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file.toString());
        assertThatThrownBy(() -> Journals.open(file.resolve("below")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file.resolve("below").toString());
        assertThatThrownBy(() -> Journals.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not empty")
                .hasMessageContaining(directory.toString());
    }

    @Test
    void theHeaderNamesTheEngineAsSoonAsItIsKnown() throws Exception {
        Path segment = directory.resolve("20261121-11F.cq4");
        try (Appender appender = Journals.open(directory)) {
            appender.append(Journals.stats(1, START));
            assertThat(engine(segment)).isEmpty();
            appender.setEngineId("ABCD");
            appender.append(Journals.stats(2, START + 1));
            assertThat(engine(segment)).isEqualTo("ABCD");

            long used = summary(segment).usedBytes();
            appender.setEngineId("ABCD");
            appender.append(Journals.stats(2, START + 2));
            assertThat(summary(segment).usedBytes() - used)
                    .as("no header for nothing")
                    .isLessThan(100);
        }
        assertThat(Journals.read(directory).losses()).isEmpty();
        assertThat(Journals.read(directory).records()).hasSize(3);
    }

    @Test
    void takesNoEnginesIdThatIsNone() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 50; i++) {
                appender.setEngineId(String.valueOf((char) ('a' + i % 26)).repeat(1 << (i % 21)));
                appender.append(Journals.stats(i, START + i));
            }
        }
        assertThat(Journals.read(directory).losses()).isEmpty();
        assertThat(Journals.read(directory).records()).hasSize(50);
    }

    private static String engine(Path segment) throws IOException {
        SegmentHeader header = summary(segment).header();
        return header == null ? "no header" : header.engine();
    }
}
