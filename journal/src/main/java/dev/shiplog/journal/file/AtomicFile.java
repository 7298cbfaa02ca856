package dev.shiplog.journal.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears, or is replaced, as a whole: its content is written beside its place under a name that ends in
 * {@code .tmp}, forced to disk, then moved. A lock keeps two writers of one file apart; what a killed one left is
 * overwritten, and a link or a pipe of that name is deleted: neither is followed nor read. Not thread safe.
 */
public final class AtomicFile implements Closeable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private boolean committed;

    private AtomicFile(Path target, Path temporary, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
    }

    /** The name under which the content of {@code target} is written. */
    public static Path temporary(Path target) {
        return target.resolveSibling(target.getFileName() + ".tmp");
    }

    /**
     * Begins the content of the file {@code target}; null if it is being written already, by whomever.
     *
     * @param attributes of the file, if it is made anew
     */
    public static @Nullable AtomicFile begin(Path target, FileAttribute<?>... attributes) throws IOException {
        Path temporary = temporary(target);
        deleteUnlessRegular(temporary);
        FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                attributes);
        boolean begun = false;
        try {
            // Between opening and locking, another writer may have moved this very file to its place: then the name is
            // gone.
            if (!lock(channel) || Files.notExists(temporary, LinkOption.NOFOLLOW_LINKS)) {
                return null;
            }
            channel.truncate(0);
            begun = true;
            return new AtomicFile(target, temporary, channel);
        } finally {
            if (!begun) {
                channel.close();
            }
        }
    }

    private static void deleteUnlessRegular(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + ": is a directory; move it away");
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(file);
        }
    }

    /** @throws IOException in one line, if there is something else than a regular file: it could be read for ever */
    public static void requireRegular(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + ": is not a regular file; move it away");
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Where the content goes; closed by {@link #commit} and {@link #close}. */
    public FileChannel channel() {
        return channel;
    }

    /** Forces the content to disk. The file is not in its place yet, but what can fail has been done. */
    public void force() throws IOException {
        channel.force(true);
    }

    /** Moves the file to its place, over one that is there. Its content must be forced to disk before. */
    public void commit() throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        committed = true;
        forceName();
        channel.close();
    }

    private void forceName() {
        Path directory = target.toAbsolutePath().getParent();
        if (directory != null) {
            forceNames(directory);
        }
    }

    /**
     * Forces to disk which files a directory has. Where a directory cannot be opened, or not be forced, its files have their
     * names, or are gone, all the same.
     */
    public static void forceNames(Path directory) {
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        } catch (IOException e) {
            // as said
        }
    }

    /** Deletes what was not committed. Idempotent. An interrupt may have closed the channel before. */
    @Override
    public void close() throws IOException {
        if (!committed) {
            Files.deleteIfExists(temporary);
        }
        channel.close();
    }
}
