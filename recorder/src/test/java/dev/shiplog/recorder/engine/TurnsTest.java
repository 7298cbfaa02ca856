package dev.shiplog.recorder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Request;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where so many answers may be waited for at once, the other calls wait for their turn. */
@Timeout(60)
class TurnsTest extends OnScriptedEngine {
    private static final int CALLS = 12;

    private final ExecutorService threads = Executors.newFixedThreadPool(CALLS);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch answering = new CountDownLatch(1);

    /** Holds the answers to {@code /info} back until it is said. */
    @BeforeEach
    void hold() {
        scripted.misbehave(TurnsTest::isInfo, (request, reply, proper) -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            try {
                answering.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            underWay.decrementAndGet();
            proper.answer(request, reply);
        });
    }

    @AfterEach
    void end() {
        answering.countDown();
        threads.shutdownNow();
    }

    private static boolean isInfo(Request request) {
        return request.path().endsWith("/info");
    }

    private void allow(int mostCalls) {
        engine.close();
        engine = new DockerEngine(
                EngineAddress.of(scripted.address(), Map.of()), watchdog, Duration.ofSeconds(30), mostCalls);
    }

    private List<CompletableFuture<byte[]>> ask() {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            answers.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return engine.get("/info");
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    threads));
        }
        return answers;
    }

    @Test
    void noMoreThanAllowedAreUnderWayAndEachGetsItsAnswer() throws Exception {
        allow(3);
        List<CompletableFuture<byte[]>> answers = ask();
        await().until(() -> underWay.get() == 3);
        assertThat(engine.get("/_ping"))
                .as("who asks whether it is there waits for nobody")
                .isNotEmpty();
        engine.stream("/events").close();
        answering.countDown();
        for (CompletableFuture<byte[]> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS)).isNotEmpty();
        }
        assertThat(most).hasValue(3);
        assertThat(scripted.requests()).filteredOn(TurnsTest::isInfo).hasSize(CALLS);
    }

    @Test
    void oneAtATimeIsEnoughToAgreeOnAVersion() throws Exception {
        allow(1);
        answering.countDown();
        assertThat(engine.get("/info")).isNotEmpty();
        assertThatThrownBy(() -> engine.get("/containers/none/json")).isInstanceOf(EngineStatusException.class);
        assertThat(engine.<Integer>read("/containers/json?all=1", PATIENCE, InputStream::read))
                .as("a turn is given back after a failure, too")
                .isEqualTo('[');
    }

    @Test
    void closingEndsThoseThatWait() {
        allow(2);
        List<CompletableFuture<byte[]>> answers = ask();
        await().until(() -> underWay.get() == 2);
        engine.close();
        for (CompletableFuture<byte[]> answer : answers) {
            assertThat(answer).failsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void withoutALimitAllAreUnderWay() throws Exception {
        List<CompletableFuture<byte[]>> answers = ask();
        await().until(() -> underWay.get() == CALLS);
        answering.countDown();
        for (CompletableFuture<byte[]> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS)).isNotEmpty();
        }
    }

    @Test
    void aCallThatSaysNothingHasThePatienceOfTheEngine() {
        scripted.misbehave("/info", Misbehaviour.hang());
        assertThat(engine.patience()).isEqualTo(PATIENCE);
        assertThat(engine.patience(Duration.ofMinutes(1))).isEqualTo(PATIENCE);
        assertThat(engine.patience(Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(1));
        long began = System.nanoTime();
        assertThatThrownBy(() -> engine.get("/info")).isInstanceOf(IOException.class);
        assertThat(System.nanoTime() - began).isGreaterThan(PATIENCE.toNanos() * 9 / 10);
    }
}
