package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A segment as the recorder wrote it.
 *
 * @param named what its file name says
 * @param identity of the file, because another one may take its name; null if not known
 * @param start what it begins with, null if that is damaged or not yet written
 * @param copyOf another file that holds the same, and perhaps more; else null
 */
public record SegmentFile(
        Path path,
        SegmentName named,
        @Nullable Object identity,
        @Nullable SegmentStart start,
        @Nullable Path copyOf) implements Segment {
    private static final int BLOCK = 1 << 16;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(BLOCK).asReadOnlyBuffer();

    /** The segment at {@code path}, whose beginning is read. */
    public static SegmentFile of(SegmentName name, Path path) {
        return new SegmentFile(path, name, Segment.identity(path), SegmentStart.of(path), null);
    }

    @Override
    public RecordSource open(LossTracker losses) throws IOException {
        return new SegmentReader(path, losses, losses.begin(this));
    }

    @Override
    public SegmentSummary summary(boolean newest) {
        SummaryReader reader = new SummaryReader(this, newest);
        try {
            return reader.read();
        } catch (IOException e) {
            return reader.unreadable(e);
        }
    }

    @Override
    public String name() {
        return named.text();
    }

    /**
     * SHA-256 of the intact excerpts up to the record {@code last}, in hexadecimal digits. What is written after that
     * record, and Chronicle's own pages, do not change it; any other record does.
     */
    public String digest(long last) throws IOException {
        MessageDigest digest = Sha256.begin();
        LossTracker losses = new LossTracker(loss -> {});
        try (SegmentReader reader = new SegmentReader(path, losses)) {
            reader.setDecoding(false);
            reader.setDigest(digest);
            boolean more = true;
            while (more && losses.last() < last) {
                more = reader.next();
            }
        }
        return Sha256.text(digest);
    }

    /** Whether the segment was begun in the time that its name says, as the original of copies was. */
    public boolean isNamedRightly() {
        long begun = start == null ? -1 : start.created() - named.start();
        return begun >= 0 && begun < named.roll().length().toNanos();
    }

    /** This segment, of which {@code other} holds a copy that is read for it. */
    public SegmentFile asCopyOf(SegmentFile other) {
        return new SegmentFile(path, named, identity, start, other.path);
    }

    /**
     * Whether {@code other}, which begins alike, holds every byte of this one, but for the zeros at its end. Chronicle's
     * pages at the beginning do not count: they change as long as a segment is written.
     */
    public boolean isIn(SegmentFile other) {
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
