package dev.shiplog.journal.segment;

import dev.shiplog.journal.file.JournalLock;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
 * The segments of a journal, oldest first: derived from what their files are called and begin with, never stored.
 *
 * <p>Names give the order, as long as they agree with the sequences of the records. A segment that was renamed or copied
 * stands where its records belong; one whose beginning is damaged, or not yet written, behind the one before it by name.
 * A copy stands before its original, to which more may come.
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

    /** As {@link #list(List)}, but only those whose path is wanted: no other is read. */
    public static List<Segment> list(List<Path> sources, Predicate<Path> wanted) throws IOException {
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
                                .map(entry -> Segment.of(entry.getKey(), entry.getValue()))
                                .toList())
                        .stream())
                .toList();
    }

    /** Where a segment belongs: its journal, of those that share the directory the how manieth, and its first record. */
    private record Place(int journal, long base, Segment segment) {}

    /** @param segments of one directory, by their names */
    private static List<Segment> inOrder(List<Segment> segments) {
        List<String> journals = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        Place before = null;
        for (Segment segment : segments) {
            SegmentHead head = segment.head();
            int journal = before == null ? 0 : before.journal;
            long base = before == null ? 0 : before.base;
            if (head != null) {
                base = head.first().base();
                if (!head.journal().isEmpty() && !journals.contains(head.journal())) {
                    journals.add(head.journal());
                }
                journal = head.journal().isEmpty() ? journal : journals.indexOf(head.journal());
            }
            before = new Place(journal, base, segment);
            places.add(before);
        }
        places.sort(Comparator.comparingInt(Place::journal)
                .thenComparingLong(Place::base)
                .thenComparing(place -> !place.segment.isNamedRightly())); // stable: then by name
        Map<SegmentHead, Segment> originals = new HashMap<>();
        List<Segment> ordered = new ArrayList<>();
        for (Place place : places) {
            Segment segment = place.segment;
            Segment original = segment.head() == null ? null : originals.putIfAbsent(segment.head(), segment);
            if (original != null && segment.isIn(original)) {
                ordered.add(ordered.indexOf(original), segment.asCopyOf(original));
                continue;
            }
            if (original != null && original.isIn(segment)) {
                ordered.set(ordered.indexOf(original), original.asCopyOf(segment));
                originals.put(original.head(), segment);
            }
            ordered.add(segment);
        }
        return ordered;
    }

    /** The segment of the journal in {@code directory} to which more may come; none if the directory does not tell. */
    public static Optional<SegmentName> newest(Path directory) {
        try {
            return list(List.of(directory)).stream()
                    .filter(segment -> segment.copyOf() == null)
                    .map(Segment::name)
                    .reduce((before, last) -> last);
        } catch (IOException e) {
            return Optional.empty(); // a file may be readable in a directory that is not
        }
    }

    /** Files in {@code directory} that are called much like segments, but not as those are: they are not read. */
    public static List<Path> misnamed(Path directory) throws IOException {
        List<Path> misnamed = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.cq4*")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (SegmentName.parse(name) == null && !name.endsWith(".cq4t") && !name.endsWith(".precreated")) {
                    misnamed.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        misnamed.sort(null);
        return misnamed;
    }

    /** The names of the segments in {@code directory}, in the order in which they were written. */
    public static List<SegmentName> names(Path directory) throws IOException {
        List<SegmentName> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                SegmentName name = SegmentName.parse(file.getFileName().toString());
                if (name != null) {
                    names.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
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
