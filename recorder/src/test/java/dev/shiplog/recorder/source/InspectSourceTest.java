package dev.shiplog.recorder.source;

import static dev.shiplog.recorder.source.SourceHarness.EMPTY;
import static dev.shiplog.recorder.source.SourceHarness.describing;
import static dev.shiplog.recorder.source.SourceHarness.inspect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InspectSourceTest {
    private final SourceHarness sources = new SourceHarness();

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    @Test
    void forbiddenDescriptionsAreAGapAtOnceAndThenOneTogether() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("c7") ? 401 : 403, "Forbidden");
        });
        InspectSource inspects = sources.inspects(engine);
        for (int i = 0; i < 50; i++) {
            inspects.changed("c" + i);
        }
        await().until(() ->
                engine.asked.size() == 50 && sources.gaps(Kind.INSPECT).size() == 2);
        inspects.close();
        List<Mark.Gap> told = sources.gaps(Kind.INSPECT);
        assertThat(told).hasSize(3);
        assertThat(told.get(2).subject()).isEmpty();
        assertThat(told.get(2).reason()).contains("403").endsWith(", and others");
    }

    @Test
    void aDescriptionThatDidNotChangeIsNotRecordedAgain() {
        AtomicInteger version = new AtomicInteger();
        FakeEngine engine = new FakeEngine(path -> inspect("c", ",\"v\":" + version.get()));
        InspectSource inspects = sources.inspects(engine);
        for (int i = 0; i < 3; i++) {
            inspects.changed("c");
            int asked = i + 1;
            await().until(() -> engine.asked.size() == asked);
        }
        await().until(() -> sources.texts(Kind.INSPECT).size() == 1);
        version.set(1);
        inspects.changed("c");
        await().until(() -> sources.texts(Kind.INSPECT).size() == 2);
        assertThat(sources.texts(Kind.INSPECT)).containsExactly("{\"Id\":\"c\",\"v\":0}", "{\"Id\":\"c\",\"v\":1}");
        sources.records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot())
                .singleElement()
                .satisfies(record ->
                        assertThat(new String(record.payload(), UTF_8)).endsWith("1}"));
    }

    @Test
    void whatWaitsToBeWrittenIsNotRestatedButWhatWasWrittenBefore() {
        AtomicInteger version = new AtomicInteger();
        InspectSource inspects = sources.inspects(new FakeEngine(path -> inspect("c", ",\"v\":" + version.get())));
        inspects.changed("c");
        await().until(() -> sources.texts(Kind.INSPECT).size() == 1);
        assertThat(inspects.snapshot()).isEmpty();
        Record first = sources.records(record -> record.kind() == Kind.INSPECT).get(0);
        inspects.appended(first);
        assertThat(inspects.snapshot()).containsExactly(first);
        version.set(1);
        inspects.changed("c");
        await().until(() -> sources.texts(Kind.INSPECT).size() == 2);
        assertThat(inspects.snapshot()).containsExactly(first);
        Record second = sources.records(record -> record.kind() == Kind.INSPECT).get(1);
        inspects.appended(second);
        assertThat(inspects.snapshot()).containsExactly(second);
    }

    @Test
    void aDescriptionForWhichThereWasNoRoomIsNewsWhenItComesAgain() {
        FakeEngine engine = new FakeEngine(path -> inspect("c", ""));
        RecordQueue small = new RecordQueue(1, 2_000);
        InspectSource inspects =
                new InspectSource(engine, sources.clock, small, Redaction.ENV, sources.destroyed, described -> {});
        sources.opened.add(inspects);
        small.put(new Record(0, Kind.EVENT, "", 1, 1, 1, new byte[1_000]));
        inspects.changed("c");
        await().until(() -> !small.takeDropped().isEmpty());
        List<Arrival> taken = new ArrayList<>();
        await().until(() -> {
            small.drainTo(taken, Integer.MAX_VALUE, 0);
            inspects.changed("c");
            return taken.size() > 1;
        });
        assertThat(taken)
                .last()
                .satisfies(arrival -> assertThat(arrival.record().kind()).isEqualTo(Kind.INSPECT));
    }

    /** What happened while the engine was answering may not be in the answer. */
    @Test
    void aRequestThatComesWhileOneIsAnsweredIsAskedOnceMore() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = sources.inspects(engine);
        inspects.changed("c");
        await().until(() -> engine.asked.size() == 1);
        for (int i = 0; i < 50; i++) {
            inspects.changed("c");
        }
        answering.countDown();
        await().until(() ->
                engine.asked.size() == 2 && sources.texts(Kind.INSPECT).size() == 1);
        inspects.changed("other");
        await().until(() -> engine.asked.size() == 3);
        assertThat(engine.asked).containsExactly("/containers/c/json", "/containers/c/json", "/containers/other/json");
    }

    @Test
    void aBusyEngineIsAskedThreeTimesAndOneThatRefusesOnce() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("gone") ? 404 : 500, "no");
        });
        InspectSource inspects = sources.inspects(engine);
        inspects.changed("gone");
        inspects.changed("busy");
        await().until(() -> engine.asked.size() == 4);
        inspects.changed("busy");
        await().until(() -> engine.asked.size() > 4);
        assertThat(engine.asked.stream().filter("/containers/gone/json"::equals))
                .hasSize(1);
        assertThat(inspects.snapshot()).isEmpty();
    }

    @Test
    void aDescriptionThatIsNoJsonIsNotRecordedBecauseItsSecretsCannotBeFound() throws IOException {
        FakeEngine engine = new FakeEngine(path -> "<html>PASSWORD=hunter2</html>".getBytes(UTF_8));
        sources.inspects(engine).changed("c");
        await().until(() -> !sources.texts(Kind.MARK).isEmpty());
        assertThat(sources.texts(Kind.INSPECT)).isEmpty();
        assertThat(Mark.fromJson(sources.records(record -> true).get(0).payload()))
                .isEqualTo(new Mark.Redaction("c", "env", List.of("everything: not JSON")));
    }

    @Test
    void aDescriptionOfAnotherContainerIsNotRecordedAsThisOnes() {
        FakeEngine engine = new FakeEngine(path -> inspect("other", ""));
        sources.inspects(engine).changed("c");
        await().until(() -> !sources.gaps(Kind.INSPECT).isEmpty());
        assertThat(sources.texts(Kind.INSPECT)).isEmpty();
        Mark.Gap gap = sources.gaps(Kind.INSPECT).get(0);
        assertThat(gap.subject()).isEqualTo("c");
        assertThat(gap.reason()).isEqualTo("the engine's answer describes another container: other");
    }

    @Test
    void aContainerThatIsGoneIsNotInTheSnapshotEvenIfItIsDescribedLate() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = sources.inspects(engine);
        inspects.changed("c");
        await().until(() -> engine.asked.size() == 1);
        inspects.gone("c");
        answering.countDown();
        await().until(() -> sources.texts(Kind.INSPECT).size() == 1);
        sources.records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot()).isEmpty();
    }

    private static final String EXITED = ",\"State\":{\"Status\":\"exited\",\"ExitCode\":3,"
            + "\"StartedAt\":\"2026-11-21T10:00:00.2Z\",\"FinishedAt\":\"2026-11-21T10:00:00.1Z\"}";

    private static final String RUNNING = ",\"State\":{\"Status\":\"running\",\"Running\":true,"
            + "\"StartedAt\":\"2026-11-21T10:00:00Z\",\"FinishedAt\":\"0001-01-01T00:00:00Z\"}";

    @Test
    void anEndIsAskedForBeforeAllElse() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = sources.inspects(engine);
        for (int i = 0; i < 20; i++) {
            inspects.changed("c" + i);
        }
        await().until(() -> engine.asked.size() == 4);
        inspects.ended("c19");
        inspects.ended("c");
        answering.countDown();
        await().until(() -> engine.asked.size() == 21);
        assertThat(engine.asked.subList(4, 6)).containsExactlyInAnyOrder("/containers/c19/json", "/containers/c/json");
    }

    @Test
    void anEndThatCannotBeDescribedAnyMoreIsAGapOfItsOwn() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("c1") ? 404 : 409, "No such container");
        });
        InspectSource inspects = sources.inspects(engine);
        inspects.ended("c1");
        inspects.ended("c2");
        sources.destroyed.add("c3");
        inspects.ended("c3");
        await().until(() -> sources.gaps(Kind.INSPECT).size() >= 3);
        inspects.gone("c1");
        inspects.gone("c2");
        inspects.gone("c3");
        assertThat(sources.gaps(Kind.INSPECT))
                .filteredOn(gap -> gap.reason().contains("end not seen"))
                .extracting(Mark.Gap::subject)
                .containsExactlyInAnyOrder("c1", "c2", "c3");
    }

    @Test
    void anEndThatIsDescribedIsNone() {
        List<String> answers = new ArrayList<>(List.of(RUNNING, EXITED, EXITED));
        FakeEngine engine = new FakeEngine(path -> {
            if (answers.isEmpty()) {
                throw new EngineStatusException(path, 404, "No such container");
            }
            return inspect("c", answers.remove(0));
        });
        InspectSource inspects = sources.inspects(engine);
        inspects.changed("c");
        await().until(() -> sources.texts(Kind.INSPECT).size() == 1);
        inspects.changed("c"); // it ends, and the event is late
        await().until(() -> sources.texts(Kind.INSPECT).size() == 2);
        inspects.ended("c");
        await().until(() -> engine.asked.size() == 3);
        inspects.changed("c"); // it was started again, and has ended and gone
        await().until(() -> engine.asked.size() == 4);
        assertThat(sources.gaps(Kind.INSPECT)).isEmpty();
        inspects.ended("c");
        await().until(() -> !sources.gaps(Kind.INSPECT).isEmpty());
        inspects.gone("c");
        assertThat(sources.gaps(Kind.INSPECT)).hasSize(1);
    }

    /** The answer is on its way while the container is removed. */
    @Test
    void anAnswerThatComesAfterTheDestroyMayShowTheEnd() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = new FakeEngine(path -> {
            try {
                answering.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return inspect(path.split("/", -1)[2], path.contains("/seen") ? EXITED : RUNNING);
        });
        InspectSource inspects = sources.inspects(engine);
        for (String id : List.of("seen", "unseen")) {
            inspects.ended(id);
        }
        await().until(() -> engine.asked.size() == 2);
        for (String id : List.of("seen", "unseen")) {
            sources.destroyed.add(id);
            inspects.gone(id);
        }
        assertThat(sources.gaps(Kind.INSPECT)).isEmpty();
        answering.countDown();
        await().until(() -> sources.texts(Kind.INSPECT).size() == 2);
        await().until(() -> !sources.gaps(Kind.INSPECT).isEmpty());
        assertThat(sources.gaps(Kind.INSPECT)).extracting(Mark.Gap::subject).containsExactly("unseen");
    }

    /** A proxy that forbids descriptions is told of once, not at each end. */
    @Test
    void endsThatAreForbiddenToDescribeAreNotToldOfOneByOne() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, 403, "Forbidden");
        });
        InspectSource inspects = sources.inspects(engine);
        for (int i = 0; i < 20; i++) {
            inspects.ended("c" + i);
        }
        await().until(() ->
                engine.asked.size() == 20 && !sources.gaps(Kind.INSPECT).isEmpty());
        for (int i = 0; i < 20; i++) {
            inspects.gone("c" + i);
        }
        inspects.close();
        assertThat(sources.gaps(Kind.INSPECT))
                .hasSizeLessThanOrEqualTo(2)
                .noneMatch(gap -> gap.reason().contains("end not seen"));
    }

    @Test
    void theSnapshotIsBoundedAndKeepsTheNewest() {
        InspectSource inspects = sources.inspects(new FakeEngine(path -> EMPTY));
        byte[] payload = new byte[64 * 1024];
        for (int i = 0; i < 1_000; i++) {
            inspects.restore(new Record(0, Kind.INSPECT, "c" + i, 1, 1, 1, payload), null);
        }
        List<Record> kept = inspects.snapshot();
        assertThat(kept.stream().mapToLong(record -> record.payload().length).sum())
                .isEqualTo(16L << 20);
        assertThat(kept).last().extracting(Record::subject).isEqualTo("c999");
    }
}
