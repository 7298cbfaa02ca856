package dev.shiplog.testkit.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** A cluster that is reached over HTTP: what a proxy passes calls on to, and how a test asks. */
public final class HttpCluster implements Backend {
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection", "content-length", "date", "expect", "host", "http2-settings", "transfer-encoding", "upgrade");

    private final HttpClient client;
    private final URI cluster;

    public HttpCluster(URI cluster) {
        this(cluster, HttpClient.newBuilder());
    }

    /** Over TLS, with the certificates that the context has and trusts. */
    public HttpCluster(URI cluster, SSLContext tls) {
        this(cluster, HttpClient.newBuilder().sslContext(tls));
    }

    private HttpCluster(URI cluster, HttpClient.Builder client) {
        this.cluster = cluster;
        this.client = client.version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    @Override
    public Answer answer(Call call) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(cluster.resolve(call.target()))
                .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()))
                .timeout(Duration.ofMinutes(2));
        call.headers().forEach((name, value) -> {
            if (!OF_THE_CONNECTION.contains(name)) {
                request.header(name, value);
            }
        });
        try {
            HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> headers = new LinkedHashMap<>();
            response.headers().map().forEach((name, values) -> {
                if (!OF_THE_CONNECTION.contains(name) && !name.startsWith(":")) {
                    headers.put(name, String.join(", ", values));
                }
            });
            byte[] body = response.body();
            return new Answer(response.statusCode(), headers, body, Answer.End.WHOLE, body.length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
