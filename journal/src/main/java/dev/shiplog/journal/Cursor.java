package dev.shiplog.journal;

import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.SegmentReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal in the order in which it was written, whatever its state: live, rolled, copied, on a read-only mount,
 * with files missing, cut short or damaged. Damage is skipped and told as a {@link Loss}; a record that is handed out
 * is the record that was appended. Never writes, never locks, never maps memory. Not thread safe.
 */
public final class Cursor implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** {@link #loss()} tells what could not be read; reading goes on behind it. */
        LOSS,
        /** Nothing more for now. A live journal may have more at the next call. */
        END
    }

    private final List<Path> sources;
    private final LossTracker losses = new LossTracker();

    /** The segment that is read; null as long as the journal holds none. */
    private @Nullable Path segment;
    /** The identity of its file, because another one may take its name; null if not known. */
    private @Nullable Object identity;
    /** Null if the segment is not yet opened, or cannot be read. */
    private @Nullable SegmentReader reader;
    /** The segment was opened, or could not be. */
    private boolean begun;
    /** The segment that follows; set once it is there, because only then nothing more is added to this one. */
    private @Nullable Path following;

    private @Nullable Loss loss;
    /** What a seek came upon, and {@link #next()} gives out. */
    private @Nullable Step found;

    private Cursor(List<Path> sources, @Nullable Path first) {
        this.sources = List.copyOf(sources);
        this.segment = first;
    }

    /**
     * Opens journals (directories) and segment files, to be read one after the other. A journal in which nothing was
     * recorded yet is fine: it ends at once.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static Cursor open(List<Path> sources) throws IOException {
        List<Path> segments = Catalog.list(sources);
        return new Cursor(sources, segments.isEmpty() ? null : segments.get(0));
    }

    /** Skips segments that ended, by the receipt of their records, before {@code receivedNanos}. */
    public void seekTime(long receivedNanos) throws IOException {
        seek(group -> group.clock() < receivedNanos);
    }

    /** Goes to the record with this sequence, or the first one after it. */
    public void seekSequence(long sequence) throws IOException {
        seek(group -> group.base() <= sequence);
        Step step;
        do {
            step = next();
        } while (step == Step.RECORD && record().sequence() < sequence
                || step == Step.LOSS && loss().records() >= 0 && loss().toSequence() < sequence);
        found = step;
    }

    /** Goes to the last segment whose first group is {@code early}, or else to the first segment. */
    private void seek(Predicate<Group> early) throws IOException {
        List<Path> segments = Catalog.list(sources);
        int i = segments.size() - 1;
        while (i > 0 && !beginsEarly(segments.get(i), early)) {
            i--;
        }
        losses.restart();
        found = null;
        if (i >= 0) {
            go(segments.get(i));
        }
    }

    private static boolean beginsEarly(Path segment, Predicate<Group> early) {
        try {
            Group first = SegmentReader.firstGroup(segment);
            return first != null && early.test(first);
        } catch (IOException e) {
            return false; // reading goes through it and tells the loss
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
            if (!begun && !begin()) {
                return Step.END;
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
        Path file = segment;
        if (file == null) {
            List<Path> segments = Catalog.list(sources);
            if (segments.isEmpty()) {
                return false;
            }
            file = segments.get(0);
            segment = file;
        }
        begun = true;
        identity = identity(file);
        try {
            reader = new SegmentReader(file, losses);
        } catch (IOException e) {
            // A file that has gone is retention's, which was faster; what follows shows whether records are missing.
            if (!(e instanceof NoSuchFileException) || Files.isSymbolicLink(file)) {
                losses.unreadable(file.getFileName().toString(), 0, size(file), e);
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
            Path file = Objects.requireNonNull(segment);
            losses.unreadable(file.getFileName().toString(), current.position(), size(file), e);
            current.close();
            reader = null;
            return SegmentReader.Step.END;
        }
    }

    /** At the end of a segment: goes to the one that follows; false if there is none, and no loss to tell. */
    private boolean advance() throws IOException {
        SegmentReader current = reader;
        Path next = following;
        if (next == null) {
            following = followingNow();
            if (following == null) {
                losses.flush();
                return losses.pending();
            }
            if (current != null) {
                current.complete(); // what was written here before the next segment began must be read first
            }
            return true;
        }
        Path file = Objects.requireNonNull(segment);
        // One that is gone, or was made anew, was only half made: a writer's next start removes such.
        if (current != null && current.isEmpty() && !next.equals(file) && Files.exists(file)) {
            losses.damaged(file.getFileName().toString(), 0, size(file), "the segment is empty");
        }
        if (!Objects.equals(
                file.toAbsolutePath().getParent(), next.toAbsolutePath().getParent())) {
            losses.restart();
        }
        go(next);
        return true;
    }

    private @Nullable Path followingNow() throws IOException {
        Path file = Objects.requireNonNull(segment);
        Object now = identity(file);
        boolean replaced = identity != null && now != null && !now.equals(identity);
        return replaced ? file : Catalog.after(sources, file);
    }

    private void go(Path next) throws IOException {
        SegmentReader current = reader;
        reader = null;
        segment = next;
        following = null;
        begun = false;
        if (current != null) {
            current.close();
        }
    }

    private static @Nullable Object identity(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The current record, valid until the next call of {@link #next()}. */
    public Decoded record() {
        return current().record();
    }

    /** The loss just met. */
    public Loss loss() {
        Loss met = loss;
        if (met == null) {
            throw new IllegalStateException("no loss");
        }
        return met;
    }

    /** Where the current record stands. */
    public Position position() {
        SegmentReader current = current();
        return new Position(
                Objects.requireNonNull(segment).getFileName().toString(),
                current.offset(),
                current.record().sequence());
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
