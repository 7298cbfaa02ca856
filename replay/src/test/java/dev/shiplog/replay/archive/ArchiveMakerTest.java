package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveMakerTest {
    private static final long TIME = 1_795_252_323_000_000_000L;

    @TempDir
    private Path directory;

    private Path archives;
    private SegmentFile segment;

    @BeforeEach
    void record() throws IOException {
        archives = Files.createDirectory(directory.resolve("archives"));
        Path journal = directory.resolve("journal");
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            appender.append(new Record(0, Kind.STATS, "c", TIME, TIME, TIME, new byte[] {1}));
        }
        segment = Catalog.files(journal).get(0);
    }

    @Test
    void anArchiveThatCannotBeReadBackIsRemoved() throws IOException {
        // No reader accepts the number that comes after this one.
        Chain beyond = new Chain(Long.MAX_VALUE, "0".repeat(64), 0, List.of(), List.of());

        assertThatThrownBy(() -> make(beyond, records -> {}))
                .hasMessageContaining(": what was read back is not what was written");

        assertThat(archived()).isEmpty();
    }

    @Test
    void anArchiveThatChangesWhileItIsReadBackIsRemoved() throws IOException {
        assertThatThrownBy(() -> make(Chain.NONE, records -> {
                    for (Path archive : archived()) {
                        cut(archive);
                    }
                }))
                .hasMessageContaining(": what was read back is not what was written");

        assertThat(archived()).isEmpty();
    }

    private void make(Chain chain, Comparison.Passed passed) throws IOException {
        Rotation.Request request = new Rotation.Request(
                archives,
                List.of(),
                null,
                true,
                false,
                false,
                Coding.COLUMNS,
                null,
                null,
                null,
                Long.MAX_VALUE,
                "test");
        try (Target target = Objects.requireNonNull(Target.open(archives, Access.OWNER, line -> {}))) {
            String journal = Objects.requireNonNull(segment.start()).journal();
            new ArchiveMaker(request, target, passed, (trouble, line) -> {})
                    .make(segment, false, false, journal, chain);
        }
    }

    private List<Path> archived() throws IOException {
        return DirectoryListing.of(archives).stream()
                .filter(file -> ArchiveName.matches(file.getFileName().toString()))
                .toList();
    }

    private static void cut(Path archive) throws IOException {
        try (FileChannel file = FileChannel.open(archive, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate((int) file.size()), 0);
        }
    }
}
