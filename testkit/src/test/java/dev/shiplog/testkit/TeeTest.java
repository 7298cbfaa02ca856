package dev.shiplog.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TeeTest {
    @TempDir
    private Path directory;

    private ScriptedEngine engine;
    private Tee tee;
    private Path socket;

    @BeforeEach
    void open() throws IOException {
        engine = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(5));
        socket = directory.resolve("tee.sock");
        tee = Tee.at(socket, engine.socket(), directory.resolve("tee"));
    }

    @AfterEach
    void close() throws IOException {
        tee.close();
        engine.close();
    }

    @Test
    void writesDownEveryAnswerOfAConnection() throws IOException {
        engine.start("web");
        String inspected;
        String listed;
        try (Client client = new Client(socket)) {
            assertThat(client.body("/_ping")).isEqualTo("OK");
            inspected = client.body("/containers/web/json");
            client.ask("/containers/json?all=1");
            client.head();
            listed = client.chunk();
            assertThat(client.chunk()).isEmpty();
            client.body("/nothing/here");
        }
        List<Exchange> exchanges = tee.exchanges();
        assertThat(exchanges)
                .extracting(Exchange::target)
                .containsExactly("/_ping", "/containers/web/json", "/containers/json?all=1", "/nothing/here");
        assertThat(exchanges).extracting(Exchange::status).containsExactly(200, 200, 200, 404);
        assertThat(exchanges).extracting(Exchange::complete).containsOnly(true);
        assertThat(exchanges.get(1).body()).asString(StandardCharsets.UTF_8).isEqualTo(inspected);
        assertThat(exchanges.get(2).body()).asString(StandardCharsets.UTF_8).isEqualTo(listed);
    }

    @Test
    void hasEachLineOfAStreamWhenTheClientHasIt() throws IOException {
        engine.start("web");
        List<String> read = new ArrayList<>();
        try (Client client = new Client(socket)) {
            client.ask("/containers/web/stats");
            client.head();
            for (int i = 0; i < 200; i++) {
                read.add(client.chunk().stripTrailing());
            }
        }
        Exchange stats = tee.exchanges().get(0);
        assertThat(stats.complete()).isFalse();
        assertThat(stats.lines())
                .extracting(line -> new String(line, StandardCharsets.UTF_8))
                .startsWith(read.toArray(String[]::new));
    }

    @Test
    void removesChunkingWhereverTheReadsEnd() throws IOException {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            StringBuilder sent = new StringBuilder();
            engine.behave();
            engine.misbehave("/events", (request, reply, proper) -> {
                reply.begin("application/json");
                for (int i = 0; i < 50; i++) {
                    StringBuilder chunk = new StringBuilder();
                    for (int size = 1 + random.nextInt(3000); size > 0; size--) {
                        chunk.append((char) ('0' + random.nextInt(10)));
                    }
                    sent.append(chunk);
                    reply.chunk(chunk.toString().getBytes(StandardCharsets.UTF_8));
                }
                reply.end();
            });
            try (Client client = new Client(socket)) {
                client.ask("/events?seed=" + seed);
                client.head();
                while (!client.chunk().isEmpty()) {}
            }
            List<Exchange> exchanges = tee.exchanges();
            Exchange last = exchanges.get(exchanges.size() - 1);
            boolean same = sent.toString().equals(new String(last.body(), StandardCharsets.UTF_8));
            assertThat(same).as("seed %d: same body", seed).isTrue();
            assertThat(last.complete()).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void keepsWhatCameBeforeACut() throws IOException {
        engine.misbehave("/events", (request, reply, proper) -> {
            reply.begin("application/json");
            reply.line("one".getBytes(StandardCharsets.UTF_8));
            reply.raw("7\r\ntw".getBytes(StandardCharsets.UTF_8));
            reply.cut();
        });
        try (Client client = new Client(socket)) {
            client.ask("/events");
            client.head();
            assertThat(client.chunk()).isEqualTo("one\n");
            assertThatThrownBy(client::chunk).isInstanceOf(EOFException.class);
        }
        Exchange events = tee.exchanges().get(0);
        assertThat(events.complete()).isFalse();
        assertThat(events.body()).asString(StandardCharsets.UTF_8).isEqualTo("one\ntw");
        assertThat(events.lines()).hasSize(1);
    }

    @Test
    void hangsUpWhenTheEngineIsGoneAndServesAgainWhenItIsBack() throws IOException {
        engine.vanish();
        try (Client client = new Client(socket)) {
            assertThatThrownBy(() -> client.body("/_ping")).isInstanceOf(IOException.class);
        }
        engine.comeBack();
        try (Client client = new Client(socket)) {
            assertThat(client.body("/_ping")).isEqualTo("OK");
        }
    }
}
