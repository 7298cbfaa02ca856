package dev.shiplog.recorder.source;

import static dev.shiplog.recorder.source.SourceHarness.describing;
import static dev.shiplog.recorder.source.SourceHarness.event;
import static dev.shiplog.recorder.source.SourceHarness.frame;
import static dev.shiplog.recorder.source.SourceHarness.inspect;
import static dev.shiplog.recorder.source.SourceHarness.restoreEvent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ContainerTrackerTest {
    private final SourceHarness sources = new SourceHarness();

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    private static EventView health(String id, long time) {
        byte[] event = ("{\"Type\":\"container\",\"Action\":\"health_status: unhealthy\",\"Actor\":{\"ID\":\"" + id
                        + "\",\"Attributes\":{\"name\":\"" + id + "\"}},\"timeNano\":" + time + "}")
                .getBytes(UTF_8);
        return EventView.scan(event);
    }

    /** Of containers that the filters want, and not again when the engine repeats its ring. */
    @Test
    void whatAContainerSuffersNowIsTold() {
        FakeEngine engine = new FakeEngine(path -> path.startsWith("/containers/json")
                ? "[{\"Id\":\"c\",\"Names\":[\"/c\"],\"State\":\"running\"},{\"Id\":\"d\",\"Names\":[\"/d\"],\"State\":\"running\"}]"
                        .getBytes(UTF_8)
                : path.endsWith("/json") ? inspect(path.split("/")[2], "") : frame(1));
        ContainerFilter filter = new ContainerFilter(List.of(), List.of(ContainerRule.parse("name=d")));
        ContainerTracker containers =
                sources.containers(engine, filter, Duration.ofMinutes(1), sources.inspects(engine));
        containers.start();
        containers.connected();
        await().until(() -> sources.texts(Kind.STATS).size() == 1);
        long now = sources.clock.now().received();
        containers.happened(health("c", now - Duration.ofMinutes(5).toNanos()));
        containers.happened(health("d", now));
        await().during(Duration.ofMillis(500))
                .until(() ->
                        sources.records(record -> record.kind() == Kind.MARK).isEmpty());
        containers.happened(health("c", now));
        await().until(() ->
                sources.records(record -> record.kind() == Kind.MARK).size() == 1);
        await().until(() -> sources.texts(Kind.STATS).size() >= 3);
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
        ContainerTracker containers =
                sources.containers(engine, ContainerFilter.ALL, Duration.ofSeconds(2), sources.inspects(engine));
        containers.start();
        containers.connected();
        List<String> healthy = List.of("c4", "c5", "c6", "c7");
        await().untilAsserted(() -> {
            assertThat(sources.records(record -> record.kind() == Kind.STATS))
                    .map(Record::subject)
                    .containsAll(healthy);
            assertThat(sources.records(record -> record.kind() == Kind.INSPECT))
                    .map(Record::subject)
                    .containsAll(healthy);
        });
        sources.pass(Duration.ofSeconds(60));
        await().untilAsserted(() ->
                assertThat(sources.gaps(Kind.STATS)).map(Mark.Gap::subject).contains("c0", "c1", "c2", "c3"));
        containers.close();
        assertThat(sources.gaps(Kind.INSPECT)).map(Mark.Gap::subject).contains("c0", "c1", "c2", "c3");
    }

    @Test
    void anIdThatWouldReachAnotherPathIsNotAskedFor() {
        List<String> hostile =
                List.of("../info", "..", ".", "c/../d", "c?all=1", "c d", "c%2fd", "c#d", "c\\r\\nd", "é");
        String list = Stream.concat(hostile.stream(), Stream.of("good"))
                .map("{\"Id\":\"%s\",\"State\":\"running\"}"::formatted)
                .collect(Collectors.joining(",", "[", "]"));
        FakeEngine engine = new FakeEngine(path -> list.getBytes(UTF_8));
        InspectSource inspects = sources.inspects(engine);
        ContainerTracker containers = sources.containers(engine, ContainerFilter.ALL, Duration.ofSeconds(1), inspects);
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
            sources.records.clear();
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
                    sources.containers(engine, ContainerFilter.ALL, Duration.ofSeconds(5), sources.inspects(engine));
            restoreEvent(containers, event("start", "old"));
            containers.start();
            containers.connected();
            containers.happened(EventView.scan(event("start", "new")));
            await().untilAsserted(() -> assertThat(sources.records(record -> record.kind() == Kind.STATS))
                    .map(Record::subject)
                    .contains("new", "old"));
            await().until(() -> sources.texts(Kind.INSPECT).contains("{\"Id\":\"new\"}"));
            assertThat(sources.gaps(Kind.INSPECT)).isEmpty();
            sources.pass(Duration.ofSeconds(11));
            await().until(() -> sources.gaps(Kind.INSPECT).size() == 1);
            lists.set(true);
            await().until(() -> sources.gaps(Kind.INSPECT).size() == 2
                    && sources.gaps(Kind.STATS).size() == 2);
            List<Mark.Gap> told = sources.gaps(Kind.INSPECT);
            assertThat(told).allMatch(gap -> gap.subject().isEmpty());
            assertThat(told.get(1).from()).isEqualTo(told.get(0).to());
            containers.close();
            assertThat(sources.gaps(Kind.INSPECT)).hasSize(2);
        }
    }

    /** An answer may come after the event, to a question from before it. */
    @Test
    void aContainerThatTheJournalKnowsToBeDestroyedIsNotRevivedByItsDescription() {
        FakeEngine engine = new FakeEngine(path -> "[]".getBytes(UTF_8));
        InspectSource inspects = sources.inspects(engine);
        ContainerTracker containers = sources.containers(engine, ContainerFilter.ALL, Duration.ofSeconds(5), inspects);
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
        await().until(() -> sources.texts(Kind.MARK).stream().anyMatch(mark -> mark.contains("synthetic")));
        assertThat(sources.texts(Kind.MARK))
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
        InspectSource inspects = sources.inspects(engine);
        ContainerTracker containers = sources.containers(engine, ContainerFilter.ALL, Duration.ZERO, inspects);
        containers.start();
        containers.connected();
        containers.happened(EventView.scan(event("start", "c")));
        await().until(() -> describing.asked.size() == 1);
        containers.happened(EventView.scan(event("destroy", "c")));
        containers.happened(EventView.scan(event("die", "c")));
        answering.countDown();
        await().until(() -> sources.texts(Kind.INSPECT).size() == 1);
        sources.records(record -> record.kind() == Kind.INSPECT).forEach(inspects::appended);
        assertThat(inspects.snapshot()).isEmpty();
        listing.countDown();
        await().until(() -> describing.asked.contains("/containers/end/json"));
        assertThat(describing.asked).filteredOn("/containers/c/json"::equals).hasSize(1);
    }

    @Test
    void aContainerWhoseImagesTagHasMovedIsChosenByTheTagItWasMadeFrom() {
        assertThat(recorded(engineWithAMovedTag(), including("image=web"))).containsExactly("web");
        sources.records.clear();
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

    /** The engine tells of it by an event of the network alone. */
    @Test
    void aContainerThatIsConnectedToANetworkIsDescribedAgain() {
        FakeEngine engine = new FakeEngine(path -> path.startsWith("/containers/json")
                ? "[{\"Id\":\"on\",\"State\":\"running\"},{\"Id\":\"off\",\"State\":\"exited\"}]".getBytes(UTF_8)
                : inspect(path.split("/")[2], ""));
        ContainerTracker containers =
                sources.containers(engine, ContainerFilter.ALL, Duration.ZERO, sources.inspects(engine));
        containers.start();
        containers.connected();
        await().until(() -> engine.asked.size() == 3);
        engine.asked.clear();
        for (String id : List.of("off", "strange", "../info", "on")) {
            containers.happened(EventView.scan(("{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"n\","
                            + "\"Attributes\":{\"container\":\"" + id + "\"}}}")
                    .getBytes(UTF_8)));
        }
        await().until(() -> engine.asked.contains("/containers/on/json"));
        containers.close();
        assertThat(engine.asked).containsExactly("/containers/on/json");
    }

    /** No event of the container says that a start failed; its description says why. */
    @Test
    void aContainerThatCouldNotBeStartedIsDescribedAgain() {
        FakeEngine engine = new FakeEngine(path -> path.startsWith("/containers/json")
                ? "[{\"Id\":\"failed\",\"State\":\"created\"},{\"Id\":\"ended\",\"State\":\"exited\"}]".getBytes(UTF_8)
                : inspect(path.split("/")[2], ""));
        ContainerTracker containers =
                sources.containers(engine, ContainerFilter.ALL, Duration.ZERO, sources.inspects(engine));
        containers.start();
        containers.connected();
        await().until(() -> engine.asked.size() == 3);
        engine.asked.clear();
        for (String step : List.of("ended disconnect", "failed connect", "failed disconnect")) {
            containers.happened(EventView.scan(("{\"Type\":\"network\",\"Action\":\"" + step.split(" ")[1]
                            + "\",\"Actor\":{\"ID\":\"n\",\"Attributes\":{\"container\":\"" + step.split(" ")[0]
                            + "\"}}}")
                    .getBytes(UTF_8)));
        }
        await().until(() -> engine.asked.contains("/containers/failed/json"));
        containers.close();
        assertThat(engine.asked).containsExactly("/containers/failed/json");
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
        InspectSource inspects = sources.inspects(engine);
        ContainerTracker containers = sources.containers(engine, ContainerFilter.ALL, Duration.ZERO, inspects);
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
        InspectSource inspects = sources.inspects(engine);
        ContainerTracker containers = sources.containers(engine, filter, Duration.ofSeconds(1), inspects);
        for (String event : recovered) {
            restoreEvent(containers, event.getBytes(UTF_8));
        }
        containers.start();
        containers.connected();
        await().until(() ->
                !engine.streams.isEmpty() && !sources.texts(Kind.INSPECT).isEmpty());
        containers.close();
        inspects.close();
        Set<String> ids = new HashSet<>();
        engine.streams.forEach(stream -> ids.add(stream.path.split("/")[2]));
        sources.records(record -> record.kind() == Kind.INSPECT).forEach(record -> ids.add(record.subject()));
        return ids;
    }

    private static ContainerFilter including(String rule) {
        return new ContainerFilter(List.of(ContainerRule.parse(rule)), List.of());
    }

    private static ContainerFilter excluding(String rule) {
        return new ContainerFilter(List.of(), List.of(ContainerRule.parse(rule)));
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
