package dev.shiplog.replay.export;

import dev.shiplog.journal.archive.Compression;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there when it is complete, and not before: written beside its place under a name that ends in
 * {@code .tmp}, forced to disk, then moved. What is no regular file (a pipe, a device) is written to as it is.
 */
public final class OutputFile implements Closeable {
    private final Path target;
    private final Path written;
    private final FileChannel channel;
    private final OutputStream stream;

    private OutputFile(Path target, Path written, FileChannel channel) throws IOException {
        this.target = target;
        this.written = written;
        this.channel = channel;
        this.stream = Compression.forName(target.toString(), Channels.newOutputStream(channel));
    }

    /**
     * Begins the file, compressed as its name's end says.
     *
     * @throws FileAlreadyExistsException if it is there and {@code replace} is not set
     */
    public static OutputFile create(Path target, boolean replace) throws IOException {
        if (Files.isDirectory(target)) {
            throw new IOException(target + ": is a directory; name a file in it");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return new OutputFile(target, target, FileChannel.open(target, StandardOpenOption.WRITE));
        }
        if (Files.exists(target) && !replace) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path written = target.resolveSibling(target.getFileName() + ".tmp");
        FileChannel channel = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        return new OutputFile(target, written, channel);
    }

    /** Where the content goes. */
    public OutputStream stream() {
        return stream;
    }

    /** Ends the content and moves the file to its place. */
    public void commit() throws IOException {
        stream.flush();
        if (written.equals(target)) {
            stream.close();
            return;
        }
        stream.close();
        try (FileChannel whole = FileChannel.open(written, StandardOpenOption.WRITE)) {
            whole.force(true);
        }
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Gives up what was not committed. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            if (!written.equals(target)) {
                Files.deleteIfExists(written);
            }
        }
    }
}
