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
import java.util.Objects;
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
    /** The one by which a request was sent whose answer is to be received. */
    private @Nullable Wire sent;

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
    public SocketResponse execute(Request request) {
        try {
            boolean again = isKept();
            try {
                send(request);
                return receive();
            } catch (NoAnswerException e) {
                if (!again) {
                    throw e;
                }
                // The far end closed it since the last answer; a GET may be sent again.
                send(request);
                return receive();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has a connection open that served a request before; the far end may have closed that since. */
    public boolean isKept() {
        return kept != null;
    }

    /**
     * Sends a GET. Its answer is to be {@linkplain #receive received} before the next.
     *
     * @throws NoAnswerException if the connection was kept and the far end has closed it
     */
    public void send(Request request) throws IOException {
        byte[] head = head(request);
        Wire wire = kept == null ? connect() : kept;
        kept = null;
        try {
            wire.write(head);
            sent = wire;
        } catch (IOException e) {
            wire.close();
            throw new NoAnswerException(e);
        }
    }

    /**
     * Waits for the head of the answer to what was sent.
     *
     * @throws NoAnswerException if the far end has closed the connection without a word
     */
    public SocketResponse receive() throws IOException {
        Wire wire = Objects.requireNonNull(sent, "nothing was sent");
        sent = null;
        try {
            awaitAnswer(wire);
            return new SocketResponse(this, Head.read(wire), wire);
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    private static void awaitAnswer(Wire wire) throws IOException {
        boolean begun;
        try {
            begun = wire.await();
        } catch (IOException e) {
            throw new NoAnswerException(e);
        }
        if (!begun) {
            throw new NoAnswerException(null);
        }
    }

    /**
     * Has the reader called once the answer to what was sent arrives, or the connection was closed.
     *
     * @param done runs after that; then the next request may be sent, if the answer was read to its end
     * @throws IOException if the connection is closed
     */
    public void follow(Selection selection, Runnable reader, Runnable done) throws IOException {
        BooleanSupplier once = () -> {
            reader.run();
            return false;
        };
        follow(selection, Objects.requireNonNull(sent, "nothing was sent"), true, false, once, done);
    }

    private byte[] head(Request request) {
        if (!request.method().equals("GET")) {
            throw new IllegalArgumentException(request.method() + ": only GETs are sent");
        }
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

    /** The answer was read to its end: the next request may use the connection. */
    void keep(Wire wire) {
        kept = wire;
    }

    /**
     * From here on {@link #close} tells the selection, too.
     *
     * @param plain whether bytes that arrive are bytes that can be read
     */
    synchronized void follow(
            Selection with, Wire wire, boolean plain, boolean arrived, BooleanSupplier reader, Runnable done)
            throws IOException {
        SocketChannel followed = channel;
        if (closed || followed == null) {
            throw new AsynchronousCloseException();
        }
        if (plain && !wire.isSecured()) {
            with.add(followed, wire, arrived, reader, done);
            selection = with;
        } else {
            with.runApart(() -> {
                while (reader.getAsBoolean()) {}
                done.run();
            });
        }
    }

    private Wire connect() throws IOException {
        IOException failure = null;
        for (SocketAddress address : addresses()) {
            SocketChannel opened = open();
            try {
                return connect(opened, address);
            } catch (IOException e) {
                opened.close();
                failure = e;
            }
        }
        throw failure == null ? new IOException(server.getHost() + ": no address") : failure;
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
