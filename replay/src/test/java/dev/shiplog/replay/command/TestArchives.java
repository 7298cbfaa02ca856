package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A chain of archives, one of each segment of a journal. */
final class TestArchives {
    private TestArchives() {}

    /** Archives all segments of a journal, unsigned; their files. */
    static List<Path> write(Path journal, Path target, Coding coding) throws IOException {
        return write(journal, target, coding, null);
    }

    /** Archives all segments of a journal; their files. */
    static List<Path> write(Path journal, Path target, Coding coding, @Nullable PrivateKey key) throws IOException {
        return write(journal, target, coding, "test 1", key);
    }

    /** The same by another program, so that all digests are others. */
    static List<Path> write(Path journal, Path target, Coding coding, String writer, @Nullable PrivateKey key)
            throws IOException {
        Files.createDirectories(target);
        List<Path> archives = new ArrayList<>();
        String previous = null;
        for (Segment segment : Catalog.files(journal)) {
            Manifest.Link link = new Manifest.Link(archives.size() + 1L, previous);
            Written written = write(segment, target, coding, link, writer, key);
            archives.add(written.file);
            previous = written.digest;
        }
        return archives;
    }

    private record Written(Path file, String digest) {}

    private static Written write(
            Segment segment, Path target, Coding coding, Manifest.Link link, String by, @Nullable PrivateKey key)
            throws IOException {
        List<Loss> losses = new ArrayList<>();
        String journal = Objects.requireNonNull(segment.start()).journal();
        try (Cursor cursor = Cursor.open(List.of(segment.path()));
                ArchiveWriter writer = ArchiveWriter.begin(target, coding, journal, "host")) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.LOSS) {
                    losses.add(cursor.loss());
                } else {
                    writer.add(cursor.record(), cursor.header());
                }
            }
            Description description = new Description(
                    segment.name(),
                    segment.start(),
                    null,
                    by,
                    "host",
                    new Description.Engine("", ""),
                    List.of(),
                    List.of(),
                    losses);
            Manifest manifest = writer.finish(description, link);
            Path file = target.resolve(ArchiveName.of(manifest));
            return new Written(file, writer.write(manifest, file, Access.OWNER, key));
        }
    }
}
