package dev.shiplog.recorder.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.recorder.socket.UnixServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
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
    private static final String CONTENT_TYPE = "application/vnd.docker.plugins.v1.1+json";
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Supplier<String> start;
    private final Supplier<String> stop;
    private final UnixServer server;

    private PluginSocket(Path file, Supplier<String> start, Supplier<String> stop, Duration patience)
            throws IOException {
        this.start = start;
        this.stop = stop;
        try {
            server = UnixServer.open(file, "shiplog-plugin", patience, this::answer);
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
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
        return new PluginSocket(file, start, stop, patience);
    }

    private void answer(UnixServer.Client client) throws IOException {
        byte[] answer;
        try {
            PluginRequest request = read(client);
            if (request == null) {
                return; // an engine that only looks whether somebody listens
            }
            answer = decide(request);
        } catch (ProtocolException e) {
            answer = answer("400 Bad Request", error(String.valueOf(e.getMessage())));
        }
        client.write(answer);
    }

    /** Null if the client went away before it had asked. */
    private static @Nullable PluginRequest read(UnixServer.Client client) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PluginRequest.LONGEST_HEAD + 2 * PluginRequest.LONGEST_BODY);
        while (client.read(bytes)) {
            PluginRequest request = PluginRequest.of(bytes.array(), bytes.position());
            if (request != null) {
                return request;
            }
            if (!bytes.hasRemaining()) {
                throw new ProtocolException("a request that is too long");
            }
        }
        return null;
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
        server.close();
    }
}
