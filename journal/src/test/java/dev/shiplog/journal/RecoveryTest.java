package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static dev.shiplog.journal.Journals.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an older run left, the next one goes on after it and loses nothing more. */
@Timeout(60)
class RecoveryTest {
    private static final long MINUTE = 60 * SECOND;

    @TempDir
    private Path directory;

    @Test
    void goesOnAfterTheNewestRecordWhateverOlderSegmentIsNamedLater() throws IOException {
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
    void aDamagedSegmentIsQuarantinedUntouched() throws Exception {
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
    void aSegmentWhoseOnlyGroupIsZeroedIsQuarantined() throws Exception {
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
            byte[] after = Files.readAllBytes(newest);
            assertThat(Arrays.copyOfRange(after, (int) used, after.length)).containsOnly(0);
            assertThat(appender.append(Journals.stats(1, START + 1))).isEqualTo(2);
        }
        assertThat(Journals.read(directory).losses()).isEmpty();
    }

    @Test
    void goesOnInASegmentWithNothingButItsHeader() throws Exception {
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 20; i++) {
                Record record = Journals.stats(i, START);
                appended.add(record.withSequence(appender.append(record)));
            }
            // The snapshot is iterated twice: to find how large it is, and to write it after the header.
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

    private static SegmentReader readOne(Path segment) throws IOException {
        try (SegmentReader reader = new SegmentReader(segment, new LossTracker(loss -> {}))) {
            reader.next();
            return reader;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zerosOverTheHeaderOfTheLastRunDoNotHideItsRecords(boolean rolled) throws Exception {
        Path segment = directory.resolve("20261121-11F.cq4");
        Journals.appendOne(directory, Roll.HOURLY, START);
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
}
