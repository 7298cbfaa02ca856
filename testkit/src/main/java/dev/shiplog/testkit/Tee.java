package dev.shiplog.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and an engine's unix socket, forwards every byte, and writes down what the engine answered, one
 * file a connection. Bytes are written down before they are forwarded, so what a client has read is there to compare with.
 * What is there need not have been read: a client that hangs up leaves the rest in the socket.
 */
public final class Tee implements Closeable {
    private static final int BUFFER = 64 * 1024;

    private final Path engine;
    private final Path directory;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Recording> recordings = new CopyOnWriteArrayList<>();
    private final SocketServer server;

    private Tee(Path socket, Path engine, Path directory) throws IOException {
        this.engine = engine;
        this.directory = Files.createDirectories(directory);
        this.server = new SocketServer(socket, this::connect);
    }

    /**
     * Listens at once. The engine may come and go.
     *
     * @param directory for the files
     */
    public static Tee at(Path socket, Path engine, Path directory) throws IOException {
        return new Tee(socket, engine, directory);
    }

    /** All requests so far, in the order they were made. */
    public List<Exchange> exchanges() {
        return recordings.stream().map(Recording::exchange).toList();
    }

    /** Cuts all connections. Idempotent. */
    @Override
    public void close() throws IOException {
        server.close();
    }

    private void connect(SocketChannel client) {
        Path file = directory.resolve(String.format("%06d.body", connections.incrementAndGet()));
        try (SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine));
                FileChannel bodies = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Conversation conversation = new Conversation(file, bodies, recordings::add);
            Thread answers = SocketServer.daemon("tee answers", () -> answers(client, upstream, conversation));
            answers.start();
            requests(client, upstream, conversation);
            answers.join();
        } catch (IOException e) {
            // One side is gone; so is the other now.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void requests(SocketChannel client, SocketChannel upstream, Conversation conversation) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (upstream) {
            while (client.read(buffer.clear()) >= 0) {
                conversation.asked(buffer.flip().duplicate());
                writeAll(upstream, buffer);
            }
        } catch (IOException e) {
            // As in connect.
        }
    }

    private static void answers(SocketChannel client, SocketChannel upstream, Conversation conversation) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try (client) {
            while (upstream.read(buffer.clear()) >= 0) {
                conversation.answered(buffer.flip().duplicate());
                writeAll(client, buffer);
            }
            conversation.closed();
        } catch (IOException | UncheckedIOException e) {
            // As in connect.
        }
    }

    private static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
