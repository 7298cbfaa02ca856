package dev.shiplog.journal.segment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A segment's file, as it was found.
 *
 * @param name what its file name says
 * @param identity of the file, because another one may take its name; null if not known
 * @param head what it begins with, null if that is damaged or not yet written
 * @param copyOf another file that holds the same, and perhaps more; else null
 */
public record Segment(
        Path path,
        SegmentName name,
        @Nullable Object identity,
        @Nullable SegmentHead head,
        @Nullable Path copyOf) {

    static Segment of(SegmentName name, Path path) {
        return new Segment(path, name, identity(path), SegmentHead.of(path), null);
    }

    /** What tells the file that is at {@code path} now from others that were or will be there; null if not known. */
    public static @Nullable Object identity(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether the segment was begun in the time that its name says, as the original of copies was. */
    boolean isNamedRightly() {
        long begun = head == null ? -1 : head.created() - name.start();
        return begun >= 0 && begun < name.roll().length().toNanos();
    }

    Segment asCopyOf(Segment other) {
        return new Segment(path, name, identity, head, other.path);
    }

    /**
     * Whether {@code other}, which begins alike, holds every byte of this one, but for the zeros at its end. Chronicle's
     * pages in front do not count: they change as long as a segment is written.
     */
    boolean isIn(Segment other) {
        if (head == null) {
            return false;
        }
        try (InputStream mine = Files.newInputStream(path);
                InputStream theirs = Files.newInputStream(other.path)) {
            mine.skipNBytes(head.offset());
            theirs.skipNBytes(head.offset());
            boolean same = true;
            byte[] zeros = new byte[1 << 16];
            for (byte[] a = mine.readNBytes(zeros.length); a.length > 0; a = mine.readNBytes(zeros.length)) {
                byte[] b = same ? theirs.readNBytes(a.length) : zeros;
                int equal = Arrays.mismatch(a, b);
                if (equal >= 0) {
                    same = false;
                    if (Arrays.mismatch(a, equal, a.length, zeros, 0, a.length - equal) >= 0) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            return false; // whoever reads on tells the loss
        }
    }
}
