package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards a loopback port, with TLS if its server socket does that, to a unix socket. */
final class LoopbackFront implements Closeable {
    private static final int BUFFER = 8192;

    private final ServerSocket server;
    private final Path socket;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    LoopbackFront(ServerSocket server, Path socket) {
        this.server = server;
        this.socket = socket;
        start(() -> {
            while (true) {
                Socket connection = server.accept();
                start(() -> serve(connection));
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.size();
    }

    private void serve(Socket connection) throws IOException {
        connections.add(connection);
        try (connection;
                SocketChannel engine = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            start(() -> {
                byte[] bytes = new byte[BUFFER];
                try (connection) {
                    OutputStream out = connection.getOutputStream();
                    for (int count = read(engine, bytes); count >= 0; count = read(engine, bytes)) {
                        out.write(bytes, 0, count);
                    }
                }
            });
            byte[] bytes = new byte[BUFFER];
            InputStream in = connection.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                engine.write(ByteBuffer.wrap(bytes, 0, count));
            }
        } finally {
            connections.remove(connection);
        }
    }

    /** Not by {@code Channels.newInputStream}: while that waits, nobody can write. */
    private static int read(SocketChannel channel, byte[] bytes) throws IOException {
        return channel.read(ByteBuffer.wrap(bytes));
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // One side is gone.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
