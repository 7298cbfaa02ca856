package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The segments of a journal, oldest first: derived from the file names, never stored. */
public final class Catalog {
    /** The file whose lock a recorder holds; a directory with it is a journal, even if it holds no segment yet. */
    public static final String LOCK_FILE = "recorder.lock";

    private Catalog() {}

    /**
     * Lists the segments of the journals, or the segment files, at {@code sources}: those of one directory in the order
     * in which they were written, the directories as they come first.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static List<Path> list(List<Path> sources) throws IOException {
        Map<Path, SortedMap<SegmentName, Path>> found = new LinkedHashMap<>();
        for (Path source : sources) {
            if (Files.readAttributes(source, BasicFileAttributes.class).isDirectory()) {
                List<SegmentName> names = names(source);
                if (names.isEmpty() && !Files.exists(source.resolve(LOCK_FILE))) {
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
                .flatMap(directory -> directory.values().stream())
                .toList();
    }

    /**
     * The segment that follows {@code segment} in what {@link #list} lists now; null if there is none. Segment files
     * among the sources may have gone in the meantime, as retention has it.
     *
     * @throws IOException naming the directory that cannot be listed any more
     */
    public static @Nullable Path after(List<Path> sources, Path segment) throws IOException {
        Path directory = directory(segment);
        boolean passed = false;
        List<Path> now = list(sources.stream()
                .filter(source -> SegmentName.parse(source.getFileName().toString()) == null || Files.exists(source))
                .toList());
        SegmentName name = SegmentName.parse(segment.getFileName().toString());
        for (Path candidate : now) {
            boolean same = directory(candidate).equals(directory);
            SegmentName other = SegmentName.parse(candidate.getFileName().toString());
            if (same ? other != null && name != null && other.compareTo(name) > 0 : passed) {
                return candidate;
            }
            passed |= same;
        }
        return null;
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
