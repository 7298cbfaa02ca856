package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.BlockSearch;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.replay.query.Origin;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes an archive of what is intact of a segment, however it is kept: of its file, of its archive, or of an archive whose
 * manifest is damaged. The new archive tells what is lost, and belongs to no chain.
 *
 * @param target the archive's file, or the directory for it
 * @param program name and version of the program
 */
public record Salvage(Path target, Coding coding, String program) {
    /**
     * What was saved.
     *
     * @param file null if nothing was intact
     * @param unusable why the manifest of the archive could not be used, in a clause; empty if it could, or there is none
     * @param losses which records were not saved
     */
    public record Saved(@Nullable Path file, long records, String unusable, List<Loss> losses) {}

    /** What is known of a segment beside its records; empty, or null, what is not. */
    private record Known(
            String name,
            @Nullable SegmentStart start,
            @Nullable String selection,
            String unusable) {}

    /**
     * Salvages one segment.
     *
     * @throws java.nio.file.FileAlreadyExistsException if the archive's file is there
     */
    public Saved of(Segment segment) throws IOException {
        Known known = known(segment);
        List<Loss> losses = new ArrayList<>();
        LossTracker tracker = new LossTracker(losses::add);
        try (RecordSource source =
                known.unusable().isEmpty() ? segment.open(tracker) : BlockSearch.open(segment.path(), tracker)) {
            boolean any = source.next();
            if (!any) {
                tracker.flush();
                return new Saved(null, 0, known.unusable(), losses);
            }
            String named = Origin.hostOf(segment.path());
            SegmentHeader header = source.header();
            String host = named.isEmpty() && header != null ? header.host() : named;
            try (ArchiveWriter writer =
                    ArchiveWriter.begin(directory(), coding, journal(header, known.start()), host)) {
                Contents contents = copy(source, writer);
                tracker.flush();
                Manifest manifest = writer.finish(describe(known, host, contents, losses), Manifest.Link.NONE);
                Path file = Files.isDirectory(target) ? target.resolve(ArchiveName.of(manifest)) : target;
                writer.write(manifest, file, Access.OWNER, null);
                return new Saved(file, manifest.records(), known.unusable(), losses);
            }
        }
    }

    private static Known known(Segment segment) throws IOException {
        SegmentStart start = segment.start();
        if (segment instanceof SegmentFile file) {
            return new Known(file.name(), start, null, "");
        }
        try (ArchiveFile archive = ArchiveFile.open(segment.path())) {
            Description before = archive.manifest().description();
            return new Known(before.segment(), start, before.selection(), "");
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            // It is damaged, or looks as if a newer version had written it.
            return new Known(
                    "", start != null && start.isProven() ? start : null, null, String.valueOf(e.getMessage()));
        }
    }

    private Path directory() {
        return Files.isDirectory(target)
                ? target
                : Objects.requireNonNull(target.toAbsolutePath().getParent());
    }

    private static String journal(@Nullable SegmentHeader header, @Nullable SegmentStart start) {
        return header != null ? header.journal() : start != null ? start.journal() : "";
    }

    /** Copies the records from the current one on. */
    private static Contents copy(RecordSource source, ArchiveWriter writer) throws IOException {
        Contents contents = new Contents();
        do {
            writer.add(source.record(), source.header());
            contents.add(source.record());
        } while (source.next());
        return contents;
    }

    private Description describe(Known known, String host, Contents contents, List<Loss> losses) {
        String of = contents.host().isEmpty() ? host : contents.host();
        return contents.describe(known.name(), known.start(), known.selection(), program, of, losses);
    }
}
