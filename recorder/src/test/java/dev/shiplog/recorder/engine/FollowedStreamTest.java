package dev.shiplog.recorder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class FollowedStreamTest extends OnScriptedEngine {
    private static final String READER = "shiplog-streams";

    @BeforeEach
    void greet() throws IOException {
        engine.greet();
    }

    private Heard follow(String path, int wanted) throws IOException {
        Heard heard = new Heard(wanted);
        MessageStream stream = engine.stream(path);
        stream.open();
        stream.follow(heard);
        return heard;
    }

    @Test
    void oneThreadReadsTheStreamsOfAllContainersUntilTheListenersHaveEnough() throws IOException {
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            scripted.start("web" + i);
            all.add(follow("/containers/web" + i + "/stats", 60));
        }
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        for (Heard heard : all) {
            assertThat(heard.awaitEnd().failure).hasValue(null);
            assertThat(heard.messages).hasSize(60).allMatch(sample -> sample.startsWith("{\"read\":\"2"));
            threads.addAll(heard.threads);
        }
        assertThat(threads).extracting(Thread::getName).containsExactly(READER);
        await().until(() -> scripted.connections() == 0);
        assertThat(all).allMatch(heard -> heard.ends.get() == 1);
    }

    @Test
    void aMessageThatIsLongInComingDelaysNoOtherStream() throws IOException {
        CountDownLatch rest = new CountDownLatch(1);
        scripted.misbehave("/slow", (request, reply, proper) -> {
            reply.begin("application/json");
            reply.line(bytes("{\"n\":1}"));
            reply.chunk(bytes("{\"n\""));
            awaitUninterruptibly(rest);
            reply.chunk(bytes(":2}\n{\"n\":3}\n"));
            reply.end();
        });
        scripted.start("web");
        Heard slow = follow("/slow", Integer.MAX_VALUE);
        Heard web = follow("/containers/web/stats", Integer.MAX_VALUE);
        await().until(() -> slow.messages.size() == 1);
        int had = web.messages.size();
        await().until(() -> web.messages.size() > had + 50);
        assertThat(slow.messages).containsExactly("{\"n\":1}");
        rest.countDown();
        assertThat(slow.awaitEnd().failure).hasValue(null);
        assertThat(slow.messages).containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
        int then = web.messages.size();
        await().until(() -> web.messages.size() > then + 50);
        assertThat(web.ends).hasValue(0);
    }

    @Test
    void aCompressedStreamIsReadOnAThreadOfItsOwn() throws IOException {
        scripted.misbehave("/events", (request, reply, proper) -> {
            reply.header("Content-Encoding", "gzip").begin("application/json");
            ByteArrayOutputStream zipped = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
                gzip.write(bytes("{\"a\":1}\n{\"b\":2}\n"));
            }
            reply.chunk(zipped.toByteArray());
            reply.end();
        });
        Heard heard = follow("/events", Integer.MAX_VALUE).awaitEnd();
        assertThat(heard.failure).hasValue(null);
        assertThat(heard.messages).containsExactly("{\"a\":1}", "{\"b\":2}");
        assertThat(heard.threads).extracting(Thread::getName).doesNotContain(READER);
    }

    /** The oracle is what was sent; the seed says where it was cut into pieces, and where the sender paused. */
    @Test
    void everyMessageComesOnceAndInOrderHoweverItsBytesCome() throws IOException {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        List<String> sent = new ArrayList<>();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            sent.add("{\"n\":" + i + ",\"x\":\"" + "x".repeat(random.nextInt(i % 50 == 0 ? 20_000 : 300)) + "\"}");
        }
        scripted.misbehave("/pieces", (request, reply, proper) -> {
            Random pieces = new Random(seed + Long.parseLong(request.query().get("n")));
            reply.through(out -> inPieces(out, pieces));
            reply.begin("application/json");
            for (String message : sent) {
                reply.line(bytes(message));
            }
            reply.end();
        });
        List<Heard> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(follow("/pieces?n=" + i, Integer.MAX_VALUE));
        }
        for (Heard heard : all) {
            assertThat(heard.awaitEnd().failure).as("-Dshiplog.seed=" + seed).hasValue(null);
            assertThat(heard.messages).as("-Dshiplog.seed=" + seed).isEqualTo(sent);
        }
    }

    static OutputStream inPieces(OutputStream out, Random random) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int at = 0; at < length; ) {
                    int piece = Math.min(length - at, 1 + random.nextInt(random.nextInt(10) == 0 ? 4_000 : 200));
                    out.write(bytes, offset + at, piece);
                    out.flush();
                    at += piece;
                    if (random.nextInt(100) == 0) {
                        await().pollDelay(Duration.ofMillis(random.nextInt(40))).until(() -> true);
                    }
                }
            }
        };
    }

    @Test
    void itsListenerHearsOnceHowAStreamEnded() throws IOException {
        scripted.misbehave(
                "/cut",
                (request, reply, proper) -> Misbehaviour.cutAfter(400).answer(request, reply, (r, whole) -> {
                    whole.begin("application/json");
                    for (int i = 0; i < 100; i++) {
                        whole.line(bytes("{\"n\":" + i + "}"));
                    }
                }));
        Heard cut = follow("/cut", Integer.MAX_VALUE).awaitEnd();
        assertThat(cut.failure.get()).hasMessageContaining("/cut");
        assertThat(cut.messages).isNotEmpty();

        scripted.start("web");
        MessageStream silent = engine.stream("/events");
        Heard silence = new Heard(Integer.MAX_VALUE);
        silent.open();
        silent.follow(silence);
        silent.close("silent for 30 s");
        assertThat(silence.awaitEnd().failure.get()).hasMessageContaining("silent for 30 s");

        Heard last = follow("/containers/web/stats", Integer.MAX_VALUE);
        Heard quiet = follow("/events", Integer.MAX_VALUE);
        engine.close();
        assertThat(last.awaitEnd().failure.get()).hasMessageContaining("client was closed");
        assertThat(quiet.awaitEnd().failure.get()).hasMessageContaining("client was closed");
        for (Heard heard : List.of(cut, silence, last, quiet)) {
            assertThat(heard.ends).hasValue(1);
        }
        await().until(() -> last.threads.stream().noneMatch(Thread::isAlive));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
