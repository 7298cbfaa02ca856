package dev.shiplog.journal;

import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Archives of the segments of real journals. */
final class ArchivedJournals {
    private ArchivedJournals() {}

    /** Archives all segments in {@code journal}; the archives, in order. */
    static List<Path> archiveAll(Path journal, Path directory, Coding coding) throws IOException {
        List<Path> archives = new ArrayList<>();
        for (SegmentFile segment : Catalog.files(journal)) {
            if (segment.copyOf() == null) {
                archives.add(archive(segment, directory, coding));
            }
        }
        return archives;
    }

    static Path archive(Segment segment, Path directory, Coding coding) throws IOException {
        Files.createDirectories(directory);
        List<Loss> losses = new ArrayList<>();
        String journal = segment.start() == null ? "" : segment.start().journal();
        try (Cursor cursor = Cursor.open(List.of(segment.path()));
                ArchiveWriter writer = ArchiveWriter.begin(directory, coding, journal, "host")) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.LOSS) {
                    losses.add(cursor.loss());
                } else {
                    writer.add(cursor.record(), cursor.header(), true);
                }
            }
            Description description = new Description(
                    segment.name(),
                    segment.start(),
                    null,
                    "test 1",
                    "host",
                    new Description.Engine("", ""),
                    List.of(),
                    List.of(),
                    losses);
            Manifest manifest = writer.finish(description, Manifest.Link.NONE);
            Path archive = directory.resolve(ArchiveName.of(manifest));
            writer.write(manifest, archive, Access.OWNER, null);
            return archive;
        }
    }
}
