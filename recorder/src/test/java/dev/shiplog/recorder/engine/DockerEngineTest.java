package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Release;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DockerEngineTest extends OnScriptedEngine {
    @Test
    void greetsAnEngineInItsOwnVersionIfThatIsKnown() throws IOException {
        assertThat(engine.greet()).isEqualTo(new Engine.Greeting("1.41", "Docker/20.10.24+dfsg1 (linux)", false));
        scripted.release(Release.DOCKER_28_5);
        assertThat(engine.greet()).isEqualTo(new Engine.Greeting("1.51", "Docker/28.5.2+dfsg4 (linux)", false));
    }

    @Test
    void speaksTheNewestKnownVersionToANewerEngine() throws IOException {
        scripted.release(Release.DOCKER_28_5.speaking("1.44", "1.56"));
        assertThat(engine.greet().apiVersion()).isEqualTo("1.51");
    }

    @Test
    void followsAnEngineThatGaveUpAllKnownVersions() throws IOException {
        scripted.release(Release.DOCKER_28_5.speaking("1.60", "1.77"));
        assertThat(engine.greet().apiVersion()).isEqualTo("1.77");
        assertThat(engine.get("/info")).isNotEmpty();
    }

    @Test
    void knowsPodman() throws IOException {
        scripted.release(Release.PODMAN_5);
        assertThat(engine.greet().podman()).isTrue();
    }

    @Test
    void refusesAnEngineThatIsTooOldInOneLine() {
        scripted.release(Release.DOCKER_20_10.speaking("1.12", "1.40"));
        assertThatThrownBy(engine::greet)
                .hasMessage(scripted.address() + ": the engine speaks API 1.40, Shiplog needs at least 1.41,"
                        + " that is Docker 20.10 or newer");
    }

    @Test
    void refusesWhatAnswersButIsNoEngine() {
        scripted.misbehave("/_ping", (request, reply, proper) -> reply.send(200, "text/plain", "hi".getBytes(UTF_8)));
        assertThatThrownBy(engine::greet)
                .hasMessage(scripted.address() + ": answers /_ping without an Api-Version; is this a Docker engine?");
    }

    @Test
    void asksInTheVersionThatWasAgreed() throws IOException {
        engine.get("/info");
        assertThat(scripted.requests()).last().satisfies(request -> {
            assertThat(request.target()).isEqualTo("/v1.41/info");
            assertThat(request.method()).isEqualTo("GET");
        });
    }

    @Test
    void agreesAgainWhenAnotherEngineAnswers() throws IOException {
        engine.greet();
        scripted.release(Release.DOCKER_28_5.speaking("1.44", "1.51"));
        assertThat(engine.get("/version")).isNotEmpty();
        assertThat(scripted.requests()).last().extracting("target").isEqualTo("/v1.51/version");
    }

    @Test
    void keepsAskingOverOneConnection() throws IOException {
        for (int i = 0; i < 20; i++) {
            engine.get("/info");
        }
        assertThat(scripted.connections()).isEqualTo(1);
    }

    @Test
    void asksAgainAfterTheEngineWasRestarted() throws IOException {
        engine.get("/info");
        scripted.vanish();
        assertThatThrownBy(() -> engine.get("/info")).hasMessage(scripted.address() + ": no such file");
        scripted.comeBackAs("other");
        assertThat(new String(engine.get("/info"), UTF_8)).contains("\"ID\":\"other\"");
    }

    @Test
    void saysWhatTheEngineSaidWhenItRefuses() {
        assertThatThrownBy(() -> engine.get("/containers/nope/json"))
                .isInstanceOfSatisfying(
                        EngineStatusException.class, e -> assertThat(e.status()).isEqualTo(404))
                .hasMessage("GET /v1.41/containers/nope/json: HTTP 404, No such container: nope");
        scripted.misbehave("/info", Misbehaviour.error(500, "say \"please\"\n and wait"));
        assertThatThrownBy(() -> engine.get("/info")).hasMessage("GET /v1.41/info: HTTP 500, say \"please\" and wait");
    }

    @Test
    void makesOneLineOfAProxysPage() {
        String page = """
                <html><body><h1>403 Forbidden</h1>
                Request forbidden by administrative rules.
                </body></html>
                """;
        scripted.misbehave("/info", Misbehaviour.html(403, page));
        assertThatThrownBy(() -> engine.get("/info")).hasMessage("GET /v1.41/info: HTTP 403, 403 Forbidden");
        assertThatThrownBy(() -> engine.stream("/info").open()).hasMessage("GET /v1.41/info: HTTP 403, 403 Forbidden");
    }

    @Test
    void givesUpOnAnEngineThatIsSilent() {
        scripted.misbehave("/_ping", Misbehaviour.hang());
        assertThatThrownBy(engine::greet).hasMessage(scripted.address() + ": GET /_ping: silent for 1500 ms");
    }

    @Test
    void givesUpOnABodyThatStops() throws IOException {
        engine.greet();
        scripted.misbehave("/info", Misbehaviour.silentAfter(500));
        assertThatThrownBy(() -> engine.get("/info"))
                .hasMessage(scripted.address() + ": GET /v1.41/info: silent for 1500 ms");
    }

    @Test
    void isPatientWithSlowBytes() throws IOException {
        engine.greet();
        byte[] expected = engine.get("/version");
        scripted.misbehave("/version", Misbehaviour.slow(Duration.ofMillis(1)));
        assertThat(engine.get("/version")).isEqualTo(expected);
    }

    @Test
    void neverTakesACutBodyForAWholeOne() throws IOException {
        engine.greet();
        scripted.start("web");
        scripted.start("db");
        byte[] expected = engine.get("/containers/json?all=1");
        // With its head the answer is longer than its body, so each of these cuts hits it.
        for (int cut = 0; cut < expected.length; cut += 37) {
            scripted.behave();
            scripted.misbehave("/containers/json", Misbehaviour.cutAfter(cut));
            assertThatThrownBy(() -> engine.get("/containers/json?all=1"))
                    .as("cut after %d bytes", cut)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(scripted.address() + ": GET /v1.41/containers/json?all=1: ");
        }
    }

    @Test
    void readsAListOfTwoThousandContainers() throws IOException {
        for (int i = 0; i < 2000; i++) {
            scripted.create("c" + i);
        }
        assertThat(engine.get("/containers/json?all=1"))
                .hasSizeGreaterThan(1_000_000)
                .endsWith(']');
    }

    @Test
    void saysThatWhatAnswersIsNotHttp() {
        scripted.misbehave(request -> true, Misbehaviour.garbage("SSH-2.0-OpenSSH_9.2\r\n".getBytes(UTF_8)));
        assertThatThrownBy(engine::greet)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(scripted.address() + ": GET /_ping: ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void explainsEachSocketThatCannotBeUsed() throws IOException {
        Path directoryThere = Files.createDirectory(directory.resolve("dir.sock"));
        assertThatThrownBy(() -> greet(directoryThere))
                .hasMessage("unix://" + directoryThere + ": is a directory; Docker makes one when it mounts a socket"
                        + " that is not there: remove it, start the engine, mount again");
        Path file = Files.createFile(directory.resolve("file.sock"));
        assertThatThrownBy(() -> greet(file)).hasMessage("unix://" + file + ": is a plain file, not a socket");
        Path left = directory.resolve("left.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(left));
        }
        assertThatThrownBy(() -> greet(left))
                .hasMessage("unix://" + left + ": connection refused; the socket is left over");
    }

    private void greet(Path socket) throws IOException {
        try (Engine other = Engine.open(EngineAddress.of("unix://" + socket, Map.of()), watchdog)) {
            other.greet();
        }
    }

    @Test
    void explainsAPortWhereNobodyListens() {
        try (Engine other = Engine.open(EngineAddress.of("tcp://127.0.0.1:1", Map.of()), watchdog)) {
            assertThatThrownBy(other::greet).hasMessage("tcp://127.0.0.1:1: connection refused");
        }
    }

    @Test
    void closingEndsACallWhoseAnswerHasNotBegun() throws Exception {
        engine = new DockerEngine(EngineAddress.of(scripted.address(), Map.of()), watchdog, Duration.ofMinutes(5));
        engine.greet();
        scripted.misbehave("/events", Misbehaviour.hang());
        CompletableFuture<MessageStream> stream = CompletableFuture.supplyAsync(() -> {
            try {
                MessageStream opened = engine.stream("/events");
                opened.open();
                return opened;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        await().until(() ->
                scripted.requests().stream().anyMatch(request -> request.path().equals("/events")));
        engine.close();
        assertThatThrownBy(() -> stream.get(5, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(Exception.class)
                .hasMessageContaining("the engine's client was closed");
        await().until(() -> scripted.connections() == 0);
        engine.close();
        assertThatThrownBy(() -> engine.get("/info")).isInstanceOf(IOException.class);
    }

    @Test
    void saysWhetherTheEngineAcceptsNewConnections() throws IOException {
        engine.greet();
        assertThat(engine.takesConnections(PATIENCE)).isTrue();
        await().until(() -> scripted.connections() == 1); // the other is closed
        scripted.refuse();
        assertThat(engine.get("/_ping")).isNotEmpty();
        assertThat(engine.takesConnections(PATIENCE)).isFalse();
    }

    @Test
    void doesNotCountAConnectionThatNobodyAnswers() {
        scripted.misbehave("/_ping", Misbehaviour.hang());
        assertThat(engine.takesConnections(Duration.ofMillis(200))).isFalse();
    }

    @Test
    void givesEachCallThePatienceThatItAsksFor() throws IOException {
        engine.greet();
        scripted.misbehave("/info", Misbehaviour.hang());
        assertThatThrownBy(() -> engine.get("/info", Duration.ofMillis(200)))
                .hasMessage(scripted.address() + ": GET /v1.41/info: silent for 200 ms");
    }

    @Test
    void refusesAnAnswerThatIsTooLargeToBeHeld() throws IOException {
        engine.greet();
        scripted.misbehave("/info", (request, reply, proper) -> {
            reply.begin("application/json");
            for (int sent = 0; sent <= Pieces.LONGEST; sent += 1 << 20) {
                reply.chunk(new byte[1 << 20]);
            }
            reply.end();
        });
        assertThatThrownBy(() -> engine.get("/info"))
                .hasMessageMatching(".*: GET /v1.41/info: the answer is too large to be held, more than \\d+ bytes");
    }

    /** As HTTP/1.0 has it, and some proxies. What was cut looks the same: only the brackets tell. */
    @Test
    void readsAnAnswerThatEndsWithItsConnectionIfItIsWhole() throws IOException {
        engine.greet();
        String body = "\ufeff {\"ID\":\"}\"}\n ";
        for (String head : List.of("HTTP/1.0 200 OK\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n")) {
            for (int length = 0; length <= bytes(body).length; length++) {
                byte[] sent = Arrays.copyOf(bytes(body), length);
                scripted.misbehave("/info", (request, reply, proper) -> {
                    reply.raw(bytes(head + "Content-Type: application/json\r\n\r\n"));
                    reply.raw(sent);
                    reply.cut();
                });
                if (length >= bytes(body).length - 2) {
                    assertThat(engine.get("/info")).isEqualTo(bytes("{\"ID\":\"}\"}"));
                    assertThat(engine.<byte[]>read("/info", PATIENCE, InputStream::readAllBytes))
                            .isEqualTo(sent);
                } else {
                    assertThatThrownBy(() -> engine.get("/info"))
                            .as("%d bytes", length)
                            .hasMessage(
                                    scripted.address() + ": GET /v1.41/info: ends without saying whether that is all");
                    assertThatThrownBy(() -> engine.read("/info", PATIENCE, InputStream::readAllBytes))
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void decodesWhatIsCompressedThoughNobodyAskedForIt() throws IOException {
        engine.greet();
        byte[] expected = engine.get("/info");
        for (boolean chunked : List.of(true, false)) {
            scripted.misbehave("/info", (request, reply, proper) -> {
                reply.header("Content-Encoding", "gzip");
                ByteArrayOutputStream zipped = new ByteArrayOutputStream();
                try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
                    gzip.write(expected);
                }
                if (chunked) {
                    reply.begin("application/json");
                    reply.chunk(zipped.toByteArray());
                    reply.end();
                } else {
                    reply.json(200, zipped.toByteArray());
                }
            });
            assertThat(engine.get("/info")).isEqualTo(expected);
        }
        scripted.misbehave(
                "/info",
                (request, reply, proper) ->
                        reply.header("Content-Encoding", "br").json(200, expected));
        assertThatThrownBy(() -> engine.get("/info"))
                .hasMessage(scripted.address() + ": GET /v1.41/info: the answer is encoded as br, which was not asked"
                        + " for; let the proxy pass on what the engine sends");
    }

    @Test
    void readsALargeAnswerAsItComes() throws IOException {
        engine.greet();
        scripted.misbehave("/containers/json", (request, reply, proper) -> {
            reply.begin("application/json");
            for (int i = 0; i < 100; i++) {
                reply.chunk(new byte[1 << 20]);
            }
            reply.end();
        });
        long length = engine.read("/containers/json", PATIENCE, body -> {
            byte[] piece = new byte[64 * 1024];
            long sum = 0;
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                sum += count;
            }
            return sum;
        });
        assertThat(length).isEqualTo(100L << 20);
        assertThat(scripted.connections()).as("kept for the next call").isEqualTo(1);
    }

    /** A parser stops at the last bracket: what follows it may still be a cut. */
    @Test
    void knowsThatABodyIsWholeThoughItsReaderStoppedBefore() throws IOException {
        engine.greet();
        scripted.start("web");
        int head = engine.get("/containers/json?all=1").length;
        assertThat(engine.<Integer>read("/containers/json?all=1", PATIENCE, InputStream::read))
                .isEqualTo('[');
        scripted.misbehave("/containers/json", Misbehaviour.cutAfter(head));
        assertThatThrownBy(() -> engine.read("/containers/json?all=1", PATIENCE, InputStream::read))
                .hasMessageContaining("cut off in the midst of the answer");
    }

    /** Closed while it connects, sends, waits or reads: whenever it is, the call ends and nothing stays behind. */
    @Test
    void closingEndsACallAtWhateverMomentItComes() throws Exception {
        scripted.start("web");
        scripted.misbehave(request -> request.path().endsWith("/stats"), Misbehaviour.hang());
        int files = openFiles();
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            String path = random.nextBoolean() ? "/containers/web/stats" : "/events";
            DockerEngine victim =
                    new DockerEngine(EngineAddress.of(scripted.address(), Map.of()), watchdog, Duration.ofMinutes(5));
            CompletableFuture<?> call = CompletableFuture.runAsync(() -> {
                try (MessageStream stream = victim.stream(path)) {
                    stream.next();
                } catch (IOException e) {
                    // As it should be.
                }
            });
            LockSupport.parkNanos(random.nextInt(3_000_000));
            victim.close();
            assertThat(call).as("seed %d", seed).succeedsWithin(Duration.ofSeconds(5));
        }
        await().until(() -> scripted.connections() == 0);
        assertThat(openFiles()).isLessThanOrEqualTo(files + 2);
    }
}
