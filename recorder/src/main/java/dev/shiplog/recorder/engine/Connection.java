package dev.shiplog.recorder.engine;

import com.github.dockerjava.core.LocalDirectorySSLConfig;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.SSLConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One connection to the engine, made when it is first needed and used by one request at a time. Each has an HTTP client
 * of its own, because only closing the client ends a request; but see {@link Answer} about closing while it connects.
 * Any thread may close it.
 */
final class Connection implements Closeable {
    /** For tcp; a unix socket answers at once or not at all. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * It logs each retry; we report what matters. Held here, because java.util.logging forgets levels of unheld
     * loggers.
     */
    private static final Logger TRANSPORT = Logger.getLogger("org.apache.hc");

    static {
        TRANSPORT.setLevel(Level.WARNING);
    }

    private final DockerHttpClient client;

    private Connection(DockerHttpClient client) {
        this.client = client;
    }

    static Connection to(EngineAddress address) throws IOException {
        Path certificates = address.certificates();
        SSLConfig tls = certificates == null ? null : tls(certificates);
        try {
            return new Connection(new ApacheDockerHttpClient.Builder()
                    .dockerHost(address.uri())
                    .sslConfig(tls)
                    .maxConnections(1)
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .build());
        } catch (RuntimeException e) {
            // Only reading the certificates can fail here.
            throw new IOException(
                    certificates + ": not usable for TLS; are ca.pem, cert.pem and key.pem PEM files?", e);
        }
    }

    /** Reads the certificates each time, because they are renewed while the recorder runs. */
    private static SSLConfig tls(Path certificates) throws IOException {
        for (String name : List.of("ca.pem", "cert.pem", "key.pem")) {
            Path file = certificates.resolve(name);
            if (!Files.isReadable(file)) {
                throw new IOException(file + (Files.exists(file) ? ": permission denied" : ": no such file")
                        + "; for TLS, DOCKER_CERT_PATH must hold ca.pem, cert.pem and key.pem");
            }
        }
        return new LocalDirectorySSLConfig(certificates.toString());
    }

    /**
     * Sends a request and waits for the headers of the answer.
     *
     * @throws RuntimeException which {@link Failures#explain} turns into one line
     */
    DockerHttpClient.Response get(String path) {
        return client.execute(DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.GET)
                .path(path)
                .putHeader("Accept-Encoding", "identity")
                .build());
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
