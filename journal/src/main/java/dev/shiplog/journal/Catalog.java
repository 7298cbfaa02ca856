package dev.shiplog.journal;

import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists the segments of journals, oldest first, whatever kind of file keeps them. The list is derived from the names of the
 * files and what they begin with, and never stored.
 *
 * <p>Names give the order, as long as they agree with the sequences of the records. A segment that was renamed or copied
 * comes where its records belong; one whose beginning is damaged, or not yet written, comes after the one before it by
 * name. A copy comes before its original, which may still grow. An archive comes among the segments of its journal,
 * wherever its file is; if its own segment is there too, before it, or after it where the segment may hold more.
 */
public final class Catalog {
    private Catalog() {}

    /**
     * Lists the segments at {@code sources}, which are directories of segments and archives, or such files: those of one
     * journal in one directory in the order in which they were written, the directories as they come first.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static List<Segment> list(List<Path> sources) throws IOException {
        return list(sources, path -> true);
    }

    /** As {@link #list(List)}, but only those whose path is wanted: no other is read. */
    public static List<Segment> list(List<Path> sources, Predicate<Path> wanted) throws IOException {
        Map<Path, Found> found = new LinkedHashMap<>();
        for (Path source : sources) {
            find(source, found);
        }
        Map<Path, List<Segment>> segments = new LinkedHashMap<>();
        found.forEach((directory, files) -> segments.put(directory, files.read(wanted)));
        return SegmentRows.inOrder(segments);
    }

    /**
     * The same in rows: one for each directory with the segments of a recorder and their archives, wherever these are, and
     * one for each other journal of which there are archives.
     */
    public static List<List<Segment>> rows(List<Path> sources) throws IOException {
        Map<Object, List<Segment>> rows = new LinkedHashMap<>();
        list(sources)
                .forEach(segment -> rows.computeIfAbsent(segment.row(), row -> new ArrayList<>())
                        .add(segment));
        return List.copyOf(rows.values());
    }

    /** The segments in {@code directory} as the recorder wrote them. */
    public static List<SegmentFile> files(Path directory) throws IOException {
        Found files = new Found();
        names(directory).forEach(name -> files.segments.put(name, directory.resolve(name.text())));
        return SegmentRows.inOrder(Map.of(directory, files.read(path -> true))).stream()
                .map(SegmentFile.class::cast)
                .toList();
    }

    /** The files in one directory. */
    private record Found(SortedMap<SegmentName, Path> segments, SortedMap<Path, Path> archives) {
        Found() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        List<Segment> read(Predicate<Path> wanted) {
            List<Segment> read = new ArrayList<>();
            segments.forEach((name, path) -> {
                if (wanted.test(path)) {
                    read.add(SegmentFile.of(name, path));
                }
            });
            archives.values().stream().filter(wanted).map(ArchivedSegment::of).forEach(read::add);
            return read;
        }
    }

    private static void find(Path source, Map<Path, Found> found) throws IOException {
        if (!Files.readAttributes(source, BasicFileAttributes.class).isDirectory()) {
            SegmentName name = SegmentName.parse(source.getFileName().toString());
            if (name == null && !ArchivedSegment.isArchive(source)) {
                throw new IOException(
                        source + ": neither a segment, which is named like 20261121-11F.cq4, nor an archive");
            }
            add(name, source, found);
            return;
        }
        List<Path> files = DirectoryListing.of(source);
        boolean any = Files.exists(source.resolve(JournalLock.FILE)) || Files.exists(source.resolve(ArchiveState.FILE));
        for (Path file : files) {
            SegmentName name = SegmentName.parse(file.getFileName().toString());
            if (name != null || ArchivedSegment.isArchive(file)) {
                add(name, file, found);
                any = true;
            }
        }
        if (!any) {
            throw new IOException(source + ": holds no segment and no archive; is this the recorder's --data-dir?");
        }
    }

    private static void add(@Nullable SegmentName name, Path file, Map<Path, Found> found) {
        Found files = found.computeIfAbsent(directory(file), d -> new Found());
        if (name == null) {
            files.archives.putIfAbsent(file.getFileName(), file);
        } else {
            files.segments.putIfAbsent(name, file);
        }
    }

    /** The segment of the journal in {@code directory} that may still grow; none if the directory cannot be read. */
    public static Optional<SegmentName> newest(Path directory) {
        try {
            return files(directory).stream()
                    .filter(segment -> segment.copyOf() == null)
                    .map(SegmentFile::named)
                    .reduce((before, last) -> last);
        } catch (IOException e) {
            return Optional.empty(); // a file may be readable in a directory that is not
        }
    }

    /** Files in {@code directory} with names that resemble those of segments, but are none: they are not read. */
    public static List<Path> misnamed(Path directory) throws IOException {
        return DirectoryListing.of(directory).stream()
                .filter(file -> {
                    String name = file.getFileName().toString();
                    return SegmentName.parse(name) == null && ChronicleFiles.resemblesSegment(name);
                })
                .toList();
    }

    /** The names of the segments in {@code directory}, in the order in which they were written. */
    public static List<SegmentName> names(Path directory) throws IOException {
        List<SegmentName> names = new ArrayList<>();
        for (Path file : DirectoryListing.of(directory)) {
            SegmentName name = SegmentName.parse(file.getFileName().toString());
            if (name != null) {
                names.add(name);
            }
        }
        names.sort(null);
        return names;
    }

    /** Whether {@code directory} is a journal: it holds a segment, or a recorder has been at work there. */
    public static boolean isJournal(Path directory) throws IOException {
        return Files.exists(directory.resolve(JournalLock.FILE))
                || !names(directory).isEmpty();
    }

    /** One path for each directory, by whatever links it was named. */
    private static Path directory(Path file) {
        Path parent = Objects.requireNonNull(file.toAbsolutePath().getParent());
        try {
            return parent.toRealPath();
        } catch (IOException e) {
            return parent.normalize();
        }
    }
}
