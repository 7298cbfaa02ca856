package dev.shiplog.replay.export;

import dev.shiplog.journal.file.Compression;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is there when it is complete, and not before: written beside its place under a name that ends in
 * {@code .tmp}, forced to disk, then moved. A lock keeps two that write the same file apart; what a killed one left is
 * written over. A link is followed. What is no regular file (a pipe, a device) is written to as it is.
 */
public final class OutputFile implements Closeable {
    private final Path target;
    private final Path written;
    private final FileChannel channel;
    private final OutputStream stream;
    private boolean complete;
    private boolean committed;

    private OutputFile(Path target, Path written, Compression compression, FileChannel channel) throws IOException {
        this.target = target;
        this.written = written;
        this.channel = channel;
        this.stream = compression.to(new Content(target, channel));
    }

    /**
     * Begins the file.
     *
     * @throws FileAlreadyExistsException if it is there and {@code replace} is not set
     */
    public static OutputFile create(Path named, Compression compression, boolean replace) throws IOException {
        try {
            return createIfAllowed(named, compression, replace);
        } catch (AccessDeniedException e) {
            throw denied(e);
        }
    }

    /** The same in one line, with what to do. */
    static IOException denied(AccessDeniedException e) {
        return new IOException(e.getFile() + ": permission denied; name a file that you may write", e);
    }

    private static OutputFile createIfAllowed(Path named, Compression compression, boolean replace) throws IOException {
        if (Files.isDirectory(named)) {
            throw new IOException(named + ": is a directory; name a file in it");
        }
        if (Files.exists(named) && !Files.isRegularFile(named)) {
            return new OutputFile(named, named, compression, FileChannel.open(named, StandardOpenOption.WRITE));
        }
        Path target = Files.isSymbolicLink(named) ? named.toRealPath() : named;
        if (Files.exists(target) && !replace) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path directory = target.getParent();
        if (directory != null && Files.notExists(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        Path written = target.resolveSibling(target.getFileName() + ".tmp");
        FileChannel channel = FileChannel.open(written, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(channel, written);
            channel.truncate(0);
            return new OutputFile(target, written, compression, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Makes sure that nobody else writes to the open file, nor has just moved it to its place. */
    private static void lock(FileChannel channel, Path written) throws IOException {
        boolean taken;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            taken = false;
        }
        if (!taken || Files.notExists(written, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(written + ": another export writes this file");
        }
    }

    /** Where the content goes. */
    public OutputStream stream() {
        return stream;
    }

    /** Ends the content and forces it to disk; its place is not yet taken. */
    void complete() throws IOException {
        if (!complete) {
            stream.close();
            if (!written.equals(target)) {
                channel.force(true);
            }
            complete = true;
        }
    }

    /** Ends the content and moves the file to its place. */
    public void commit() throws IOException {
        complete();
        if (!written.equals(target)) {
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(target.toAbsolutePath().getParent());
        }
        committed = true;
        channel.close();
    }

    /** Forces the new name to disk, where a directory can be opened at all. */
    private static void force(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (FileChannel names = FileChannel.open(directory)) {
            names.force(true);
        } catch (IOException e) {
            // the file is in its place all the same
        }
    }

    /** Whether what is written can be read at once, and not only when the file is complete. */
    public boolean isInPlace() {
        return written.equals(target);
    }

    /** Gives up what was not committed. An interrupt may have closed the channel by then. */
    @Override
    public void close() throws IOException {
        if (!committed && !written.equals(target)) {
            Files.deleteIfExists(written);
        }
        channel.close();
    }

    /** What the file is to hold; its end is not yet the file's, and what goes wrong names the file. */
    private static final class Content extends FilterOutputStream {
        private final Path target;

        Content(Path target, FileChannel channel) {
            super(Channels.newOutputStream(channel));
            this.target = target;
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                throw new IOException(target + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void close() {
            // the channel is closed when the file is in its place
        }
    }
}
