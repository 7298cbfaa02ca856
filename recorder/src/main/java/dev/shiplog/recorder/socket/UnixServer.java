package dev.shiplog.recorder.socket;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Serves the clients of a unix socket, one after another, on a thread of its own. None can hold it up for long. */
public final class UnixServer implements Closeable {
    private static final System.Logger LOG = System.getLogger(UnixServer.class.getName());
    private static final long PAUSE_MILLIS = 100;

    private final Path file;
    private final Duration patience;
    private final Service service;
    private final ServerSocketChannel server;
    private final Thread thread;

    /** Serves a client, which is closed afterwards. */
    @FunctionalInterface
    public interface Service {
        /** @throws IOException if the client goes away or stalls */
        void serve(Client client) throws IOException;
    }

    private UnixServer(Path file, String name, Duration patience, Service service, ServerSocketChannel server) {
        this.file = file;
        this.patience = patience;
        this.service = service;
        this.server = server;
        thread = new Thread(this::serve, name);
        thread.setDaemon(true);
    }

    /**
     * Listens, in place of a run before that left its socket.
     *
     * @param name of the thread
     * @param patience with a client that neither sends nor reads
     * @throws IOException or a RuntimeException if there can be no such socket
     */
    public static UnixServer open(Path file, String name, Duration patience, Service service) throws IOException {
        Files.deleteIfExists(file);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(file));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        UnixServer server = new UnixServer(file, name, patience, service, channel);
        server.thread.start();
        return server;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept();
                    Client client = new Client(channel, patience)) {
                service.serve(client);
            } catch (ClosedChannelException e) {
                LOG.log(Level.DEBUG, "{0} is closed", file);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "{0}: a client went away: {1}", file, e.getMessage());
                pause(); // if there are no more files, there are none at once
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Serves no more clients once it returns. Idempotent. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
            thread.interrupt();
            thread.join();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0} stays: {1}", file, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One client, which has so long for its request, and so long to take the answer. */
    public static final class Client implements Closeable {
        private final SocketChannel channel;
        private final Duration patience;
        private final Selector selector;
        private final SelectionKey key;
        private final long until;

        private Client(SocketChannel channel, Duration patience) throws IOException {
            this.channel = channel;
            this.patience = patience;
            until = System.nanoTime() + patience.toNanos();
            channel.configureBlocking(false);
            selector = Selector.open();
            key = channel.register(selector, SelectionKey.OP_READ);
        }

        /** Reads what comes next; false at the end of the request. */
        public boolean read(ByteBuffer into) throws IOException {
            int count = channel.read(into);
            while (count == 0 && into.hasRemaining()) {
                await(until);
                count = channel.read(into);
            }
            return count >= 0;
        }

        /** Writes the answer. */
        public void write(byte[] answer) throws IOException {
            ByteBuffer left = ByteBuffer.wrap(answer);
            long end = System.nanoTime() + patience.toNanos();
            key.interestOps(SelectionKey.OP_WRITE);
            channel.write(left);
            while (left.hasRemaining()) {
                await(end);
                channel.write(left);
            }
        }

        private void await(long end) throws IOException {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new IOException("it stalled for " + patience.toMillis() + " ms");
            }
            selector.select(left);
            selector.selectedKeys().clear();
        }

        @Override
        public void close() throws IOException {
            selector.close();
        }
    }
}
