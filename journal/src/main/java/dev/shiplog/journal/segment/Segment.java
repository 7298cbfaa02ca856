package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a journal as it was when it was listed, whatever kind of file keeps its records. {@link SegmentFile} is one
 * as the recorder wrote it.
 */
public interface Segment {
    /** The file. */
    Path path();

    /** The file of the segment as it is now may be another one, of the same name; null if not known. */
    @Nullable
    Object identity();

    /** What the segment begins with; null if that is damaged or not yet written. Segments that begin alike are copies. */
    @Nullable
    SegmentStart start();

    /** Another file that holds the same, and perhaps more, and is read for it; else null. */
    @Nullable
    Path copyOf();

    /** Whether it is an archive, which another segment that begins alike was made into. */
    default boolean isArchive() {
        return false;
    }

    /**
     * Opens the segment to be read.
     *
     * @param losses knows what came before; the same for all segments of a journal
     * @throws IOException if it cannot be opened
     */
    RecordSource open(LossTracker losses) throws IOException;

    /**
     * What the segment holds. One that cannot be read at all is {@code DAMAGED}, or {@code REFUSED}.
     *
     * @param newest whether it is the newest of its directory, so that more may come
     */
    SegmentSummary summary(boolean newest);

    /** The name of the file, by which messages call the segment. */
    default String name() {
        return path().getFileName().toString();
    }

    /** The directory that holds the file. */
    default Path directory() {
        return Objects.requireNonNull(path().toAbsolutePath().getParent());
    }

    /** Segments with equal rows follow on each other: a sequence that is missing between them is a loss. */
    default Object row() {
        return directory();
    }

    /** How long the file is now; 0 if not known. */
    default long size() {
        try {
            return Files.size(path());
        } catch (IOException e) {
            return 0;
        }
    }

    /** Distinguishes the file that is at {@code path} now from others that were or will be there; null if not known. */
    static @Nullable Object identity(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }
}
