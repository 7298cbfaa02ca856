package dev.shiplog.recorder.http;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * docker-java's transport over one socket: a unix socket, tcp, or tcp with TLS. Sends GETs, one at a time, and keeps the
 * connection for the next once an answer was read to its end. Any thread may close it, which ends what is under way,
 * even a connecting.
 */
public final class SocketHttpClient implements DockerHttpClient {
    /** For tcp; a unix socket answers at once or not at all. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final URI server;
    private final @Nullable SSLContext tls;
    /** The open connection, if there is one that no answer is being read from. */
    private @Nullable Wire kept;

    /** The newest socket, connected or not. Guarded by this. */
    private @Nullable SocketChannel channel;

    private boolean closed;
    /** What waits for the bytes of an answer that is followed. Guarded by this. */
    private @Nullable Selection selection;

    /**
     * Opens nothing yet.
     *
     * @param server as in {@code unix:///path} or {@code tcp://host:port/prefix}
     * @param tls for tcp, or null
     */
    public SocketHttpClient(URI server, @Nullable SSLContext tls) {
        this.server = server;
        this.tls = tls;
    }

    /**
     * Sends a GET and waits for the head of its answer.
     *
     * @throws UncheckedIOException if there is none: from a {@link NoAnswerException}, {@link CutOffException},
     *     {@link ProtocolException}, or what the JDK's sockets throw
     */
    @Override
    public Response execute(Request request) {
        if (!request.method().equals("GET")) {
            throw new IllegalArgumentException(request.method() + ": only GETs are sent");
        }
        byte[] head = head(request);
        try {
            Wire wire = kept;
            kept = null;
            if (wire != null) {
                try {
                    return exchange(wire, head);
                } catch (NoAnswerException e) {
                    // The far end closed it since the last answer; a GET may be sent again.
                }
            }
            return exchange(connect(), head);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] head(Request request) {
        boolean unix = isUnix();
        String path = (unix || server.getRawPath() == null ? "" : server.getRawPath()) + request.path();
        StringBuilder head = new StringBuilder(256)
                .append("GET ")
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(unix ? "localhost" : server.getRawAuthority());
        request.headers()
                .forEach((name, value) ->
                        head.append("\r\n").append(name).append(": ").append(value));
        if (path.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("a path with white space: " + path);
        }
        return head.append("\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private boolean isUnix() {
        return server.getScheme().equals("unix");
    }

    private Response exchange(Wire wire, byte[] request) throws IOException {
        try {
            send(wire, request);
            Head head = Head.read(wire);
            return new SocketResponse(this, head, wire);
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    /** The answer was read to its end: the next request may use the connection. */
    void keep(Wire wire) {
        kept = wire;
    }

    /** From here on {@link #close} tells the selection, too. */
    synchronized void follow(Selection with, Wire wire, boolean arrived, BooleanSupplier reader) throws IOException {
        SocketChannel followed = channel;
        if (closed || followed == null) {
            throw new AsynchronousCloseException();
        }
        with.add(followed, wire, arrived, reader);
        selection = with;
    }

    private static void send(Wire wire, byte[] request) throws IOException {
        try {
            wire.write(request);
            if (wire.await()) {
                return;
            }
        } catch (IOException e) {
            throw new NoAnswerException(e);
        }
        throw new NoAnswerException(null);
    }

    private Wire connect() throws IOException {
        IOException failure = new IOException(server.getHost() + ": no address");
        for (SocketAddress address : addresses()) {
            SocketChannel opened = open();
            try {
                return connect(opened, address);
            } catch (IOException e) {
                opened.close();
                failure = e;
            }
        }
        throw failure;
    }

    private List<SocketAddress> addresses() throws IOException {
        if (isUnix()) {
            return List.of(UnixDomainSocketAddress.of(server.getPath()));
        }
        List<SocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(server.getHost())) {
            addresses.add(new InetSocketAddress(address, server.getPort()));
        }
        return addresses;
    }

    /** From here on {@link #close} reaches the socket. */
    private synchronized SocketChannel open() throws IOException {
        if (closed) {
            throw new AsynchronousCloseException();
        }
        channel = isUnix() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        return channel;
    }

    private Wire connect(SocketChannel opened, SocketAddress address) throws IOException {
        if (isUnix()) {
            opened.connect(address);
            return new Wire(opened);
        }
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        opened.socket().connect(address, (int) CONNECT_TIMEOUT.toMillis());
        if (tls == null) {
            return new Wire(opened);
        }
        SSLSocket secured = (SSLSocket)
                tls.getSocketFactory().createSocket(opened.socket(), server.getHost(), server.getPort(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return new Wire(opened, secured.getInputStream(), secured.getOutputStream());
    }

    /** Ends a request that is under way, and those to come. Idempotent. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        if (channel != null) {
            channel.close();
        }
        if (selection != null) {
            selection.wake();
        }
    }
}
