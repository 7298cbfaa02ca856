package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFileWriter;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segments that are written without Chronicle, compared with those of a real appender. */
@Timeout(60)
class SegmentFileWriterTest {
    @TempDir
    private Path directory;

    private static Record record(Random random, long received) {
        return switch (random.nextInt(8)) {
            case 0 -> Journals.bytes(Kind.EVENT, random.nextInt(400), received, random.nextLong());
            case 1 -> Journals.bytes(Kind.values()[random.nextInt(8)], random.nextInt(40), received, random.nextLong());
            default -> Journals.stats(random.nextInt(1000), received);
        };
    }

    private static Record mark(long received) {
        byte[] payload = new Mark.SegmentStart("", 0).toJson();
        return new Record(0, Kind.MARK, "", received, received, received / 3, payload);
    }

    /** Three runs and two segments: with snapshots, headers in the midst of groups, and records in parts. */
    private Path recorded(Roll roll, int seed) throws IOException {
        Path journal = directory.resolve("recorded");
        Random random = new Random(seed);
        long time = START;
        for (int run = 0; run < 3; run++) {
            try (Appender appender = Journals.open(journal, roll)) {
                long begun = time;
                appender.setSnapshot(() -> List.of(mark(begun), Journals.stats(1, begun - SECOND)));
                for (int i = 0; i < 40; i++) {
                    appender.append(record(random, time += random.nextInt(1000)));
                }
                appender.setEngineId("engine " + run);
                appender.append(Journals.bytes(Kind.INSPECT, 300_000 + random.nextInt(100_000), time, seed));
                for (int i = 0; i < 5000; i++) {
                    appender.append(Journals.stats(i % 90, time += random.nextInt(1000)));
                }
                time = run == 1 ? START + roll.length().toNanos() : time;
            }
        }
        return journal;
    }

    /** Writes each segment of a journal to another directory. */
    private static List<Loss> rewrite(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        List<Loss> losses = new ArrayList<>();
        LossTracker tracker = new LossTracker(losses::add);
        for (Segment segment : Catalog.list(List.of(from))) {
            Path file = to.resolve(segment.name());
            try (RecordSource source = segment.open(tracker);
                    SegmentFileWriter writer = SegmentFileWriter.create(
                            file, SegmentName.parse(segment.name()).roll(), journal(segment))) {
                SegmentHeader header = null;
                while (source.next()) {
                    SegmentHeader now = source.header();
                    if (now != null && !now.equals(header)) {
                        writer.write(now);
                        header = now;
                    }
                    writer.write(source.record().toRecord(), source.record().restated());
                }
                writer.finish();
            }
        }
        tracker.flush();
        return losses;
    }

    private static String journal(Segment segment) {
        return segment.start() == null ? "" : segment.start().journal();
    }

    /** All that can be read of a record, and the header that is in force. */
    private static List<List<Object>> lines(Path file) throws IOException {
        List<List<Object>> lines = new ArrayList<>();
        LossTracker tracker = new LossTracker(loss -> lines.add(List.of(loss)));
        try (RecordSource source = Catalog.list(List.of(file)).get(0).open(tracker)) {
            while (source.next()) {
                RecordView record = source.record();
                lines.add(List.of(
                        String.valueOf(source.header()),
                        record.toRecord().toString().replaceFirst("payload=.*", ""),
                        HexFormat.of().formatHex(record.payload().toArray()),
                        record.restated()));
            }
        }
        return lines;
    }

    @ParameterizedTest
    @EnumSource(Roll.class)
    void writesWhatTheRecorderWrote(Roll roll) throws Exception {
        Path original = recorded(roll, 7);
        Path written = directory.resolve("written");
        assertThat(rewrite(original, written)).isEmpty();
        List<Segment> segments = Catalog.list(List.of(original));
        assertThat(segments).hasSize(2);
        for (Segment segment : segments) {
            Path file = written.resolve(segment.name());
            assertThat(lines(file).equals(lines(segment.path())))
                    .as(segment.name())
                    .isTrue();
            Segment again = Catalog.list(List.of(file)).get(0);
            assertThat(again.start()).isEqualTo(segment.start());
            assertThat(again.summary(false).state()).isEqualTo(SegmentSummary.State.ROLLED);
        }
    }

    @ParameterizedTest
    @EnumSource(Roll.class)
    void beginsAFileAsChronicleDoes(Roll roll) throws Exception {
        try (Appender appender = Journals.open(directory.resolve("recorded"), roll)) {
            for (int i = 0; i < 9; i++) {
                appender.append(Journals.stats(i, START + i));
            }
            appender.append(Journals.stats(9, START + roll.length().toNanos()));
        }
        Path written = directory.resolve("written");
        rewrite(directory.resolve("recorded"), written);
        Segment closed = Catalog.list(List.of(directory.resolve("recorded"))).get(0);
        byte[] theirs = Files.readAllBytes(closed.path());
        byte[] ours = Files.readAllBytes(written.resolve(closed.name()));
        assertThat(Arrays.mismatch(ours, theirs)).isEqualTo(ours.length);
    }

    @ParameterizedTest
    @EnumSource(Roll.class)
    void theRecorderGoesOnAfterThem(Roll roll) throws Exception {
        Path journal = directory.resolve("written");
        rewrite(recorded(roll, 3), journal);
        List<Record> before = Journals.read(journal).records();
        long last = before.get(before.size() - 1).received();

        try (Appender appender = Journals.open(journal, roll)) {
            assertThat(appender.recovery().created()).isFalse();
            assertThat(appender.recovery().damage()).isEmpty();
            assertThat(appender.recovery().lastSequence()).isEqualTo(before.size());
            assertThat(appender.append(Journals.stats(1, last + 1))).isEqualTo(before.size() + 1);
            appender.append(Journals.stats(2, last + 2 * roll.length().toNanos()));
        }
        Journals.Reading reading = Journals.read(journal);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).hasSize(before.size() + 2);
        Journals.assertSame(reading.records().subList(0, before.size()), before);
        assertThat(Catalog.names(journal)).noneMatch(name -> name.isQuarantined());
    }

    @Test
    void leavesHolesWhereRecordsAreLost() throws Exception {
        Path original = recorded(Roll.HOURLY, 5);
        Segment damaged = Catalog.list(List.of(original)).get(0);
        byte[] bytes = Files.readAllBytes(damaged.path());
        byte[] noise = new byte[20_000];
        new Random(1).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, 0x10110 + 500_000, noise.length);
        Files.write(damaged.path(), bytes);
        Path written = directory.resolve("written");
        List<Loss> losses = rewrite(original, written);
        assertThat(losses).isNotEmpty();

        Journals.Reading found = Journals.read(original);
        Journals.Reading again = Journals.read(written);
        Journals.assertSame(again.records(), found.records());
        assertThat(again.losses().stream().mapToLong(Loss::records).sum())
                .isEqualTo(found.losses().stream().mapToLong(Loss::records).sum());
    }

    @Test
    void anUnfinishedOneIsNoSegment() throws Exception {
        Path file = directory.resolve("20261121-11F.cq4");
        try (SegmentFileWriter writer = SegmentFileWriter.create(file, Roll.HOURLY, "j")) {
            writer.write(new SegmentHeader("j", "host", "", "", "test", START));
            for (int i = 0; i < 10_000; i++) {
                writer.write(Journals.stats(i, START + i).withSequence(i + 1), false);
            }
        }
        assertThat(Files.size(file)).isGreaterThan(0x10110);
        assertThat(Journals.read(file).losses()).isNotEmpty();
        assertThat(new String(Files.readAllBytes(file), 0, 4, StandardCharsets.ISO_8859_1))
                .isEqualTo("\0\0\0\0");
    }
}
