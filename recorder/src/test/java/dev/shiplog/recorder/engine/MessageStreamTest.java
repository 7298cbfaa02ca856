package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MessageStreamTest extends OnScriptedEngine {
    @BeforeEach
    void greet() throws IOException {
        engine.greet();
    }

    @Test
    void givesEveryEventByteForByte() throws IOException {
        scripted.start("before");
        try (MessageStream events = engine.stream("/events?since=0")) {
            scripted.start("web");
            scripted.exec("web", "/bin/sh -c \"echo ünïcode\"");
            scripted.destroy("web");
            for (byte[] expected : scripted.emitted()) {
                assertThat(line(events)).isEqualTo(expected);
            }
        }
    }

    @Test
    void givesFloodsInOrder() throws IOException {
        scripted.start("web");
        try (MessageStream events = engine.stream("/events?since=0")) {
            events.open();
            scripted.flood("web", 20_000);
            List<byte[]> expected = scripted.emitted();
            for (byte[] event : expected) {
                assertThat(line(events)).isEqualTo(event);
            }
        }
    }

    @Test
    void givesStatsUntilTheContainerIsRemoved() throws IOException {
        scripted.start("web");
        try (MessageStream stats = engine.stream("/containers/web/stats")) {
            for (int i = 0; i < 50; i++) {
                assertThat(new String(line(stats), UTF_8))
                        .startsWith("{\"read\":\"2")
                        .endsWith("}}}");
            }
            scripted.destroy("web");
            await().until(() -> stats.next() == null);
            assertThat(stats.next()).isNull();
        }
        await().until(() -> scripted.connections() == 1); // kept for the next call
    }

    @Test
    void dropsTheSeparatorsOfJsonSequences() throws IOException {
        scripted.misbehave("/events", (request, reply, proper) -> {
            reply.begin("application/json-seq");
            reply.chunk(bytes("\u001e{\"a\":1}\n\u001e"));
            reply.chunk(bytes("{\"b\":2}\n"));
            reply.end();
        });
        try (MessageStream stream = engine.stream("/events")) {
            assertThat(all(stream)).containsExactly("{\"a\":1}", "{\"b\":2}");
        }
    }

    @Test
    void givesLinesThatComeByteByByte() throws IOException {
        scripted.start("web");
        scripted.misbehave("/events", Misbehaviour.slow(Duration.ofMillis(0)));
        try (MessageStream events = engine.stream("/events?since=0")) {
            for (byte[] expected : scripted.emitted()) {
                assertThat(line(events)).isEqualTo(expected);
            }
        }
    }

    /** The oracle: what is cut gives the lines before the cut, and never a clean end. */
    @Test
    void distinguishesACutFromACleanEndWhereverItIs() throws IOException {
        scripted.misbehave("/events", (request, reply, proper) -> {
            long cut = Long.parseLong(request.query().get("cut"));
            Misbehaviour.cutAfter(cut).answer(request, reply, (r, whole) -> {
                whole.begin("application/json");
                whole.line(bytes("{\"first\":1}"));
                whole.line(bytes("{\"second\":2}"));
                whole.chunk(bytes("{\"third\""));
                whole.chunk(bytes(":3}\n"));
                whole.end();
            });
        });
        List<String> whole = List.of("{\"first\":1}", "{\"second\":2}", "{\"third\":3}");
        int clean = 0;
        for (int cut = 0; clean < 10; cut++) {
            List<String> lines = new ArrayList<>();
            try (MessageStream stream = engine.stream("/events?cut=" + cut)) {
                for (Message next = stream.next(); next != null; next = stream.next()) {
                    lines.add(new String(next.bytes(), UTF_8));
                }
                clean++;
                assertThat(lines).as("cut after %d", cut).isEqualTo(whole);
            } catch (IOException e) {
                assertThat(clean).as("clean ends before the cut after %d", cut).isZero();
                assertThat(lines).as("cut after %d: %s", cut, e.getMessage()).isEqualTo(whole.subList(0, lines.size()));
            }
        }
    }

    /** Some engines send them with the first event, which may be hours away. */
    @Test
    void waitsForHeadersThatComeWithTheFirstEvent() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch happens = new CountDownLatch(1);
        scripted.misbehave("/events", (request, reply, proper) -> {
            asked.countDown();
            awaitUninterruptibly(happens);
            reply.begin("application/json");
            reply.chunk(bytes("{\"late\":1}"));
            reply.awaitHangUp();
        });
        try (MessageStream late = engine.stream("/events")) {
            CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> read(late));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(engine.get("/info")).as("meanwhile").isNotEmpty();
            happens.countDown();
            assertThat(read).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(bytes("{\"late\":1}"));
        }
        try (MessageStream watched = engine.stream("/events")) {
            scripted.misbehave("/events", Misbehaviour.hang());
            watchdog.watch(watched, Duration.ofMillis(200));
            assertThatThrownBy(watched::open).hasMessageEndingWith("GET /v1.41/events: silent for 200 ms");
        }
        MessageStream closed = engine.stream("/events");
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> read(closed));
        closed.close("enough");
        assertThat(read).failsWithin(Duration.ofSeconds(10)).withThrowableThat().withMessageContaining(": enough");
    }

    @Test
    void readsAStreamThatEndsWithItsConnection() throws IOException {
        scripted.misbehave("/events", (request, reply, proper) -> {
            reply.raw(bytes("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\n{\"b\":2}\n"
                    + (request.query().containsKey("cut") ? "{\"c\"" : "")));
            reply.cut();
        });
        try (MessageStream stream = engine.stream("/events")) {
            assertThat(all(stream)).containsExactly("{\"a\":1}", "{\"b\":2}");
        }
        try (MessageStream stream = engine.stream("/events?cut=1")) {
            line(stream);
            line(stream);
            assertThatThrownBy(stream::next)
                    .hasMessage(scripted.address() + ": GET /v1.41/events?cut=1: ends in the midst of a message");
        }
    }

    /** Each event is to be had when it was sent, not when a block of the compression is full. */
    @Test
    void readsACompressedStreamAsItComes() throws IOException {
        CountDownLatch taken = new CountDownLatch(1);
        scripted.misbehave("/events", (request, reply, proper) -> {
            reply.header("Content-Encoding", "gzip").begin("application/json");
            ByteArrayOutputStream zipped = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(zipped, true)) {
                gzip.write(bytes("{\"a\":1}\n"));
                gzip.flush();
                reply.chunk(zipped.toByteArray());
                zipped.reset();
                awaitUninterruptibly(taken);
                gzip.write(bytes("{\"b\":2}\n"));
            }
            reply.chunk(zipped.toByteArray());
            reply.end();
        });
        try (MessageStream stream = engine.stream("/events")) {
            assertThat(line(stream)).asString().isEqualTo("{\"a\":1}");
            taken.countDown();
            assertThat(all(stream)).containsExactly("{\"b\":2}");
        }
    }

    @Test
    void refusesAPageInOneLine() throws IOException {
        scripted.misbehave("/events", Misbehaviour.html(200, "<html>\n<title>Sign in</title>\n"));
        try (MessageStream stream = engine.stream("/events")) {
            assertThatThrownBy(stream::next)
                    .hasMessage(scripted.address() + ": GET /v1.41/events: this is no JSON (Sign in);"
                            + " does something else answer in the engine's place?");
        }
    }

    @Test
    void closingEndsAReadThatWaits() throws Exception {
        MessageStream events = engine.stream("/events");
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> read(events));
        Thread.sleep(100);
        long before = System.nanoTime();
        events.close();
        assertThatThrownBy(() -> read.get(5, TimeUnit.SECONDS)).hasMessageContaining(": closed");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        events.close();
        await().until(() -> scripted.listeners() == 0);
    }

    @Test
    void isClosedWhenItFallsSilent() throws IOException {
        scripted.start("web");
        scripted.misbehave(request -> request.path().endsWith("/stats"), Misbehaviour.silentAfter(10_000));
        try (MessageStream stats = engine.stream("/containers/web/stats")) {
            watchdog.watch(stats, Duration.ofMillis(300));
            assertThatThrownBy(() -> {
                        while (true) {
                            line(stats);
                        }
                    })
                    .hasMessage(scripted.address() + ": GET /v1.41/containers/web/stats: silent for 300 ms");
        }
        await().until(() -> scripted.connections() <= 1);
    }

    @Test
    void isLeftOpenAsLongAsItSendsSomething() throws IOException {
        scripted.start("web");
        try (MessageStream stats = engine.stream("/containers/web/stats")) {
            watchdog.watch(stats, Duration.ofMillis(200));
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() < end) {
                line(stats);
            }
        }
    }

    @Test
    void leavesNothingBehind() throws IOException {
        scripted.start("web");
        openAndCloseMany(20); // what is made once and kept
        int files = openFiles();
        int threads = Thread.activeCount();
        openAndCloseMany(200);
        await().untilAsserted(() -> {
            assertThat(openFiles()).as("open files").isLessThanOrEqualTo(files + 2);
            assertThat(Thread.activeCount()).as("threads").isLessThanOrEqualTo(threads + 2);
            assertThat(scripted.connections()).as("connections").isLessThanOrEqualTo(2);
        });
    }

    private void openAndCloseMany(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (MessageStream stream = engine.stream(i % 2 == 0 ? "/events?since=0" : "/containers/web/stats")) {
                line(stream);
            }
        }
    }

    private static List<String> all(MessageStream stream) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Message next = stream.next(); next != null; next = stream.next()) {
            lines.add(new String(next.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    private static byte[] read(MessageStream stream) {
        try {
            return line(stream);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] line(MessageStream stream) throws IOException {
        return Objects.requireNonNull(stream.next(), "the stream ended").bytes();
    }
}
