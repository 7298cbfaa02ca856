package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveState;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.DirectoryListing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The directory that archives go to, and what it remembers of them. No other run writes to it while this one may. */
final class Target implements Closeable {
    private final Path directory;
    /** Null if nothing is to be written. */
    private final @Nullable TargetLock lock;
    /** Who may read the state. */
    private final Access access;

    private ArchiveState state = ArchiveState.NONE;

    private Target(Path directory, @Nullable TargetLock lock, Access access) {
        this.directory = directory;
        this.lock = lock;
        this.access = access;
    }

    /** It is never made: where a disk is not mounted, archives would go to the disk below it. */
    private static void require(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory
                    + (Files.exists(directory)
                            ? ": is not a directory"
                            : ": no such directory; make it once, or mount the disk that holds it"));
        }
    }

    /** Looks at the directory, to write nothing. */
    static Target look(Path directory) throws IOException {
        require(directory);
        Target target = new Target(directory, null, Access.OWNER);
        target.state = ArchiveState.read(directory);
        return target;
    }

    /**
     * Takes the directory; null if another run has it. A state that is damaged is set aside: what it knew of archives that
     * are here is found again, and a segment whose archive is elsewhere is archived again.
     *
     * @param access who may read the state
     * @param damage takes a line about that
     */
    static @Nullable Target open(Path directory, Access access, Consumer<String> damage) throws IOException {
        require(directory);
        TargetLock lock = TargetLock.take(directory);
        if (lock == null) {
            return null;
        }
        boolean opened = false;
        try {
            Target target = new Target(directory, lock, access);
            target.removeLeftovers();
            target.read(damage);
            opened = true;
            return target;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private void read(Consumer<String> damage) throws IOException {
        try {
            state = ArchiveState.read(directory);
        } catch (MismatchException e) {
            Path file = directory.resolve(ArchiveState.FILE);
            Path moved = setAside(file);
            damage.accept(file + ": is damaged, or something else wrote it; it is now " + moved.getFileName()
                    + ", and what it knew is lost: what is not archived here is archived again");
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
            next.write(directory, access);
            state = next;
        }
    }

    /**
     * The files that are archives by their names.
     *
     * @throws IOException in one line, if one is something else: a pipe would be read for ever
     */
    List<Path> archives() throws IOException {
        List<Path> archives = DirectoryListing.of(directory).stream()
                .filter(file -> ArchiveName.matches(file.getFileName().toString()))
                .toList();
        for (Path archive : archives) {
            if (!Files.isRegularFile(archive)) {
                throw new IOException(archive + ": is not a regular file; move it away");
            }
        }
        return archives;
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
