package dev.shiplog.recorder.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that answers each request with the next of the answers, byte for byte. */
@Timeout(30)
final class SocketHttpClientTest {
    @TempDir
    private Path directory;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private ServerSocketChannel server;
    private SocketHttpClient client;

    @BeforeEach
    void listen() throws IOException {
        Path socket = directory.resolve("engine.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        client = new SocketHttpClient(URI.create("unix://" + socket), null);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    /** Accepts as many connections as there are lists, and gives on each the answers of its list; then closes it. */
    @SafeVarargs
    private CompletableFuture<Void> serve(List<String>... connections) {
        return CompletableFuture.runAsync(() -> {
            for (List<String> answers : connections) {
                try (SocketChannel connection = server.accept()) {
                    ByteBuffer request = ByteBuffer.allocate(4096);
                    for (String answer : answers) {
                        request.clear();
                        connection.read(request);
                        requests.add(UTF_8.decode(request.flip()).toString());
                        connection.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
    }

    private String get(String path) throws IOException {
        try (DockerHttpClient.Response response = client.execute(request(path))) {
            return response.getStatusCode() + " "
                    + new String(response.getBody().readAllBytes(), UTF_8);
        }
    }

    private static DockerHttpClient.Request request(String path) {
        return DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.GET)
                .path(path)
                .putHeader("Accept-Encoding", "identity")
                .build();
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void asksAgainOverTheSameConnection() throws IOException {
        CompletableFuture<Void> served = serve(List.of(
                ok("a"),
                "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                ok("")));
        assertThat(List.of(get("/a"), get("/b"), get("/c"), get("/d")))
                .containsExactly("200 a", "404 b", "204 ", "200 ");
        served.join();
        assertThat(requests)
                .first()
                .isEqualTo("GET /a HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n");
    }

    @Test
    void asksOverANewConnectionIfTheOldOneEndedMeanwhile() throws IOException {
        CompletableFuture<Void> served = serve(List.of(ok("a")), List.of(ok("b")));
        assertThat(get("/a")).isEqualTo("200 a");
        assertThat(get("/b")).isEqualTo("200 b");
        served.join();
    }

    @Test
    void asksOverANewConnectionAfterAnAnswerThatSaysSo() throws IOException {
        CompletableFuture<Void> served = serve(
                List.of("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"),
                List.of("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb"),
                List.of("HTTP/1.1 200 OK\r\n\r\nc"),
                List.of(ok("d")));
        assertThat(List.of(get("/a"), get("/b"), get("/c"), get("/d")))
                .containsExactly("200 a", "200 b", "200 c", "200 d");
        served.join();
    }

    /** What is left of an answer must never be read as the beginning of the next. */
    @Test
    void asksOverANewConnectionIfAnAnswerWasNotReadToItsEnd() throws IOException {
        CompletableFuture<Void> served = serve(List.of(ok("HTTP/1.1 500 Trap\r\n\r\n")), List.of(ok("b")));
        try (DockerHttpClient.Response response = client.execute(request("/a"))) {
            assertThat(response.getBody().read()).isEqualTo('H');
        }
        assertThat(get("/b")).isEqualTo("200 b");
        served.join();
    }

    @Test
    void saysThatNobodyAnswered() {
        CompletableFuture<Void> served = serve(List.of(""));
        assertThatThrownBy(() -> get("/a")).hasCauseInstanceOf(NoAnswerException.class);
        served.join();
        assertThat(requests).as("not asked again").hasSize(1);
    }

    @Test
    void closingEndsARequestAndThoseToCome() throws Exception {
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> {
            try {
                return get("/a");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try (SocketChannel connection = server.accept()) {
            connection.read(ByteBuffer.allocate(4096));
            client.close();
            assertThatThrownBy(() -> call.get(5, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(ClosedChannelException.class);
            assertThat(connection.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThatThrownBy(() -> get("/b")).hasCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void sendsNothingThatBreaksOutOfItsLine() {
        assertThatThrownBy(() -> get("/a HTTP/1.1\r\nX: y")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.execute(DockerHttpClient.Request.builder()
                        .method(DockerHttpClient.Request.Method.POST)
                        .path("/a")
                        .build()))
                .hasMessage("POST: only GETs are sent");
    }
}
