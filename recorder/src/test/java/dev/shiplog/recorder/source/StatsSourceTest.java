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
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
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

    /** As those before release 25, which wait for their own next reading. */
    @Test
    void anEngineThatTakesASecondForEachSampleStillGivesAllOfThem() {
        FakeEngine engine = new FakeEngine(path -> {
            await().pollDelay(Duration.ofMillis(900)).until(() -> true);
            return frame(1);
        });
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(2));
        int containers = 60;
        for (int i = 0; i < containers; i++) {
            stats.started("c" + i, true);
        }
        await().pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    stats.tick();
                    return engine.asked.size() >= 6 * containers;
                });
        Map<String, LongSummaryStatistics> times = sources.records(record -> record.kind() == Kind.STATS).stream()
                .collect(Collectors.groupingBy(Record::subject, Collectors.summarizingLong(Record::received)));
        assertThat(times).hasSize(containers);
        assertThat(times.values())
                .as("a tick that is missed is not made up for; a machine that is busy may miss one")
                .allMatch(of -> of.getCount() >= (of.getMax() - of.getMin()) / 2_000_000_000L);
    }

    /** They have places beside those of the others. */
    @Test
    void containersWhoseSamplesHangCostTheOthersNone() {
        CountDownLatch end = new CountDownLatch(1);
        FakeEngine engine = new FakeEngine(path -> {
            if (path.contains("/hangs")) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return frame(1);
        });
        StatsSource stats = sources.stats(engine, Duration.ofSeconds(2));
        for (int i = 0; i < 220; i++) {
            stats.started("hangs" + i, true);
        }
        stats.started("well", true);
        await().pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    stats.tick();
                    return sources.records(record -> record.subject().equals("well"))
                                    .size()
                            >= 4;
                });
        end.countDown();
    }

    private List<Mark.Burst> bursts() {
        List<Mark.Burst> bursts = new ArrayList<>();
        for (Record record : sources.records(record -> record.kind() == Kind.MARK)) {
            try {
                if (Mark.fromJson(record.payload()) instanceof Mark.Burst burst) {
                    bursts.add(burst);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return bursts;
    }

    /** A first sample, then one a minute; within seconds there are more only if there is a burst. */
    @Test
    void aContainerThatSuffersIsSampledEverySecondForAWhile() {
        long now = sources.clock.now().received();
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = sources.stats(engine, Duration.ofMinutes(1));
        stats.started("c", true);
        stats.started("well", true);
        await().until(() -> engine.asked.size() == 2);
        stats.happened(Container.unknown("c"), "oom", now + 1);
        await().until(() ->
                engine.asked.stream().filter(path -> path.contains("/c/")).count() >= 4);
        assertThat(engine.asked.stream().filter(path -> path.contains("/well/")).count())
                .isBetween(1L, 2L);
        long until = bursts().get(0).until() - sources.clock.now().received();
        assertThat(until).isBetween(50_000_000_000L, 60_000_000_000L);
        stats.happened(Container.unknown("c"), "oom", now + 2);
        assertThat(bursts())
                .containsExactly(
                        new Mark.Burst("c", "out of memory", bursts().get(0).until()));
    }

    /** It dies and starts; each life is sampled every second while the burst lasts, not only at its beginning. */
    @Test
    void aBurstOutlivesARestart() {
        long now = sources.clock.now().received();
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = sources.stats(engine, Duration.ofMinutes(1));
        for (int death = 1; death <= 3; death++) {
            stats.started("c", true);
            int before = death;
            await().until(() -> engine.asked.size() >= before);
            stats.happened(Container.unknown("c"), "die", now + death * 1_000_000_000L);
            stats.happened(
                    Container.unknown("c"), "die", now + death * 1_000_000_000L); // the engine repeats its events
            stats.stopped("c");
            assertThat(bursts()).hasSize(death < 3 ? 0 : 1);
        }
        assertThat(bursts().get(0).reason()).isEqualTo("it died again and again");
        int before = engine.asked.size();
        stats.started("c", true);
        await().until(() -> engine.asked.size() >= before + 3);
    }

    @Test
    void memoryThatRunsOutBeginsABurst() {
        long now = sources.clock.now().received();
        byte[] full = ("{\"read\":\"2026-11-21T10:00:00Z\",\"memory_stats\":{\"usage\":96,\"limit\":100,"
                        + "\"stats\":{\"inactive_file\":4}}}")
                .getBytes(UTF_8);
        for (int seconds : new int[] {60, 1}) {
            FakeEngine engine = new FakeEngine(path -> full);
            StatsSource stats = sources.stats(engine, Duration.ofSeconds(seconds));
            for (int i = 0; i < STREAMS + 1; i++) {
                stats.started("c" + i, true); // of those with a sample a second, one is asked for
            }
            await().until(() -> sources.texts(Kind.STATS).size() >= (seconds == 60 ? STREAMS + 1 : 3));
            stats.tick();
            stats.happened(Container.unknown("c3"), "health_status: unhealthy", now + 1);
            assertThat(bursts()).as("every %s s", seconds).hasSize(seconds == 60 ? Bursts.MOST : 0);
            if (seconds == 60) {
                assertThat(bursts()).allMatch(burst -> burst.reason().equals("memory at 92 % of its limit"));
            }
            stats.disconnected();
            sources.records.clear();
        }
    }

    private static final byte[] MESSAGE = "{\"message\":\"invalid id: id is empty\"}".getBytes(UTF_8);
}
