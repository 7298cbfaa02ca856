package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.BlockSearch;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.replay.query.Origin;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes archives of what is intact of segments, however they are kept: of a file, of an archive, or of an archive whose
 * manifest is damaged. A new archive tells what is lost, and belongs to no chain.
 *
 * @param program name and version of the program
 * @param watcher is told of each record that is saved
 */
public record Salvage(Coding coding, String program, Watcher watcher) {
    /** Looks on. */
    public interface Watcher {
        /** A segment's record with this number, from 1, is saved. What this throws ends the work. */
        void saved(Segment segment, long number) throws IOException;
    }

    /**
     * A segment that is to be salvaged.
     *
     * @param unusable why the manifest of the archive cannot be used, in a clause; empty if it can, or there is none
     * @param name of the segment; empty if it is not known
     * @param start what the segment begins with; null if that is not known
     * @param selection how the records were chosen; null if they were not
     */
    private record Known(
            Segment segment,
            String unusable,
            String name,
            @Nullable SegmentStart start,
            @Nullable String selection) {
        RecordSource open(LossTracker losses) throws IOException {
            return unusable.isEmpty() ? segment.open(losses) : BlockSearch.open(segment.path(), losses);
        }
    }

    /** What the records that are intact begin with. */
    private record Beginning(String host, String journal, long received, long first) {}

    /** One archive that is to be made. */
    public static final class Job {
        private final Known known;
        /** Null if nothing is intact. */
        private final @Nullable Beginning beginning;

        private final Path file;

        private Job(Known known, @Nullable Beginning beginning, Path file) {
            this.known = known;
            this.beginning = beginning;
            this.file = file;
        }

        public Segment segment() {
            return known.segment();
        }
    }

    /**
     * What was saved.
     *
     * @param file null if nothing was intact
     * @param unusable why the manifest of the archive could not be used, in a clause; empty if it could, or there is none
     * @param losses which records were not saved
     */
    public record Saved(@Nullable Path file, long records, String unusable, List<Loss> losses) {}

    /**
     * Finds what is to be done, by the beginnings of the segments, and does nothing.
     *
     * @param target the archive's file, or the directory for the archives
     * @throws FileAlreadyExistsException if one of the files is there
     */
    public static List<Job> plan(List<Segment> segments, Path target) throws IOException {
        boolean inDirectory = Files.isDirectory(target);
        List<Path> files = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (Segment segment : segments) {
            Known known = known(segment);
            Beginning beginning = beginning(known);
            Path file = !inDirectory || beginning == null ? target : free(target, beginning, files);
            if (beginning != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            files.add(file);
            jobs.add(new Job(known, beginning, file));
        }
        return jobs;
    }

    /** The usual name, with a number if it is taken: two files may hold different parts of one segment. */
    private static Path free(Path directory, Beginning beginning, List<Path> taken) {
        String name = ArchiveName.of(beginning.host(), beginning.received(), beginning.journal(), beginning.first());
        Path file = directory.resolve(name);
        for (int n = 2; taken.contains(file); n++) {
            file = directory.resolve(name.replaceFirst("\\.tar$", "." + n + ".tar"));
        }
        return file;
    }

    private static Known known(Segment segment) throws IOException {
        SegmentStart start = segment.start();
        if (segment instanceof SegmentFile file) {
            return new Known(segment, "", file.name(), start, null);
        }
        try (ArchiveFile archive = ArchiveFile.open(segment.path())) {
            Description before = archive.manifest().description();
            return new Known(segment, "", before.segment(), start, before.selection());
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            // It is damaged, or looks as if a newer version had written it.
            SegmentStart proven = start != null && start.isProven() ? start : null;
            return new Known(segment, String.valueOf(e.getMessage()), "", proven, null);
        }
    }

    /** Reads up to the host's name and the first record that is not restated; null if nothing is intact. */
    private static @Nullable Beginning beginning(Known known) throws IOException {
        SegmentStart start = known.start();
        Contents contents = new Contents();
        SegmentHeader header = null;
        long first = 0;
        long received = start == null ? 0 : start.first().clock();
        boolean restated = true;
        try (RecordSource source = known.open(new LossTracker(loss -> {}))) {
            for (int n = 0;
                    (restated
                                    || n < Origin.MAX_RECORDS_BEFORE_INFO
                                            && contents.host().isEmpty())
                            && source.next();
                    n++) {
                RecordView record = source.record();
                contents.add(record);
                header = header == null ? source.header() : header;
                first = first == 0 ? record.sequence() : first;
                received = restated && !record.restated() ? record.received() : received;
                restated &= record.restated();
            }
        }
        String journal = header != null ? header.journal() : start != null ? start.journal() : "";
        String host = contents.host().isEmpty() && header != null ? header.host() : contents.host();
        return first == 0 ? null : new Beginning(host, journal, received, first);
    }

    /**
     * Salvages one segment.
     *
     * @throws FileAlreadyExistsException if the archive's file is there by now
     */
    public Saved run(Job job) throws IOException {
        Known known = job.known;
        Beginning beginning = job.beginning;
        List<Loss> losses = new ArrayList<>();
        LossTracker tracker = new LossTracker(losses::add);
        try (RecordSource source = known.open(tracker)) {
            boolean any = source.next();
            if (!any || beginning == null) {
                tracker.flush();
                return new Saved(null, 0, known.unusable(), losses);
            }
            Path directory = Objects.requireNonNull(job.file.toAbsolutePath().getParent());
            try (ArchiveWriter writer = ArchiveWriter.begin(directory, coding, beginning.journal(), beginning.host())) {
                Contents contents = copy(known.segment(), source, writer);
                tracker.flush();
                Description description = contents.describe(
                        known.name(), known.start(), known.selection(), program, beginning.host(), losses);
                Manifest manifest = writer.finish(description, Manifest.Link.NONE);
                writer.write(manifest, job.file, Access.OWNER, null);
                return new Saved(job.file, manifest.records(), known.unusable(), losses);
            }
        }
    }

    /** Copies the records from the current one on. */
    private Contents copy(Segment segment, RecordSource source, ArchiveWriter writer) throws IOException {
        Contents contents = new Contents();
        long number = 0;
        do {
            boolean isContext = contents.add(source.record());
            writer.add(source.record(), source.header(), isContext);
            watcher.saved(segment, ++number);
        } while (source.next());
        return contents;
    }
}
