package dev.shiplog.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The server's side of one answer, for one thread: HTTP/1.1 as dockerd writes it, or raw bytes. */
public final class Reply {
    private static final byte[] LINE_END = {'\r', '\n'};

    private final SocketChannel channel;
    private final boolean withoutBody;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private OutputStream out;
    private boolean begun;

    Reply(SocketChannel channel, boolean withoutBody) {
        this.channel = channel;
        this.withoutBody = withoutBody;
        this.out = Channels.newOutputStream(channel);
    }

    /** Adds a header to the head that is to come. */
    public Reply header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Lets all bytes to come, the head's too, pass through a filter. */
    public void through(UnaryOperator<OutputStream> filter) {
        out = filter.apply(out);
    }

    /** A whole answer with its length. */
    public void send(int status, String contentType, byte[] body) throws IOException {
        head(status, contentType, "Content-Length: " + body.length);
        if (!withoutBody) {
            raw(body);
        }
    }

    /** A whole answer in one line of JSON. */
    public void json(int status, byte[] body) throws IOException {
        send(status, "application/json", body);
    }

    /** The engine's way to say no. */
    public void error(int status, String message) throws IOException {
        String escaped = message.replace("\\", "\\\\").replace("\"", "\\\"");
        json(status, utf8("{\"message\":\"" + escaped + "\"}\n"));
    }

    /** The head of an answer that goes on in chunks. */
    public void begin(String contentType) throws IOException {
        head(200, contentType, "Transfer-Encoding: chunked");
    }

    /** One chunk, in one write, as Go does. */
    public void chunk(byte[] data) throws IOException {
        byte[] size = utf8(Integer.toHexString(data.length) + "\r\n");
        ByteBuffer whole = ByteBuffer.allocate(size.length + data.length + 2);
        raw(whole.put(size).put(data).put(LINE_END).array());
    }

    /** A chunk of the line and its line feed. */
    public void line(byte[] line) throws IOException {
        byte[] fed = java.util.Arrays.copyOf(line, line.length + 1);
        fed[line.length] = '\n';
        chunk(fed);
    }

    /** The last chunk: a clean end. */
    public void end() throws IOException {
        raw(utf8("0\r\n\r\n"));
    }

    /** Bytes of any kind. */
    public void raw(byte[] bytes) throws IOException {
        begun = true;
        out.write(bytes);
        out.flush();
    }

    /** Cuts the connection, now. */
    public void cut() throws IOException {
        channel.close();
        throw new IOException("cut on command");
    }

    /** Says nothing until the client hangs up, or the engine vanishes. */
    public void awaitHangUp() throws IOException {
        try {
            while (!hungUp()) {
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the client hung up");
    }

    /** Whether the client is gone. Nobody pipelines requests here, so nothing is lost by looking. */
    boolean hungUp() throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    boolean begun() {
        return begun;
    }

    private void head(int status, String contentType, String framing) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + reason(status) + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Type: ")
                .append(contentType)
                .append("\r\n")
                .append(framing)
                .append("\r\n\r\n");
        raw(utf8(head.toString()));
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 409 -> "Conflict";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            default -> "Status";
        };
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
