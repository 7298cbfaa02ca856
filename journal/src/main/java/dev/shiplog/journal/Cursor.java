package dev.shiplog.journal;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads journals in the order in which they were written, whatever their state: live, rolled, copied, on a read-only
 * mount, with segments missing, renamed, copied, cut short or damaged. Damage is skipped and reported as a {@link Loss}. A
 * record that is handed out is the one that was appended, and each sequence of a journal comes once. Never writes, never
 * locks, never maps memory. Not thread safe.
 *
 * <p>Order, duplicates and following are decided here. How the records of one segment are read is the business of a
 * {@link RecordSource}, which {@link Segment#open} makes.
 */
public final class Cursor implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** {@link #loss()} is what could not be read; reading goes on after it. */
        LOSS,
        /** {@link #copy()} is a copy of another segment, and is skipped. Nothing is lost. */
        COPY,
        /** Nothing more for now. A live journal may have more at the next call. */
        END
    }

    private final List<Path> sources;
    /** What is lost and not yet handed out; it comes before the current record. */
    private final Deque<Loss> losses = new ArrayDeque<>();

    private final LossTracker tracker = new LossTracker(losses::add);

    /** The segments that follow, as far as they are known. */
    private final Deque<Segment> coming = new ArrayDeque<>();
    /** The identities of the files that were begun, or skipped by a seek, by the names they had. */
    private final Map<Path, @Nullable Object> passed = new HashMap<>();

    /** The segment that is read; null as long as the journal holds none. */
    private @Nullable Segment segment;
    /** The journal that it belongs to, as far as the beginnings of segments show. */
    private String journal = "";
    /** Null if the segment is not opened yet, or cannot be read. */
    private @Nullable RecordSource source;
    /** The segment was opened, or could not be. */
    private boolean begun;
    /** The source is at a record that is not handed out yet. */
    private boolean held;
    /** The segment that follows; set once it is there, because only then nothing more is added to this one. */
    private @Nullable Segment following;

    /** The segments beside this one, when the newest of them was last looked for. */
    private List<SegmentName> beside = List.of();
    /** The writer has gone on in another segment. */
    private boolean left;

    private @Nullable Loss loss;

    private Cursor(List<Path> sources, List<Segment> coming) {
        this.sources = List.copyOf(sources);
        this.coming.addAll(coming);
    }

    /**
     * Opens journals (directories) and segment files, to be read one after the other. A journal in which nothing was
     * recorded yet is fine: it ends at once.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static Cursor open(List<Path> sources) throws IOException {
        return new Cursor(sources, Catalog.list(sources));
    }

    /**
     * Goes, in each journal of each directory, to the last segment that is early enough, else to the first.
     *
     * @param early whether nothing before the segment is wanted, by its journal's id and its first group
     */
    public void seek(BiPredicate<String, Group> early) throws IOException {
        close();
        tracker.restart();
        held = false;
        segment = null;
        following = null;
        begun = false;
        coming.clear();
        passed.clear();
        List<Segment> segments = new ArrayList<>(Catalog.list(sources));
        Collections.reverse(segments);
        Map<Map.Entry<Path, String>, SegmentStart> reached = new HashMap<>();
        String id = "";
        for (Segment candidate : segments) {
            SegmentStart start = candidate.start();
            id = start == null ? id : start.journal(); // one that is damaged is among segments of its journal
            Map.Entry<Path, String> row = Map.entry(candidate.directory(), id);
            SegmentStart first = reached.get(row);
            if (first != null && !first.equals(start)) {
                passed.put(candidate.path(), candidate.identity());
            } else {
                coming.addFirst(candidate); // all that begin alike: one of them may go on where another ends
                if (start != null && early.test(id, start.first())) {
                    reached.put(row, start);
                }
            }
        }
    }

    /** Goes to the next record, loss, copy, or the end. */
    public Step next() throws IOException {
        while (true) {
            loss = losses.poll();
            if (loss != null) {
                return Step.LOSS;
            }
            if (held) {
                held = false;
                return Step.RECORD;
            }
            if (!begun) {
                if (!begin()) {
                    return Step.END;
                }
                if (segment().copyOf() != null) {
                    return Step.COPY;
                }
            }
            held = read();
            if (!held && losses.isEmpty() && !advance()) {
                return Step.END;
            }
        }
    }

    private boolean begin() throws IOException {
        if (segment == null) {
            Segment first = following();
            if (first == null) {
                return false;
            }
            go(first);
        }
        begun = true;
        if (segment().copyOf() != null) {
            return true;
        }
        Path file = segment().path();
        try {
            source = segment().open(tracker);
        } catch (IOException e) {
            // A file that has gone was deleted by retention in the meantime; the next segment shows what is missing.
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(file)) {
                tracker.unreadable(rest(0), e);
            }
        }
        return true;
    }

    /** Goes to the next record of the segment; false if there is none, or it cannot be read. */
    private boolean read() throws IOException {
        RecordSource current = source;
        if (current == null) {
            return false;
        }
        try {
            return current.next();
        } catch (IOException e) {
            tracker.unreadable(rest(current.position()), e);
            current.close();
            source = null;
            return false;
        }
    }

    private Loss.Place rest(long from) {
        return new Loss.Place(name(), from, segment().size());
    }

    /** At the end of a segment: goes to the one that follows; false if there is none, and no loss to hand out. */
    private boolean advance() throws IOException {
        RecordSource current = source;
        Segment next = following;
        if (next == null) {
            following = following();
            if (following == null) {
                tracker.flush();
                return !losses.isEmpty();
            }
            if (current != null) {
                current.markComplete(); // what was written here before the next segment began must be read first
            }
            return true;
        }
        Path file = segment().path();
        if (!segment().directory().equals(next.directory())) {
            tracker.restart();
        } else if (current != null && current.isEmpty() && !next.path().equals(file) && Files.exists(file)) {
            // A file that is gone, or was made anew, was only half made: a writer removes such files when it starts.
            tracker.empty(name(), segment().size());
        }
        go(next);
        return true;
    }

    /** The next segment that was not begun; null if there is none now. */
    private @Nullable Segment following() throws IOException {
        while (true) {
            Segment next = coming.peek();
            if (next == null) {
                // Retention may have deleted segment files among the sources in the meantime.
                List<Path> present = sources.stream()
                        .filter(source ->
                                SegmentName.parse(source.getFileName().toString()) == null || Files.exists(source))
                        .toList();
                if (Catalog.list(present, this::isNew).isEmpty()) {
                    return null;
                }
                // Only among all others is a copy known as one. A copy of a segment that was begun has nothing new.
                for (Segment candidate : Catalog.list(present)) {
                    if (!isNew(candidate.path())) {
                        continue;
                    }
                    if (segment == null || candidate.copyOf() == null) {
                        coming.add(candidate);
                    } else {
                        passed.put(candidate.path(), candidate.identity());
                    }
                }
                if (coming.isEmpty()) {
                    return null;
                }
            } else {
                Object now = Segment.identity(next.path());
                if (Objects.equals(now, next.identity())) {
                    return next;
                } else if (now == null) {
                    coming.remove(); // deleted by retention in the meantime
                } else {
                    coming.clear(); // renamed, and made anew
                }
            }
        }
    }

    /** Whether the file was not begun, under any name. Notes a new name of the file that is being read. */
    private boolean isNew(Path file) {
        Object identity = Segment.identity(file);
        if (source != null && identity != null && identity.equals(segment().identity())) {
            passed.put(file, identity);
        }
        return !passed.containsKey(file) || !Objects.equals(passed.get(file), identity);
    }

    private void go(Segment next) throws IOException {
        close();
        journal = journal(next);
        coming.remove(next);
        passed.put(next.path(), next.identity());
        segment = next;
        following = null;
        beside = List.of();
        left = false;
        begun = false;
    }

    /** The journal of a segment; one whose beginning is damaged belongs to that of its neighbours. */
    private String journal(Segment next) {
        String before = segment != null && segment.directory().equals(next.directory()) ? journal : "";
        return Stream.concat(Stream.of(next), before.isEmpty() ? coming.stream() : Stream.of())
                .filter(one -> one.directory().equals(next.directory()))
                .map(Segment::start)
                .filter(start -> start != null && !start.journal().isEmpty())
                .map(start -> Objects.requireNonNull(start).journal())
                .findFirst()
                .orElse(before);
    }

    private Segment segment() {
        return Objects.requireNonNull(segment);
    }

    private String name() {
        return segment().name().text();
    }

    /** The current record, valid until the next call of {@link #next()}. */
    public RecordView record() {
        return current().record();
    }

    /** The header of the current record's segment; null if that is damaged. */
    public @Nullable SegmentHeader header() {
        return current().header();
    }

    /**
     * The id of the journal that is read: where a header is damaged, that of the neighbouring segments; empty if none has
     * one.
     */
    public String journal() {
        RecordSource current = source;
        SegmentHeader header = current == null ? null : current.header();
        return header == null ? journal : header.journal();
    }

    /** The file that holds the current record. */
    public Path file() {
        return segment().path();
    }

    /** The loss that {@link #next()} came to. */
    public Loss loss() {
        Loss met = loss;
        if (met == null) {
            throw new IllegalStateException("no loss");
        }
        return met;
    }

    /** The copy that {@link #next()} came to: another file, which holds the same records, is read for it. */
    public Segment copy() {
        return segment();
    }

    /**
     * Whether, at the end, nothing more can come: the sources are files, and the writer of the last one has gone on in
     * another segment. It is true only after one more end, once all that was written before is read.
     */
    public boolean isOver() throws IOException {
        if (sources.stream().anyMatch(Files::isDirectory)) {
            return false;
        }
        RecordSource current = source;
        if (current == null || current.isClosedByWriter() || left) {
            return true;
        }
        Path directory = segment().directory();
        List<SegmentName> names = Files.isReadable(directory) ? Catalog.names(directory) : List.of();
        if (!names.equals(beside)) {
            beside = names;
            left = !Catalog.newest(directory)
                    .orElse(segment().name())
                    .equals(segment().name());
            current.markComplete(); // what was written here before the next segment began must be read first
        }
        return false;
    }

    /** Where the current record is. */
    public Position position() {
        RecordSource current = current();
        return new Position(name(), current.offset(), current.record().sequence());
    }

    private RecordSource current() {
        RecordSource current = source;
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    @Override
    public void close() throws IOException {
        RecordSource current = source;
        source = null;
        if (current != null) {
            current.close();
        }
    }
}
