package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.DirectoryListing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The directory that archives go to, and what it remembers of them. No other run writes to it while this one may. */
final class Target implements Closeable {
    private final Path directory;
    /** Null if nothing is to be written. */
    private final @Nullable TargetLock lock;

    private ArchiveState state;

    private Target(Path directory, @Nullable TargetLock lock, ArchiveState state) {
        this.directory = directory;
        this.lock = lock;
        this.state = state;
    }

    /** It is never made, because a disk that is not mounted looks like that. */
    private static void require(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory
                    + (Files.exists(directory) ? ": is not a directory" : ": no such directory; make it once")
                    + ", or is a disk not mounted?");
        }
    }

    /** Looks at the directory, to write nothing. */
    static Target look(Path directory) throws IOException {
        require(directory);
        return new Target(directory, null, ArchiveState.read(directory));
    }

    /** Takes the directory; null if another run has it. */
    static @Nullable Target open(Path directory) throws IOException {
        require(directory);
        TargetLock lock = TargetLock.take(directory);
        if (lock == null) {
            return null;
        }
        boolean opened = false;
        try {
            Target target = new Target(directory, lock, ArchiveState.read(directory));
            target.removeLeftovers();
            opened = true;
            return target;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** Removes what a run that was killed had begun to write, unless another process is writing it. */
    private void removeLeftovers() throws IOException {
        for (Path file : DirectoryListing.of(directory)) {
            String name = file.getFileName().toString();
            String target = name.endsWith(".tmp") ? name.substring(0, name.length() - ".tmp".length()) : "";
            if (ArchiveName.matches(target) || target.startsWith(".blocks")) {
                AtomicFile left = AtomicFile.begin(directory.resolve(target));
                if (left != null) {
                    left.close();
                }
            }
        }
    }

    Path directory() {
        return directory;
    }

    ArchiveState state() {
        return state;
    }

    /** Writes a new state to the disk, if it is another one. */
    void save(ArchiveState next) throws IOException {
        if (!next.equals(state)) {
            next.write(directory);
            state = next;
        }
    }

    /** The files that are archives by their names. */
    List<Path> archives() throws IOException {
        return DirectoryListing.of(directory).stream()
                .filter(file -> ArchiveName.matches(file.getFileName().toString()))
                .toList();
    }

    /** Gives a file that is no good another name, under which nothing reads it; returns that. */
    Path setAside(Path file) throws IOException {
        for (int n = 1; ; n++) {
            Path free = file.resolveSibling(file.getFileName() + "." + n);
            if (!Files.exists(free, LinkOption.NOFOLLOW_LINKS)) {
                Path moved = Files.move(file, free);
                AtomicFile.forceNames(directory);
                return moved;
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}
