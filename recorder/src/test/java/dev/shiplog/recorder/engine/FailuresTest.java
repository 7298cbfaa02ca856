package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FailuresTest {
    @TempDir
    private Path directory;

    /** As root nothing is denied, so the kernel's answer is made up; the socket is real. */
    @Test
    void namesTheGroupToJoinWhenPermissionIsDenied() throws IOException {
        Path socket = directory.resolve("docker.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
            EngineAddress address = EngineAddress.of("unix://" + socket, Map.of());
            Object gid = Files.getAttribute(socket, "unix:gid");
            assertThat(Failures.explain(
                            address, "/info", new RuntimeException(new SocketException("Permission denied"))))
                    .hasMessageMatching("\\Qunix://" + socket + "\\E: permission denied: it belongs to \\S+ and group"
                            + " \\S+, rw-rw----; join that group, in a container with --group-add " + gid);
        }
    }

    @Test
    void namesTheDirectoryThatMayNotBeEntered() {
        EngineAddress address = EngineAddress.of("unix:///nowhere/at/all.sock", Map.of());
        assertThat(Failures.explain(address, "/info", new SocketException("Permission denied")))
                .hasMessage("unix:///nowhere/at/all.sock: permission denied on the way to it")
                .extracting(failed -> ((EngineFailedException) failed).question())
                .isEqualTo("may this user enter /nowhere/at?");
    }

    @Test
    void findsTheMessageInAnErrorsBody() {
        assertMessage("No such container: x", "{\"message\":\"No such container: x\"}\n");
        assertMessage("b \"c\" é d", "{\"cause\":\"a\",\"message\":\"b \\\"c\\\" \\u00e9\\n\\td\",\"response\":404}");
        assertMessage("uZZZZ u12", "{\"message\":\"\\uZZZZ \\u12\"}");
        assertMessage("502 Bad Gateway", "<html><head><title>502 Bad Gateway</title></head><body>x</body></html>");
        assertMessage("No way", "<html><body><h1 class=a>No\n way</h1></body></html>");
        assertMessage("Only this", "<p>Only <b>this</b></p>");
        assertMessage("page not found", "page not found");
    }

    /** The threads that read stats have small stacks, and an engine may say much. */
    @Test
    void findsALongMessageOnASmallStack() throws InterruptedException {
        String body = "{\"message\":\"" + "No such \\\"container\\\". ".repeat(10_000) + "\"}";
        AtomicReference<Object> found = new AtomicReference<>();
        Thread thread = new Thread(null, () -> found.set(Failures.message(body.getBytes(UTF_8))), "small", 128 * 1024);
        thread.setUncaughtExceptionHandler((t, thrown) -> found.set(thrown));
        thread.start();
        thread.join();
        assertThat(found.get()).asString().startsWith("No such \"container\". No such");
    }

    private static void assertMessage(String message, String body) {
        assertThat(Failures.message(body.getBytes(UTF_8))).isEqualTo(message);
    }

    /** What a registry or a proxy echoes ends in logs, which people send around. */
    @Test
    void neverRepeatsASecret() {
        assertMessage(
                "Get \"https://…@registry.example:5000/v2/\": denied",
                "{\"message\":\"Get \\\"https://me:pa/ss@w0rd@registry.example:5000/v2/\\\": denied\"}");
        assertMessage("proxy http://…@10.0.0.1:3128 refused", "proxy http://token@10.0.0.1:3128 refused");
        assertMessage("denied for Authorization: Bearer … at x", "denied for Authorization: Bearer abc.def== at x");
        assertMessage("Authorization: Basic …", "<h1>Authorization:\nbasic dTpw</h1>".replace("basic", "Basic"));
        assertMessage("login --password=… -u me", "login --password=hunter2 -u me");
        assertMessage("api_key: …, secret: …", "api_key: abc, secret: \"d e\"");
        assertMessage("see https://docs.docker.com/go/x and a@b", "see https://docs.docker.com/go/x and a@b");
        assertThat(Failures.explain(
                        EngineAddress.of("unix:///no.sock", Map.of()),
                        "/info",
                        new IOException("unexpected reply: https://u:p@h/")))
                .hasMessage("unix:///no.sock: GET /info: unexpected reply: https://…@h/");
    }

    @Test
    void neverRepeatsAPage() {
        assertThat(Failures.message("long ".repeat(10_000).getBytes(UTF_8)))
                .hasSizeLessThan(250)
                .endsWith("…");
        assertThat(Failures.message(new byte[] {0, 1, 'x', '\n', 27, '[', 'm'})).isEqualTo("x [m");
        assertThat(Failures.message(new byte[0])).isEmpty();
    }
}
