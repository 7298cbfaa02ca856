package dev.shiplog.journal;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHead;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
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
 * Reads a journal in the order in which it was written, whatever its state: live, rolled, copied, on a read-only mount,
 * with files missing, renamed, copied, cut short or damaged. Damage is skipped and told as a {@link Loss}; a record that
 * is handed out is the record that was appended, and no other with its sequence is. Never writes, never locks, never maps
 * memory. Not thread safe.
 */
public final class Cursor implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** {@link #loss()} tells what could not be read; reading goes on behind it. */
        LOSS,
        /** {@link #copy()} is a copy of another segment, and passed over. Nothing is lost. */
        COPY,
        /** Nothing more for now. A live journal may have more at the next call. */
        END
    }

    private final List<Path> sources;
    private final LossTracker losses = new LossTracker();

    /** The segments to come, as far as they are known. */
    private final Deque<Segment> coming = new ArrayDeque<>();
    /** The identities of the files that were begun, or skipped by a seek, by the names they had. */
    private final Map<Path, @Nullable Object> passed = new HashMap<>();

    /** The segment that is read; null as long as the journal holds none. */
    private @Nullable Segment segment;
    /** The journal that it belongs to, as far as the heads of segments tell. */
    private String journal = "";
    /** Null if the segment is not yet opened, or cannot be read. */
    private @Nullable SegmentReader reader;
    /** The segment was opened, or could not be. */
    private boolean begun;
    /** The segment that follows; set once it is there, because only then nothing more is added to this one. */
    private @Nullable Segment following;

    /** The segments beside this one, when it was last seen whether the newest of them is another one. */
    private List<SegmentName> beside = List.of();
    /** The writer has left this segment. */
    private boolean left;

    private @Nullable Loss loss;
    /** What a seek came upon, and {@link #next()} gives out. */
    private @Nullable Step found;

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

    /** Skips segments that ended, by the receipt of their records, before {@code receivedNanos}. */
    public void seekTime(long receivedNanos) throws IOException {
        seek((journal, group) -> group.clock() < receivedNanos);
    }

    /** Goes to the record with this sequence, or the first one after it. */
    public void seekSequence(long sequence) throws IOException {
        seek((journal, group) -> group.base() <= sequence);
        Step step;
        do {
            step = next();
        } while (step == Step.COPY
                || step == Step.RECORD && record().sequence() < sequence
                || step == Step.LOSS && loss().records() >= 0 && loss().toSequence() < sequence);
        found = step;
    }

    /**
     * Goes, in each journal of each directory, to the last segment of which {@code early} holds, else to the first.
     *
     * @param early whether nothing before the segment is wanted, by its journal's id and its first group
     */
    public void seek(BiPredicate<String, Group> early) throws IOException {
        close();
        losses.restart();
        found = null;
        segment = null;
        following = null;
        begun = false;
        coming.clear();
        passed.clear();
        List<Segment> segments = new ArrayList<>(Catalog.list(sources));
        Collections.reverse(segments);
        Map<Map.Entry<Path, String>, SegmentHead> reached = new HashMap<>();
        String journal = "";
        for (Segment candidate : segments) {
            SegmentHead head = candidate.head();
            journal = head == null ? journal : head.journal(); // one that is damaged stands among its own
            Map.Entry<Path, String> row = Map.entry(candidate.directory(), journal);
            SegmentHead first = reached.get(row);
            if (first != null && !first.equals(head)) {
                passed.put(candidate.path(), candidate.identity());
            } else {
                coming.addFirst(candidate); // all that begin alike: one of them may go on where another ends
                if (head != null && early.test(journal, head.first())) {
                    reached.put(row, head);
                }
            }
        }
    }

    /** Goes to the next record, loss, or the end. */
    public Step next() throws IOException {
        Step sought = found;
        if (sought != null) {
            found = null;
            return sought;
        }
        while (true) {
            loss = losses.poll();
            if (loss != null) {
                return Step.LOSS;
            }
            if (!begun) {
                if (!begin()) {
                    return Step.END;
                }
                if (segment().copyOf() != null) {
                    return Step.COPY;
                }
            }
            SegmentReader.Step step = read();
            if (step == SegmentReader.Step.RECORD) {
                return Step.RECORD;
            }
            if (step == SegmentReader.Step.END && !advance()) {
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
            reader = new SegmentReader(file, losses);
        } catch (IOException e) {
            // A file that has gone is retention's, which was faster; what follows shows whether records are missing.
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(file)) {
                losses.unreadable(name(), 0, segment().size(), e);
            }
        }
        return true;
    }

    private SegmentReader.Step read() throws IOException {
        SegmentReader current = reader;
        if (current == null) {
            return SegmentReader.Step.END;
        }
        try {
            return current.next();
        } catch (IOException e) {
            losses.unreadable(name(), current.position(), segment().size(), e);
            current.close();
            reader = null;
            return SegmentReader.Step.END;
        }
    }

    /** At the end of a segment: goes to the one that follows; false if there is none, and no loss to tell. */
    private boolean advance() throws IOException {
        SegmentReader current = reader;
        Segment next = following;
        if (next == null) {
            following = following();
            if (following == null) {
                losses.flush();
                return losses.pending();
            }
            if (current != null) {
                current.complete(); // what was written here before the next segment began must be read first
            }
            return true;
        }
        Path file = segment().path();
        if (!segment().directory().equals(next.directory())) {
            losses.restart();
        } else if (current != null && current.isEmpty() && !next.path().equals(file) && Files.exists(file)) {
            // One that is gone, or was made anew, was only half made: a writer's next start removes such.
            losses.empty(name(), segment().size());
        }
        go(next);
        return true;
    }

    /** The next segment that was not begun; null if there is none now. */
    private @Nullable Segment following() throws IOException {
        while (true) {
            Segment next = coming.peek();
            if (next == null) {
                // Segment files among the sources may have gone in the meantime, as retention has it.
                List<Path> present = sources.stream()
                        .filter(source ->
                                SegmentName.parse(source.getFileName().toString()) == null || Files.exists(source))
                        .toList();
                if (Catalog.list(present, this::isNew).isEmpty()) {
                    return null;
                }
                // Only beside all others a copy is known as one. Of a segment that was begun it is nothing new.
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
                    coming.remove(); // retention was faster
                } else {
                    coming.clear(); // renamed, and made anew
                }
            }
        }
    }

    /** Whether the file was not begun, under any name; that the one which is read has a new name is noted. */
    private boolean isNew(Path file) {
        Object identity = Segment.identity(file);
        if (reader != null && identity != null && identity.equals(segment().identity())) {
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

    /** One that is damaged stands among its own: behind the one before it, or at the beginning. */
    private String journal(Segment next) {
        String before = segment != null && segment.directory().equals(next.directory()) ? journal : "";
        return Stream.concat(Stream.of(next), before.isEmpty() ? coming.stream() : Stream.of())
                .filter(one -> one.directory().equals(next.directory()))
                .map(Segment::head)
                .filter(head -> head != null && !head.journal().isEmpty())
                .map(head -> Objects.requireNonNull(head).journal())
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

    /** What the segment of the current record says about itself; null if that is damaged. */
    public @Nullable SegmentHeader header() {
        return current().header();
    }

    /**
     * The id of the journal that is read: where a header is damaged, that of the segments beside it; empty if none tells.
     */
    public String journal() {
        SegmentReader current = reader;
        SegmentHeader header = current == null ? null : current.header();
        return header == null ? journal : header.journal();
    }

    /** The file that the current record stands in. */
    public Path file() {
        return segment().path();
    }

    /** The loss just met. */
    public Loss loss() {
        Loss met = loss;
        if (met == null) {
            throw new IllegalStateException("no loss");
        }
        return met;
    }

    /** The segment just met that is a copy: another file, which holds the same, is read for it. */
    public Segment copy() {
        return segment();
    }

    /**
     * Whether, at the end, nothing can come any more: the sources are files, and the writer of the last one has gone on
     * in another. That this one is read to its end is found at the call after the next end.
     */
    public boolean isOver() throws IOException {
        if (sources.stream().anyMatch(Files::isDirectory)) {
            return false;
        }
        SegmentReader current = reader;
        if (current == null || current.isMarked() || left) {
            return true;
        }
        Path directory = segment().directory();
        List<SegmentName> names = Files.isReadable(directory) ? Catalog.names(directory) : List.of();
        if (!names.equals(beside)) {
            beside = names;
            left = !Catalog.newest(directory)
                    .orElse(segment().name())
                    .equals(segment().name());
            current.complete(); // what was written here before the next segment began must be read first
        }
        return false;
    }

    /** Where the current record stands. */
    public Position position() {
        SegmentReader current = current();
        return new Position(name(), current.offset(), current.record().sequence());
    }

    private SegmentReader current() {
        SegmentReader current = reader;
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    @Override
    public void close() throws IOException {
        SegmentReader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
