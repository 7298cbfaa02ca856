package dev.shiplog.recorder.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The unix socket on which an engine finds its plugin, and calls it by HTTP:
 *
 * <pre>
 * POST /Plugin.Activate                  what the plugin can do
 * POST /MetricsCollector.StartMetrics    {"Err":""}, or what is wrong
 * POST /MetricsCollector.StopMetrics     likewise
 * </pre>
 *
 * <p>One thread answers one request of each connection, and then closes it. Clients who stall are left after some seconds.
 */
public final class PluginSocket implements Closeable {
    private static final System.Logger LOG = System.getLogger(PluginSocket.class.getName());
    private static final String CONTENT_TYPE = "application/vnd.docker.plugins.v1.1+json";
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long PAUSE_MILLIS = 100;

    private final Path file;
    private final Supplier<String> start;
    private final Supplier<String> stop;
    private final Duration patience;
    private final ServerSocketChannel server;
    private final Thread thread = new Thread(this::serve, "shiplog-plugin");

    private PluginSocket(
            Path file, Supplier<String> start, Supplier<String> stop, Duration patience, ServerSocketChannel server) {
        this.file = file;
        this.start = start;
        this.stop = stop;
        this.patience = patience;
        this.server = server;
        thread.setDaemon(true);
    }

    /**
     * Listens, in place of a run before that left its socket.
     *
     * @param start begins to collect; gives what is wrong, or an empty text
     * @param stop ends that; likewise
     */
    public static PluginSocket open(Path file, Supplier<String> start, Supplier<String> stop) throws IOException {
        return open(file, start, stop, PATIENCE);
    }

    /** @param patience with a client that neither sends nor reads */
    static PluginSocket open(Path file, Supplier<String> start, Supplier<String> stop, Duration patience)
            throws IOException {
        Files.deleteIfExists(file);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(file));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        PluginSocket socket = new PluginSocket(file, start, stop, patience, server);
        socket.thread.start();
        return socket;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                answer(client);
            } catch (ClosedChannelException e) {
                LOG.log(Level.DEBUG, "no more calls are answered");
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "a client went away: {0}", e.getMessage());
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

    private void answer(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            byte[] answer;
            try {
                PluginRequest request = read(client, selector);
                if (request == null) {
                    return; // an engine that only looks whether somebody listens
                }
                answer = decide(request);
            } catch (ProtocolException e) {
                answer = answer("400 Bad Request", error(String.valueOf(e.getMessage())));
            }
            key.interestOps(SelectionKey.OP_WRITE);
            write(client, selector, ByteBuffer.wrap(answer));
        }
    }

    /** Null if the client went away before it had asked. */
    private @Nullable PluginRequest read(SocketChannel client, Selector selector) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PluginRequest.LONGEST_HEAD + 2 * PluginRequest.LONGEST_BODY);
        long until = System.nanoTime() + patience.toNanos();
        while (client.read(bytes) >= 0) {
            PluginRequest request = PluginRequest.of(bytes.array(), bytes.position());
            if (request != null) {
                return request;
            }
            if (!bytes.hasRemaining()) {
                throw new ProtocolException("a request that is too long");
            }
            await(selector, until);
        }
        return null;
    }

    private void write(SocketChannel client, Selector selector, ByteBuffer answer) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        client.write(answer);
        while (answer.hasRemaining()) {
            await(selector, until);
            client.write(answer);
        }
    }

    private void await(Selector selector, long until) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
            throw new IOException("it stalled for " + patience.toMillis() + " ms");
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }

    private byte[] decide(PluginRequest request) {
        if (!request.method().equals("POST")) {
            return answer("404 Not Found", error("there is nothing to " + request.method()));
        }
        return switch (request.path()) {
            case "/Plugin.Activate" -> answer("200 OK", "{\"Implements\":[\"MetricsCollector\"]}\n");
            case "/MetricsCollector.StartMetrics" -> answer("200 OK", error(start.get()));
            case "/MetricsCollector.StopMetrics" -> answer("200 OK", error(stop.get()));
            default -> answer("404 Not Found", error("this plugin collects metrics; it knows no such call"));
        };
    }

    private static String error(String what) {
        Bytes out = new Bytes(64);
        out.putAscii("{\"Err\":");
        JsonString.put(what, out);
        out.putAscii("}\n");
        return new String(out.toArray(), UTF_8);
    }

    private static byte[] answer(String status, String json) {
        byte[] body = json.getBytes(UTF_8);
        Bytes out = new Bytes(256);
        out.putAscii("HTTP/1.1 " + status + "\r\nContent-Type: " + CONTENT_TYPE + "\r\nContent-Length: " + body.length
                + "\r\nConnection: close\r\n\r\n");
        out.put(body, 0, body.length);
        return out.toArray();
    }

    /** Answers no more calls once it returns. Idempotent. */
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
}
