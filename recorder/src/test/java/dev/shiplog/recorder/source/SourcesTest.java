package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stats, inspect and host, each asked for by hand. */
@Timeout(60)
class SourcesTest {
    private static final byte[] EMPTY = "{\"read\":\"0001-01-01T00:00:00Z\"}".getBytes(UTF_8);

    private static final int STREAMS = 20;

    private final RecordQueue queue = new RecordQueue(100_000, 100_000_000);
    /** What the clocks are ahead of the real ones. */
    private final AtomicLong ahead = new AtomicLong();

    private final Clock clock = new Clock(
            () -> System.currentTimeMillis() * 1_000_000 + ahead.get(),
            () -> System.nanoTime() + ahead.get(),
            queue::put);
    private final Watchdog watchdog = new Watchdog();
    private final DestroyedContainers destroyed = new DestroyedContainers();
    private final List<Record> records = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        watchdog.close();
    }

    private StatsSource stats(FakeEngine engine, Duration interval) {
        StatsSource stats = new StatsSource(engine, watchdog, clock, queue, interval, STREAMS);
        opened.add(() -> {
            stats.disconnected();
            stats.close();
        });
        return stats;
    }

    private InspectSource inspects(FakeEngine engine) {
        InspectSource inspects = new InspectSource(engine, clock, queue, Redaction.ENV, destroyed);
        opened.add(inspects);
        return inspects;
    }

    private ContainerTracker containers(
            FakeEngine engine, ContainerFilter filter, Duration interval, InspectSource inspects) {
        List<Follower> followers = interval.isZero() ? List.of(inspects) : List.of(inspects, stats(engine, interval));
        ContainerTracker containers =
                new ContainerTracker(engine, clock, queue, filter, destroyed, inspects::askImage, followers);
        opened.add(containers);
        return containers;
    }

    private synchronized List<Record> records(Predicate<Record> which) {
        List<Arrival> batch = new ArrayList<>();
        try {
            queue.drainTo(batch, Integer.MAX_VALUE, 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        batch.forEach(arrival -> records.add(arrival.record()));
        return records.stream().filter(which).toList();
    }

    private List<String> texts(Kind kind) {
        return records(record -> record.kind() == kind).stream()
                .map(record -> new String(record.payload(), UTF_8))
                .toList();
    }

    private static byte[] frame(int n) {
        return ("{\"read\":\"2026-11-21T10:00:00Z\",\"n\":" + n + "}").getBytes(UTF_8);
    }

    private static void restoreEvent(ContainerTracker containers, byte[] event) {
        containers.restore(new Record(0, Kind.EVENT, "", 1, 1, 1, event), null);
    }

    private static byte[] inspect(String id, String more) {
        return ("{\"Id\":\"" + id + "\"" + more + "}").getBytes(UTF_8);
    }

    @Test
    void onlySoManyContainersAreStreamedAndAllOthersAreAskedFor() {
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        int all = STREAMS + 100;
        for (int i = 0; i < all; i++) {
            stats.started("c" + i, true);
            stats.started("c" + i, true);
        }
        await().until(() -> engine.open() == STREAMS);
        engine.streams.forEach(stream -> stream.lines.add(frame(2)));
        await().until(() -> records(record -> record.kind() == Kind.STATS).stream()
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
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.streams.size() == 1);
        stats.stopped("c");
        FakeEngine.FakeStream stream = engine.streams.get(0);
        List.of(frame(1), frame(2), EMPTY, frame(3)).forEach(stream.lines::add);
        await().until(() -> stream.closed);
        assertThat(texts(Kind.STATS)).containsExactly(new String(frame(1), UTF_8), new String(frame(2), UTF_8));
    }

    @Test
    void aContainerThatStartsAgainInTimeKeepsItsStreamAndALaterOneGetsANewOne() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.streams.size() == 1);
        stats.stopped("c");
        stats.started("c", true);
        engine.streams.get(0).lines.add(EMPTY);
        engine.streams.get(0).lines.add(frame(1));
        await().until(() -> texts(Kind.STATS).size() == 1);
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
        stats(engine, Duration.ofSeconds(1)).started("c", true);
        for (int i = 0; i < 6; i++) {
            int open = i;
            await().until(() -> engine.streams.size() == open + 1);
            engine.streams.get(i).lines.add(frame(i));
            engine.streams.get(i).lines.add(FakeEngine.FakeStream.END);
        }
        await().until(() -> texts(Kind.STATS).size() == 6);
    }

    private List<Mark.Gap> gaps(Kind kind) {
        List<Mark.Gap> gaps = new ArrayList<>();
        for (Record record : records(record -> record.kind() == Kind.MARK)) {
            try {
                if (Mark.fromJson(record.payload()) instanceof Mark.Gap gap
                        && gap.kind().equals(kind.label())) {
                    gaps.add(gap);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return gaps;
    }

    /** As time passes. */
    private void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    private static final byte[] MESSAGE = "{\"message\":\"invalid id: id is empty\"}".getBytes(UTF_8);

    @Test
    void anAnswerThatHoldsNoSampleIsNotRecorded() {
        for (byte[] answer : List.of(new byte[0], MESSAGE, "null".getBytes(UTF_8), EMPTY)) {
            FakeEngine engine = new FakeEngine(path -> answer);
            StatsSource stats = stats(engine, Duration.ofSeconds(2));
            stats.started("c", true);
            await().until(() -> !engine.asked.isEmpty());
            FakeEngine streaming = new FakeEngine(path -> answer);
            stats(streaming, Duration.ofSeconds(1)).started("s", true);
            await().until(() -> streaming.open() == 1);
            streaming.streams.get(0).lines.add(answer);
            streaming.streams.get(0).lines.add(frame(1));
            await().until(() -> texts(Kind.STATS).size() == 1);
            assertThat(texts(Kind.STATS)).containsExactly(new String(frame(1), UTF_8));
            records.clear();
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
            records.clear();
            FakeEngine engine = new FakeEngine(ways.get(way));
            StatsSource stats = stats(engine, Duration.ofSeconds(5));
            long begun = clock.now().received();
            stats.started("c", true);
            long followed = clock.now().received();
            await().until(() -> !engine.asked.isEmpty());
            stats.tick();
            assertThat(gaps(Kind.STATS)).isEmpty();
            pass(Duration.ofSeconds(20));
            String reason = reasons.get(way);
            await().untilAsserted(() -> {
                stats.tick();
                assertThat(gaps(Kind.STATS))
                        .singleElement()
                        .satisfies(gap -> assertThat(gap.reason()).contains(reason));
            });
            pass(Duration.ofSeconds(20));
            stats.tick();
            stats.stopped("c");
            stats.gone("c");
            List<Mark.Gap> gaps = gaps(Kind.STATS);
            assertThat(gaps).hasSize(2).allMatch(gap -> gap.subject().equals("c"));
            assertThat(gaps.get(0).from()).isBetween(begun, followed);
            assertThat(gaps.get(1).from()).isEqualTo(gaps.get(0).to());
            assertThat(gaps.get(1).to() - gaps.get(0).from()).isGreaterThan(40_000_000_000L);
        }
    }

    @Test
    void samplesThatFailedForAWhileAreAGapUpToTheNextOneAndAShortLifeIsNone() {
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        stats.started("c", true);
        await().until(() -> engine.open() == 1);
        FakeEngine.FakeStream stream = engine.streams.get(0);
        stream.lines.add(frame(1));
        await().until(() -> texts(Kind.STATS).size() == 1);
        long first = records(record -> record.kind() == Kind.STATS).get(0).received();
        pass(Duration.ofSeconds(11));
        stats.tick();
        pass(Duration.ofSeconds(1));
        stream.lines.add(frame(2));
        await().until(() -> texts(Kind.STATS).size() == 2);
        long second = records(record -> record.kind() == Kind.STATS).get(1).received();
        List<Mark.Gap> gaps = gaps(Kind.STATS);
        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(0).from()).isEqualTo(first);
        assertThat(gaps.get(0).to()).isEqualTo(gaps.get(1).from());
        assertThat(gaps.get(1).to()).isEqualTo(second);
        pass(Duration.ofSeconds(5));
        stats.disconnected();
        stats.started("short", true);
        pass(Duration.ofSeconds(9));
        stats.gone("short");
        pass(Duration.ofSeconds(60));
        stats.tick();
        assertThat(gaps(Kind.STATS)).hasSize(2);
    }

    /** Eight containers of which the first four never answer, neither with samples nor with a description. */
    @Test
    void aContainerThatHangsCostsOnlyItself() {
        CountDownLatch never = new CountDownLatch(1);
        String list = IntStream.range(0, 8)
                .mapToObj("{\"Id\":\"c%d\",\"State\":\"running\"}"::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        FakeEngine engine = new FakeEngine(path -> {
            if (path.startsWith("/containers/json")) {
                return list.getBytes(UTF_8);
            }
            String id = path.split("/")[2];
            if (id.compareTo("c4") < 0) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return path.endsWith("/json") ? inspect(id, "") : frame(1);
        });
        ContainerTracker containers = containers(engine, ContainerFilter.ALL, Duration.ofSeconds(2), inspects(engine));
        containers.start();
        containers.connected();
        List<String> healthy = List.of("c4", "c5", "c6", "c7");
        await().untilAsserted(() -> {
            assertThat(records(record -> record.kind() == Kind.STATS))
                    .map(Record::subject)
                    .containsAll(healthy);
            assertThat(records(record -> record.kind() == Kind.INSPECT))
                    .map(Record::subject)
                    .containsAll(healthy);
        });
        pass(Duration.ofSeconds(60));
        await().untilAsserted(() ->
                assertThat(gaps(Kind.STATS)).map(Mark.Gap::subject).contains("c0", "c1", "c2", "c3"));
        containers.close();
        assertThat(gaps(Kind.INSPECT)).map(Mark.Gap::subject).contains("c0", "c1", "c2", "c3");
    }

    private static byte[] event(String action, String id) {
        return ("{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id
                        + "\",\"Attributes\":{\"name\":\"n\",\"image\":\"i\"}}}")
                .getBytes(UTF_8);
    }

    @Test
    void anIdThatWouldReachAnotherPathIsNotAskedFor() {
        List<String> hostile =
                List.of("../info", "..", ".", "c/../d", "c?all=1", "c d", "c%2fd", "c#d", "c\\r\\nd", "é");
        String list = Stream.concat(hostile.stream(), Stream.of("good"))
                .map("{\"Id\":\"%s\",\"State\":\"running\"}"::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        FakeEngine engine = new FakeEngine(path -> list.getBytes(UTF_8));
        InspectSource inspects = inspects(engine);
        ContainerTracker containers = containers(engine, ContainerFilter.ALL, Duration.ofSeconds(1), inspects);
        for (String id : hostile) {
            restoreEvent(containers, event("start", id));
            byte[] description = inspect(id, ",\"State\":{\"Running\":true}");
            containers.restore(new Record(0, Kind.INSPECT, id, 1, 1, 1, description), null);
        }
        containers.start();
        containers.connected();
        hostile.forEach(id -> containers.happened(EventView.scan(event("start", id))));
        containers.happened(EventView.scan(event("start", "late")));
        await().until(() -> engine.open() == 2);
        containers.close();
        inspects.close();
        assertThat(engine.streams)
                .extracting(stream -> stream.path)
                .containsExactlyInAnyOrder("/containers/good/stats?stream=true", "/containers/late/stats?stream=true");
        assertThat(engine.asked).isSubsetOf("/containers/json?all=1", "/containers/good/json", "/containers/late/json");
    }

    /** Each way in which no list is to be had. */
    @Test
    void withoutAListStartedContainersAreSampledAndTheLackIsAGap() {
        List<FakeEngine.Answers> ways = List.of(
                path -> {
                    throw new EngineStatusException(path, 403, "Forbidden");
                },
                path -> {
                    throw new EngineStatusException(path, 500, "overlay2: no such file");
                },
                path -> {
                    throw new IOException("silent for 30 s");
                },
                path -> "{}".getBytes(UTF_8),
                path -> "null".getBytes(UTF_8),
                path -> "<html>".getBytes(UTF_8),
                path -> "[{\"Id\":\"listed\",\"State\":\"running\"},{\"Id\":".getBytes(UTF_8));
        for (FakeEngine.Answers way : ways) {
            records.clear();
            AtomicBoolean lists = new AtomicBoolean();
            FakeEngine engine = new FakeEngine(path -> {
                if (path.startsWith("/containers/json")) {
                    return lists.get()
                            ? "[{\"Id\":\"old\",\"State\":\"running\"},{\"Id\":\"new\",\"State\":\"running\"}]"
                                    .getBytes(UTF_8)
                            : way.to(path);
                }
                return path.endsWith("/json") ? inspect(path.split("/")[2], "") : frame(1);
            });
            ContainerTracker containers =
                    containers(engine, ContainerFilter.ALL, Duration.ofSeconds(5), inspects(engine));
            restoreEvent(containers, event("start", "old"));
            containers.start();
            containers.connected();
            containers.happened(EventView.scan(event("start", "new")));
            await().untilAsserted(() -> assertThat(records(record -> record.kind() == Kind.STATS))
                    .map(Record::subject)
                    .contains("new", "old"));
            await().until(() -> texts(Kind.INSPECT).contains("{\"Id\":\"new\"}"));
            assertThat(gaps(Kind.INSPECT)).isEmpty();
            pass(Duration.ofSeconds(11));
            await().until(() -> gaps(Kind.INSPECT).size() == 1);
            lists.set(true);
            await().until(() ->
                    gaps(Kind.INSPECT).size() == 2 && gaps(Kind.STATS).size() == 2);
            List<Mark.Gap> told = gaps(Kind.INSPECT);
            assertThat(told).allMatch(gap -> gap.subject().isEmpty());
            assertThat(told.get(1).from()).isEqualTo(told.get(0).to());
            containers.close();
            assertThat(gaps(Kind.INSPECT)).hasSize(2);
        }
    }

    @Test
    void forbiddenDescriptionsAreAGapAtOnceAndThenOneTogether() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("c7") ? 401 : 403, "Forbidden");
        });
        InspectSource inspects = inspects(engine);
        for (int i = 0; i < 50; i++) {
            inspects.changed("c" + i);
        }
        await().until(() -> engine.asked.size() == 50 && gaps(Kind.INSPECT).size() == 2);
        inspects.close();
        List<Mark.Gap> told = gaps(Kind.INSPECT);
        assertThat(told).hasSize(3);
        assertThat(told.get(2).subject()).isEmpty();
        assertThat(told.get(2).reason()).contains("403").endsWith(", and others");
    }

    /** An answer may come after the event, to a question from before it. */
    @Test
    void aContainerThatTheJournalKnowsToBeDestroyedIsNotRevivedByItsDescription() {
        FakeEngine engine = new FakeEngine(path -> "[]".getBytes(UTF_8));
        InspectSource inspects = inspects(engine);
        ContainerTracker containers = containers(engine, ContainerFilter.ALL, Duration.ofSeconds(5), inspects);
        byte[] removing = inspect("c", ",\"State\":{\"Status\":\"removing\",\"Running\":false}");
        byte[] running = inspect("d", ",\"State\":{\"Status\":\"running\",\"Running\":true}");
        for (String action : List.of("create", "start", "die", "destroy")) {
            restoreEvent(containers, event(action, "c"));
        }
        restoreEvent(containers, event("start", "d"));
        restoreEvent(containers, event("die", "d"));
        for (byte[] late : List.of(removing, running)) {
            Record record = new Record(0, Kind.INSPECT, late == removing ? "c" : "d", 1, 1, 1, late);
            inspects.restore(record, null);
            containers.restore(record, null);
        }
        restoreEvent(containers, event("die", "c"));
        assertThat(inspects.snapshot()).map(Record::subject).containsExactly("d");
        containers.start();
        containers.connected();
        await().until(() -> texts(Kind.MARK).stream().anyMatch(mark -> mark.contains("synthetic")));
        assertThat(texts(Kind.MARK))
                .singleElement()
                .asString()
                .contains("destroy")
                .contains("\"d\"");
    }

    @Test
    void aContainerThatWasDestroyedIsNeitherAskedForNorKeptWhateverComesLate() {
        CountDownLatch answering = new CountDownLatch(1);
        CountDownLatch listing = new CountDownLatch(1);
        FakeEngine describing = describing(answering);
        FakeEngine engine = new FakeEngine(path -> {
            if (!path.startsWith("/containers/json")) {
                return describing.get(path);
            }
            try {
                listing.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return "[{\"Id\":\"c\",\"State\":\"running\"},{\"Id\":\"end\",\"State\":\"exited\"}]".getBytes(UTF_8);
        });
        InspectSource inspects = inspects(engine);
        ContainerTracker containers = containers(engine, ContainerFilter.ALL, Duration.ZERO, inspects);
        containers.start();
        containers.connected();
        containers.happened(EventView.scan(event("start", "c")));
        await().until(() -> describing.asked.size() == 1);
        containers.happened(EventView.scan(event("destroy", "c")));
        containers.happened(EventView.scan(event("die", "c")));
        answering.countDown();
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot()).isEmpty();
        listing.countDown();
        await().until(() -> describing.asked.contains("/containers/end/json"));
        assertThat(describing.asked).filteredOn("/containers/c/json"::equals).hasSize(1);
    }

    @Test
    void aDescriptionThatDidNotChangeIsNotRecordedAgain() {
        AtomicInteger version = new AtomicInteger();
        FakeEngine engine = new FakeEngine(path -> inspect("c", ",\"v\":" + version.get()));
        InspectSource inspects = inspects(engine);
        for (int i = 0; i < 3; i++) {
            inspects.changed("c");
            int asked = i + 1;
            await().until(() -> engine.asked.size() == asked);
        }
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        version.set(1);
        inspects.changed("c");
        await().until(() -> texts(Kind.INSPECT).size() == 2);
        assertThat(texts(Kind.INSPECT)).containsExactly("{\"Id\":\"c\",\"v\":0}", "{\"Id\":\"c\",\"v\":1}");
        records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot())
                .singleElement()
                .satisfies(record ->
                        assertThat(new String(record.payload(), UTF_8)).endsWith("1}"));
    }

    @Test
    void whatWaitsToBeWrittenIsNotRestatedButWhatWasWrittenBefore() {
        AtomicInteger version = new AtomicInteger();
        InspectSource inspects = inspects(new FakeEngine(path -> inspect("c", ",\"v\":" + version.get())));
        inspects.changed("c");
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        assertThat(inspects.snapshot()).isEmpty();
        Record first = records(record -> record.kind() == Kind.INSPECT).get(0);
        inspects.appended(first);
        assertThat(inspects.snapshot()).containsExactly(first);
        version.set(1);
        inspects.changed("c");
        await().until(() -> texts(Kind.INSPECT).size() == 2);
        assertThat(inspects.snapshot()).containsExactly(first);
        Record second = records(record -> record.kind() == Kind.INSPECT).get(1);
        inspects.appended(second);
        assertThat(inspects.snapshot()).containsExactly(second);
    }

    @Test
    void aDescriptionForWhichThereWasNoRoomIsNewsWhenItComesAgain() {
        FakeEngine engine = new FakeEngine(path -> inspect("c", ""));
        RecordQueue small = new RecordQueue(1, 2_000);
        InspectSource inspects = new InspectSource(engine, clock, small, Redaction.ENV, destroyed);
        opened.add(inspects);
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

    /** An engine that describes its container when the latch opens. */
    private static FakeEngine describing(CountDownLatch answering) {
        return new FakeEngine(path -> {
            try {
                answering.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return inspect("c", "");
        });
    }

    /** What happened while the engine was answering may not be in the answer. */
    @Test
    void aRequestThatComesWhileOneIsAnsweredIsAskedOnceMore() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = inspects(engine);
        inspects.changed("c");
        await().until(() -> engine.asked.size() == 1);
        for (int i = 0; i < 50; i++) {
            inspects.changed("c");
        }
        answering.countDown();
        await().until(() -> engine.asked.size() == 2 && texts(Kind.INSPECT).size() == 1);
        inspects.changed("other");
        await().until(() -> engine.asked.size() == 3);
        assertThat(engine.asked).containsExactly("/containers/c/json", "/containers/c/json", "/containers/other/json");
    }

    @Test
    void aBusyEngineIsAskedThreeTimesAndOneThatRefusesOnce() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("gone") ? 404 : 500, "no");
        });
        InspectSource inspects = inspects(engine);
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
        inspects(engine).changed("c");
        await().until(() -> !texts(Kind.MARK).isEmpty());
        assertThat(texts(Kind.INSPECT)).isEmpty();
        assertThat(Mark.fromJson(records(record -> true).get(0).payload()))
                .isEqualTo(new Mark.Redaction("c", "env", List.of("everything: not JSON")));
    }

    @Test
    void aDescriptionOfAnotherContainerIsNotRecordedAsThisOnes() {
        FakeEngine engine = new FakeEngine(path -> inspect("other", ""));
        inspects(engine).changed("c");
        await().until(() -> !gaps(Kind.INSPECT).isEmpty());
        assertThat(texts(Kind.INSPECT)).isEmpty();
        Mark.Gap gap = gaps(Kind.INSPECT).get(0);
        assertThat(gap.subject()).isEqualTo("c");
        assertThat(gap.reason()).isEqualTo("the engine's answer describes another container: other");
    }

    @Test
    void aContainerThatIsGoneIsNotInTheSnapshotEvenIfItIsDescribedLate() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = inspects(engine);
        inspects.changed("c");
        await().until(() -> engine.asked.size() == 1);
        inspects.gone("c");
        answering.countDown();
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot()).isEmpty();
    }

    @Test
    void theSnapshotIsBoundedAndKeepsTheNewest() {
        InspectSource inspects = inspects(new FakeEngine(path -> EMPTY));
        byte[] payload = new byte[64 * 1024];
        for (int i = 0; i < 1_000; i++) {
            inspects.restore(new Record(0, Kind.INSPECT, "c" + i, 1, 1, 1, payload), null);
        }
        List<Record> kept = inspects.snapshot();
        assertThat(kept.stream().mapToLong(record -> record.payload().length).sum())
                .isEqualTo(16L << 20);
        assertThat(kept).last().extracting(Record::subject).isEqualTo("c999");
    }

    @Test
    void theHostSaysWhoTheEngineIsAndWhatItRefusesIsLeftOut() throws IOException {
        FakeEngine engine = new FakeEngine(path -> {
            if (path.equals("/version")) {
                throw new EngineStatusException(path, 403, "no");
            }
            return "{\"Swarm\":{\"ID\":\"no\"},\"ID\":\"AAAA\",\"Name\":\"host\"}".getBytes(UTF_8);
        });
        Redactor redactor = new Redactor(Redaction.SECRETS, clock, queue::put);
        HostSource host = new HostSource(engine, clock, redactor);
        List<Record> facts = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        assertThat(host.ask(facts, refusals)).isEqualTo(new HostSource.Identity("AAAA", ""));
        assertThat(refusals).containsExactly("GET /version: HTTP 403, no");
        assertThat(facts).extracting(Record::subject).containsExactly("info");
        assertThat(new String(facts.get(0).payload(), UTF_8)).endsWith("}");
        assertThat(host.snapshot()).as("not before it was written").isEmpty();
        facts.forEach(host::appended);
        assertThat(host.snapshot()).extracting(Record::subject).containsExactly("info");
        HostSource away = new HostSource(
                new FakeEngine(path -> {
                    throw new IOException("away");
                }),
                clock,
                redactor);
        refusals.clear();
        assertThat(away.ask(facts, refusals)).isEqualTo(new HostSource.Identity("", ""));
        assertThat(refusals).containsExactly("away", "away");
    }

    /** As Podman's. */
    @Test
    void anIdThatChangesWithEachAnswerIsNone() {
        AtomicInteger answers = new AtomicInteger();
        FakeEngine engine = new FakeEngine(path -> path.equals("/version")
                ? "{\"Version\":\"5.4.2\"}".getBytes(UTF_8)
                : ("{\"ID\":\"id " + answers.incrementAndGet() + "\"}").getBytes(UTF_8));
        HostSource host = new HostSource(engine, clock, new Redactor(Redaction.SECRETS, clock, queue::put));
        HostSource.Identity first = host.ask(new ArrayList<>(), new ArrayList<>());
        assertThat(first).isEqualTo(new HostSource.Identity("", "5.4.2"));
        assertThat(first.mayBe(host.ask(new ArrayList<>(), new ArrayList<>()))).isTrue();
        assertThat(first.mayBe(new HostSource.Identity("", "5.5"))).isFalse();
    }

    /** Two containers, of which the list has an id for the image of the first: its tag, web:1, has moved since. */
    private static FakeEngine engineWithAMovedTag() {
        return new FakeEngine(path -> switch (path) {
            case "/containers/json?all=1" -> """
                    [{"Id":"web","Names":["/w1"],"Image":"sha256:30ce44","ImageID":"sha256:30ce44","State":"running"},
                     {"Id":"db","Names":["/d1"],"Image":"db:1","ImageID":"sha256:e02807","State":"running"}]
                    """.getBytes(UTF_8);
            case "/containers/web/json" ->
                inspect("web", ",\"Image\":\"sha256:30ce44\",\"Config\":{\"Image\":\"web:1\"}");
            case "/containers/db/json" -> inspect("db", ",\"Image\":\"sha256:e02807\",\"Config\":{\"Image\":\"db:1\"}");
            default -> frame(1);
        });
    }

    /** Which containers' samples and descriptions are recorded with this filter, when one of each must be. */
    private Set<String> recorded(FakeEngine engine, ContainerFilter filter, String... recovered) {
        InspectSource inspects = inspects(engine);
        ContainerTracker containers = containers(engine, filter, Duration.ofSeconds(1), inspects);
        for (String event : recovered) {
            restoreEvent(containers, event.getBytes(UTF_8));
        }
        containers.start();
        containers.connected();
        await().until(() -> !engine.streams.isEmpty() && !texts(Kind.INSPECT).isEmpty());
        containers.close();
        inspects.close();
        Set<String> ids = new HashSet<>();
        engine.streams.forEach(stream -> ids.add(stream.path.split("/")[2]));
        records(record -> record.kind() == Kind.INSPECT).forEach(record -> ids.add(record.subject()));
        return ids;
    }

    private static ContainerFilter including(String rule) {
        return new ContainerFilter(List.of(ContainerRule.parse(rule)), List.of());
    }

    private static ContainerFilter excluding(String rule) {
        return new ContainerFilter(List.of(), List.of(ContainerRule.parse(rule)));
    }

    @Test
    void aContainerWhoseImagesTagHasMovedIsChosenByTheTagItWasMadeFrom() {
        assertThat(recorded(engineWithAMovedTag(), including("image=web"))).containsExactly("web");
        records.clear();
        assertThat(recorded(engineWithAMovedTag(), excluding("image=web"))).containsExactly("db");
    }

    @Test
    void anImageThatAnEventNamedIsNotAskedForThoughTheListHasAnId() {
        FakeEngine engine = engineWithAMovedTag();
        String create = """
                {"Type":"container","Action":"create","Actor":{"ID":"web","Attributes":{"name":"w1","image":"web:1"}}}""";
        assertThat(recorded(engine, excluding("image=web"), create)).containsExactly("db");
        assertThat(engine.asked).doesNotContain("/containers/web/json");
    }

    @Test
    void anImageThatNoRuleAsksForIsNotAskedFor() {
        FakeEngine engine = engineWithAMovedTag();
        assertThat(recorded(engine, excluding("name=w1"))).containsExactly("db");
        assertThat(engine.asked).doesNotContain("/containers/web/json");
    }

    @Test
    void aContainerThatIsGoneBeforeItsImageIsKnownHindersNoOther() {
        FakeEngine moved = engineWithAMovedTag();
        FakeEngine engine = new FakeEngine(path -> {
            if (path.equals("/containers/web/json")) {
                throw new EngineStatusException(path, 404, "gone");
            }
            return moved.get(path);
        });
        assertThat(recorded(engine, including("image=*:1"))).containsExactly("db");
    }

    /** Containers come and go for months while one stream stays open; what is known of them must go with them. */
    @Test
    void aMonthOfShortLivesLeavesNothingBehind() {
        FakeEngine engine = new FakeEngine(path -> {
            if (path.startsWith("/containers/json")) {
                return "[]".getBytes(UTF_8);
            }
            throw new EngineStatusException(path, 404, "gone");
        });
        InspectSource inspects = inspects(engine);
        ContainerTracker containers = containers(engine, ContainerFilter.ALL, Duration.ZERO, inspects);
        containers.start();
        containers.connected();
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> engine.asked.size() == 1); // compared by now
        long before = used();
        int lives = 40_000;
        for (int i = 0; i < lives; i++) {
            String id = "0123456789012345678901234567890123456789012345678901234567%06d".formatted(i);
            for (String action : List.of("create", "start", "die", "destroy")) {
                containers.happened(EventView.scan(("{\"Type\":\"container\",\"Action\":\"" + action
                                + "\",\"Actor\":{\"ID\":\"" + id + "\",\"Attributes\":{\"name\":\"n\"}}}")
                        .getBytes(UTF_8)));
            }
            if (i % 10_000 == 0) {
                engine.asked.clear();
            }
        }
        await().untilAsserted(() -> {
            engine.asked.clear();
            assertThat(used() - before).as("bytes kept of %d lives", lives).isLessThan(lives * 50L);
        });
        assertThat(inspects.snapshot()).isEmpty();
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
