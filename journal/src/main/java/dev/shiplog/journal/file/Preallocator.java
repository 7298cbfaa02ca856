package dev.shiplog.journal.file;

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
 * Sees to it that a full disk is met here, as an exception, and not in Chronicle's memory-mapped and sparse file, where
 * it is a signal that can take the process down: it writes zeros ahead of the appender, so that the pages it will touch
 * exist. Also keeps a floor of free space, for file systems that need room even to overwrite, and forces the file to
 * disk.
 */
public final class Preallocator {
    /** A file's header and first index pages, for every roll, are less than this. */
    private static final int FIRST_PAGES = 72 * 1024;
    /** Behind any excerpt Chronicle may add an index page (32 KiB and a little), an end mark and the next header. */
    private static final int MARGIN = 40 * 1024;
    /** Zeros are written in steps of this size: small, because what a segment does not use of them is lost. */
    private static final int STEP = 64 * 1024;

    private static final int METADATA = 64 * 1024;
    /**
     * Zeros are written a page at a time: from one larger write Linux makes one large piece of its cache, and a byte that
     * Chronicle changes in it later sends the whole piece to the disk, at each force.
     */
    private static final int PAGE = 4096;

    private static final long LOOK_EVERY_BYTES = 256 * 1024;
    private static final long LOOK_EVERY_NANOS = 1_000_000_000L;

    private final Path directory;
    private final Access access;
    private final long minimumFree;
    private final FileStore store;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);

    private Path file;
    private @Nullable FileChannel channel;
    private long filled;
    private boolean newFile;

    private long lookedAt;
    private long writtenSince = LOOK_EVERY_BYTES;
    private @Nullable String belowFloor;

    public Preallocator(Path directory, long minimumFree, Access access) throws IOException {
        this.directory = directory;
        this.access = access;
        this.file = directory;
        this.minimumFree = minimumFree;
        this.store = Files.getFileStore(directory);
    }

    /** Goes on in an existing segment, which is used up to {@code used}. */
    public void goOn(Path segment, long used) throws IOException {
        release();
        file = segment;
        filled = used;
        newFile = false;
        channel = FileChannel.open(segment, StandardOpenOption.WRITE);
    }

    /** Makes the file of a segment to come, with room for {@code bytes}; Chronicle takes it by its name. */
    public void begin(Path segment, long bytes) throws IOException {
        release();
        String name = segment.getFileName().toString();
        Path made = segment.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".precreated");
        file = made;
        filled = 0;
        newFile = true;
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        FileAttribute<?>[] mode = Access.ownerOnly(directory, "rw-------");
        try {
            channel = FileChannel.open(made, options, mode);
            access.onFile(made);
            fill(FIRST_PAGES + bytes + MARGIN);
        } catch (IOException e) {
            drop();
            throw e instanceof DiskFullException ? e : full(e);
        }
        file = segment;
    }

    /** Makes the file in which Chronicle keeps its locks, all zeros: it takes that for a new one. */
    public void reserveMetadata() throws IOException {
        Path metadata = directory.resolve("metadata.cq4t");
        FileAttribute<?>[] mode = Access.ownerOnly(directory, "rw-------");
        try (FileChannel out =
                FileChannel.open(metadata, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            access.onFile(metadata);
            for (long at = 0; at < METADATA; ) {
                at += out.write(zeros.clear(), at);
            }
        } catch (IOException e) {
            Files.deleteIfExists(metadata);
            throw full(e);
        }
    }

    /** Gives back what {@link #begin} made and nobody took. */
    private void drop() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
        Files.deleteIfExists(file);
    }

    /** Makes room for {@code bytes} more behind {@code position}. */
    public void reserve(long position, long bytes) throws IOException {
        floor(bytes);
        if (position + bytes + MARGIN > filled) {
            fill(position + bytes + MARGIN);
        }
    }

    /** Looks whether enough space is free; not at every call. */
    public void floor(long bytes) throws IOException {
        writtenSince += bytes;
        long now = System.nanoTime();
        boolean due = now - lookedAt >= LOOK_EVERY_NANOS || writtenSince >= LOOK_EVERY_BYTES && belowFloor == null;
        if (due) {
            lookedAt = now;
            writtenSince = 0;
            long free = store.getUsableSpace();
            belowFloor = free >= minimumFree
                    ? null
                    : directory + ": only " + (free >> 20) + " MiB free, less than the " + (minimumFree >> 20)
                            + " MiB to be kept free";
        }
        if (belowFloor != null) {
            throw new DiskFullException(belowFloor, null);
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

    /** What was written to the file before is safe before anything goes to the next one. */
    private void release() throws IOException {
        force();
        close();
    }

    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    /** An operation that gives a number and may be done again. */
    private interface Operation {
        int on(FileChannel channel) throws IOException;
    }

    /** An interrupt closes the channel of whom it meets; the caller's wish to stop is kept for later. */
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
