package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class MessageStreamTest {
    @TempDir
    private Path directory;

    private ScriptedEngine scripted;
    private Watchdog watchdog;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        scripted = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(5));
        watchdog = new Watchdog();
        engine = Engine.open(EngineAddress.of(scripted.address(), Map.of()), watchdog);
        engine.greet();
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        watchdog.close();
        scripted.close();
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
    void findsLinesWhereverTheChunksEnd() throws IOException {
        for (long seed = 1; seed <= 30; seed++) {
            Random random = new Random(seed);
            byte[] sent = new byte[random.nextInt(60_000)];
            random.nextBytes(sent);
            for (int i = 0; i < sent.length; i += 1 + random.nextInt(random.nextBoolean() ? 40 : 20_000)) {
                sent[i] = '\n';
            }
            List<byte[]> chunks = new ArrayList<>();
            for (int at = 0; at < sent.length; ) {
                int size = Math.min(sent.length - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 9000));
                chunks.add(Arrays.copyOfRange(sent, at, at + size));
                at += size;
            }
            assertThat(linesOf(chunks)).as("seed %d", seed).containsExactlyElementsOf(split(sent));
        }
    }

    @Test
    void keepsCarriageReturnsAndSeparatorsOfOrdinaryStreams() throws IOException {
        assertThat(linesOf(List.of(bytes("a\r\n\u001eb\n\n\nlast")))).containsExactly("a\r", "\u001eb", "", "", "last");
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
    void givesTheHeadAndLengthOfAMessageThatIsTooLong() throws IOException {
        for (int length : List.of(Answer.LONGEST - 1, Answer.LONGEST, Answer.LONGEST + 1, 70_000_000)) {
            scripted.behave();
            scripted.misbehave("/events", (request, reply, proper) -> {
                reply.begin("application/json");
                reply.line(bytes("small"));
                reply.chunk(bytes("head"));
                for (int left = length - 4; left > 0; left -= 1 << 20) {
                    reply.chunk(new byte[Math.min(left, 1 << 20)]);
                }
                reply.line(bytes(""));
                reply.line(bytes("small again"));
                reply.end();
            });
            try (MessageStream stream = engine.stream("/events")) {
                assertThat(line(stream)).asString().isEqualTo("small");
                Message message = Objects.requireNonNull(stream.next());
                assertThat(message.length()).isEqualTo(length);
                assertThat(message.whole()).isEqualTo(length <= Answer.LONGEST);
                assertThat(message.bytes()).hasSize(length <= Answer.LONGEST ? length : Answer.HEAD);
                assertThat(message.bytes()).startsWith('h', 'e', 'a', 'd');
                assertThat(line(stream)).asString().isEqualTo("small again");
                assertThat(stream.next()).isNull();
            }
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
    void tellsACutFromACleanEndWhereverItIs() throws IOException {
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

    @Test
    void closingEndsAReadThatWaits() throws Exception {
        MessageStream events = engine.stream("/events");
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
            try {
                return line(events);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
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
    void isLeftOpenAsLongAsItSpeaks() throws IOException {
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

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private List<String> linesOf(List<byte[]> chunks) throws IOException {
        scripted.behave();
        scripted.misbehave("/events", (request, reply, proper) -> {
            reply.begin("application/json");
            for (byte[] chunk : chunks) {
                reply.chunk(chunk);
            }
            reply.end();
        });
        try (MessageStream stream = engine.stream("/events")) {
            return all(stream);
        }
    }

    private static List<String> all(MessageStream stream) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Message next = stream.next(); next != null; next = stream.next()) {
            lines.add(new String(next.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    private static List<String> split(byte[] sent) {
        String text = new String(sent, java.nio.charset.StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static byte[] line(MessageStream stream) throws IOException {
        return Objects.requireNonNull(stream.next(), "the stream ended").bytes();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
