package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.testkit.CertificateAuthority;
import dev.shiplog.testkit.CertificateAuthority.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is kept out of the metrics, and what clients see of the certificate. */
@Timeout(120)
class ProtectedExpositionTest {
    private static final String PASSWORD = "correct horse";

    @TempDir
    private Path directory;

    private final Instant now = Instant.now();
    private final Clock clock = new Clock(() -> now.getEpochSecond() * 1_000_000_000L, () -> 1, step -> {});
    private final LiveState live = new LiveState(clock, true);
    private final Checkpoints checkpoints = new Checkpoints(clock, List.of(live));
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger("dev.shiplog.recorder.exposition");
    private final Handler ears = new Handler() {
        @Override
        public void publish(LogRecord line) {
            said.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Exposition exposition = serve(Protection.NONE);

    @BeforeEach
    void hear() {
        logger.setLevel(Level.INFO); // whatever the tests before left
        logger.addHandler(ears);
    }

    @AfterEach
    void close() {
        exposition.close();
        logger.removeHandler(ears);
        logger.setLevel(null);
    }

    private Exposition serve(Protection protection) {
        return serve(protection, ServerLimits.LONGEST);
    }

    private Exposition serve(Protection protection, Duration longest) {
        return new Exposition(
                new ListenAddress("127.0.0.1", 0),
                protection,
                LabelRules.of(List.of(), List.of()),
                Freshness.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                live,
                this::status,
                Duration.ofMillis(100),
                longest);
    }

    private void start(Protection protection) {
        exposition = serve(protection);
        exposition.start();
    }

    private Status status() {
        return new Status(
                "1.0",
                4711,
                "/srv/events",
                clock.now(),
                new EngineState(true, clock.now().received(), "28.5", "1.51", "", Map.of()),
                checkpoints.tally(),
                new RecordQueue.Waiting(0, 0),
                Map.of(),
                0,
                new Status.Disk(1 << 30, 64 << 20, Limits.NONE),
                exposition.status(),
                SocketsState.OFF);
    }

    private URI uri(String path) {
        await().until(() -> exposition.status().problem().isEmpty());
        return URI.create(exposition.status().address().replace("/metrics", path));
    }

    private HttpResponse<String> get(HttpClient client, String path, String user, String password) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (!user.isEmpty()) {
            String credentials = user + ":" + password;
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path, String user, String password) throws Exception {
        return get(HttpClient.newHttpClient(), path, user, password);
    }

    private HttpClient trusting(CertificateAuthority authority) throws Exception {
        return HttpClient.newBuilder().sslContext(authority.client()).build();
    }

    private Protection by(Issued issued) {
        return new Protection(null, new Protection.KeyFiles(issued.certificate(), issued.key()));
    }

    @Test
    void onlyWhoKnowsThePasswordSeesContainers() throws Exception {
        Path file = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        start(new Protection(Login.in("prometheus", file), null));
        assertThat(get("/metrics", "prometheus", PASSWORD).body()).contains("docker_up 1.0");
        assertThat(get("/version", "prometheus", PASSWORD).statusCode()).isEqualTo(200);
        assertThat(get("/nothing", "prometheus", PASSWORD).statusCode()).isEqualTo(404);
        for (String path : List.of("/health", "/ready")) {
            assertThat(get(path, "", "").statusCode()).as(path).isEqualTo(200);
            assertThat(get(path, "x", "y").statusCode()).as(path).isEqualTo(200);
        }
        for (String path : List.of(
                "/metrics",
                "/version",
                "/",
                "/nothing",
                "/health/../metrics",
                "/health/",
                "/health%2f..%2fmetrics",
                "/%6detrics",
                "/ready;x/metrics",
                "/health//")) {
            for (String[] wrong : List.of(
                    new String[] {"", ""},
                    new String[] {"prometheus", ""},
                    new String[] {"prometheus", "correct hors"},
                    new String[] {"Prometheus", PASSWORD},
                    new String[] {"x", PASSWORD})) {
                HttpResponse<String> answer = get(path, wrong[0], wrong[1]);
                assertThat(answer.statusCode()).as(path).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate"))
                        .contains("Basic realm=\"shiplog\", charset=\"UTF-8\"");
                assertThat(answer.body()).isEqualTo("{\"error\":\"a name and a password are needed\"}\n");
            }
        }
        assertThat(said).noneMatch(line -> line.contains(PASSWORD));
    }

    /** Whoever guesses must not keep away who knows. */
    @Test
    void failedTriesTakeNothingFromTheScrapesOfASecond() throws Exception {
        start(new Protection(Login.of("me", PASSWORD), null));
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 100; i++) {
            assertThat(get(client, "/metrics", "me", "guess" + i).statusCode()).isEqualTo(401);
        }
        assertThat(get(client, "/metrics", "me", PASSWORD).statusCode()).isEqualTo(200);
        assertThat(said).as("no line for a guess").hasSize(1);
    }

    @Test
    void withoutItsPasswordNothingIsServedUntilItIsThere() throws Exception {
        Path file = directory.resolve("password");
        start(new Protection(Login.in("me", file), null));
        await().until(() -> exposition.status().problem().equals(file + ": no such file or directory"));
        Files.writeString(file, PASSWORD);
        assertThat(get("/metrics", "me", PASSWORD).statusCode()).isEqualTo(200);
    }

    /** A second later at most; where the file is no good, what was read before stays in use. */
    @Test
    void aPasswordThatChangesIsReadAgain() throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "old word\n");
        start(new Protection(Login.in("me", file), null));
        assertThat(status("old word")).isEqualTo(200);
        Path next = Files.writeString(directory.resolve("next"), "new word\n"); // as large as the old one
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        await().until(() -> status("new word") == 200);
        assertThat(status("old word")).isEqualTo(401);

        said.clear();
        Files.writeString(file, "");
        await().until(() -> {
            assertThat(status("new word")).isEqualTo(200);
            return !said.isEmpty();
        });
        assertThat(status("")).isEqualTo(401);
        Files.delete(file);
        await().until(() -> {
            assertThat(status("new word")).isEqualTo(200);
            return said.size() == 2;
        });
        assertThat(said)
                .containsExactly(
                        "WARNING metrics: " + file
                                + ": there is no password in its first line; the password that was read before stays in use",
                        "WARNING metrics: " + file
                                + ": no such file or directory; the password that was read before stays in use");
        Files.writeString(file, "third word\n");
        await().until(() -> status("third word") == 200);
        assertThat(status("new word")).isEqualTo(401);
        assertThat(said).noneMatch(line -> line.contains("word\"") || line.contains("third"));
    }

    private int status(String password) throws Exception {
        return get("/version", "me", password).statusCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "ED25519"})
    void aClientThatVerifiesReadsByTls(String kind) throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        List<String> key = switch (kind) {
            case "EC" -> CertificateAuthority.EC;
            case "RSA" -> CertificateAuthority.RSA;
            default -> CertificateAuthority.ED25519;
        };
        start(by(authority.issue("server", key, "IP:127.0.0.1", 30)));
        assertThat(exposition.status().address()).startsWith("https://");
        assertThat(get(trusting(authority), "/metrics", "", "").body()).contains("docker_up 1.0");
        assertThat(said).noneMatch(line -> line.startsWith("WARNING"));
        assertThatThrownBy(() -> get("/health", "", ""))
                .as("who does not know the authority")
                .isInstanceOf(SSLException.class);
        URI plain = URI.create(uri("/metrics").toString().replace("https", "http"));
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(plain).build(), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(java.io.IOException.class);
    }

    @Test
    void aCertificateOfAnotherHostIsServedAndRefusedByWhoVerifies() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        start(by(authority.issue("server", CertificateAuthority.EC, "DNS:other.example", 30)));
        assertThatThrownBy(() -> get(trusting(authority), "/metrics", "", "")).isInstanceOf(SSLException.class);
        assertThat(said).noneMatch(line -> line.startsWith("WARNING"));
    }

    @Test
    void anExpiredOneIsServedToldOnceAndRefusedByWhoVerifies() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        Issued expired = authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", -1);
        start(by(expired));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> get(trusting(authority), "/metrics", "", ""))
                    .isInstanceOf(SSLException.class);
        }
        assertThat(said.stream().filter(line -> line.startsWith("WARNING")))
                .singleElement()
                .asString()
                .contains("WARNING metrics: " + expired.certificate() + ": the certificate has expired on ");
    }

    @Test
    void oneThatEndsWithinTwoWeeksIsTold() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        start(by(authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", 13)));
        assertThat(get(trusting(authority), "/metrics", "", "").statusCode()).isEqualTo(200);
        assertThat(said.stream().filter(line -> line.startsWith("WARNING")))
                .singleElement()
                .asString()
                .contains(": the certificate expires on ");
    }

    @Test
    void aPairThatIsRenewedIsServedWithoutARestartAndABrokenOneIsNot() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        Issued first = authority.issue("first", CertificateAuthority.EC, "IP:127.0.0.1", 30);
        Issued second = authority.issue("second", CertificateAuthority.RSA, "IP:127.0.0.1", 30);
        Issued served = new Issued(directory.resolve("served.pem"), directory.resolve("served-key.pem"));
        replace(first.certificate(), served.certificate());
        replace(first.key(), served.key());
        start(by(served));
        assertThat(subject(authority)).isEqualTo("CN=first");
        Files.writeString(served.certificate(), "-----BEGIN CERTIFICATE-----\nrubbish\n");
        String broken = "WARNING metrics: " + served.certificate()
                + ": holds no certificate in PEM form; the certificate that was read before stays in use";
        await().until(() -> subject(authority).equals("CN=first") && said.contains(broken));
        replace(second.certificate(), served.certificate()); // its key is not there yet
        String foreign = "WARNING metrics: " + served.key() + ": this key does not belong to the certificate in "
                + served.certificate() + "; the certificate that was read before stays in use";
        await().until(() -> subject(authority).equals("CN=first") && said.contains(foreign));
        replace(second.key(), served.key());
        await().until(() -> subject(authority).equals("CN=second"));
        assertThat(said.stream().filter(line -> line.startsWith("WARNING"))).containsExactly(broken, foreign);
        Files.delete(served.key());
        await().until(() -> subject(authority).equals("CN=second") && said.size() > 4);
        assertThat(said.get(4))
                .contains(served.key() + ": no such file or directory; the certificate that was read before");
    }

    /** As who renews a certificate does: at once, under the same name. */
    private static void replace(Path from, Path to) throws Exception {
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(beside, FileTime.from(Instant.EPOCH)); // the time alone does not tell
        Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What a client that comes anew is shown. */
    private String subject(CertificateAuthority authority) throws Exception {
        HttpResponse<String> answer = get(trusting(authority), "/health", "", "");
        Certificate shown = answer.sslSession().orElseThrow().getPeerCertificates()[0];
        return ((X509Certificate) shown).getSubjectX500Principal().getName();
    }

    /** More of the page than the kernel keeps for them: by TLS the JDK's own timer would wait for them, and with it all others. */
    @Test
    void clientsThatDoNotReadWhatTheyAskedForHoldUpOthersForAWhileOnly() throws Exception {
        String labels = "\"a\":\"" + "x".repeat(20_000) + "\"";
        for (int i = 0; i < 100; i++) {
            String id = "%064x".formatted(i);
            String described =
                    "{\"Id\":\"%s\",\"Name\":\"/web-%d\",\"State\":{\"Status\":\"running\"},\"Config\":{\"Labels\":{%s}}}"
                            .formatted(id, i, labels);
            live.appended(clock.stamp(Kind.INSPECT, id, 0, described.getBytes(UTF_8)));
        }
        CertificateAuthority authority = new CertificateAuthority(directory);
        Protection protection = by(authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", 30));
        exposition = new Exposition(
                new ListenAddress("127.0.0.1", 0),
                protection,
                LabelRules.of(List.of("a"), List.of()),
                Freshness.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                live,
                this::status,
                Duration.ofMillis(100),
                Duration.ofSeconds(6));
        exposition.start();
        HttpClient client = trusting(authority);
        int length = get(client, "/metrics", "", "").body().length();
        assertThat(length).as("bytes of a page").isGreaterThan(8_000_000);
        List<SSLSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                SSLSocket socket =
                        (SSLSocket) authority.client().getSocketFactory().createSocket();
                sockets.add(socket);
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), uri("/").getPort()));
                socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            assertThat(get(client, "/health", "", "").statusCode()).isEqualTo(200);
            // On a busy machine a page, too, may take longer than a client may.
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> get(client, "/metrics", "", "").statusCode() == 200);
        } finally {
            for (SSLSocket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void withoutItsCertificateNothingIsServedUntilItIsThere() throws Exception {
        CertificateAuthority authority = new CertificateAuthority(directory);
        Issued issued = authority.issue("server", CertificateAuthority.EC, "IP:127.0.0.1", 30);
        Path hidden = directory.resolve("hidden");
        Files.move(issued.certificate(), hidden);
        start(by(issued));
        await().until(() -> exposition.status().problem().equals(issued.certificate() + ": no such file or directory"));
        Files.move(hidden, issued.certificate());
        assertThat(get(trusting(authority), "/metrics", "", "").statusCode()).isEqualTo(200);
    }
}
