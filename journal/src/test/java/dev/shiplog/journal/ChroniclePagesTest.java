package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing protects Chronicle's own pages, and Chronicle follows them blindly. */
@Timeout(300) // many small journals, each forced to disk
class ChroniclePagesTest {
    @TempDir
    private Path directory;

    /**
     * Nothing protects Chronicle's own pages, and Chronicle follows them blindly: whatever byte of them is wrong, another
     * run loses nothing, writes nothing that cannot be read, and fills no disk.
     */
    @ParameterizedTest
    @EnumSource(names = {"MINUTELY", "HOURLY"})
    void goesOnWhateverIsWrongInChroniclesPages(Roll roll) throws Exception {
        Path intact = directory.resolve("intact");
        try (Appender appender = Journals.open(intact, roll)) {
            for (int i = 0; i < 300; i++) {
                appender.append(Journals.stats(i, START + i));
            }
        }
        Path original = newest(intact);
        byte[] bytes = Files.readAllBytes(original);
        int index2index = 4 + 193 + 3; // where the second page begins
        int index = index2index
                + 4
                + (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(index2index) & 0xFFFF);
        for (int seed = 0; seed < 260; seed++) {
            Random random = new Random(seed);
            Path damaged = Files.createDirectory(directory.resolve("damaged"));
            byte[] broken = bytes.clone();
            int at = seed < 220 ? 12 + seed % 188 : (seed % 2 == 0 ? index2index : index) + 4 + random.nextInt(64);
            if (seed < 188) {
                broken[at] = (byte) (broken[at] ^ 1 << random.nextInt(8));
            } else {
                byte[] noise = new byte[1 + random.nextInt(8)];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, broken, at, noise.length);
            }
            Files.write(damaged.resolve(original.getFileName()), broken);

            try {
                Journals.appendOne(damaged, roll, START + SECOND);
            } catch (JournalFailedException e) {
                Journals.appendOne(damaged, roll, START + SECOND); // as a restart policy does
            }
            Journals.appendOne(damaged, roll, START + 2 * SECOND);

            List<Long> received = Journals.read(damaged).records().stream()
                    .map(Record::received)
                    .toList();
            assertThat(received.subList(0, 300))
                    .as("seed %d", seed)
                    .isEqualTo(LongStream.range(START, START + 300).boxed().toList());
            assertThat(received).as("seed %d", seed).endsWith(START + SECOND, START + 2 * SECOND);
            assertThat(received.size()).as("seed %d", seed).isLessThanOrEqualTo(303);
            assertThat(allocated(damaged)).as("seed %d", seed).isLessThan(4 << 20);
            delete(damaged);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MINUTELY", "HOURLY"})
    void aWrongLengthOfOneOfChroniclesPagesHidesNoRecord(Roll roll) throws Exception {
        try (Appender appender = Journals.open(directory, roll)) {
            for (int i = 0; i < 3; i++) {
                appender.append(Journals.stats(i, START + i));
            }
        }
        Path segment = newest(directory);
        byte[] bytes = Files.readAllBytes(segment);
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (int page = 0; page < 3; page++) {
            int word = words.getInt(at);
            for (int bit = 0; bit < 32; bit++) {
                words.putInt(at, word ^ 1 << bit);
                Files.write(segment, bytes);
                Journals.Reading reading = Journals.read(directory);
                assertThat(reading.records()).as("page %d, bit %d", page, bit).hasSize(3);
                assertThat(reading.losses()).as("page %d, bit %d", page, bit).isNotEmpty();
            }
            words.putInt(at, word);
            at += (4 + (word & 0x3FFF_FFFF) + 3) & ~3;
        }
        Files.write(segment, bytes);
        assertThat(Journals.read(directory).losses()).isEmpty();
    }

    @Test
    void quarantinesASegmentWhoseHeaderIsNewerThanItsRecords() throws Exception {
        Path segment = directory.resolve("20261121-11F.cq4");
        try (Appender appender = Journals.open(directory)) {
            appender.append(Journals.stats(0, START));
        }
        byte[] earlier = Files.readAllBytes(segment);
        try (Appender appender = Journals.open(directory)) {
            for (int i = 1; i < 100; i++) {
                appender.append(Journals.stats(i, START + i));
            }
        }
        byte[] later = Files.readAllBytes(segment);
        System.arraycopy(later, 0, earlier, 0, 4096); // after a power cut the first page may be the newest
        Files.write(segment, earlier);

        try (Appender appender = Journals.open(directory)) {
            assertThat(appender.recovery().damage())
                    .singleElement()
                    .extracting(Loss::reason)
                    .isEqualTo("Chronicle's pages point to where nothing is");
            appender.append(Journals.stats(1, START + SECOND));
        }
        assertThat(Journals.read(directory).records())
                .extracting(Record::received)
                .containsExactly(START, START + SECOND);
        assertThat(Journals.read(directory).losses()).isEmpty();
    }

    private static Path newest(Path journal) throws IOException {
        List<SegmentName> names = Catalog.names(journal);
        return journal.resolve(names.get(names.size() - 1).text());
    }

    private static long allocated(Path journal) throws IOException, InterruptedException {
        Process du = new ProcessBuilder("du", "-s", "-B1", journal.toString()).start();
        String answer = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(du.waitFor()).isZero();
        return Long.parseLong(answer.substring(0, answer.indexOf('\t')));
    }

    private static void delete(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(journal);
    }
}
