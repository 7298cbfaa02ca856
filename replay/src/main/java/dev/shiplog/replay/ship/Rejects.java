package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.JsonLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * The file that keeps the documents that a cluster will never take, a line for each:
 *
 * <pre>{@code
 * {"reason":"400: mapper_parsing_exception: …","action":{"create":{…}},"document":{…}}
 * }</pre>
 *
 * It grows. What was refused before is refused again if it is sent again, and is then in the file twice. Not thread safe.
 */
public final class Rejects implements Closeable {
    private final Path file;
    private final FileChannel channel;

    private Rejects(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Opens the file, or makes it. */
    public static Rejects open(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            dropHalfALine(file);
        }
        return new Rejects(
                file,
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /** What a kill or a full disk left at the end. Its document is not settled: it is sent again. */
    private static void dropHalfALine(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = channel.size();
            ByteBuffer block = ByteBuffer.allocate(1 << 16);
            while (end > 0) {
                long from = Math.max(0, end - block.capacity());
                block.clear().limit((int) (end - from));
                while (block.hasRemaining() && channel.read(block, from + block.position()) >= 0) {
                    // until the block is full
                }
                int length = block.position();
                while (length > 0 && block.get(length - 1) != '\n') {
                    length--;
                }
                end = from + length;
                if (length > 0) {
                    break;
                }
            }
            channel.truncate(end);
        }
    }

    /** Appends what was refused, and forces it to disk. */
    void add(Bulk bulk, Outcome outcome) throws IOException {
        Bytes text = new Bytes(1 << 12);
        for (Map.Entry<Integer, String> refused : outcome.reasons().entrySet()) {
            Bulk.Item item = bulk.items().get(refused.getKey());
            JsonLine line = new JsonLine(text);
            line.put("reason", refused.getValue()).name("action");
            text.put(bulk.lines().array(), item.from(), item.document() - 1 - item.from());
            line.name("document");
            text.put(bulk.lines().array(), item.document(), item.to() - 1 - item.document());
            line.end();
            text.put('\n');
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(text.array(), 0, text.length());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
