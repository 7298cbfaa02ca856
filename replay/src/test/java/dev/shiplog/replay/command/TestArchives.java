package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Archives of the intact segments of a journal. */
final class TestArchives {
    private TestArchives() {}

    /** Makes them in {@code directory}; their files, in order. */
    static List<Path> write(Path journal, Path directory, Coding coding) throws IOException {
        Files.createDirectories(directory);
        List<Path> archives = new ArrayList<>();
        for (Segment segment : Catalog.files(journal)) {
            archives.add(write(segment, directory, coding));
        }
        return archives;
    }

    private static Path write(Segment segment, Path directory, Coding coding) throws IOException {
        SegmentStart start = Objects.requireNonNull(segment.start());
        try (Cursor cursor = Cursor.open(List.of(segment.path()));
                ArchiveWriter writer = ArchiveWriter.begin(directory, coding, start.journal(), "host")) {
            while (cursor.next() != Cursor.Step.END) {
                writer.add(cursor.record(), cursor.header());
            }
            Manifest manifest = writer.finish(
                    new Description(
                            segment.name(),
                            start,
                            null,
                            "test 1",
                            "host",
                            new Description.Engine("", ""),
                            List.of(),
                            List.of(),
                            List.of()),
                    Manifest.Link.NONE);
            Path archive = directory.resolve(ArchiveName.of(manifest));
            writer.write(manifest, archive, Access.OWNER, null);
            return archive;
        }
    }
}
