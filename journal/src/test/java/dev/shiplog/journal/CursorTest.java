package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CursorTest {
    private static final long MINUTE = 60 * SECOND;

    @TempDir
    private Path directory;

    @Test
    void followsAJournalThatIsBeingWritten() throws Exception {
        Journals.open(directory, Roll.MINUTELY).close();
        int runs = 4;
        int perRun = 15_000;
        List<Record> appended = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean written = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            try {
                for (int run = 0; run < runs; run++) {
                    try (Appender appender = Journals.open(directory, Roll.MINUTELY)) {
                        for (int i = 0; i < perRun; i++) {
                            int n = run * perRun + i;
                            Record record = n % 2000 == 77
                                    ? Journals.bytes(Kind.INSPECT, 300_000, START + n * SECOND / 40, n)
                                    : Journals.stats(n, START + n * SECOND / 40);
                            appended.add(record.withSequence(appender.append(record)));
                        }
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            } finally {
                written.set(true);
            }
        });
        List<Record> read = new ArrayList<>();
        int ends = 0;
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            boolean last = false;
            while (true) {
                Cursor.Step step = cursor.next();
                if (step == Cursor.Step.RECORD) {
                    read.add(cursor.record().toRecord());
                } else if (step == Cursor.Step.LOSS) {
                    throw new AssertionError("after " + read.size() + ": " + cursor.loss());
                } else if (last) {
                    break;
                } else {
                    ends++;
                    last = written.get(); // what was written before this is read in one more round
                }
            }
        }
        writer.join();
        assertThat(ends).isPositive();
        Journals.assertSame(read, appended);
    }

    @Test
    void followsOverASegmentThatIsSetAsideAndReplaced() throws Exception {
        append(Roll.HOURLY, START, 10);
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            assertThat(Journals.drain(cursor).records()).hasSize(10);
            Path file = directory.resolve("20261121-11F.cq4");
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] = 1; // far behind the last record, yet the rewritten file is another one
            Files.move(file, directory.resolve("20261121-11F.cq4.1"));
            append(Roll.HOURLY, START, 5);
            Journals.Reading more = Journals.drain(cursor);
            assertThat(more.losses()).isEmpty();
            assertThat(more.records()).extracting(Record::sequence).containsExactly(11L, 12L, 13L, 14L, 15L);
        }
    }

    @Test
    void followsOverASegmentThatWasOnlyHalfMade() throws Exception {
        append(Roll.HOURLY, START, 10);
        Files.write(directory.resolve("20261121-12F.cq4"), new byte[200_000]);
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            assertThat(Journals.drain(cursor).records()).hasSize(10);
            append(Roll.HOURLY, START + HOUR, 5);
            append(Roll.HOURLY, START + 2 * HOUR, 5);
            Journals.Reading more = Journals.drain(cursor);
            assertThat(more.losses()).isEmpty();
            assertThat(more.records()).hasSize(10);
        }
    }

    @Test
    void readsOnInASegmentThatRetentionDeleted() throws Exception {
        append(Roll.MINUTELY, START, 10);
        append(Roll.MINUTELY, START + MINUTE, 10);
        append(Roll.MINUTELY, START + 2 * MINUTE, 10);
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            for (int i = 0; i < 5; i++) {
                assertThat(cursor.next()).isEqualTo(Cursor.Step.RECORD);
            }
            Files.delete(directory.resolve("20261121-1130.cq4"));
            Files.delete(directory.resolve("20261121-1131.cq4"));
            Journals.Reading rest = Journals.drain(cursor);
            assertThat(rest.records())
                    .extracting(Record::sequence)
                    .containsExactly(6L, 7L, 8L, 9L, 10L, 21L, 22L, 23L, 24L, 25L, 26L, 27L, 28L, 29L, 30L);
            assertThat(rest.losses()).hasSize(1);
            assertThat(rest.losses().get(0).records()).isEqualTo(10);
            append(Roll.MINUTELY, START + 3 * MINUTE, 1);
            assertThat(Journals.drain(cursor).records())
                    .extracting(Record::sequence)
                    .containsExactly(31L);
        }
    }

    @Test
    void anEmptyJournalEndsAtOnceAndIsFollowed() throws Exception {
        Journals.open(directory).close();
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            assertThat(cursor.next()).isEqualTo(Cursor.Step.END);
            append(Roll.HOURLY, START, 3);
            assertThat(Journals.drain(cursor).records()).hasSize(3);
            assertThat(cursor.next()).isEqualTo(Cursor.Step.END);
        }
    }

    @Test
    void seeksByTimeWhateverTheClockDid() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            for (long hour : new long[] {0, 1, 2, 5, 3, 4, 6, 7}) {
                appender.append(Journals.stats((int) hour, START + hour * HOUR));
            }
        }
        for (int hour = 0; hour < 8; hour++) {
            try (Cursor cursor = Cursor.open(List.of(directory))) {
                long from = START + hour * HOUR;
                Journals.seekTime(cursor, from);
                List<Record> found = Journals.drain(cursor).records();
                assertThat(found.stream().filter(record -> record.received() >= from))
                        .as("from hour " + hour)
                        .hasSize(8 - hour);
                assertThat(found.size()).as("records read from hour " + hour).isLessThanOrEqualTo(8 - hour + 4);
            }
        }
    }

    @Test
    void knowsTheJournalOfEachRecordEvenBehindADamagedHeader() throws Exception {
        Path other = directory.resolve("other");
        append(Roll.MINUTELY, START, 3);
        append(Roll.MINUTELY, START + MINUTE, 3);
        try (Appender appender = Journals.open(other)) {
            appender.append(Journals.stats(1, START));
        }
        Path first = directory.resolve("20261121-1130.cq4");
        byte[] bytes = Files.readAllBytes(first);
        int header = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("SHLG");
        bytes[header + 20] ^= 1;
        Files.write(first, bytes);
        List<String> journals = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(directory, other))) {
            Cursor.Step step;
            while ((step = cursor.next()) != Cursor.Step.END) {
                if (step == Cursor.Step.RECORD) {
                    journals.add(cursor.journal());
                }
            }
        }
        assertThat(journals).hasSize(7).doesNotContain("");
        assertThat(journals.subList(0, 6)).containsOnly(journals.get(0));
        assertThat(journals.get(6)).isNotEqualTo(journals.get(0));
    }

    @Test
    void seeksInEachJournalByItself() throws Exception {
        Path other = directory.resolve("other");
        for (int i = 0; i < 4; i++) {
            append(Roll.MINUTELY, START + i * MINUTE, 10);
        }
        try (Appender appender = Journals.open(other, Roll.MINUTELY)) {
            for (int i = 0; i < 4; i++) {
                appender.append(Journals.stats(i, START + i * MINUTE));
            }
        }
        try (Cursor cursor = Cursor.open(List.of(directory, other))) {
            cursor.next();
            String mine = cursor.journal();
            cursor.seek((journal, group) -> group.base() <= (journal.equals(mine) ? 25 : 2));
            assertThat(Journals.drain(cursor).records())
                    .extracting(Record::sequence)
                    .hasSize(23)
                    .startsWith(21L)
                    .endsWith(40L, 2L, 3L, 4L);
        }
    }

    @Test
    void seeksToTheSegmentOfASequence() throws Exception {
        for (int i = 0; i < 5; i++) {
            append(Roll.MINUTELY, START + i * MINUTE, 100);
        }
        for (long sequence : new long[] {0, 1, 2, 100, 101, 250, 500, 501}) {
            try (Cursor cursor = Cursor.open(List.of(directory))) {
                Journals.seekSequence(cursor, sequence);
                long first = Math.min(4, Math.max(0, sequence - 1) / 100) * 100 + 1;
                assertThat(cursor.next()).isEqualTo(Cursor.Step.RECORD);
                assertThat(cursor.record().sequence())
                        .as("sequence %d", sequence)
                        .isEqualTo(first);
                assertThat(cursor.position().sequence()).isEqualTo(first);
                assertThat(Journals.drain(cursor).records()).hasSize((int) (500 - first));
            }
        }
        Files.delete(directory.resolve("20261121-1132.cq4"));
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            Journals.seekSequence(cursor, 250);
            Journals.Reading reading = Journals.drain(cursor);
            assertThat(reading.losses())
                    .extracting(loss -> loss.sequences().from())
                    .containsExactly(201L);
            assertThat(reading.records()).first().extracting(Record::sequence).isEqualTo(101L);
        }
    }

    @Test
    void readsSeveralJournalsAndFilesOneAfterTheOther() throws Exception {
        Path other = directory.resolve("other");
        append(Roll.MINUTELY, START, 10);
        append(Roll.MINUTELY, START + MINUTE, 10);
        try (Appender appender = Journals.open(other)) {
            appender.append(Journals.stats(1, START));
        }
        Path first = directory.resolve("20261121-1130.cq4");
        Path second = directory.resolve("20261121-1131.cq4");
        Journals.Reading both = Journals.read(other, directory, first);
        assertThat(both.losses()).isEmpty();
        assertThat(both.records())
                .extracting(Record::sequence)
                .startsWith(1L, 1L, 2L)
                .endsWith(20L)
                .hasSize(21);
        assertThat(Journals.read(second, first).records())
                .extracting(Record::sequence)
                .isSorted()
                .hasSize(20);
        assertThat(Journals.read(second).losses()).isEmpty();
    }

    @Test
    void readsWhatWasRenamedWhereItsRecordsBelong() throws Exception {
        for (int i = 0; i < 5; i++) {
            append(Roll.MINUTELY, START + i * MINUTE, 10);
        }
        Files.move(directory.resolve("20261121-1131.cq4"), directory.resolve("20261121-1159.cq4"));
        Files.move(directory.resolve("20261121-1133.cq4"), directory.resolve("20261120-0000.cq4"));
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).extracting(Record::sequence).isEqualTo(sequences(1, 50));
        for (long sequence : new long[] {5, 15, 25, 35, 45}) {
            try (Cursor cursor = Cursor.open(List.of(directory))) {
                Journals.seekSequence(cursor, sequence);
                assertThat(Journals.drain(cursor).records())
                        .extracting(Record::sequence)
                        .isEqualTo(sequences(sequence / 10 * 10 + 1, 50));
            }
        }
        Files.delete(directory.resolve("20261121-1132.cq4"));
        reading = Journals.read(directory);
        assertThat(reading.losses())
                .extracting(loss ->
                        loss.sequences().from() + " to " + loss.sequences().to())
                .containsExactly("21 to 30");
        assertThat(reading.records()).hasSize(40);
    }

    @Test
    void aCopyIsNamedOnceAndHidesNothing() throws Exception {
        for (int i = 0; i < 5; i++) {
            append(Roll.MINUTELY, START + i * MINUTE, 10);
        }
        Path original = directory.resolve("20261121-1131.cq4");
        for (String name : List.of("20261121-1159.cq4", "20261120-0000.cq4", "20261121-1133.cq4.1")) {
            Files.copy(original, directory.resolve(name));
        }
        for (Path newest : List.of(directory, directory.resolve("20261121-1134.cq4"))) {
            Journals.Reading reading = Journals.read(directory, newest);
            assertThat(reading.losses()).isEmpty();
            assertThat(reading.copies())
                    .containsExactly("20261120-0000.cq4", "20261121-1133.cq4.1", "20261121-1159.cq4");
            assertThat(reading.records()).extracting(Record::sequence).isEqualTo(sequences(1, 50));
        }
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            Journals.seekTime(cursor, START + MINUTE + 1);
            assertThat(Journals.drain(cursor).records())
                    .extracting(Record::sequence)
                    .isEqualTo(sequences(11, 50));
        }
    }

    @Test
    void aCopyThatIsOlderOrDamagedHidesNothing() throws Exception {
        append(Roll.HOURLY, START, 10);
        Path early = directory.resolve("20261121-09F.cq4");
        Path damaged = directory.resolve("20261121-22F.cq4");
        Files.copy(directory.resolve("20261121-11F.cq4"), early);
        append(Roll.HOURLY, START, 10);
        append(Roll.HOURLY, START + HOUR, 10);
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.records()).extracting(Record::sequence).isEqualTo(sequences(1, 30));
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.copies()).containsExactly("20261121-09F.cq4");
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            Journals.seekSequence(cursor, 25);
            assertThat(Journals.drain(cursor).records())
                    .extracting(Record::sequence)
                    .isEqualTo(sequences(21, 30));
        }

        Files.delete(early);
        byte[] bytes = Files.readAllBytes(directory.resolve("20261121-11F.cq4"));
        bytes[0x10110 + 600] ^= 1;
        Files.write(damaged, bytes);
        reading = Journals.read(directory);
        assertThat(reading.records()).extracting(Record::sequence).isEqualTo(sequences(1, 30));
        assertThat(reading.losses()).hasSize(1);
        assertThat(reading.losses().get(0).segment()).isEqualTo("20261121-22F.cq4");
        assertThat(reading.losses().get(0).records()).isZero();
        assertThat(reading.losses().get(0).reason()).contains("records with sequences that were read before");
    }

    @Test
    void aCopyThatComesWhileFollowingHidesNothing() throws Exception {
        append(Roll.MINUTELY, START, 10);
        append(Roll.MINUTELY, START + MINUTE, 10);
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            assertThat(Journals.drain(cursor).records()).hasSize(20);
            Files.copy(directory.resolve("20261121-1130.cq4"), directory.resolve("20261121-1135.cq4"));
            assertThat(Journals.drain(cursor).records()).isEmpty();
            append(Roll.MINUTELY, START + 2 * MINUTE, 10);
            append(Roll.MINUTELY, START + 7 * MINUTE, 10);
            assertThat(Journals.drain(cursor).records())
                    .extracting(Record::sequence)
                    .isEqualTo(sequences(21, 40));
        }
    }

    @Test
    void aCopyOfTheNewestSegmentDoesNotEndItEither() throws Exception {
        try (Appender appender = Journals.open(directory, Roll.MINUTELY)) {
            appender.append(Journals.stats(0, START));
            Path live = directory.resolve("20261121-1130.cq4");
            Files.copy(live, directory.resolve("20261121-1135.cq4"));
            try (Cursor cursor = Cursor.open(List.of(directory))) {
                assertThat(Journals.drain(cursor).records()).hasSize(1);
                appender.append(Journals.stats(1, START + 1));
                Journals.Reading second = Journals.drain(cursor);
                assertThat(second.records()).hasSize(1);
                assertThat(second.losses()).isEmpty();
            }
        }
    }

    @Test
    void aCopyOfTheSegmentThatIsFollowedDoesNotEndIt() throws Exception {
        try (Appender appender = Journals.open(directory, Roll.MINUTELY);
                Cursor cursor = Cursor.open(List.of(directory))) {
            appender.append(Journals.stats(0, START));
            assertThat(Journals.drain(cursor).records()).hasSize(1);
            Path live = directory.resolve("20261121-1130.cq4");
            Files.copy(live, directory.resolve("20261121-1135.cq4"));
            assertThat(Journals.drain(cursor).records()).isEmpty();
            Files.copy(live, directory.resolve("20261121-1130.cq4.1"));
            appender.append(Journals.stats(1, START + 1));
            assertThat(Journals.drain(cursor).records()).hasSize(1);
            appender.append(Journals.stats(2, START + MINUTE));
            Journals.Reading last = Journals.drain(cursor);
            assertThat(last.records()).hasSize(1);
            assertThat(last.losses()).isEmpty();
        }
    }

    @Test
    void seeksInEachJournalOfADirectory() throws Exception {
        Path other = directory.resolve("other");
        appendThreeMinutesBeside(other);
        try (Stream<Path> files = Files.list(other)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".cq4")).toList()) {
                Files.copy(file, directory.resolve(file.getFileName() + ".1"));
            }
        }
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            Journals.seekTime(cursor, START + MINUTE + 1);
            assertThat(Journals.drain(cursor).records()).hasSize(20 + 2);
        }
    }

    @Test
    void seeksInEachOfSeveralJournals() throws Exception {
        Path other = directory.resolve("other");
        appendThreeMinutesBeside(other);
        try (Cursor cursor = Cursor.open(List.of(directory, other))) {
            Journals.seekTime(cursor, START + MINUTE + 1);
            assertThat(Journals.drain(cursor).records()).hasSize(20 + 2);
        }
    }

    /** Ten records a minute to the directory, one to {@code other}. */
    private void appendThreeMinutesBeside(Path other) throws Exception {
        for (int i = 0; i < 3; i++) {
            append(Roll.MINUTELY, START + i * MINUTE, 10);
            try (Appender appender = Journals.open(other, Roll.MINUTELY)) {
                appender.append(Journals.stats(i, START + i * MINUTE));
            }
        }
    }

    private static List<Long> sequences(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        assertThatThrownBy(() -> Cursor.open(List.of(directory.resolve("gone"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gone");
        assertThatThrownBy(() -> Cursor.open(List.of(directory)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no segment");
        Path file = Files.writeString(directory.resolve("notes.txt"), "");
        assertThatThrownBy(() -> Cursor.open(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("notes.txt");
    }

    @Test
    void aJournalThatVanishesWhileItIsReadDoesNotJustEnd() throws Exception {
        Path gone = directory.resolve("gone");
        try (Appender appender = Journals.open(gone)) {
            appender.append(Journals.stats(1, START));
        }
        try (Cursor cursor = Cursor.open(List.of(gone))) {
            assertThat(cursor.next()).isEqualTo(Cursor.Step.RECORD);
            Files.move(gone, directory.resolve("elsewhere"));
            assertThatThrownBy(cursor::next)
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessage(gone.toString());
        }
    }

    @Test
    void aJournalNamedTwiceByALinkIsReadOnce() throws Exception {
        append(Roll.MINUTELY, START, 10);
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertThat(Journals.read(directory, link).records()).hasSize(10);
    }

    @Test
    @Timeout(10)
    void aPipeNamedLikeASegmentIsNotWaitedFor() throws Exception {
        append(Roll.MINUTELY, START, 10);
        Path pipe = directory.resolve("20261121-1129.cq4");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.records()).hasSize(10);
        assertThat(reading.losses()).extracting(Loss::reason).containsExactly("cannot be read: not a regular file");
    }

    @Test
    void segmentNamesSortInTheOrderOfWriting() {
        List<String> names = List.of(
                "20261121F.cq4.1",
                "20261121F.cq4.10",
                "20261121F.cq4",
                "20261121-10F.cq4",
                "20261121-1100.cq4.2",
                "20261121-1100.cq4.11",
                "20261121-1100.cq4",
                "20261121-1110X.cq4");
        List<String> shuffled = new ArrayList<>(names);
        Collections.reverse(shuffled);
        assertThat(shuffled.stream().map(SegmentName::parse).sorted().map(SegmentName::text))
                .isEqualTo(names);
        for (String name : new String[] {
            "20261121-1110V.cq4",
            "20261321F.cq4",
            "20261121-25F.cq4",
            "foo.cq4",
            "20261121-11F.cq4.0",
            "20261121-11F.cq4.x",
            "20261121-11F.precreated",
            "metadata.cq4t",
            "20261121.cq4",
            "20261121-11.cq4",
            ""
        }) {
            assertThat(SegmentName.parse(name)).as(name).isNull();
        }
        for (Roll roll : Roll.values()) {
            SegmentName name = SegmentName.at(roll, START);
            assertThat(SegmentName.parse(name.text())).isEqualTo(name);
            assertThat(SegmentName.parse(name.quarantined(3).text())).isEqualTo(name.quarantined(3));
        }
    }

    private void append(Roll roll, long from, int count) throws IOException {
        try (Appender appender = Journals.open(directory, roll)) {
            for (int i = 0; i < count; i++) {
                appender.append(Journals.stats(i, from + i));
            }
        }
        assertThat(Catalog.names(directory)).isNotEmpty();
    }
}
