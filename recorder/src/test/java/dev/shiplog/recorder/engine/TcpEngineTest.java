package dev.shiplog.recorder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scripted engine behind a loopback port, with TLS and without; openssl makes the certificates. */
@Timeout(60)
final class TcpEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    @TempDir
    private static Path shared;

    private static Certificates certificates;

    @TempDir
    private Path directory;

    private ScriptedEngine scripted;
    private Watchdog watchdog;

    @BeforeAll
    static void makeCertificates() throws IOException, InterruptedException {
        certificates = new Certificates(shared.resolve("certificates"));
    }

    @BeforeEach
    void open() throws IOException {
        scripted = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(20));
        scripted.start("web");
        watchdog = new Watchdog();
    }

    @AfterEach
    void close() throws IOException {
        watchdog.close();
        scripted.close();
    }

    private LoopbackFront plain() throws IOException {
        return new LoopbackFront(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), scripted.socket());
    }

    private LoopbackFront tls() throws IOException, GeneralSecurityException {
        SSLServerSocket server = (SSLServerSocket) certificates
                .server()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setNeedClientAuth(true);
        return new LoopbackFront(server, scripted.socket());
    }

    private Engine engine(LoopbackFront front, Map<String, String> environment) {
        return new DockerEngine(EngineAddress.of("tcp://127.0.0.1:" + front.port(), environment), watchdog, PATIENCE);
    }

    private Map<String, String> environment() {
        return Map.of("DOCKER_CERT_PATH", certificates.directory().toString());
    }

    @Test
    void worksOverTcp() throws Exception {
        try (LoopbackFront front = plain();
                Engine engine = engine(front, Map.of())) {
            worksAndEndsOnCommand(front, engine);
        }
    }

    @Test
    void worksOverTls() throws Exception {
        try (LoopbackFront front = tls();
                Engine engine = engine(front, environment())) {
            worksAndEndsOnCommand(front, engine);
        }
    }

    private void worksAndEndsOnCommand(LoopbackFront front, Engine engine) throws Exception {
        assertThat(engine.greet().apiVersion()).isEqualTo("1.41");
        assertThat(engine.get("/containers/json?all=1")).isNotEmpty();
        try (MessageStream stats = engine.stream("/containers/web/stats")) {
            for (int i = 0; i < 20; i++) {
                assertThat(stats.next()).isNotNull();
            }
        }
        Heard heard = new Heard(20);
        MessageStream followed = engine.stream("/containers/web/stats");
        followed.open();
        followed.follow(heard);
        assertThat(heard.awaitEnd().failure).hasValue(null);
        assertThat(heard.messages).hasSize(20);
        try (MessageStream events = engine.stream("/events")) {
            watchdog.watch(events, Duration.ofMillis(300));
            assertThatThrownBy(events::next).hasMessageEndingWith("GET /v1.41/events: silent for 300 ms");
        }
        scripted.misbehave("/info", Misbehaviour.hang());
        assertThatThrownBy(() -> engine.get("/info")).hasMessageEndingWith("GET /v1.41/info: silent for 4 s");
        await().untilAsserted(() -> assertThat(front.connections()).isLessThanOrEqualTo(1));
    }

    /** A stream that is silent for long is well on tcp too: no read timeout may end it. */
    @Test
    void waitsForARareEvent() throws Exception {
        try (LoopbackFront front = tls();
                Engine engine = engine(front, environment());
                MessageStream events = engine.stream("/events")) {
            events.open();
            Thread.sleep(PATIENCE.toMillis() * 2);
            scripted.start("late");
            assertThat(events.next()).isNotNull();
        }
    }

    @Test
    void saysThatThePortDoesNotSpeakTls() throws Exception {
        try (LoopbackFront front = plain();
                Engine engine = engine(front, environment())) {
            assertThatThrownBy(engine::greet)
                    .hasMessage("tcp://127.0.0.1:" + front.port() + ": TLS failed, the far end does not speak TLS;"
                            + " unset DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or use the engine's TLS port");
        }
    }

    @Test
    void saysThatAnotherCaSignedTheEnginesCertificate() throws Exception {
        Certificates others = new Certificates(directory.resolve("others"));
        try (LoopbackFront front = tls();
                Engine engine = engine(
                        front, Map.of("DOCKER_CERT_PATH", others.directory().toString()))) {
            assertThatThrownBy(engine::greet)
                    .hasMessageStartingWith("tcp://127.0.0.1:" + front.port()
                            + ": TLS failed, ca.pem did not sign the engine's certificate (");
        }
    }

    @Test
    void saysWhichFileIsMissing() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        try (LoopbackFront front = tls();
                Engine engine = engine(front, Map.of("DOCKER_CERT_PATH", empty.toString()))) {
            assertThatThrownBy(engine::greet)
                    .hasMessage(empty.resolve("ca.pem") + ": no such file; for TLS, DOCKER_CERT_PATH must hold ca.pem,"
                            + " cert.pem and key.pem");
        }
    }

    @Test
    void saysThatAFileIsNoKey() throws Exception {
        Path broken = Files.createDirectory(directory.resolve("broken"));
        for (String name : List.of("ca.pem", "cert.pem")) {
            Files.copy(certificates.directory().resolve(name), broken.resolve(name));
        }
        Files.writeString(broken.resolve("key.pem"), "rubbish");
        try (LoopbackFront front = tls();
                Engine engine = engine(front, Map.of("DOCKER_CERT_PATH", broken.toString()))) {
            assertThatThrownBy(engine::greet)
                    .hasMessage(broken.resolve("key.pem") + ": holds no private key in PEM form");
        }
    }

    @Test
    void saysThatTheEngineRefusesOurCertificate() throws Exception {
        Certificates others = new Certificates(directory.resolve("others"));
        Files.copy(
                certificates.directory().resolve("ca.pem"),
                others.directory().resolve("ca.pem"),
                StandardCopyOption.REPLACE_EXISTING);
        try (LoopbackFront front = tls();
                Engine engine = engine(
                        front, Map.of("DOCKER_CERT_PATH", others.directory().toString()))) {
            // With TLS 1.3 the client may learn of the refusal only by the connection's end.
            assertThatThrownBy(engine::greet)
                    .hasMessageStartingWith("tcp://127.0.0.1:" + front.port() + ": ")
                    .satisfies(failed -> assertThat(((EngineFailedException) failed).question())
                            .as(failed.getMessage())
                            .isEqualTo("is cert.pem signed by a CA it trusts?"));
        }
    }

    @Test
    void saysThatTheHostIsUnknown() {
        try (Engine engine = Engine.open(EngineAddress.of("tcp://no-such-host.invalid", Map.of()), watchdog)) {
            assertThatThrownBy(engine::greet)
                    .hasMessage("tcp://no-such-host.invalid:2375: unknown host no-such-host.invalid");
        }
    }
}
