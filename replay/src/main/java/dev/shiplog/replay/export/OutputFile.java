package dev.shiplog.replay.export;

import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.Compression;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The file that an export writes, compressed as its name says: an {@link AtomicFile}, so that it is there when it is
 * complete and not before. A link is followed. What is no regular file (a pipe, a device) is written to as it is. Not
 * thread safe.
 */
public final class OutputFile implements Closeable {
    /** Null if the target is no regular file. */
    private final @Nullable AtomicFile file;

    private final FileChannel channel;
    private final OutputStream stream;
    private boolean complete;

    private OutputFile(Path target, @Nullable AtomicFile file, FileChannel channel, Compression compression)
            throws IOException {
        this.file = file;
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
            return new OutputFile(named, null, FileChannel.open(named, StandardOpenOption.WRITE), compression);
        }
        Path target = Files.isSymbolicLink(named) ? named.toRealPath() : named;
        if (Files.exists(target) && !replace) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path directory = target.getParent();
        if (directory != null && Files.notExists(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
        AtomicFile file = AtomicFile.begin(target);
        if (file == null) {
            throw new IOException(AtomicFile.temporary(target) + ": another export writes this file");
        }
        return new OutputFile(target, file, file.channel(), compression);
    }

    /** Where the content goes. */
    public OutputStream stream() {
        return stream;
    }

    /** Ends the content and forces it to disk; it is not in its place yet. */
    void complete() throws IOException {
        if (!complete) {
            stream.close();
            if (file != null) {
                file.force();
            }
            complete = true;
        }
    }

    /** Ends the content and moves the file to its place. */
    public void commit() throws IOException {
        complete();
        if (file != null) {
            file.commit();
        }
        channel.close();
    }

    /** Whether what is written can be read at once, and not only when the file is complete. */
    public boolean isInPlace() {
        return file == null;
    }

    /** Gives up what was not committed. An interrupt may have closed the channel before. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
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
