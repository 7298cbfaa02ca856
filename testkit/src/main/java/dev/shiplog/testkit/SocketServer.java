package dev.shiplog.testkit;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Accepts connections on a unix socket, with one thread each. Closing it cuts them all and deletes the socket. */
final class SocketServer implements Closeable {
    private static final int BACKLOG = 1024;

    private final Path socket;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    SocketServer(Path socket, Consumer<SocketChannel> serve) throws IOException {
        this.socket = socket;
        Files.deleteIfExists(socket);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw new IOException(socket + ": cannot listen here: " + e.getMessage(), e);
        }
        daemon("accept " + socket.getFileName(), () -> accept(serve)).start();
    }

    /** A server that answers each request of a connection by the handler, one after the other. */
    static SocketServer http(Path socket, Handler handler) throws IOException {
        return new SocketServer(socket, channel -> converse(channel, handler));
    }

    private void accept(Consumer<SocketChannel> serve) {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                connections.add(channel);
                daemon("serve " + socket.getFileName(), () -> {
                            try (channel) {
                                serve.accept(channel);
                            } catch (IOException | UncheckedIOException e) {
                                // The client is gone.
                            } finally {
                                connections.remove(channel);
                            }
                        })
                        .start();
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void converse(SocketChannel channel, Handler handler) {
        try {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1024);
            while (true) {
                in.mark(1);
                int first = in.read();
                if (first < 0) {
                    return;
                }
                if (!Character.isLetter(first)) {
                    new Reply(channel, false).send(400, "text/plain", Reply.utf8("400 Bad Request"));
                    return;
                }
                in.reset();
                String line = readLine(in);
                String[] words = line.split(" ", -1);
                while (!readLine(in).isEmpty()) {}
                Reply reply = new Reply(channel, words[0].equals("HEAD"));
                handler.answer(Request.of(words[0], words[1]), reply);
                if (!reply.begun()) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, 256 * 1024);
        thread.setDaemon(true);
        return thread;
    }

    /** How many connections are open. */
    int connections() {
        return connections.size();
    }

    /** Accepts no more, and leaves the connections alone. Idempotent. */
    void refuse() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {
        refuse();
        for (SocketChannel channel : connections) {
            channel.close();
        }
    }
}
