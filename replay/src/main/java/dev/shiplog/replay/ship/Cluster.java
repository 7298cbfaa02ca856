package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Asks a cluster over HTTP. Thread safe. */
public final class Cluster {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** A cluster that has much to do answers late, and not twice as fast if it is asked twice. */
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final Target target;
    private final Duration timeout;
    private final HttpClient client;

    /** What was answered. */
    public record Answer(
            int status,
            byte[] body,
            @Nullable String type,
            @Nullable String retryAfter) {
        /** Whether the cluster did what it was asked for. */
        public boolean isFine() {
            return status >= 200 && status < 300;
        }

        /** The body; null if it is not JSON. */
        public @Nullable Json json() {
            return Json.parse(body);
        }

        /** Why it was not done, in a line: the cluster's own words, as far as they are such. */
        public String why() {
            Json json = json();
            Json error = json == null ? null : json.get("error");
            if (error == null) {
                return status + (json == null ? ", and a body that is not JSON (" + type + ")" : "");
            }
            return status + ": "
                    + (error.type() == Json.Type.STRING
                            ? error.text()
                            : error.text("type") + ": " + error.text("reason"));
        }
    }

    public Cluster(Target target) {
        this(target, TIMEOUT);
    }

    /** @param timeout for how long it may take to answer */
    Cluster(Target target, Duration timeout) {
        this.target = target;
        this.timeout = timeout;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT);
        if (target.tls() != null) {
            builder.sslContext(target.tls());
        }
        client = builder.build();
    }

    /** Where it is. */
    public URI uri() {
        return target.uri();
    }

    /** By what this program proves who it is, in words; empty if it does not. */
    String proof() {
        return target.proof();
    }

    /** Asks for {@code path}, which begins with a slash. */
    public Answer get(String path) throws IOException {
        return send(request(path).GET());
    }

    /** Puts JSON at {@code path}. */
    public Answer put(String path, byte[] json) throws IOException {
        return send(request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofByteArray(json)));
    }

    /** Posts JSON to {@code path}. */
    public Answer post(String path, byte[] json) throws IOException {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofByteArray(json)));
    }

    /** Posts lines of JSON, compressed by gzip. */
    Answer postLines(String path, byte[] compressed) throws IOException {
        return send(request(path)
                .header("Content-Type", "application/x-ndjson")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(compressed)));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target.uri() + path))
                .timeout(timeout)
                .header("Accept", "application/json");
        if (target.authorization() != null) {
            request.header("Authorization", target.authorization());
        }
        return request;
    }

    private Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(
                    answer.statusCode(),
                    answer.body(),
                    answer.headers().firstValue("Content-Type").orElse("no type"),
                    answer.headers().firstValue("Retry-After").orElse(null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (IOException e) {
            String trouble = TlsTrouble.of(e);
            if (trouble != null) {
                throw new SSLException(target.uri() + ": " + trouble, e);
            }
            throw new IOException(target.uri() + ": " + reason(e), e);
        }
    }

    /** The client often says nothing where its cause does. */
    private String reason(IOException e) {
        if (String.valueOf(e.getMessage()).contains("received no bytes")) {
            return "closes the connection without an answer; "
                    + (target.uri().getScheme().equals("https")
                            ? "if it asks for a certificate, see --cert-file and --key-file"
                            : "does it want https://?");
        }
        Throwable cause = e;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause instanceof UnresolvedAddressException
                ? "no such host"
                : e instanceof ConnectException
                        ? "nobody answers"
                        : cause.getClass().getSimpleName();
    }
}
