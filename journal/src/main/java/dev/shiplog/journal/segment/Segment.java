package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A segment's file as it was when it was listed.
 *
 * @param name what its file name says
 * @param identity of the file, because another one may take its name; null if not known
 * @param start what it begins with, null if that is damaged or not yet written
 * @param copyOf another file that holds the same, and perhaps more; else null
 */
public record Segment(
        Path path,
        SegmentName name,
        @Nullable Object identity,
        @Nullable SegmentStart start,
        @Nullable Path copyOf) {
    private static final int BLOCK = 1 << 16;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BLOCK).asReadOnlyBuffer();

    static Segment of(SegmentName name, Path path) {
        return new Segment(path, name, identity(path), SegmentStart.of(path), null);
    }

    /**
     * Opens the segment to be read: the one place that knows how the records of a segment are kept.
     *
     * @param losses knows what came before; the same for all segments of a journal
     * @throws IOException if it cannot be opened
     */
    public RecordSource open(LossTracker losses) throws IOException {
        return new SegmentReader(path, losses);
    }

    /** Distinguishes the file that is at {@code path} now from others that were or will be there; null if not known. */
    public static @Nullable Object identity(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** How long the file is now; 0 if not known. */
    public long size() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The directory of the journal that it belongs to. */
    public Path directory() {
        return Objects.requireNonNull(path.toAbsolutePath().getParent());
    }

    /** Whether the segment was begun in the time that its name says, as the original of copies was. */
    boolean isNamedRightly() {
        long begun = start == null ? -1 : start.created() - name.start();
        return begun >= 0 && begun < name.roll().length().toNanos();
    }

    Segment asCopyOf(Segment other) {
        return new Segment(path, name, identity, start, other.path);
    }

    /**
     * Whether {@code other}, which begins alike, holds every byte of this one, but for the zeros at its end. Chronicle's
     * pages at the beginning do not count: they change as long as a segment is written.
     */
    boolean isIn(Segment other) {
        if (start == null) {
            return false;
        }
        try (FileChannel mine = FileChannel.open(path);
                FileChannel theirs = FileChannel.open(other.path)) {
            ByteBuffer a = ByteBuffer.allocate(BLOCK);
            ByteBuffer b = ByteBuffer.allocate(BLOCK);
            long at = start.offset();
            long zeros = at; // mine are known to reach up to here
            boolean same = true; // else only zeros may come
            while (fill(a, BLOCK, mine, at) > 0) {
                int length = a.remaining();
                boolean empty = isZero(a);
                if (same) {
                    fill(b, length, theirs, at);
                    int different = a.mismatch(b);
                    same = different < 0;
                    a.position(same ? length : different);
                }
                if (!isZero(a)) {
                    return false;
                }
                at += length;
                if (empty) {
                    zeros = zeros > at ? zeros : Zeros.skip(path, at);
                    at = same ? Zeros.skip(other.path, at, zeros) : zeros;
                }
            }
            return true;
        } catch (IOException e) {
            return false; // whoever reads the segment reports the loss
        }
    }

    /** Reads up to {@code most} bytes from {@code at} on; returns how many there are. */
    private static int fill(ByteBuffer bytes, int most, FileChannel file, long at) throws IOException {
        bytes.clear().limit(most);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {
            // until it is full, or the file ends
        }
        return bytes.flip().remaining();
    }

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.equals(ZEROS.slice(0, bytes.remaining()));
    }
}
