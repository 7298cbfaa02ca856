package dev.shiplog.journal;

import dev.shiplog.journal.segment.Catalog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second recorder out of a journal, also one in another container, where process ids prove nothing. The kernel
 * holds the lock and drops it the moment the process dies, however it dies.
 */
final class JournalLock implements Closeable {
    // The kernel drops the lock when any descriptor of the file is closed: within this process, the second one must not
    // even open it.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private JournalLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /** Takes the lock of the journal in {@code directory}. */
    static JournalLock take(Path directory) throws IOException {
        Path key = directory.toRealPath();
        if (!HELD.add(key)) {
            throw isHeld(directory);
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            Path file = directory.resolve(Catalog.LOCK_FILE);
            channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    JournalDirectory.ownerOnly(directory, "rw-------"));
            FileLock lock = channel.tryLock();
            taken = lock != null;
            if (!taken) {
                throw isHeld(directory);
            }
            return new JournalLock(key, channel);
        } catch (OverlappingFileLockException e) {
            throw isHeld(directory);
        } finally {
            if (!taken) {
                HELD.remove(key);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static IOException isHeld(Path directory) {
        return new IOException(directory + ": another recorder writes to this journal; give each its own --data-dir");
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD.remove(key);
        }
    }
}
