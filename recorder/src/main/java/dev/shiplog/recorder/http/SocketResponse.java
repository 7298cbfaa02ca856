package dev.shiplog.recorder.http;

import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;

/** An answer that is read from its connection. */
public final class SocketResponse implements Response {
    private static final String CONTENT_ENCODING = "Content-Encoding";

    private final SocketHttpClient client;
    private final Head head;
    private final Body body;
    private final Wire wire;
    private final InputStream content;
    private boolean keep;

    SocketResponse(SocketHttpClient client, Head head, Wire wire) throws IOException {
        this.client = client;
        this.head = head;
        this.wire = wire;
        this.keep = head.keepsAlive();
        this.body = new Body(wire, head, this::free);
        this.content = decoded();
    }

    private void free() {
        if (keep) {
            client.keep(wire);
        }
    }

    /** Decodes what a proxy has compressed although nobody asked for it; then the header is gone. */
    private InputStream decoded() throws IOException {
        String encoding = head.header(CONTENT_ENCODING);
        if ("gzip".equalsIgnoreCase(encoding) || "x-gzip".equalsIgnoreCase(encoding)) {
            head.headers().remove(CONTENT_ENCODING);
            return new GZIPInputStream(body);
        }
        return body;
    }

    @Override
    public int getStatusCode() {
        return head.status();
    }

    @Override
    public Map<String, List<String>> getHeaders() {
        return head.headers();
    }

    /** Its {@link InputStream#available} tells whether a part of the body is here that has not been read. */
    @Override
    public InputStream getBody() {
        return content;
    }

    /**
     * Has the reader called when more of the body arrived or the connection was closed, until it says false. It reads what is
     * there, and waits only for the rest of what it has begun. Behind TLS or compression, where bytes that arrived do not tell
     * what can be read, it has a thread of its own. The connection serves no other request.
     *
     * @param arrived whether something is here already
     * @throws IOException if the connection is closed
     */
    public void follow(Selection selection, boolean arrived, BooleanSupplier reader) throws IOException {
        keep = false;
        client.follow(selection, wire, content == body, arrived, reader, () -> {});
    }

    /** Closes the connection, unless the answer was read to its end and another may follow. */
    @Override
    public void close() {
        if (body.isWhole() && keep) {
            return;
        }
        try {
            wire.close();
        } catch (IOException e) {
            // There is nothing left to close.
        }
    }
}
