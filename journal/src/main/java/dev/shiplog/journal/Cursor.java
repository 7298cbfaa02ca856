package dev.shiplog.journal;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.Stretch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads journals in the order in which they were written, whatever their state: live, rolled, copied, on a read-only
 * mount, archived, with segments missing, renamed, copied, cut short or damaged. Damage is skipped and reported as a {@link Loss}. A
 * record that is handed out is the one that was appended, and each sequence of a journal comes once. Never writes, never
 * locks, never maps memory. Not thread safe.
 *
 * <p>{@link UpcomingSegments} decides which segment comes next. A {@link RecordSource}, which {@link Segment#open} makes,
 * reads the records of one.
 */
public final class Cursor implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** {@link #record()} is the next record, of a kind that this version does not know: a newer recorder wrote it. */
        UNKNOWN,
        /** {@link #loss()} is what could not be read; reading goes on after it. */
        LOSS,
        /** {@link #segment()} is a copy of another segment, and is skipped. Nothing is lost. */
        COPY,
        /** Nothing more for now. A live journal may have more at the next call. */
        END
    }

    private final UpcomingSegments segments;
    /** What is lost and not yet handed out; it comes before the current record. */
    private final Deque<Loss> losses = new ArrayDeque<>();

    private final LossTracker tracker;

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
    private Predicate<Stretch> unwanted = stretch -> false;

    private Cursor(UpcomingSegments segments, ToLongFunction<String> deleted) {
        this.segments = segments;
        tracker = new LossTracker(losses::add, deleted);
    }

    /**
     * Opens directories of segments and archives, and such files, to be read one after the other. A journal in which nothing was
     * recorded yet is fine: it ends at once.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static Cursor open(List<Path> sources) throws IOException {
        return new Cursor(UpcomingSegments.of(sources), RetentionMarks.lastSequence(sources));
    }

    /** As {@link #open}, but does not ask whether retention took what is missing. */
    static Cursor openPlain(List<Path> sources) throws IOException {
        return new Cursor(UpcomingSegments.of(sources), journal -> 0);
    }

    /** How many {@linkplain Catalog#rows rows} there are to read, before the first is begun. */
    public long rows() {
        return segments.rows();
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
        segments.seek(early);
    }

    /**
     * From the next segment on, passes over what is unwanted, where an archive tells what it holds: what is lost there is
     * not noticed. Records that others need to be understood are handed out all the same.
     */
    public void passOver(Predicate<Stretch> newUnwanted) {
        unwanted = newUnwanted;
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
                return record().isOfKnownKind() ? Step.RECORD : Step.UNKNOWN;
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
            Segment first = segments.next(source != null);
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
            RecordSource opened = segment().open(tracker);
            opened.passOver(unwanted);
            source = opened;
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
            following = segments.next(source != null);
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
        if (!segment().row().equals(next.row())) {
            tracker.restart();
        } else if (current != null && current.isEmpty() && !next.path().equals(file) && Files.exists(file)) {
            // A file that is gone, or was made anew, was only half made: a writer removes such files when it starts.
            tracker.empty(name(), segment().size());
        }
        go(next);
        return true;
    }

    private void go(Segment next) throws IOException {
        close();
        journal = segments.journal(next, journal);
        segments.begin(next);
        segment = next;
        following = null;
        beside = List.of();
        left = false;
        begun = false;
    }

    private String name() {
        return segment().name();
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

    /** The segment that the current record, or what else {@link #next()} came to, is in. */
    public Segment segment() {
        return Objects.requireNonNull(segment);
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

    /**
     * Whether, at the end, nothing more can come: the sources are files, and the writer of the last one has gone on in
     * another segment. It is true only after one more end, once all that was written before is read.
     */
    public boolean isOver() throws IOException {
        if (!segments.areFiles()) {
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
                    .map(SegmentName::text)
                    .orElse(name())
                    .equals(name());
            current.markComplete(); // what was written here before the next segment began must be read first
        }
        return false;
    }

    /** Where the current record is. */
    public Position position() {
        RecordSource current = current();
        return new Position(name(), current.offset(), current.record().sequence());
    }

    /** The bytes that hold the current record: alone or, in an archive, with the others of its block. */
    public Extent extent() {
        return new Extent(file(), current().offset(), current().position());
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
