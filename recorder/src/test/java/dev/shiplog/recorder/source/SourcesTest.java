package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.ContainerRule;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stats, inspect and host, each asked for by hand. */
@Timeout(60)
class SourcesTest {
    private static final byte[] EMPTY = "{\"read\":\"0001-01-01T00:00:00Z\"}".getBytes(UTF_8);

    private static final int STREAMS = 20;

    private final RecordQueue queue = new RecordQueue(100_000, 100_000_000);
    private final Clock clock = new Clock(() -> System.currentTimeMillis() * 1_000_000, System::nanoTime, queue::put);
    private final Watchdog watchdog = new Watchdog();
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
            stats.leaveAll();
            stats.close();
        });
        return stats;
    }

    private InspectSource inspects(FakeEngine engine) {
        InspectSource inspects = new InspectSource(engine, clock, queue, Redaction.ENV);
        opened.add(inspects);
        return inspects;
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

    private static byte[] inspect(String id, String more) {
        return ("{\"Id\":\"" + id + "\"" + more + "}\n").getBytes(UTF_8);
    }

    @Test
    void onlySoManyContainersAreStreamedAndAllOthersAreAskedFor() {
        FakeEngine engine = new FakeEngine(path -> frame(1));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        int all = STREAMS + 100;
        for (int i = 0; i < all; i++) {
            stats.follow("c" + i);
            stats.follow("c" + i);
        }
        await().until(() -> engine.open() == STREAMS);
        engine.streams.forEach(stream -> stream.lines.add(frame(2)));
        await().until(() -> records(record -> record.kind() == Kind.STATS).stream()
                        .map(Record::subject)
                        .distinct()
                        .count()
                == all);
        for (int i = 0; i < all; i++) {
            stats.forget("c" + i);
        }
        engine.streams.forEach(stream -> stream.lines.add(EMPTY));
        await().until(() -> engine.open() == 0);
        stats.follow("late");
        await().until(() -> engine.open() == 1);
    }

    @Test
    void framesThatAreOnTheirWayWhenAContainerDiesAreRecorded() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        stats.follow("c");
        await().until(() -> engine.streams.size() == 1);
        stats.leave("c");
        FakeEngine.FakeStream stream = engine.streams.get(0);
        List.of(frame(1), frame(2), EMPTY, frame(3)).forEach(stream.lines::add);
        await().until(() -> stream.closed);
        assertThat(texts(Kind.STATS)).containsExactly(new String(frame(1), UTF_8), new String(frame(2), UTF_8));
        assertThat(stats.emptyFrames()).isEqualTo(1);
    }

    @Test
    void aContainerThatStartsAgainInTimeKeepsItsStreamAndALaterOneGetsANewOne() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        stats.follow("c");
        await().until(() -> engine.streams.size() == 1);
        stats.leave("c");
        stats.follow("c");
        engine.streams.get(0).lines.add(EMPTY);
        engine.streams.get(0).lines.add(frame(1));
        await().until(() -> texts(Kind.STATS).size() == 1);
        stats.leave("c");
        engine.streams.get(0).lines.add(EMPTY);
        await().until(() -> engine.open() == 0);
        stats.follow("c");
        await().until(() -> engine.streams.size() == 2);
    }

    @Test
    void withoutAnIntervalNothingIsSampled() {
        FakeEngine engine = new FakeEngine(path -> frame(0));
        StatsSource stats = stats(engine, Duration.ZERO);
        stats.follow("c");
        stats.leave("c");
        stats.forget("c");
        stats.leaveAll();
        assertThat(engine.asked).isEmpty();
        assertThat(engine.streams).isEmpty();
    }

    @Test
    void aDescriptionThatDidNotChangeIsNotRecordedAgain() {
        AtomicInteger version = new AtomicInteger();
        FakeEngine engine = new FakeEngine(path -> inspect("c", ",\"v\":" + version.get()));
        InspectSource inspects = inspects(engine);
        for (int i = 0; i < 3; i++) {
            inspects.request("c");
            int asked = i + 1;
            await().until(() -> engine.asked.size() == asked);
        }
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        version.set(1);
        inspects.request("c");
        await().until(() -> texts(Kind.INSPECT).size() == 2);
        assertThat(texts(Kind.INSPECT)).containsExactly("{\"Id\":\"c\",\"v\":0}", "{\"Id\":\"c\",\"v\":1}");
        assertThat(inspects.snapshot())
                .singleElement()
                .satisfies(record ->
                        assertThat(new String(record.payload(), UTF_8)).endsWith("1}"));
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
        inspects.request("c");
        await().until(() -> engine.asked.size() == 1);
        for (int i = 0; i < 50; i++) {
            inspects.request("c");
        }
        answering.countDown();
        await().until(() -> engine.asked.size() == 2 && texts(Kind.INSPECT).size() == 1);
        inspects.request("other");
        await().until(() -> engine.asked.size() == 3);
        assertThat(engine.asked).containsExactly("/containers/c/json", "/containers/c/json", "/containers/other/json");
    }

    @Test
    void aBusyEngineIsAskedThreeTimesAndOneThatRefusesOnce() {
        FakeEngine engine = new FakeEngine(path -> {
            throw new EngineStatusException(path, path.contains("gone") ? 404 : 500, "no");
        });
        InspectSource inspects = inspects(engine);
        inspects.request("gone");
        inspects.request("busy");
        await().until(() -> engine.asked.size() == 4);
        inspects.request("busy");
        await().until(() -> engine.asked.size() > 4);
        assertThat(engine.asked.stream().filter("/containers/gone/json"::equals))
                .hasSize(1);
        assertThat(inspects.snapshot()).isEmpty();
    }

    @Test
    void aDescriptionThatIsNoJsonIsNotRecordedBecauseItsSecretsCannotBeFound() throws IOException {
        FakeEngine engine = new FakeEngine(path -> "<html>PASSWORD=hunter2</html>".getBytes(UTF_8));
        inspects(engine).request("c");
        await().until(() -> !texts(Kind.MARK).isEmpty());
        assertThat(texts(Kind.INSPECT)).isEmpty();
        assertThat(Mark.fromJson(records(record -> true).get(0).payload()))
                .isEqualTo(new Mark.Redaction("c", "env", List.of("everything: not JSON")));
    }

    @Test
    void aContainerThatIsNoMoreIsNotInTheSnapshotEvenIfItIsDescribedLate() {
        CountDownLatch answering = new CountDownLatch(1);
        FakeEngine engine = describing(answering);
        InspectSource inspects = inspects(engine);
        inspects.request("c");
        await().until(() -> engine.asked.size() == 1);
        inspects.forget("c");
        answering.countDown();
        await().until(() -> texts(Kind.INSPECT).size() == 1);
        assertThat(inspects.snapshot()).isEmpty();
    }

    @Test
    void theSnapshotIsBoundedAndKeepsWhoWasHeardOfLast() {
        InspectSource inspects = inspects(new FakeEngine(path -> EMPTY));
        byte[] payload = new byte[64 * 1024];
        for (int i = 0; i < 1_000; i++) {
            inspects.restore(new Record(0, Kind.INSPECT, "c" + i, 1, 1, 1, payload));
        }
        List<Record> kept = inspects.snapshot();
        assertThat(kept.stream().mapToLong(record -> record.payload().length).sum())
                .isEqualTo(16L << 20);
        assertThat(kept).last().extracting(Record::subject).isEqualTo("c999");
    }

    @Test
    void theHostTellsWhoTheEngineIsAndWhatItRefusesToTellIsLeftOut() throws IOException {
        FakeEngine engine = new FakeEngine(path -> {
            if (path.equals("/version")) {
                throw new EngineStatusException(path, 403, "no");
            }
            return "{\"Swarm\":{\"ID\":\"no\"},\"ID\":\"AAAA\",\"Name\":\"host\"}\n".getBytes(UTF_8);
        });
        Redactor redactor = new Redactor(Redaction.SECRETS, clock, queue::put);
        HostSource host = new HostSource(engine, clock, redactor);
        List<Record> facts = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        assertThat(host.ask(facts, refusals)).isEqualTo(new HostSource.Identity("AAAA", ""));
        assertThat(refusals).containsExactly("GET /version: HTTP 403, no");
        assertThat(facts).extracting(Record::subject).containsExactly("info");
        assertThat(new String(facts.get(0).payload(), UTF_8)).endsWith("}");
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
    private Set<String> recorded(FakeEngine engine, Filter filter, String... recovered) {
        InspectSource inspects = inspects(engine);
        StatsSource stats = stats(engine, Duration.ofSeconds(1));
        Containers containers = new Containers(engine, clock, queue, filter, stats, inspects);
        opened.add(containers);
        for (String event : recovered) {
            containers.recoverEvent(event.getBytes(UTF_8));
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

    private static Filter including(String rule) {
        return new Filter(List.of(ContainerRule.parse(rule)), List.of());
    }

    private static Filter excluding(String rule) {
        return new Filter(List.of(), List.of(ContainerRule.parse(rule)));
    }

    @Test
    void aContainerWhoseImagesTagHasMovedIsChosenByTheTagItWasMadeFrom() {
        assertThat(recorded(engineWithAMovedTag(), including("image=web"))).containsExactly("web");
        records.clear();
        assertThat(recorded(engineWithAMovedTag(), excluding("image=web"))).containsExactly("db");
    }

    @Test
    void anImageThatAnEventToldOfIsNotAskedForThoughTheListHasAnId() {
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
        StatsSource stats = stats(engine, Duration.ZERO);
        Containers containers = new Containers(engine, clock, queue, Filter.ALL, stats, inspects);
        opened.add(containers);
        containers.start();
        containers.connected();
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> engine.asked.size() == 1); // compared by now
        long before = used();
        int lives = 40_000;
        for (int i = 0; i < lives; i++) {
            String id = "0123456789012345678901234567890123456789012345678901234567%06d".formatted(i);
            for (String action : List.of("create", "start", "die", "destroy")) {
                containers.happened(EventHead.scan(("{\"Type\":\"container\",\"Action\":\"" + action
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
