package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchiveState.Archived;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivedSegmentsTest {
    private static final long START = 1_795_252_323_000_000_000L;

    @TempDir
    private Path directory;

    private List<SegmentFile> journal() throws IOException {
        Path journal = directory.resolve("journal");
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(journal, options, record -> {})) {
            for (int i = 0; i < 4; i++) {
                long now = START + Duration.ofHours(i).toNanos();
                appender.append(new Record(0, Kind.STATS, "c", now, now, now, new byte[] {1}));
            }
        }
        return Catalog.files(journal);
    }

    private static SegmentStart start(SegmentFile segment) {
        return Objects.requireNonNull(segment.start());
    }

    private static ArchiveState.Archived archived(SegmentFile segment, boolean newest) {
        return new ArchiveState.Archived(segment.name(), segment.start(), "a.tar", 1, null, false, newest, true);
    }

    @Test
    void aSegmentIsArchivedIfItIsAndNothingCameToItSince() throws IOException {
        List<SegmentFile> segments = journal();
        ArchivedSegments archives = new ArchivedSegments(directory, directory.resolve("journal"));
        assertThat(segments)
                .as("without the file")
                .noneMatch(segment -> archives.archived().test(start(segment)));
        ArchiveState.NONE
                .with(
                        start(segments.get(0)).journal(),
                        ArchiveState.Chain.NONE
                                .with(archived(segments.get(1), false))
                                .with(archived(segments.get(3), true)))
                .write(directory, Access.OWNER);
        assertThat(segments)
                .filteredOn(segment -> archives.archived().test(start(segment)))
                .containsExactly(segments.get(1));
    }

    @Test
    void whileTheFileCannotBeReadNothingCountsAsArchived() throws IOException {
        List<SegmentFile> segments = journal();
        ArchivedSegments archives = new ArchivedSegments(directory, directory.resolve("journal"));
        Files.writeString(directory.resolve(ArchiveState.FILE), "{\"shiplog\":\"archi");
        assertThat(archives.archived().test(start(segments.get(0)))).isFalse();
        Files.delete(directory.resolve(ArchiveState.FILE));
        ArchiveState.NONE
                .with(start(segments.get(0)).journal(), ArchiveState.Chain.NONE.with(archived(segments.get(0), false)))
                .write(directory, Access.OWNER);
        assertThat(archives.archived().test(start(segments.get(0)))).isTrue();
    }

    @Test
    void onlyWhatIsStillWhatWasArchivedIsProven() throws IOException {
        SegmentFile segment = journal().get(0);
        Archived all = archived(segment, last(segment), segment.digest(last(segment)));
        assertThat(isProven(segment, all)).isTrue();

        String others = "0".repeat(64);
        assertThat(isProven(segment, archived(segment, last(segment), others))).isFalse();
        assertThat(isProven(segment, archived(segment, last(segment), null)))
                .as("archived by an older program")
                .isFalse();
        assertThat(isProven(segment, archived(segment, last(segment) - 1, segment.digest(last(segment) - 1))))
                .as("it has grown")
                .isFalse();
    }

    @Test
    void whatWasRefutedDoesNotLookArchivedAgain() throws IOException {
        SegmentFile segment = journal().get(0);
        ArchivedSegments archives = new ArchivedSegments(directory, directory.resolve("journal"));
        remember(segment, archived(segment, last(segment), "0".repeat(64)));
        assertThat(archives.archived().test(start(segment))).isTrue();
        assertThat(archives.prove(stored(segment))).isFalse();
        assertThat(archives.archived().test(start(segment))).isFalse();

        remember(segment, archived(segment, last(segment), segment.digest(last(segment))));
        assertThat(archives.archived().test(start(segment))).as("archived anew").isTrue();
        assertThat(archives.prove(stored(segment))).isTrue();
    }

    private boolean isProven(SegmentFile segment, Archived archived) throws IOException {
        ArchivedSegments archives = new ArchivedSegments(directory, directory.resolve("journal"));
        remember(segment, archived);
        assertThat(archives.archived().test(start(segment))).isTrue();
        return archives.prove(stored(segment));
    }

    private static long last(SegmentFile segment) {
        return segment.summary(false).lastSequence();
    }

    private static StoredSegment stored(SegmentFile segment) {
        return new StoredSegment(segment.name(), 1, 1, 1, last(segment), true);
    }

    private static Archived archived(SegmentFile segment, long last, @Nullable String content) {
        return new Archived(segment.name(), segment.start(), "a.tar", last, content, false, false, true);
    }

    private void remember(SegmentFile segment, Archived archived) throws IOException {
        ArchiveState.NONE
                .with(start(segment).journal(), ArchiveState.Chain.NONE.with(archived))
                .write(directory, Access.OWNER);
    }
}
