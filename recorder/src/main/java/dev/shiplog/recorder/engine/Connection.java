package dev.shiplog.recorder.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.shiplog.recorder.http.Selection;
import dev.shiplog.recorder.http.SocketHttpClient;
import dev.shiplog.recorder.http.SocketResponse;
import dev.shiplog.recorder.tls.Pem;
import dev.shiplog.recorder.tls.Tls;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * One connection to the engine, made when it is first needed and used by one request at a time. Each has an HTTP client
 * of its own, because only closing the client ends a request. Any thread may close it, at any moment.
 */
final class Connection implements Closeable {
    private static final String AUTHORITIES = "ca.pem";
    private static final String CERTIFICATE = "cert.pem";
    private static final String KEY = "key.pem";

    private final SocketHttpClient client;

    private Connection(SocketHttpClient client) {
        this.client = client;
    }

    static Connection to(EngineAddress address) throws IOException {
        Path certificates = address.certificates();
        return new Connection(new SocketHttpClient(address.uri(), certificates == null ? null : tls(certificates)));
    }

    /** Reads the certificates each time, because they are renewed while the recorder runs. */
    private static SSLContext tls(Path certificates) throws IOException {
        for (String name : List.of(AUTHORITIES, CERTIFICATE, KEY)) {
            Path file = certificates.resolve(name);
            if (!Files.isReadable(file)) {
                throw new IOException(file + (Files.exists(file) ? ": permission denied" : ": no such file")
                        + "; for TLS, DOCKER_CERT_PATH must hold ca.pem, cert.pem and key.pem");
            }
        }
        return Tls.client(
                Pem.certificates(certificates.resolve(AUTHORITIES)),
                Pem.certificates(certificates.resolve(CERTIFICATE)),
                Pem.privateKey(certificates.resolve(KEY)));
    }

    /**
     * Sends a request and waits for the head of the answer.
     *
     * @throws RuntimeException which {@link Failures#explain} turns into one line
     */
    SocketResponse get(String path) {
        return client.execute(request(path));
    }

    /** Sends a request; its answer is to be {@linkplain #receive received}. */
    void send(String path) throws IOException {
        client.send(request(path));
    }

    /** Waits for the head of the answer to what was sent. */
    SocketResponse receive() throws IOException {
        return client.receive();
    }

    /** As {@link SocketHttpClient#follow}. */
    void follow(Selection selection, Runnable reader, Runnable done) throws IOException {
        client.follow(selection, reader, done);
    }

    /** Whether a request was served by what is open; the engine may have closed that since. */
    boolean isKept() {
        return client.isKept();
    }

    private static DockerHttpClient.Request request(String path) {
        return DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.GET)
                .path(path)
                .putHeader("Accept-Encoding", "identity")
                .build();
    }

    /** Ends a request that is under way. Idempotent. */
    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            // The far end is gone, so there is no request to end.
        }
    }
}
