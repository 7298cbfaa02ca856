package dev.shiplog.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossSurvey;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cursor reads where segments are archived. */
class ArchivedSegmentTest {
    private static final long MINUTE = 60 * Journals.SECOND;
    private static final int SEGMENTS = 5;
    private static final int RECORDS = 20;

    @TempDir
    Path root;

    private Path journal;
    private Path archives;
    private List<Record> all;

    @BeforeEach
    void record() throws IOException {
        journal = root.resolve("journal");
        archives = root.resolve("archives");
        for (int i = 0; i < SEGMENTS; i++) {
            append(i);
        }
        all = Journals.read(journal).records();
        assertThat(all).hasSize(SEGMENTS * RECORDS);
    }

    private void append(int segment) throws IOException {
        try (Appender appender = Journals.open(journal, Roll.MINUTELY)) {
            for (int i = 0; i < RECORDS; i++) {
                appender.append(Journals.stats(i, Journals.START + segment * MINUTE + i));
            }
        }
    }

    private Path segment(int index) {
        return journal.resolve("20261121-113" + index + ".cq4");
    }

    private static List<Long> sequences(Journals.Reading reading) {
        return reading.records().stream().map(Record::sequence).toList();
    }

    private void assertReadsAll(Path... sources) throws IOException {
        Journals.Reading reading = Journals.read(sources);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), all);
    }

    @Test
    void archivesReadAsTheirSegments() throws Exception {
        ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        assertReadsAll(archives);
    }

    @Test
    void aRecordThatIsInBothComesOnce() throws Exception {
        ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        assertReadsAll(journal, archives);
        assertReadsAll(archives, journal);
        try (var files = Files.list(archives)) {
            for (Path file : files.toList()) {
                Files.copy(file, journal.resolve(file.getFileName()));
            }
        }
        assertReadsAll(journal);
        assertReadsAll(archives, journal);
    }

    @Test
    void archivesTakeThePlaceOfSegmentsThatAreGone() throws Exception {
        ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        Random random = new Random(7);
        for (int i = 0; i < SEGMENTS; i++) {
            if (random.nextBoolean()) {
                Files.delete(segment(i));
            }
        }
        assertReadsAll(archives, journal);
        assertReadsAll(journal, archives);
    }

    @Test
    void archivesAreReadByTheirFirstRecordsWhateverTheirNames() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        List<Path> renamed = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            renamed.add(Files.move(files.get(i), archives.resolve("x" + (files.size() - i) + ".tar")));
        }
        assertReadsAll(archives);
        Collections.shuffle(renamed, new Random(1));
        assertReadsAll(renamed.toArray(Path[]::new));
    }

    @Test
    void archivesOfSeveralJournalsDoNotMix() throws Exception {
        Path other = root.resolve("other");
        try (Appender appender = Journals.open(other, Roll.MINUTELY)) {
            for (int i = 0; i < 3; i++) {
                appender.append(Journals.stats(i, Journals.START + i * MINUTE));
            }
        }
        ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        ArchivedJournals.archiveAll(other, archives, Coding.PORTABLE);
        Journals.Reading reading = Journals.read(archives);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).hasSize(all.size() + 3);
        Journals.Reading mixed = Journals.read(archives, other);
        assertThat(mixed.losses()).isEmpty();
        assertThat(sequences(mixed)).isEqualTo(sequences(reading));
    }

    @Test
    void aMissingArchiveIsMissed() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        Files.delete(files.get(2));
        Journals.Reading reading = Journals.read(archives);
        assertThat(reading.losses()).singleElement().satisfies(loss -> {
            assertThat(loss.sequences()).isEqualTo(new Loss.Sequences(2 * RECORDS + 1, 3 * RECORDS));
            assertThat(loss.cause()).isEqualTo(Loss.Cause.DAMAGED);
            assertThat(loss.reason())
                    .isEqualTo("records are missing between " + files.get(1).getFileName() + " and "
                            + files.get(3).getFileName() + ": is a segment gone?");
        });
        assertThat(reading.records()).hasSize(all.size() - RECORDS);
    }

    @Test
    void anArchiveThatIsNotWhatItWasCostsItsRecordsOnly() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        for (int at : new int[] {10, 900, block(files.get(2))}) {
            flip(files.get(2), at);
            Journals.Reading reading = Journals.read(archives);
            assertThat(reading.losses()).as("byte %d", at).singleElement().satisfies(loss -> {
                assertThat(loss.sequences()).isEqualTo(new Loss.Sequences(2 * RECORDS + 1, 3 * RECORDS));
                assertThat(loss.cause()).isEqualTo(Loss.Cause.MISMATCH);
                assertThat(loss.segment()).isEqualTo(files.get(2).getFileName().toString());
            });
            assertThat(reading.records()).hasSize(all.size() - RECORDS);
            // where the segment is still there, nothing is lost
            Journals.Reading both = Journals.read(archives, journal);
            Journals.assertSame(both.records(), all);
            assertThat(both.losses()).as("byte %d", at).singleElement().satisfies(loss -> {
                assertThat(loss.records()).isZero();
                assertThat(loss.cause()).isEqualTo(Loss.Cause.MISMATCH);
            });
            flip(files.get(2), at);
        }
        assertReadsAll(archives);
    }

    /** Where the first block has some byte. */
    private static int block(Path file) throws IOException {
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            return (int) archive.blockOffset(0) + 512 + 100;
        }
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    /** The last archive has no other one after it, which would show how much is lost. */
    @Test
    void theLastArchiveThatIsNotWhatItWasNamesItsRecords() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        Path last = files.get(SEGMENTS - 1);
        flip(last, block(last));
        assertThat(Journals.read(archives).losses())
                .extracting(Loss::sequences)
                .containsExactly(new Loss.Sequences(4 * RECORDS + 1, 5 * RECORDS));
        Files.write(last, new byte[0]);
        assertThat(Journals.read(archives).losses())
                .extracting(Loss::sequences)
                .containsExactly(new Loss.Sequences(4 * RECORDS + 1, 0));
    }

    /** The archive of a damaged segment reads as that segment: the same records, the same losses. */
    @Test
    void lossesAreReportedAgainWhereTheyWere() throws Exception {
        byte[] intact = Files.readAllBytes(segment(2));
        Random random = new Random(11);
        for (int i = 0; i < Integer.getInteger("shiplog.damages", 40); i++) {
            byte[] bytes = intact.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = 0x10000 + random.nextInt(0x1800);
                for (int length = 1 + random.nextInt(400); length > 0; length--) {
                    bytes[at++] ^= (byte) (1 + random.nextInt(255));
                }
            }
            Files.write(segment(2), bytes);
            Journals.Reading expected = Journals.read(journal);
            Path work = root.resolve("archives-" + i);
            Path archive = null;
            for (Segment segment : Catalog.files(journal)) {
                archive = segment.path().equals(segment(2))
                        ? ArchivedJournals.archive(segment, work, Coding.PORTABLE)
                        : archive;
            }
            Path moved = Files.move(segment(2), root.resolve("moved"));
            Journals.Reading found = Journals.read(work, journal);
            String as = "damage " + i + " of " + archive;
            Journals.assertSame(found.records(), expected.records());
            assertThat(found.losses().stream().map(ArchivedSegmentTest::told).toList())
                    .as(as)
                    .isEqualTo(expected.losses().stream()
                            .map(ArchivedSegmentTest::told)
                            .toList());
            Files.move(moved, segment(2));
            Journals.Reading both = Journals.read(work, journal);
            Journals.assertSame(both.records(), expected.records());
        }
    }

    private static String told(Loss loss) {
        return loss.sequences() + " " + loss.cause() + " " + loss.reason() + " " + loss.place();
    }

    @Test
    void aListSaysWhatIsInAnArchive() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        List<Segment> segments = Catalog.list(List.of(journal));
        List<Segment> archived = Catalog.list(List.of(archives));
        LossSurvey survey = new LossSurvey(journal -> 0);
        for (int i = 0; i < SEGMENTS; i++) {
            SegmentSummary expected = segments.get(i).summary(false);
            SegmentSummary found = archived.get(i).summary(false);
            assertThat(archived.get(i).path()).isEqualTo(files.get(i));
            assertThat(archived.get(i).start()).isEqualTo(segments.get(i).start());
            assertThat(found.state()).isEqualTo(SegmentSummary.State.ARCHIVED);
            assertThat(found.header()).isEqualTo(expected.header());
            assertThat(found.records()).isEqualTo(expected.records());
            assertThat(found.lastSequence()).isEqualTo(expected.lastSequence());
            assertThat(found.firstReceived()).isEqualTo(expected.firstReceived());
            assertThat(found.lastReceived()).isEqualTo(expected.lastReceived());
            assertThat(found.losses()).isEmpty();
            assertThat(survey.next(found)).isEmpty();
        }
        assertThat(survey.end()).isEmpty();
    }

    @Test
    void aListNamesWhatIsMissingAndWhatDoesNotMatch() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        Files.delete(files.get(1));
        flip(files.get(3), block(files.get(3)));
        flip(files.get(4), (int) Files.size(files.get(4)) - 1);
        LossSurvey survey = new LossSurvey(journal -> 0);
        List<Loss> losses = new ArrayList<>();
        List<SegmentSummary.State> states = new ArrayList<>();
        for (Segment segment : Catalog.list(List.of(archives))) {
            SegmentSummary summary = segment.summary(false);
            states.add(summary.state());
            losses.addAll(survey.next(summary));
        }
        losses.addAll(survey.end());
        assertThat(states)
                .containsExactly(
                        SegmentSummary.State.ARCHIVED,
                        SegmentSummary.State.ARCHIVED,
                        SegmentSummary.State.DAMAGED,
                        SegmentSummary.State.DAMAGED);
        assertThat(losses)
                .extracting(loss -> loss.cause() + " " + loss.sequences().from() + "-"
                        + loss.sequences().to())
                .containsExactly("DAMAGED 21-40", "MISMATCH 61-80", "MISMATCH 101-100");
    }

    @Test
    void seeksAcrossArchivesAndSegments() throws Exception {
        List<Path> files = ArchivedJournals.archiveAll(journal, archives, Coding.PORTABLE);
        for (int i = 0; i < 3; i++) {
            Files.delete(segment(i));
        }
        Files.delete(files.get(4));
        for (long sequence : new long[] {1, 20, 21, 55, 70, 100}) {
            try (Cursor cursor = Cursor.open(List.of(archives, journal))) {
                Journals.seekSequence(cursor, sequence);
                Journals.Reading reading = Journals.drain(cursor);
                assertThat(reading.losses()).isEmpty();
                assertThat(sequences(reading))
                        .as("sequence %d", sequence)
                        .isEqualTo(LongStream.rangeClosed((sequence - 1) / RECORDS * RECORDS + 1, all.size())
                                .boxed()
                                .toList());
            }
        }
    }

    @Test
    void archivingAndDeletingMeanwhileIsNotSeen() throws Exception {
        Files.createDirectories(archives);
        Files.createFile(archives.resolve(ArchiveState.FILE));
        try (Cursor cursor = Cursor.open(List.of(journal, archives))) {
            List<Record> read = new ArrayList<>();
            for (int i = 0; i < SEGMENTS - 1; i++) {
                read.addAll(next(cursor, RECORDS / 2));
                // what is read, and what is not read yet
                for (Segment segment : Catalog.files(journal)) {
                    if (!segment.path().equals(segment(SEGMENTS - 1))) {
                        ArchivedJournals.archive(segment, archives, Coding.PORTABLE);
                        Files.delete(segment.path());
                    }
                }
            }
            Journals.Reading rest = Journals.drain(cursor);
            assertThat(rest.losses()).isEmpty();
            read.addAll(rest.records());
            append(SEGMENTS);
            read.addAll(Journals.drain(cursor).records());
            all = Journals.read(archives, journal).records();
            Journals.assertSame(read, all);
        }
    }

    private static List<Record> next(Cursor cursor, int count) throws IOException {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertThat(cursor.next()).isEqualTo(Cursor.Step.RECORD);
            records.add(cursor.record().toRecord());
        }
        return records;
    }

    /** What a choice of records leaves out is not lost. */
    @Test
    void aSelectionOfRecordsIsReadByItself() throws Exception {
        Path selection = archives.resolve("selection.tar");
        Files.createDirectories(archives);
        try (Cursor cursor = Cursor.open(List.of(journal));
                ArchiveWriter writer = ArchiveWriter.begin(archives, Coding.COLUMNS, "", "host")) {
            for (int i = 0; cursor.next() != Cursor.Step.END; i++) {
                if (i % 7 == 3) {
                    writer.add(cursor.record(), cursor.header(), true);
                }
            }
            Description description = new Description(
                    "",
                    null,
                    "each seventh",
                    "test 1",
                    "host",
                    new Description.Engine("", ""),
                    List.of(),
                    List.of(),
                    List.of());
            writer.write(writer.finish(description, Manifest.Link.NONE), selection, Access.OWNER, null);
        }
        Journals.Reading reading = Journals.read(archives);
        assertThat(reading.losses()).isEmpty();
        assertThat(sequences(reading)).startsWith(4L, 11L, 18L).hasSize(14);
        assertThat(Journals.read(archives, journal).losses()).isEmpty();
        flip(selection, block(selection));
        assertThat(Journals.read(selection, journal).losses())
                .extracting(loss -> loss.cause() + " " + loss.sequences().to())
                .containsExactly("MISMATCH 95");
    }

    @Test
    void whatIsNoArchiveIsNamed() throws Exception {
        Path file = Files.write(root.resolve("other.tar"), new byte[2048]);
        assertThatThrownBy(() -> Cursor.open(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": neither a segment, which is named like 20261121-11F.cq4, nor an archive");
        Path named = Files.write(root.resolve("vm-20261121T091203Z-0c9f3a2b-1.tar"), new byte[2048]);
        assertThat(Journals.read(named).losses())
                .extracting(Loss::reason)
                .containsExactly("not an archive: it does not begin with manifest.json");
    }
}
