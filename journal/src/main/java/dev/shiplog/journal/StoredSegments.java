package dev.shiplog.journal;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists the segments of a journal as retention sees them. What a file begins with is read once, so that a list of
 * thousands costs little more than a look at the directory. Not thread safe.
 */
public final class StoredSegments {
    /** What opening needs: Chronicle's metadata, the rest of a segment's room. With less, nothing can be written. */
    private static final long ROOM_TO_OPEN = 1 << 20;

    private final Path directory;
    private Map<String, Segment> known = Map.of();

    StoredSegments(Path directory) {
        this.directory = directory;
    }

    /**
     * Deletes the oldest segments of the journal in {@code directory}, but never the newest, as long as the disk has no
     * room to open it. What was deleted is to be told in the journal once it is open.
     */
    public static List<StoredSegment> makeRoomToOpen(Path directory) throws IOException {
        List<StoredSegment> deleted = new ArrayList<>();
        if (!Files.exists(directory.resolve(JournalLock.FILE))) {
            return deleted;
        }
        FileStore store = Files.getFileStore(directory);
        JournalLock lock = JournalLock.take(directory);
        try {
            for (StoredSegment old : new StoredSegments(directory).before(null, start -> false)) {
                if (store.getUsableSpace() >= ROOM_TO_OPEN) {
                    break;
                }
                Files.delete(directory.resolve(old.name()));
                deleted.add(old);
            }
        } finally {
            lock.close();
        }
        return deleted;
    }

    /**
     * The segments before {@code written}, oldest first; if that is null, all before the newest.
     *
     * @param archived whether all of a segment is archived, by what it begins with
     */
    List<StoredSegment> before(@Nullable SegmentName written, Predicate<SegmentStart> archived) throws IOException {
        List<Segment> files = SegmentRows.inOrder(Map.of(directory, read()));
        Deque<StoredSegment> stored = new ArrayDeque<>();
        boolean passed = false;
        SegmentStart next = null;
        String journal = "";
        for (int i = files.size() - 1; i >= 0; i--) {
            Segment file = files.get(i);
            SegmentStart start = file.start();
            if (passed) {
                stored.addFirst(stored(file, start, next, journal, archived));
            }
            passed |= written == null || file.name().equals(written.text());
            if (start != null) {
                next = start;
                journal = journal.isEmpty() ? start.journal() : journal;
            }
        }
        return new ArrayList<>(stored);
    }

    private List<Segment> read() throws IOException {
        Map<String, Segment> read = new LinkedHashMap<>();
        for (SegmentName name : Catalog.names(directory)) {
            Path path = directory.resolve(name.text());
            Segment before = known.get(name.text());
            boolean same = before != null
                    && before.start() != null
                    && before.identity() != null
                    && before.identity().equals(Segment.identity(path));
            read.put(name.text(), same ? before : SegmentFile.of(name, path));
        }
        known = read;
        return List.copyOf(read.values());
    }

    /**
     * @param next what the next segment begins with; null if that is not known
     * @param journal the id of the newest journal, whose sequences count
     */
    private static StoredSegment stored(
            Segment file,
            @Nullable SegmentStart start,
            @Nullable SegmentStart next,
            String journal,
            Predicate<SegmentStart> archived) {
        return new StoredSegment(
                file.name(),
                file.size(),
                start == null ? 0 : start.first().clock(),
                next == null ? Long.MAX_VALUE : next.first().clock(),
                next != null && next.journal().equals(journal) ? next.first().base() - 1 : 0,
                start != null && archived.test(start));
    }
}
