package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
        ArchivedSegments archives = new ArchivedSegments(directory);
        assertThat(segments)
                .as("without the file")
                .noneMatch(segment -> archives.get().test(start(segment)));
        ArchiveState.NONE
                .with(
                        start(segments.get(0)).journal(),
                        ArchiveState.Chain.NONE
                                .with(archived(segments.get(1), false))
                                .with(archived(segments.get(3), true)))
                .write(directory, Access.OWNER);
        assertThat(segments)
                .filteredOn(segment -> archives.get().test(start(segment)))
                .containsExactly(segments.get(1));
    }

    @Test
    void whileTheFileCannotBeReadNothingCountsAsArchived() throws IOException {
        List<SegmentFile> segments = journal();
        ArchivedSegments archives = new ArchivedSegments(directory);
        Files.writeString(directory.resolve(ArchiveState.FILE), "{\"shiplog\":\"archi");
        assertThat(archives.get().test(start(segments.get(0)))).isFalse();
        Files.delete(directory.resolve(ArchiveState.FILE));
        ArchiveState.NONE
                .with(start(segments.get(0)).journal(), ArchiveState.Chain.NONE.with(archived(segments.get(0), false)))
                .write(directory, Access.OWNER);
        assertThat(archives.get().test(start(segments.get(0)))).isTrue();
    }
}
