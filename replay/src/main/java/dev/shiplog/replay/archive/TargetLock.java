package dev.shiplog.replay.archive;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps a second run out of a target directory. The kernel drops the lock when the process ends, however it ends. */
final class TargetLock implements Closeable {
    static final String FILE = "shiplog-archives.lock";

    private final FileChannel channel;

    private TargetLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock; null if another run has it. */
    static @Nullable TargetLock take(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        AtomicFile.requireRegular(file);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                Access.ownerOnly(directory, "rw-------"));
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // held in this process
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? null : new TargetLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
