package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions whose answers nobody waits for. */
@Timeout(60)
final class AskTest extends OnScriptedEngine {
    private static final int CONTAINERS = 30;

    @BeforeEach
    void greet() throws IOException {
        engine.greet();
    }

    /** One question; told of its answer once, and by which thread. */
    private static final class Question implements Engine.Asked {
        final AtomicInteger told = new AtomicInteger();
        private final CompletableFuture<String> answer = new CompletableFuture<>();
        private volatile String thread = "";

        @Override
        public void answered(byte[] body) {
            told.incrementAndGet();
            thread = Thread.currentThread().getName();
            answer.complete(new String(body, UTF_8));
        }

        @Override
        public void failed(IOException failure) {
            told.incrementAndGet();
            answer.completeExceptionally(failure);
        }

        String answer() throws Exception {
            return answer.get(30, TimeUnit.SECONDS);
        }

        Throwable failure() throws Exception {
            try {
                throw new AssertionError("answered " + answer());
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }
    }

    private Question ask(String path) {
        Question question = new Question();
        engine.ask(path, PATIENCE, question);
        return question;
    }

    private List<Question> askAll() {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            questions.add(ask("/containers/web" + i + "/json"));
        }
        return questions;
    }

    private void start() {
        for (int i = 0; i < CONTAINERS; i++) {
            scripted.start("web" + i);
        }
    }

    @Test
    void oneThreadReadsAllAnswersAndTheirConnectionsServeAgain() throws Exception {
        start();
        for (int round = 0; round < 3; round++) {
            int i = 0;
            for (Question question : askAll()) {
                assertThat(question.answer()).contains("\"/web" + i++ + "\"");
                assertThat(question.thread).isEqualTo("shiplog-streams");
                assertThat(question.told).hasValue(1);
            }
        }
        assertThat(scripted.connections()).isBetween(1, CONTAINERS + 1); // and the one of the greeting
    }

    @Test
    void whatFailsIsExplainedAndTheNextQuestionIsAnswered() throws Exception {
        start();
        assertThat(ask("/containers/none/json").failure())
                .isInstanceOf(EngineStatusException.class)
                .hasMessageContaining("HTTP 404");
        scripted.misbehave(
                "/cut",
                (request, reply, proper) -> Misbehaviour.cutAfter(100).answer(request, reply, (r, whole) -> {
                    whole.begin("application/json");
                    whole.line(bytes("[" + "1,".repeat(1_000) + "1]"));
                }));
        assertThat(ask("/cut").failure()).isInstanceOf(IOException.class).hasMessageContaining("/cut");
        assertThat(ask("/containers/web1/json").answer()).contains("\"/web1\"");
        scripted.vanish();
        assertThat(ask("/containers/web1/json").failure()).hasMessageContaining(scripted.address());
        scripted.comeBack();
        assertThat(ask("/containers/web1/json").answer()).contains("\"/web1\"");
    }

    /** As a proxy does that closes what was idle for a while. */
    @Test
    void connectionsThatTheFarEndClosedMeanwhileCostNoAnswer() throws Exception {
        start();
        for (int round = 0; round < 3; round++) {
            for (Question question : askAll()) {
                assertThat(question.answer()).isNotEmpty();
                assertThat(question.told).hasValue(1);
            }
            scripted.vanish();
            scripted.comeBack();
        }
    }

    @Test
    void oneThatHangsHoldsUpNoOtherAndIsGivenUp() throws Exception {
        start();
        scripted.misbehave("/hang", Misbehaviour.hang());
        CountDownLatch rest = new CountDownLatch(1);
        scripted.misbehave("/half", (request, reply, proper) -> {
            reply.begin("application/json");
            reply.chunk(bytes("{\"n\""));
            try {
                rest.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            reply.chunk(bytes(":1}"));
            reply.end();
        });
        Question hangs = ask("/hang");
        Question half = ask("/half");
        for (Question question : askAll()) {
            assertThat(question.answer()).isNotEmpty();
        }
        assertThat(hangs.told).hasValue(0);
        assertThat(half.told).hasValue(0);
        rest.countDown();
        assertThat(half.answer()).isEqualTo("{\"n\":1}");
        assertThat(hangs.failure()).hasMessageContaining("silent for 1500 ms");
        for (Question question : askAll()) {
            assertThat(question.answer()).isNotEmpty();
        }
        Question again = ask("/hang"); // by a connection that served before
        assertThat(again.failure()).hasMessageContaining("silent for 1500 ms");
        assertThat(scripted.requests())
                .as("none is asked twice")
                .filteredOn(request -> request.path().equals("/hang"))
                .hasSize(2);
    }

    /** The oracle is what was sent; the seed says where it was cut into pieces, and where the sender paused. */
    @Test
    void eachAnswerIsWholeHoweverItsBytesCome() throws Exception {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        scripted.misbehave("/pieces", (request, reply, proper) -> {
            Random pieces = new Random(seed + Long.parseLong(request.query().get("n")));
            reply.through(out -> FollowedStreamTest.inPieces(out, pieces));
            reply.begin("application/json");
            reply.line(bytes(text(request.query().get("n"))));
            reply.end();
        });
        for (int round = 0; round < 5; round++) {
            List<Question> questions = new ArrayList<>();
            for (int n = 0; n < 20; n++) {
                questions.add(ask("/pieces?n=" + n));
            }
            for (int n = 0; n < 20; n++) {
                assertThat(questions.get(n).answer())
                        .as("-Dshiplog.seed=" + seed)
                        .isEqualTo(text(String.valueOf(n)));
            }
        }
    }

    private static String text(String n) {
        return "{\"x\":\"" + n.repeat(n.length() == 1 ? 500 : 10_000) + "\"}";
    }

    @Test
    void aFaultOfOneThatAskedCostsTheOthersNothing() throws Exception {
        start();
        CompletableFuture<Thread> faulty = new CompletableFuture<>();
        engine.ask("/containers/web1/json", PATIENCE, new Engine.Asked() {
            @Override
            public void answered(byte[] body) {
                faulty.complete(Thread.currentThread());
                throw new IllegalStateException("a fault that the test makes");
            }

            @Override
            public void failed(IOException failure) {
                faulty.completeExceptionally(failure);
            }
        });
        Thread reader = faulty.get(30, TimeUnit.SECONDS);
        for (Question question : askAll()) {
            assertThat(question.answer()).isNotEmpty();
        }
        assertThat(reader.isAlive()).isTrue();
    }

    @Test
    void closingEndsThoseThatAreUnderWayAndThoseToCome() throws Exception {
        scripted.misbehave("/hang", Misbehaviour.hang());
        List<Question> questions = List.of(ask("/hang"), ask("/hang"));
        await().until(() -> scripted.requests().size() >= 3);
        engine.close();
        for (Question question : questions) {
            assertThat(question.failure()).hasMessageContaining("client was closed");
        }
        assertThat(ask("/hang").failure()).isInstanceOf(IOException.class);
        await().until(() -> scripted.connections() == 0);
    }

    @Test
    void noMoreAreUnderWayThanAllowed() throws Exception {
        engine.close();
        engine = new DockerEngine(EngineAddress.of(scripted.address(), Map.of()), watchdog, Duration.ofSeconds(30), 2);
        engine.greet();
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        scripted.misbehave("/info", (request, reply, proper) -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            await().pollDelay(Duration.ofMillis(20)).until(() -> true);
            underWay.decrementAndGet();
            proper.answer(request, reply);
        });
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            questions.add(ask(i % 3 == 0 ? "/none" : "/info"));
        }
        for (int i = 0; i < 10; i++) {
            if (i % 3 == 0) {
                assertThat(questions.get(i).failure()).isInstanceOf(EngineStatusException.class);
            } else {
                assertThat(questions.get(i).answer()).isNotEmpty();
            }
        }
        assertThat(most).hasValueLessThanOrEqualTo(2);
    }
}
