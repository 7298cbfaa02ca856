package dev.shiplog.recorder.source;

import static dev.shiplog.recorder.source.SourceHarness.EMPTY;
import static dev.shiplog.recorder.source.SourceHarness.STREAMS;
import static dev.shiplog.recorder.source.SourceHarness.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatsSourceTest {
    private final SourceHarness sources = new SourceHarness();

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    @Test
    void onlySoManyContainersAreStreamedAndAllOthersAreAskedFor() {
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(1));
        int all = STREAMS + 100;
        for (int i = 0; i < all; i++) {
            stats.started("c" + i, true);
            stats.started("c" + i, true);
        }
        await().until(() -> engine.open() == STREAMS);
        engine.streams.forEach(stream -> stream.lines.add(frame(2)));
        await().until(() -> sources.records(record -> record.kind() == Kind.STATS).stream()
                        .map(Record::subject)
                        .distinct()
                        .count()
                == all);
        for (int i = 0; i < all; i++) {
            stats.gone("c" + i);
        }
        engine.streams.forEach(stream -> stream.lines.add(EMPTY));
        await().until(() -> engine.open() == 0);
        stats.started("late", true);
        await().until(() -> engine.open() == 1);
    }

    @Test
    void framesThatAreOnTheirWayWhenAContainerDiesAreRecorded() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.streams.size() == 1);
        stats.stopped("c");
        FakeEngine.FakeStream stream = engine.streams.get(0);
        List.of(frame(1), frame(2), EMPTY, frame(3)).forEach(stream.lines::add);
        await().until(() -> stream.closed);
        assertThat(sources.texts(Kind.STATS)).containsExactly(new String(frame(1), UTF_8), new String(frame(2), UTF_8));
    }

    @Test
    void aContainerThatStartsAgainInTimeKeepsItsStreamAndALaterOneGetsANewOne() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.streams.size() == 1);
        stats.stopped("c");
        stats.started("c", true);
        engine.streams.get(0).lines.add(EMPTY);
        engine.streams.get(0).lines.add(frame(1));
        await().until(() -> sources.texts(Kind.STATS).size() == 1);
        stats.stopped("c");
        engine.streams.get(0).lines.add(EMPTY);
        await().until(() -> engine.open() == 0);
        stats.started("c", true);
        await().until(() -> engine.streams.size() == 2);
    }

    /** As a front that buffers ends it. */
    @Test
    void aStreamThatEndsAfterEachSampleIsOpenedAgainSoonEachTime() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        sources.stats(engine, Duration.ofSeconds(1)).started("c", true);
        for (int i = 0; i < 6; i++) {
            int open = i;
            await().until(() -> engine.streams.size() == open + 1);
            engine.streams.get(i).lines.add(frame(i));
            engine.streams.get(i).lines.add(FakeEngine.FakeStream.END);
        }
        await().until(() -> sources.texts(Kind.STATS).size() == 6);
    }

    @Test
    void anAnswerThatHoldsNoSampleIsNotRecorded() {
        for (byte[] answer : List.of(new byte[0], MESSAGE, "null".getBytes(UTF_8), EMPTY)) {
            FakeEngine engine = new FakeEngine(path -> answer);
            StatsSource stats = sources.stats(engine, Duration.ofSeconds(2));
            stats.started("c", true);
            await().until(() -> !engine.asked.isEmpty());
            FakeEngine streaming = new FakeEngine(path -> answer);
            sources.stats(streaming, Duration.ofSeconds(1)).started("s", true);
            await().until(() -> streaming.open() == 1);
            streaming.streams.get(0).lines.add(answer);
            streaming.streams.get(0).lines.add(frame(1));
            await().until(() -> sources.texts(Kind.STATS).size() == 1);
            assertThat(sources.texts(Kind.STATS)).containsExactly(new String(frame(1), UTF_8));
            sources.records.clear();
        }
    }

    /** Each way to have no samples; the marks tell all of it, from the last sample or the start on, and nothing twice. */
    @Test
    void missingSamplesAreAGapWhenThatIsNoticedAndWhenItEnds() {
        List<FakeEngine.Answers> ways = List.of(
                path -> {
                    throw new EngineStatusException(path, 500, "no cgroup");
                },
                path -> {
                    throw new EngineStatusException(path, 409, "is not running");
                },
                path -> {
                    throw new EngineStatusException(path, 404, "not allowed");
                },
                path -> {
                    throw new IOException("silent for 10 s");
                },
                path -> MESSAGE,
                path -> EMPTY);
        List<String> reasons = List.of("HTTP 500, no cgroup", "HTTP 409", "HTTP 404", "silent", "no sample", "empty");
        for (int way = 0; way < ways.size(); way++) {
            sources.records.clear();
            FakeEngine engine = new FakeEngine(ways.get(way));
            StatsSource stats = sources.stats(engine, Duration.ofSeconds(5));
            long begun = sources.clock.now().received();
            stats.started("c", true);
            long followed = sources.clock.now().received();
            await().until(() -> !engine.asked.isEmpty());
            stats.tick();
            assertThat(sources.gaps(Kind.STATS)).isEmpty();
            sources.pass(Duration.ofSeconds(20));
            String reason = reasons.get(way);
            await().untilAsserted(() -> {
                stats.tick();
                assertThat(sources.gaps(Kind.STATS))
                        .singleElement()
                        .satisfies(gap -> assertThat(gap.reason()).contains(reason));
            });
            sources.pass(Duration.ofSeconds(20));
            stats.tick();
            stats.stopped("c");
            stats.gone("c");
            List<Mark.Gap> gaps = sources.gaps(Kind.STATS);
            assertThat(gaps).hasSize(2).allMatch(gap -> gap.subject().equals("c"));
            assertThat(gaps.get(0).from()).isBetween(begun, followed);
            assertThat(gaps.get(1).from()).isEqualTo(gaps.get(0).to());
            assertThat(gaps.get(1).to() - gaps.get(0).from()).isGreaterThan(40_000_000_000L);
        }
    }

    @Test
    void samplesThatFailedForAWhileAreAGapUpToTheNextOneAndAShortLifeIsNone() {
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.open() == 1);
        FakeEngine.FakeStream stream = engine.streams.get(0);
        stream.lines.add(frame(1));
        await().until(() -> sources.texts(Kind.STATS).size() == 1);
        long first =
                sources.records(record -> record.kind() == Kind.STATS).get(0).received();
        sources.pass(Duration.ofSeconds(11));
        stats.tick();
        sources.pass(Duration.ofSeconds(1));
        stream.lines.add(frame(2));
        await().until(() -> sources.texts(Kind.STATS).size() == 2);
        long second =
                sources.records(record -> record.kind() == Kind.STATS).get(1).received();
        List<Mark.Gap> gaps = sources.gaps(Kind.STATS);
        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(0).from()).isEqualTo(first);
        assertThat(gaps.get(0).to()).isEqualTo(gaps.get(1).from());
        assertThat(gaps.get(1).to()).isEqualTo(second);
        sources.pass(Duration.ofSeconds(5));
        stats.disconnected();
        stats.started("short", true);
        sources.pass(Duration.ofSeconds(9));
        stats.gone("short");
        sources.pass(Duration.ofSeconds(60));
        stats.tick();
        assertThat(sources.gaps(Kind.STATS)).hasSize(2);
    }

    private static final byte[] MESSAGE = "{\"message\":\"invalid id: id is empty\"}".getBytes(UTF_8);
}
