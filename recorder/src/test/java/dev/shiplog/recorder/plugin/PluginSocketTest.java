package dev.shiplog.recorder.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PluginSocketTest {
    private static final String HEAD =
            " HTTP/1.1\r\nHost: plugin\r\nAccept: application/vnd.docker.plugins.v1.1+json\r\n";

    private final List<String> calls = new ArrayList<>();
    private String problem = "";

    @TempDir
    private Path directory;

    private Path file;
    private PluginSocket socket;

    @BeforeEach
    void open() throws IOException {
        file = directory.resolve("shiplog.sock");
        socket = PluginSocket.open(file, () -> called("start"), () -> called("stop"), Duration.ofMillis(300));
    }

    @AfterEach
    void close() {
        socket.close();
    }

    private String called(String what) {
        calls.add(what);
        return problem;
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(file));
    }

    private static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    private static String readToEnd(SocketChannel client) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        while (client.read(bytes) >= 0) {
            // More is to come.
        }
        return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }

    private String ask(String request) throws IOException {
        try (SocketChannel client = connect()) {
            write(client, request);
            return readToEnd(client);
        }
    }

    private static String answer(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/vnd.docker.plugins.v1.1+json\r\nContent-Length: "
                + (body.length() + 1) + "\r\nConnection: close\r\n\r\n" + body + "\n";
    }

    @Test
    void saysWhatItCanDo() throws IOException {
        assertThat(ask("POST /Plugin.Activate" + HEAD + "\r\n"))
                .isEqualTo(answer("200 OK", "{\"Implements\":[\"MetricsCollector\"]}"));
    }

    /** As engines send it: without a body, with an empty object, or with that in chunks. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "Content-Length: 2\r\n\r\n{}",
                "Content-Length: 0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "transfer-encoding: Chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\nTrailer: 1\r\n\r\n"
            })
    void beginsAndEndsAsTheEngineSays(String rest) throws IOException {
        assertThat(ask("POST /MetricsCollector.StartMetrics" + HEAD + rest))
                .isEqualTo(answer("200 OK", "{\"Err\":\"\"}"));
        assertThat(ask("POST /MetricsCollector.StopMetrics" + HEAD + rest))
                .isEqualTo(answer("200 OK", "{\"Err\":\"\"}"));
        assertThat(calls).containsExactly("start", "stop");
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        problem = "no \"such\" file";
        assertThat(ask("POST /MetricsCollector.StartMetrics" + HEAD + "\r\n"))
                .isEqualTo(answer("200 OK", "{\"Err\":\"no \\\"such\\\" file\"}"));
    }

    @Test
    void takesARequestAsItTricklesIn() throws IOException {
        try (SocketChannel client = connect()) {
            String request = "POST /MetricsCollector.StartMetrics" + HEAD + "Content-Length: 2\r\n\r\n{}";
            for (int i = 0; i < request.length(); i++) {
                write(client, request.substring(i, i + 1));
            }
            assertThat(readToEnd(client)).startsWith("HTTP/1.1 200 OK\r\n");
        }
        assertThat(calls).containsExactly("start");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /MetricsCollector.StartMetrics",
        "POST, /MetricsCollector.StartMetrics/",
        "POST, /VolumeDriver.Create",
        "POST, /"
    })
    void knowsNothingElse(String method, String path) throws IOException {
        assertThat(ask(method + " " + path + HEAD + "\r\n")).startsWith("HTTP/1.1 404 Not Found\r\n");
        assertThat(calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"
            })
    void refusesWhatIsNoRequest(String request) throws IOException {
        assertThat(ask(request)).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("{\"Err\":\"");
    }

    @Test
    void refusesAHeadThatDoesNotEnd() throws IOException {
        assertThat(ask("POST / HTTP/1.1\r\nX: " + "x".repeat(PluginRequest.LONGEST_HEAD)))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("a head of more than 8192 bytes");
    }

    @Test
    void whoStallsOrOnlyLooksKeepsNobodyAway() throws IOException {
        connect().close(); // as an engine does, to see whether somebody listens
        try (SocketChannel silent = connect();
                SocketChannel half = connect()) {
            write(half, "POST /MetricsCollector.StartMetrics" + HEAD + "Content-Length: 2\r\n\r\n{");
            assertThat(ask("POST /MetricsCollector.StopMetrics" + HEAD + "\r\n"))
                    .startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(readToEnd(silent)).isEmpty();
            assertThat(readToEnd(half)).isEmpty();
        }
        assertThat(calls).containsExactly("stop");
    }

    @Test
    void takesThePlaceOfARunThatWasKilledAndLeavesNothing() throws IOException {
        PluginSocket next = PluginSocket.open(file, () -> called("next"), () -> "");
        ask("POST /MetricsCollector.StartMetrics" + HEAD + "\r\n");
        assertThat(calls).containsExactly("next");
        next.close();
        assertThat(file).doesNotExist();
    }

    @Test
    void aSocketThatCannotBeMadeIsNamed() {
        Path nowhere = directory.resolve("none").resolve("a.sock");
        assertThatThrownBy(() -> PluginSocket.open(nowhere, () -> "", () -> ""))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(nowhere + ": ");
        assertThat(Files.exists(nowhere)).isFalse();
    }
}
