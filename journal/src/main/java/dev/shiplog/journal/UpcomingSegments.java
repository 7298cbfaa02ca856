package dev.shiplog.journal;

import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which segment of the sources is read next: those that were there at first, in order, then those that come. Each
 * file comes once, whatever its name becomes. Not thread safe.
 */
final class UpcomingSegments {
    private final List<Path> sources;
    /** Those of the sources that are files. */
    private final Set<Path> files;
    /** As far as they are known. */
    private final Deque<Segment> coming = new ArrayDeque<>();
    /** The identities of the files that were begun or skipped, by the names that they had. */
    private final Map<Path, @Nullable Object> passed = new HashMap<>();
    /** The segment that was begun last; null if none was. */
    private @Nullable Segment current;
    /** What there was at first, until reading begins. */
    private List<Segment> listed;

    private UpcomingSegments(List<Path> sources, List<Segment> listed) {
        this.sources = List.copyOf(sources);
        this.listed = listed;
        coming.addAll(listed);
        files = sources.stream().filter(source -> !Files.isDirectory(source)).collect(Collectors.toSet());
    }

    /**
     * All segments of directories and of files, one source after the other.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    static UpcomingSegments of(List<Path> sources) throws IOException {
        return new UpcomingSegments(sources, Catalog.list(sources));
    }

    /** How many rows there are, each of which is read by itself. */
    long rows() {
        return coming.stream().map(Segment::row).distinct().count();
    }

    /** Starts anew, in each journal of each directory with the last segment that is early enough, else with the first. */
    void seek(BiPredicate<String, Group> early) throws IOException {
        current = null;
        coming.clear();
        passed.clear();
        List<Segment> latestFirst = new ArrayList<>(listed.isEmpty() ? Catalog.list(sources) : listed);
        listed = List.of(); // it grows old
        Collections.reverse(latestFirst);
        Map<Map.Entry<Object, String>, SegmentStart> reached = new HashMap<>();
        String journal = "";
        for (Segment candidate : latestFirst) {
            SegmentStart start = candidate.start();
            journal = start == null ? journal : start.journal(); // a damaged one is among segments of its journal
            Map.Entry<Object, String> row = Map.entry(candidate.row(), journal);
            SegmentStart first = reached.get(row);
            if (first != null && !first.equals(start)) {
                passed.put(candidate.path(), candidate.identity());
            } else {
                coming.addFirst(candidate); // all that begin alike: one of them may go on where another ends
                if (start != null && early.test(journal, start.first())) {
                    reached.put(row, start);
                }
            }
        }
    }

    /**
     * The next segment that was not begun; null if there is none now.
     *
     * @param open whether the file of the segment that was begun last is open
     */
    @Nullable
    Segment next(boolean open) throws IOException {
        while (true) {
            Segment next = coming.peek();
            if (next == null) {
                if (!findNew(open)) {
                    return null;
                }
                continue;
            }
            if (Objects.equals(Segment.identity(next.path()), next.identity())) {
                return next;
            }
            coming.clear(); // deleted, archived, or renamed and made anew: others may have taken its place
        }
    }

    private boolean findNew(boolean open) throws IOException {
        // Retention may have deleted files among the sources in the meantime.
        List<Path> present = sources.stream()
                .filter(source -> !files.contains(source) || Files.exists(source))
                .toList();
        if (Catalog.list(present, file -> isNew(file, open)).isEmpty()) {
            return false;
        }
        // Only among all others is a copy known as one. A copy of a segment that was begun has nothing new.
        for (Segment candidate : Catalog.list(present)) {
            if (!isNew(candidate.path(), open)) {
                continue;
            }
            if (current == null || candidate.copyOf() == null && !isArchiveOfThePast(candidate)) {
                coming.add(candidate);
            } else {
                passed.put(candidate.path(), candidate.identity());
            }
        }
        return !coming.isEmpty();
    }

    /** Whether the segment that was begun last, or one before it, was archived only now: its records were read. */
    private boolean isArchiveOfThePast(Segment candidate) {
        SegmentStart start = candidate.start();
        SegmentStart reached = current == null ? null : current.start();
        return candidate.isArchive()
                && start != null
                && reached != null
                && start.journal().equals(reached.journal())
                && start.first().base() <= reached.first().base();
    }

    /** Whether the file was not begun, under any name. Notes a new name of the file that is open. */
    private boolean isNew(Path file, boolean open) {
        Object identity = Segment.identity(file);
        if (open && current != null && identity != null && identity.equals(current.identity())) {
            passed.put(file, identity);
        }
        return !passed.containsKey(file) || !Objects.equals(passed.get(file), identity);
    }

    /** The segment is begun: it does not come again. */
    void begin(Segment next) {
        listed = List.of();
        coming.remove(next);
        passed.put(next.path(), next.identity());
        current = next;
    }

    /**
     * The id of the journal of a segment that is about to be begun. One whose beginning is damaged belongs to the journal
     * of its neighbours; empty if none has one.
     *
     * @param before the journal of the segment that was begun last, empty if not known
     */
    String journal(Segment next, String before) {
        String mine = current != null && current.row().equals(next.row()) ? before : "";
        return Stream.concat(Stream.of(next), mine.isEmpty() ? coming.stream() : Stream.of())
                .filter(one -> one.row().equals(next.row()))
                .map(one -> one.start() == null ? "" : one.start().journal())
                .filter(id -> !id.isEmpty())
                .findFirst()
                .orElse(mine);
    }

    /** Whether the sources are files only, so that no more segments than these can come. */
    boolean areFiles() {
        return files.size() == sources.size();
    }
}
