package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AppenderTest {
    private static final long MINUTE = 60 * SECOND;

    @TempDir
    private Path directory;

    @Test
    void goesOnBehindTheNewestRecordWhateverOlderSegmentIsNamedLater() throws IOException {
        for (int hour = 0; hour < 3; hour++) {
            try (Appender appender = Journals.open(directory)) {
                appender.append(Journals.stats(hour, START + hour * HOUR));
            }
        }
        Files.copy(directory.resolve("20261121-13F.cq4"), directory.resolve("20261121-18F.cq4"));
        Files.copy(directory.resolve("20261121-11F.cq4"), directory.resolve("20271121-00F.cq4"));
        Files.move(directory.resolve("20261121-12F.cq4"), directory.resolve("20261121-15F.cq4"));
        for (int hour = 3; hour < 9; hour++) {
            try (Appender appender = Journals.open(directory)) {
                assertThat(appender.append(Journals.stats(hour, START + hour * HOUR)))
                        .isEqualTo(hour + 1);
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.copies()).containsExactly("20271121-00F.cq4.1", "20261121-18F.cq4.1");
        assertThat(reading.records()).extracting(Record::sequence).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(Catalog.names(directory).stream().map(SegmentName::text))
                .contains("20261121-15F.cq4", "20261121-18F.cq4", "20261121-19F.cq4");
    }

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
    void everySegmentBeginsWithTheSnapshot() throws Exception {
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(directory)) {
                appender.setSnapshot(() ->
                        List.of(Journals.bytes(Kind.INSPECT, 10, START, 1), Journals.bytes(Kind.HOST, 10, START, 2)));
                appender.append(Journals.stats(1, START + run));
                appender.append(Journals.stats(2, START + run));
                if (run == 1) {
                    assertThat(appender.append(Journals.stats(3, START + HOUR))).isEqualTo(11);
                }
            }
        }
        assertThat(Journals.read(directory).records())
                .extracting(Record::kind)
                .containsExactly(
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS,
                        Kind.STATS,
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS,
                        Kind.STATS,
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS);
    }

    @Test
    void whatAHeadRepeatsSaysThatItIsRestated() throws Exception {
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(directory)) {
                appender.setSnapshot(() -> head(START, 1));
                appender.append(Journals.stats(1, START + run));
                if (run == 1) {
                    appender.append(Journals.stats(3, START + HOUR));
                }
            }
        }
        // In the first head the description is a first recording, though it stands there.
        assertThat(restated(directory)).isEqualTo("R... RRR. RRR.".replace(" ", ""));
    }

    /** As journals hold it whose writer knew no such flag. */
    @Test
    void theHeadOfAnOldJournalIsKnownByWhatItSaysItHolds() throws Exception {
        Path old = directory.resolve("old");
        try (Appender appender = Journals.open(old)) {
            long later = START + HOUR;
            appendAll(appender, head(START, 1)); // the journal's first
            appender.append(Journals.stats(1, START));
            appendAll(appender, head(later, 1));
            appender.append(Journals.bytes(Kind.INSPECT, 10, later, 3)); // happened right behind the head
            appender.append(Journals.stats(1, later));
            appendAll(appender, head(later + HOUR, 0));
            appender.append(Journals.bytes(Kind.HOST, 10, later + HOUR, 4));
            appender.append(Journals.stats(1, later + HOUR));
        }
        assertThat(restated(old)).isEqualTo("R... RRR.. RR..".replace(" ", ""));
    }

    /** A head as the recorder makes it, of a host and so many containers. */
    private static List<Record> head(long received, int containers) {
        List<Record> head = new ArrayList<>();
        byte[] start = new Mark.SegmentStart("", containers).toJson();
        head.add(new Record(0, Kind.MARK, "", received, received, 1, start));
        head.add(Journals.bytes(Kind.HOST, 10, START - 2, 2));
        for (int i = 0; i < containers; i++) {
            head.add(Journals.bytes(Kind.INSPECT, 10, START - 1, i));
        }
        return head;
    }

    private static void appendAll(Appender appender, List<Record> records) throws Exception {
        for (Record record : records) {
            appender.append(record);
        }
    }

    /** A letter for each record: R if it is restated. */
    private static String restated(Path journal) throws Exception {
        StringBuilder found = new StringBuilder();
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                found.append(cursor.record().restated() ? 'R' : '.');
            }
        }
        return found.toString();
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
    void theNewestSegmentIsShownAtOpening() throws Exception {
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 100; i++) {
                Record record = Journals.stats(i, START + (i < 50 ? 0 : HOUR));
                appended.add(record.withSequence(appender.append(record)));
            }
        }
        List<Record> shown = new ArrayList<>();
        try (Appender appender =
                Appender.open(directory, Journals.options(Roll.HOURLY), record -> shown.add(record.toRecord()))) {
            assertThat(appender.recovery()).isEqualTo(new Appender.Recovery(false, 100, START + HOUR, List.of()));
        }
        Journals.assertSame(shown, appended.subList(50, 100));
    }

    @Test
    void aDamagedSegmentIsSetAsideUntouched() throws Exception {
        List<Record> appended = new ArrayList<>();
        for (int run = 0; run < 4; run++) {
            byte[] damaged = {};
            Path newest = directory.resolve("20261121-11F.cq4");
            if (run > 0) {
                damaged = Files.readAllBytes(newest);
                damaged[0x10110 + 420] ^= 4;
                Files.write(newest, damaged);
            }
            try (Appender appender = Journals.open(directory)) {
                assertThat(appender.recovery().damage().isEmpty()).isEqualTo(run == 0);
                assertThat(appender.recovery().created()).isEqualTo(run == 0);
                if (run > 0) {
                    assertThat(directory.resolve("20261121-11F.cq4." + run)).hasBinaryContent(damaged);
                }
                for (int i = 0; i < 20; i++) {
                    Record record = Journals.stats(i, START + run);
                    appended.add(record.withSequence(appender.append(record)));
                }
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).extracting(Loss::segment).contains("20261121-11F.cq4.1", "20261121-11F.cq4.3");
        assertThat(new Oracle(appended).judge(reading, 1, appended.size(), "three damaged segments"))
                .isBetween(20, 79);
    }

    @Test
    void aSegmentWhoseOnlyGroupIsZeroedIsSetAside() throws Exception {
        for (boolean older : new boolean[] {false, true}) {
            Path journal = directory.resolve("older " + older);
            if (older) {
                try (Appender appender = Journals.open(journal)) {
                    for (int i = 0; i < 30; i++) {
                        appender.append(Journals.stats(i, START - HOUR + i));
                    }
                }
            }
            try (Appender appender = Journals.open(journal)) {
                for (int i = 0; i < 500; i++) {
                    appender.append(Journals.stats(i, START + i));
                }
            }
            Path newest = journal.resolve("20261121-11F.cq4");
            byte[] damaged = Files.readAllBytes(newest);
            Arrays.fill(damaged, 0x10000, 0x11000, (byte) 0);
            Files.write(newest, damaged);
            assertThat(summary(newest).state()).isEqualTo(SegmentSummary.State.DAMAGED);
            assertThat(Journals.read(journal).losses()).hasSize(1);
            try (Appender appender = Journals.open(journal)) {
                assertThat(appender.recovery().damage()).hasSize(1);
                assertThat(appender.recovery().created()).isFalse();
                assertThat(appender.append(Journals.stats(0, START + 600))).isEqualTo(older ? 31 : 1);
            }
            assertThat(journal.resolve("20261121-11F.cq4.1")).hasBinaryContent(damaged);
            assertThat(Journals.read(newest).losses()).isEmpty();
            assertThat(Journals.read(newest).records()).hasSize(1);
            assertThat(Journals.read(journal).losses())
                    .extracting(Loss::segment)
                    .containsExactly("20261121-11F.cq4.1");
        }
    }

    @Test
    void halfAPayloadThatAKillLeftIsZeroedBeforeItGoesOn() throws Exception {
        long used;
        Path newest = directory.resolve("20261121-11F.cq4");
        try (Appender appender = Journals.open(directory)) {
            appender.append(Journals.stats(0, START));
            used = summary(newest).usedBytes();
        }
        byte[] bytes = Arrays.copyOf(Files.readAllBytes(newest), 1 << 20);
        Arrays.fill(bytes, (int) used + 4, (int) used + 4 + 131_104, (byte) 7);
        Files.write(newest, bytes);
        try (Appender appender = Journals.open(directory)) {
            assertThat(appender.recovery().damage()).isEmpty();
            byte[] behind = Files.readAllBytes(newest);
            assertThat(Arrays.copyOfRange(behind, (int) used, behind.length)).containsOnly(0);
            assertThat(appender.append(Journals.stats(1, START + 1))).isEqualTo(2);
        }
        assertThat(Journals.read(directory).losses()).isEmpty();
    }

    @Test
    void aSegmentWithNothingButItsHeaderIsGoneOnWith() throws Exception {
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 20; i++) {
                Record record = Journals.stats(i, START);
                appended.add(record.withSequence(appender.append(record)));
            }
            // What is written first is asked twice: how large it is, and, behind the header, for itself.
            Iterator<Record> none = Collections.emptyIterator();
            Iterator<Iterator<Record>> answers = List.of(none).iterator();
            appender.setSnapshot(() -> new AbstractList<>() {
                @Override
                public Record get(int index) {
                    throw new IllegalStateException("killed here");
                }

                @Override
                public int size() {
                    return 1;
                }

                @Override
                public Iterator<Record> iterator() {
                    return answers.hasNext() ? answers.next() : super.iterator();
                }
            });
            assertThatThrownBy(() -> appender.append(Journals.stats(20, START + HOUR)))
                    .hasMessage("killed here");
        }
        assertThat(readOne(directory.resolve("20261121-12F.cq4")))
                .satisfies(reader -> assertThat(reader.header()).isNotNull())
                .satisfies(reader -> assertThat(reader.group()).isNull());

        List<Long> seen = new ArrayList<>();
        try (Appender appender =
                Appender.open(directory, Journals.options(Roll.HOURLY), record -> seen.add(record.sequence()))) {
            assertThat(appender.recovery().lastSequence()).isEqualTo(20);
            Record record = Journals.stats(21, START + HOUR + 1);
            appended.add(record.withSequence(appender.append(record)));
        }
        assertThat(seen).hasSize(20);
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(new Oracle(appended).judge(reading, 1, 21, "a segment with nothing but its header"))
                .isEqualTo(21);
        assertThat(Catalog.names(directory)).hasSize(2);
    }

    private static SegmentReader readOne(Path segment) throws IOException {
        try (SegmentReader reader = new SegmentReader(segment, new LossTracker(loss -> {}))) {
            reader.next();
            return reader;
        }
    }

    @Test
    void aSegmentThatWasBeingMadeIsRemoved() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            appender.append(Journals.stats(1, START));
        }
        byte[] made = new byte[200_000];
        for (byte[] head : List.of(new byte[] {0, 0, 0, 0}, new byte[] {0, 0, 0, (byte) 0x80})) {
            System.arraycopy(head, 0, made, 0, 4);
            Files.write(directory.resolve("20261121-12F.cq4"), made);
            Files.write(directory.resolve("20261121-13F.precreated"), made);
            Files.write(directory.resolve("20261121-10F.cq4"), new byte[2]);
            Files.write(directory.resolve("metadata.cq4t"), head);
            long began = System.nanoTime();
            try (Appender appender = Journals.open(directory)) {
                appender.append(Journals.stats(2, START + 3 * HOUR));
            }
            assertThat(System.nanoTime() - began).as("ns to open").isLessThan(5 * SECOND);
        }
        assertThat(Journals.read(directory).losses()).isEmpty();
        assertThat(Catalog.names(directory))
                .extracting(SegmentName::text)
                .containsExactly("20261121-11F.cq4", "20261121-14F.cq4");
    }

    @Test
    void anotherRollKeepsTheOrder() throws Exception {
        List<Record> appended = new ArrayList<>();
        Roll[] rolls = {Roll.HOURLY, Roll.MINUTELY, Roll.DAILY, Roll.TEN_MINUTELY, Roll.HOURLY, Roll.MINUTELY};
        for (int run = 0; run < rolls.length; run++) {
            try (Appender appender = Journals.open(directory, rolls[run])) {
                for (int i = 0; i < 10; i++) {
                    Record record = Journals.stats(i, START + run * 5L * MINUTE + i * 20L * SECOND);
                    appended.add(record.withSequence(appender.append(record)));
                }
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }

    @Test
    void damageInOlderSegmentsDoesNotKeepItFromStarting() throws Exception {
        try (Appender appender = Journals.open(directory, Roll.MINUTELY)) {
            for (int i = 0; i < 10; i++) {
                appender.append(Journals.stats(i, START + i * MINUTE));
            }
        }
        List<SegmentName> names = Catalog.names(directory);
        for (int i = 0; i < 9; i++) {
            Path file = directory.resolve(names.get(i).text());
            byte[] bytes = Files.readAllBytes(file);
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(bytes, 100 + 300 * i) : bytes;
            new Random(i).nextBytes(damaged);
            Files.write(file, damaged);
        }
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sizes.add(Files.size(directory.resolve(names.get(i).text())));
        }
        long began = System.nanoTime();
        try (Appender appender = Journals.open(directory, Roll.MINUTELY)) {
            assertThat(appender.recovery().damage()).isEmpty();
            assertThat(appender.append(Journals.stats(1, START + 20 * MINUTE))).isEqualTo(11);
            assertThat(appender.append(Journals.stats(1, START + 21 * MINUTE))).isEqualTo(12);
        }
        assertThat(System.nanoTime() - began).as("ns to open and append").isLessThan(2 * SECOND);
        for (int i = 0; i < 9; i++) {
            assertThat(Files.size(directory.resolve(names.get(i).text()))).isEqualTo(sizes.get(i));
        }
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
    void theSummaryOfASegmentTellsWhatItHolds() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 9000; i++) {
                appender.append(Journals.stats(i, START + i));
            }
            appender.append(Journals.bytes(Kind.EVENT, 10, START + 9000, 1));
            SegmentSummary open = summary(directory.resolve("20261121-11F.cq4"));
            assertThat(open.state()).isEqualTo(SegmentSummary.State.OPEN);
            appender.append(Journals.stats(1, START + HOUR));
        }
        SegmentSummary summary = summary(directory.resolve("20261121-11F.cq4"));
        assertThat(summary.records().counts()).isEqualTo(Map.of(Kind.STATS, 9000L, Kind.EVENT, 1L));
        assertThat(summary.state()).isEqualTo(SegmentSummary.State.ROLLED);
        assertThat(summary.losses()).isEmpty();
        assertThat(summary.firstReceived()).isEqualTo(START);
        assertThat(summary.lastReceived()).isEqualTo(START + 9000);
        assertThat(summary.records().minTime()).isEqualTo(START - 1000);
        assertThat(summary.records().maxTime()).isEqualTo(START + 9000);
        assertThat(summary.header()).isNotNull().extracting(SegmentHeader::host).isEqualTo("host");
        assertThat(summary.usedBytes()).isBetween(500_000L, summary.fileBytes());

        byte[] bytes = Files.readAllBytes(summary.segment().path());
        bytes[100_000] ^= 1;
        Files.write(summary.segment().path(), bytes);
        SegmentSummary damaged = summary(summary.segment().path());
        assertThat(damaged.state()).isEqualTo(SegmentSummary.State.DAMAGED);
        assertThat(damaged.losses().stream().filter(loss -> loss.cause() != Loss.Cause.UNDECODABLE))
                .hasSize(1);
        assertThat(damaged.records().counts().get(Kind.STATS)
                        + damaged.losses().stream().mapToLong(Loss::records).sum())
                .isEqualTo(9000);
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
                appendOne(damaged, roll, START + SECOND);
            } catch (JournalFailedException e) {
                appendOne(damaged, roll, START + SECOND); // as a restart policy does
            }
            appendOne(damaged, roll, START + 2 * SECOND);

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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zerosOverTheHeaderOfTheLastRunDoNotHideItsRecords(boolean rolled) throws Exception {
        Path segment = directory.resolve("20261121-11F.cq4");
        appendOne(directory, Roll.HOURLY, START);
        long used = summary(segment).usedBytes();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 5; i++) {
                appender.append(Journals.stats(i, START + i));
            }
            if (rolled) {
                appender.append(Journals.stats(1, START + HOUR));
            }
        }
        byte[] whole = Files.readAllBytes(segment);
        ByteBuffer words = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) used;
        int group = header + ((4 + words.getInt(header) + 3) & ~3);
        int records = group + ((4 + words.getInt(group) + 3) & ~3);
        for (int from = header; from <= records; from += 4) {
            byte[] zeroed = whole.clone();
            Arrays.fill(zeroed, header, from + 4, (byte) 0);
            Files.write(segment, zeroed);
            assertThat(Journals.read(directory).losses())
                    .as("zeroed up to %d", from + 4)
                    .isNotEmpty();
        }
        Files.write(segment, whole);
        assertThat(Journals.read(directory).losses()).isEmpty();
    }

    private static void appendOne(Path journal, Roll roll, long time) throws IOException {
        try (Appender appender = Journals.open(journal, roll)) {
            appender.append(Journals.stats(1, time));
        }
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

    @Test
    void setsAsideASegmentWhoseHeaderIsNewerThanItsRecords() throws Exception {
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

    private static SegmentSummary summary(Path segment) throws IOException {
        return SegmentSummary.of(Catalog.list(List.of(segment)).get(0), true);
    }
}
