package dev.shiplog.journal;

import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Lists the segments of a journal, oldest first. The list is derived from the names of the files and what they begin with,
 * and never stored.
 *
 * <p>Names give the order, as long as they agree with the sequences of the records. A segment that was renamed or copied
 * comes where its records belong; one whose beginning is damaged, or not yet written, comes after the one before it by
 * name. A copy comes before its original, which may still grow.
 */
public final class Catalog {
    private Catalog() {}

    /**
     * Lists the segments of the journals, or the segment files, at {@code sources}: those of one directory in the order
     * in which they were written, the directories as they come first.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static List<Segment> list(List<Path> sources) throws IOException {
        return list(sources, path -> true);
    }

    /** The segments in {@code directory} as the recorder wrote them. */
    public static List<SegmentFile> files(Path directory) throws IOException {
        return segmentFiles(List.of(directory), path -> true);
    }

    /** As {@link #list(List)}, but only those whose path is wanted: no other is read. */
    public static List<Segment> list(List<Path> sources, Predicate<Path> wanted) throws IOException {
        return List.copyOf(segmentFiles(sources, wanted));
    }

    private static List<SegmentFile> segmentFiles(List<Path> sources, Predicate<Path> wanted) throws IOException {
        Map<Path, SortedMap<SegmentName, Path>> found = new LinkedHashMap<>();
        for (Path source : sources) {
            if (Files.readAttributes(source, BasicFileAttributes.class).isDirectory()) {
                List<SegmentName> names = names(source);
                if (names.isEmpty() && !Files.exists(source.resolve(JournalLock.FILE))) {
                    throw new IOException(source + ": holds no segment; is this the recorder's --data-dir?");
                }
                for (SegmentName name : names) {
                    add(found, name, source.resolve(name.text()));
                }
            } else {
                SegmentName name = SegmentName.parse(source.getFileName().toString());
                if (name == null) {
                    throw new IOException(source + ": not a segment; those are named like 20261121-11F.cq4");
                }
                add(found, name, source);
            }
        }
        return found.values().stream()
                .flatMap(directory -> inOrder(directory.entrySet().stream()
                                .filter(entry -> wanted.test(entry.getValue()))
                                .map(entry -> SegmentFile.of(entry.getKey(), entry.getValue()))
                                .toList())
                        .stream())
                .toList();
    }

    /**
     * Where a segment belongs.
     *
     * @param journal its journal's index among those in the directory
     * @param base sequence of its first record
     */
    private record Place(int journal, long base, SegmentFile segment) {}

    /** @param segments of one directory, by their names */
    private static List<SegmentFile> inOrder(List<SegmentFile> segments) {
        List<String> journals = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        Place before = null;
        for (SegmentFile segment : segments) {
            SegmentStart start = segment.start();
            int journal = before == null ? 0 : before.journal;
            long base = before == null ? 0 : before.base;
            if (start != null) {
                base = start.first().base();
                if (!start.journal().isEmpty() && !journals.contains(start.journal())) {
                    journals.add(start.journal());
                }
                journal = start.journal().isEmpty() ? journal : journals.indexOf(start.journal());
            }
            before = new Place(journal, base, segment);
            places.add(before);
        }
        places.sort(Comparator.comparingInt(Place::journal)
                .thenComparingLong(Place::base)
                .thenComparing(place -> !place.segment.isNamedRightly())); // stable: then by name
        Map<SegmentStart, SegmentFile> originals = new HashMap<>();
        List<SegmentFile> ordered = new ArrayList<>();
        for (Place place : places) {
            SegmentFile segment = place.segment;
            SegmentFile original = segment.start() == null ? null : originals.putIfAbsent(segment.start(), segment);
            if (original != null && segment.isIn(original)) {
                ordered.add(ordered.indexOf(original), segment.asCopyOf(original));
                continue;
            }
            if (original != null && original.isIn(segment)) {
                ordered.set(ordered.indexOf(original), original.asCopyOf(segment));
                originals.put(original.start(), segment);
            }
            ordered.add(segment);
        }
        return ordered;
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

    private static void add(Map<Path, SortedMap<SegmentName, Path>> found, SegmentName name, Path file) {
        found.computeIfAbsent(directory(file), d -> new TreeMap<>()).putIfAbsent(name, file);
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
