package dev.shiplog.journal.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes zeros to a file before others write to it through mapped memory, so that a full disk is an exception here. In a
 * mapped, sparse file it would be a signal that can end the process. Also keeps a minimum of space free, for file systems
 * that need room even to overwrite, and forces the file to disk. Not thread safe.
 */
public final class Preallocator implements Closeable {
    /** Zeros are written in steps of this size: small, because a segment that ends does not use the rest. */
    private static final int STEP = 64 * 1024;
    /**
     * Zeros are written a page at a time: from one larger write Linux makes one large piece of its cache, and a byte that
     * is changed in it later sends the whole piece to the disk, at each force.
     */
    private static final int PAGE = 4096;

    /** So much of the zeros is kept for what is written when nothing else is free: a mark, and the header before it. */
    private static final int RESERVE = 4096;

    /** Free space is looked at this often: asking for each record would cost more than writing it. */
    private static final long CHECK_EVERY_BYTES = 256 * 1024;

    private static final long CHECK_EVERY_NANOS = 1_000_000_000L;

    private final Path directory;
    private final Access access;
    private long minimumFree;
    private final int margin;
    private final FileStore store;
    /** Whether what is written may take what is kept free, and the reserve. */
    private boolean takesAll;

    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);

    private Path file;
    private @Nullable FileChannel channel;
    /** Up to here the file has what was written to it, then zeros. */
    private long filled;

    private boolean newFile;

    /** The file before this one, and up to where it has anything. */
    private @Nullable Path left;

    private long leftFilled;

    private long checkedAtNanos;
    private long writtenSinceCheck = CHECK_EVERY_BYTES;
    private @Nullable String belowMinimum;

    /**
     * @param minimumFree bytes that must stay free on the file system
     * @param margin bytes that the writer of the file may need besides those that are asked for
     * @param access who may read new files
     */
    public Preallocator(Path directory, long minimumFree, int margin, Access access) throws IOException {
        this.directory = directory;
        this.access = access;
        this.file = directory;
        this.minimumFree = minimumFree;
        this.margin = margin;
        this.store = Files.getFileStore(directory);
    }

    /** Goes on with an existing file, which is used up to {@code used}. */
    public void resume(Path existing, long used) throws IOException {
        release();
        file = existing;
        filled = used;
        newFile = false;
        channel = FileChannel.open(existing, StandardOpenOption.WRITE);
    }

    /**
     * Makes a new file with room for {@code bytes}, or none at all.
     *
     * @param made the name that it is made under
     * @param later the name that it will have
     */
    public void begin(Path made, Path later, long bytes) throws IOException {
        release();
        file = made;
        filled = 0;
        newFile = true;
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        FileAttribute<?>[] mode = Access.ownerOnly(directory, "rw-------");
        try {
            channel = FileChannel.open(made, options, mode);
            access.onFile(made);
            fill(bytes + margin + RESERVE);
        } catch (IOException e) {
            drop();
            throw e instanceof DiskFullException ? e : full(e);
        }
        file = later;
    }

    /** Makes a separate file of zeros, which must not be there, or none at all. */
    public void makeZeros(Path other, int bytes) throws IOException {
        FileAttribute<?>[] mode = Access.ownerOnly(directory, "rw-------");
        try (FileChannel out =
                FileChannel.open(other, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            access.onFile(other);
            for (long at = 0; at < bytes; ) {
                at += out.write(zeros.clear(), at);
            }
        } catch (IOException e) {
            Files.deleteIfExists(other);
            throw full(e);
        }
    }

    /** Deletes what {@link #begin} made in part. */
    private void drop() throws IOException {
        close();
        Files.deleteIfExists(file);
    }

    /**
     * Makes room for {@code bytes} more after {@code position}.
     *
     * @throws DiskFullException if there is none
     */
    public void reserve(long position, long bytes) throws IOException {
        checkFree(bytes);
        long needed = position + bytes + margin + (takesAll ? 0 : RESERVE);
        if (needed > filled) {
            fill(needed);
        }
    }

    /**
     * Checks now and then that the minimum is free.
     *
     * @param bytes so many are about to be written
     * @throws DiskFullException if less is free
     */
    public void checkFree(long bytes) throws IOException {
        writtenSinceCheck += bytes;
        long now = System.nanoTime();
        boolean due = now - checkedAtNanos >= CHECK_EVERY_NANOS
                || writtenSinceCheck >= CHECK_EVERY_BYTES && belowMinimum == null;
        if (due) {
            checkedAtNanos = now;
            writtenSinceCheck = 0;
            long free = store.getUsableSpace();
            belowMinimum = takesAll || free >= minimumFree
                    ? null
                    : directory + ": only " + (free >> 20) + " MiB free, less than the " + (minimumFree >> 20)
                            + " MiB to be kept free";
        }
        if (belowMinimum != null) {
            throw new DiskFullException(belowMinimum, null);
        }
    }

    /** Changes how many bytes must stay free, from now on. */
    public void setMinimumFree(long bytes) {
        minimumFree = bytes;
        checkAnew();
    }

    /** Lets what is written take all there is from now on, what must stay free and the reserve; or no more. */
    public void takeAll(boolean all) {
        takesAll = all;
        checkAnew();
    }

    private void checkAnew() {
        checkedAtNanos = System.nanoTime() - CHECK_EVERY_NANOS;
        belowMinimum = null;
    }

    /** How many bytes are free beyond the minimum, as of now; below 0 if the minimum is not. */
    public long spare() throws IOException {
        checkedAtNanos = System.nanoTime() - CHECK_EVERY_NANOS; // what was found before does not count any more
        return store.getUsableSpace() - minimumFree;
    }

    /** Up to here the file takes room on the disk. */
    public long filled() {
        return filled;
    }

    /**
     * Cuts off the hole at the end of the file before this one, to which nobody writes any more: then its length is what
     * it takes on the disk.
     */
    public void trimLeft() {
        Path before = left;
        left = null;
        if (before == null) {
            return;
        }
        try (FileChannel opened = FileChannel.open(before, StandardOpenOption.WRITE)) {
            opened.truncate(leftFilled);
        } catch (IOException e) {
            // Then it looks larger than it is.
        }
    }

    private void fill(long upTo) throws IOException {
        long target = (upTo + STEP - 1) / STEP * STEP;
        while (filled < target) {
            int count = (int) Math.min(PAGE - filled % PAGE, target - filled);
            try {
                filled += uninterrupted(open -> open.write(zeros.clear().limit(count), filled));
            } catch (IOException e) {
                throw full(e);
            }
        }
    }

    private DiskFullException full(IOException e) {
        return new DiskFullException(directory + ": no room: " + e.getMessage(), e);
    }

    /** Forces to disk what was written to the file, and a new file's name. */
    public void force() throws IOException {
        if (channel == null) {
            return;
        }
        uninterrupted(open -> {
            open.force(false);
            if (newFile) {
                try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                    names.force(true);
                }
            }
            return 0;
        });
        newFile = false;
    }

    /** Before anything is written to the next file, all of this one is on disk. */
    private void release() throws IOException {
        force();
        if (channel != null) {
            left = file;
            leftFilled = filled;
        }
        close();
    }

    /** Idempotent. Forces nothing to disk. */
    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    /** Something that can be done again, and returns a number. */
    private interface Operation {
        int on(FileChannel channel) throws IOException;
    }

    /** An interrupt closes the channel: it is opened again, and the thread is interrupted again at the end. */
    private int uninterrupted(Operation operation) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel open = channel;
                if (open == null) {
                    open = FileChannel.open(file, StandardOpenOption.WRITE);
                    channel = open;
                }
                try {
                    return operation.on(open);
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    close();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
