package dev.shiplog.journal.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second recorder out of a journal, also one in another container, where process ids prove nothing. The kernel
 * holds the lock and drops it the moment the process dies, however it dies.
 *
 * <p>The lock on the first byte of the file keeps other recorders out; the lock on the rest shows readers that a recorder
 * is running. A reader can only ask by taking a lock for an instant, so it asks for the second, which a recorder can begin
 * without.
 */
public final class JournalLock implements Closeable {
    /** The name of the file in a journal that its recorder locks. */
    public static final String FILE = "recorder.lock";

    private static final long REST = 1;
    /** A reader holds its lock for less than this. */
    private static final int ANNOUNCE_ATTEMPTS = 20;

    private static final long ANNOUNCE_PAUSE_MILLIS = 10;

    // The kernel drops the lock when this process closes any descriptor of the file: so a second attempt in this
    // process
    // must not even open it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private JournalLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /** Takes the lock of the journal in {@code directory}. */
    public static JournalLock take(Path directory) throws IOException {
        Path key = directory.toRealPath();
        if (!HELD.add(key)) {
            throw held(directory);
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            Path file = directory.resolve(FILE);
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    Access.ownerOnly(directory, "rw-------"));
            FileLock lock = channel.tryLock(0, REST, false);
            taken = lock != null;
            if (!taken) {
                throw held(directory);
            }
            announce(channel);
            return new JournalLock(key, channel);
        } catch (OverlappingFileLockException e) {
            throw held(directory);
        } finally {
            if (!taken) {
                HELD.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static void announce(FileChannel channel) throws IOException {
        try {
            for (int i = 0; i < ANNOUNCE_ATTEMPTS; i++) {
                if (channel.tryLock(REST, Long.MAX_VALUE - REST, false) != null) {
                    return;
                }
                Thread.sleep(ANNOUNCE_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the recorder begins all the same
        }
    }

    /**
     * Whether a recorder writes to the journal in {@code directory}, as far as this system's kernel knows: it knows nothing
     * of a copy's original, or of another host that shares the directory. Keeps no recorder from beginning.
     *
     * @throws IOException if the lock may not be asked for
     */
    public static boolean isHeld(Path directory) throws IOException {
        if (HELD.contains(directory.toRealPath())) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ);
                FileLock lock = channel.tryLock(REST, Long.MAX_VALUE - REST, true)) {
            return lock == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    private static IOException held(Path directory) {
        return new IOException(directory + ": another recorder writes to this journal; give each its own --data-dir");
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD.remove(key);
        }
    }
}
