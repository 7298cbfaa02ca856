package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.file.FileErrors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of a file in memory that moves to where the file is read. Uses plain reads at a position, so that a file may
 * grow, shrink or lose its name meanwhile. Not thread safe.
 */
final class FileWindow implements Closeable {
    private static final byte[] ZEROS = new byte[64 * 1024];

    private final Path file;
    /** Of the file that is open. */
    private final @Nullable Object identity;

    private final FileChannel channel;
    private final long limit;
    private final int chunk;
    private final byte[] array;
    private final ByteBuffer view;
    /** The array holds {@link #count} bytes of the file from here on. */
    private long start;

    private int count;

    /**
     * Opens the file.
     *
     * @param limit it is read as if it ended here
     * @param chunk so many bytes are read at once
     * @param capacity so many bytes can be in memory together
     */
    FileWindow(Path file, long limit, int chunk, int capacity) throws IOException {
        this.file = file;
        identity = Segment.identity(file);
        if (FileErrors.isIrregular(file)) {
            throw new FileSystemException(file.toString(), null, "not a regular file"); // a pipe would not even open
        }
        this.limit = limit;
        this.chunk = chunk;
        array = new byte[capacity];
        view = ByteBuffer.wrap(array);
        channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Brings {@code length} bytes from {@code offset} on into memory; false if the file does not have them. */
    boolean load(long offset, int length) throws IOException {
        if (offset >= start && offset + length <= start + count) {
            return true;
        }
        return length <= array.length && read(offset, length);
    }

    private boolean read(long offset, int length) throws IOException {
        int kept = 0;
        if (offset >= start && offset < start + count) {
            kept = (int) (start + count - offset);
            System.arraycopy(array, index(offset), array, 0, kept);
        }
        start = offset;
        count = kept;
        while (count < length) {
            long more = Math.min(chunk, limit - offset - count);
            if (more <= 0) {
                return false;
            }
            view.limit((int) Math.min(array.length, count + more)).position(count);
            int n = channel.read(view, offset + count);
            if (n < 0) {
                return false;
            }
            count += n;
        }
        return true;
    }

    /** Forgets what is in memory: it may have been read while it was being written. */
    void forget() {
        count = 0;
    }

    /** The bytes in memory; see {@link #index}. */
    byte[] array() {
        return array;
    }

    /** Where the byte at {@code offset} of the file is in {@link #array()}; it must be loaded. */
    int index(long offset) {
        return (int) (offset - start);
    }

    /** The four bytes at {@code offset}, little endian; they must be loaded. */
    int intAt(long offset) {
        return LittleEndian.getInt(array, index(offset));
    }

    /** How many loaded bytes from {@code offset} on, in whole words of four, are zero. */
    int zeros(long offset) {
        int from = index(offset);
        int length = Math.min(count - from, ZEROS.length);
        int zeros = Arrays.mismatch(array, from, from + length, ZEROS, 0, length);
        return (zeros < 0 ? length : zeros) & ~3;
    }

    /** Returns an offset up to which the file holds nothing but zeros from {@code offset} on; see {@link Zeros}. */
    long skipZeros(long offset) {
        boolean named =
                identity != null && identity.equals(Segment.identity(file)); // or the name is another file's now
        return named ? Zeros.skip(file, offset) : offset;
    }

    /** The length of the file now. */
    long size() throws IOException {
        return Math.min(channel.size(), limit);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
