package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a loss costs, and between which records it is said to be. */
@Timeout(300)
class LossExtentTest {
    @TempDir
    private Path disk;

    private FileSystem memory;
    private Path journal;

    @BeforeEach
    void openMemory() throws IOException {
        memory = Jimfs.newFileSystem(Configuration.unix());
        journal = Files.createDirectory(memory.getPath("/journal"));
    }

    @AfterEach
    void closeMemory() throws IOException {
        memory.close();
    }

    /** Real samples; and a small host's samples, events and descriptions, where a group is all that there is. */
    @Test
    @Tag("once")
    void aFlippedBitCostsFewRecords() throws IOException {
        List<Record> samples = samples();
        double real = recordsLostByAFlip("real", samples, 200);
        double mixed = recordsLostByAFlip("mixed", mixed(samples), 400);
        System.out.printf(
                "LossExtentTest: a flipped bit costs %.1f records of real samples, %.1f mixed%n", real, mixed);
        assertThat(real).isLessThan(50);
        assertThat(mixed).isLessThan(60);
    }

    private static List<Record> samples() {
        List<Record> records = new ArrayList<>();
        for (byte[] payload : Samples.payloads(Samples.STATS)) {
            String text = text(payload);
            String id = text.substring(text.indexOf("\"id\":\"") + 6).substring(0, 64);
            long received = START + records.size() * SECOND / 61;
            records.add(new Record(0, Kind.STATS, id, received - 1000, received, received, payload));
        }
        return records;
    }

    private static List<Record> mixed(List<Record> samples) {
        List<String> ids =
                samples.stream().map(Record::subject).distinct().limit(8).toList();
        List<byte[]> events = Samples.payloads("engine-20.10-events.ndjson");
        String inspect = text(Samples.payloads("engine-20.10-inspect.json").get(0));
        List<Record> records = new ArrayList<>();
        for (String id : ids) {
            byte[] payload = inspect.replaceFirst("[0-9a-f]{64}", id).getBytes(StandardCharsets.UTF_8);
            records.add(new Record(0, Kind.INSPECT, id, START, START, START, payload));
        }
        Random random = new Random(8);
        for (Record sample : samples) {
            if (ids.contains(sample.subject())) {
                records.add(sample);
                long at = sample.received();
                if (random.nextInt(3) == 0) {
                    byte[] payload = events.get(random.nextInt(events.size()));
                    String id = ids.get(random.nextInt(ids.size()));
                    records.add(new Record(0, Kind.EVENT, id, at - 1000, at, at, payload));
                }
            }
        }
        return records;
    }

    /** The average over so many flips, each anywhere in what was written. */
    private double recordsLostByAFlip(String name, List<Record> records, int flips) throws IOException {
        Path written = disk.resolve(name);
        try (Appender appender = Journals.open(written)) {
            for (Record record : records) {
                appender.append(record);
            }
        }
        JournalBytes made = JournalBytes.of(written, Journals.read(written).records());
        assertThat(made.oracle().appended()).hasSameSizeAs(records);
        byte[] bytes = made.segments().get(made.newest());
        List<int[]> excerpts = JournalBytes.excerpts(bytes);
        int from = excerpts.get(0)[0];
        int to = excerpts.get(excerpts.size() - 1)[1];
        Path file = Files.write(journal.resolve(made.newest()), bytes);
        Random random = new Random(20261126);
        long lost = 0;
        for (int i = 0; i < flips; i++) {
            int at = from + random.nextInt(to - from);
            int bit = random.nextInt(8);
            JournalBytes.flip(file, bytes, at, bit);
            lost += records.size()
                    - made.oracle().judge(Journals.read(file), 1, records.size(), "bit " + bit + " of byte " + at);
            JournalBytes.flip(file, bytes, at, bit);
        }
        return (double) lost / flips;
    }

    /**
     * Two runs on a host of five containers, whose descriptions are repeated in each snapshot with the receipts that they
     * had at first.
     */
    @Test
    void aLossIsBoundedByTheRecordsAroundItThatWereReceivedThen() throws IOException {
        Path written = disk.resolve("bounded");
        writeTwoRuns(written);
        List<Boolean> restated = new ArrayList<>();
        List<Record> all = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(written))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                restated.add(cursor.record().restated());
                all.add(cursor.record().toRecord());
            }
        }
        JournalBytes made = JournalBytes.of(written, all);
        byte[] bytes = made.segments().get(made.newest());
        Path file = Files.write(journal.resolve(made.newest()), bytes);
        int bounded = 0;
        for (int[] excerpt : JournalBytes.excerpts(bytes)) {
            int byteAt = excerpt[0] + 9;
            JournalBytes.flip(file, bytes, byteAt, 3);
            Journals.Reading reading = Journals.read(file);
            JournalBytes.flip(file, bytes, byteAt, 3);
            List<Boolean> survived = new ArrayList<>(Collections.nCopies(all.size(), false));
            reading.records().forEach(record -> survived.set((int) record.sequence() - 1, true));
            for (Loss loss : reading.losses()) {
                if (loss.records() > 0) {
                    judgeBounds(loss, all, restated, survived);
                    bounded++;
                }
            }
        }
        assertThat(bounded).isGreaterThan(100);
    }

    private static void writeTwoRuns(Path written) throws IOException {
        List<Record> snapshot = new ArrayList<>();
        snapshot.add(Journals.bytes(Kind.HOST, 100, START, 1));
        for (int i = 0; i < 5; i++) {
            snapshot.add(Journals.bytes(Kind.INSPECT, 200, START, i));
        }
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(written)) {
                appender.setSnapshot(() -> snapshot);
                for (int i = 0; i < 100; i++) {
                    appender.append(Journals.stats(i, START + run * 300L * SECOND + i * SECOND / 5));
                }
            }
        }
    }

    /** The loss lies between the receipts of the records around it that survived and are not restated. */
    private static void judgeBounds(Loss loss, List<Record> all, List<Boolean> restated, List<Boolean> survived) {
        long after = loss.received().after();
        long before = loss.received().before();
        int from = (int) loss.sequences().from() - 1;
        int to = (int) loss.sequences().to();
        long expectedAfter = 0;
        for (int i = 0; i < from; i++) {
            expectedAfter = survived.get(i) && !restated.get(i) ? all.get(i).received() : expectedAfter;
        }
        assertThat(after).as("%s", loss).isEqualTo(expectedAfter);
        for (int i = from; i < to; i++) {
            if (!restated.get(i)) {
                assertThat(all.get(i).received())
                        .as("%s", loss)
                        .isBetween(after, before == 0 ? Long.MAX_VALUE : before);
            }
        }
        if (to < all.size() && !restated.get(to) && survived.get(to)) {
            assertThat(before).as("%s", loss).isEqualTo(all.get(to).received());
        } else if (before != 0) {
            assertThat(before).as("%s", loss).isGreaterThanOrEqualTo(after);
        }
    }

    private static String text(byte[] payload) {
        return new String(payload, StandardCharsets.UTF_8);
    }
}
