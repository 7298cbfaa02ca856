package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineAddress;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Release;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class EventSourceTest {
    @TempDir
    private Path directory;

    private final RecordQueue queue = new RecordQueue(1_000, 10_000_000);
    private final List<Arrival> arrivals = new ArrayList<>();
    private ScriptedEngine scripted;
    private Watchdog watchdog;
    private Engine engine;
    private ContainerTracker containers;
    private InspectSource inspects;
    private EventSource events;

    @BeforeEach
    void open() throws IOException {
        scripted = ScriptedEngine.at(directory.resolve("docker.sock"));
        watchdog = new Watchdog();
        engine = Engine.open(EngineAddress.of(scripted.address(), Map.of()), watchdog);
        Clock clock = new Clock(() -> System.currentTimeMillis() * 1_000_000, System::nanoTime, queue::put);
        DestroyedContainers destroyed = new DestroyedContainers();
        inspects = new InspectSource(engine, clock, queue, Redaction.ENV, destroyed, described -> {});
        containers = new ContainerTracker(
                engine, clock, queue, ContainerFilter.ALL, destroyed, inspects::askImage, List.of(inspects));
        Redactor redactor = new Redactor(Redaction.SECRETS, clock, queue::put);
        HostSource host = new HostSource(engine, clock, redactor);
        events = new EventSource(
                engine, clock, queue, ContainerFilter.ALL, ExecEvents.KEEP, host, containers, "", redactor);
    }

    private void follow(Duration askAfter, Duration renewAfter, long newest) {
        events.restore(new Record(0, Kind.EVENT, "", newest, newest, 0, new byte[0]), null);
        events.start(askAfter, renewAfter);
    }

    @AfterEach
    void close() throws IOException {
        events.close();
        containers.close();
        inspects.close();
        engine.close();
        watchdog.close();
        scripted.close();
    }

    private synchronized List<Arrival> arrivals() {
        try {
            queue.drainTo(arrivals, Integer.MAX_VALUE, 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return List.copyOf(arrivals);
    }

    /** Each event once, in the order in which they first came. */
    private List<String> events() {
        LinkedHashSet<String> events = new LinkedHashSet<>();
        for (Arrival arrival : arrivals()) {
            if (arrival.record().kind() == Kind.EVENT) {
                events.add(new String(arrival.record().payload(), UTF_8));
            }
        }
        return List.copyOf(events);
    }

    private List<Arrival.Connected> connects() {
        return arrivals().stream()
                .filter(Arrival.Connected.class::isInstance)
                .map(Arrival.Connected.class::cast)
                .toList();
    }

    private List<String> emitted() {
        return scripted.emitted().stream().map(json -> new String(json, UTF_8)).toList();
    }

    @Test
    void aStreamThatFellSilentIsGivenUpWhenTheEngineNoLongerAnswersBesideIt() {
        scripted.misbehave("/events", Misbehaviour.silentAfter(2_000).times(1));
        follow(Duration.ofMillis(50), Duration.ofMinutes(10), 0);
        await().until(() -> connects().size() == 1);
        for (int i = 0; i < 20; i++) {
            scripted.start("c" + i);
        }
        await().until(() -> scripted.requests().stream()
                .anyMatch(request -> request.target().endsWith("/v1.41/_ping")));
        assertThat(events()).as("the engine still answers").hasSizeLessThan(20);
        scripted.misbehave("/_ping", Misbehaviour.error(500, "dying").times(1));
        await().untilAsserted(() -> assertThat(events()).isEqualTo(emitted()));
        assertThat(connects()).last().satisfies(connected -> {
            assertThat(connected.fresh())
                    .as("the engine was there all the time")
                    .isFalse();
            assertThat(connected.reason()).contains("HTTP 500, dying");
        });
    }

    @Test
    void aStreamThatWasSilentForLongIsOpenedAgain() {
        scripted.misbehave("/events", Misbehaviour.silentAfter(2_000).times(1));
        follow(Duration.ofMillis(50), Duration.ofMillis(300), 0);
        await().until(() -> connects().size() == 1);
        for (int i = 0; i < 20; i++) {
            scripted.start("c" + i);
        }
        await().untilAsserted(() -> assertThat(events()).isEqualTo(emitted()));
        assertThat(connects())
                .element(1)
                .satisfies(
                        connected -> assertThat(connected.reason()).contains("the event stream was silent for long"));
    }

    /** Dockerd looks for the first event that is too old, walking back; what is stamped late would hide what is behind. */
    @Test
    void dockerIsAskedForAllThatItRemembers() {
        follow(Duration.ofSeconds(10), Duration.ofMinutes(10), 1_795_252_323_123_456_789L);
        await().until(() -> connects().size() == 1);
        assertThat(sinces()).containsExactly("0");
    }

    @Test
    void podmanIsAskedForWhatIsNewerThanTheJournal() {
        scripted.release(Release.PODMAN_5);
        follow(Duration.ofSeconds(10), Duration.ofMinutes(10), 1_795_252_323_123_456_789L);
        await().until(() -> connects().size() == 1);
        assertThat(sinces()).containsExactly("1795252322.123456789");
    }

    private List<String> sinces() {
        return scripted.requests().stream()
                .filter(request -> request.path().equals("/events"))
                .map(request -> request.query().get("since"))
                .toList();
    }

    @Test
    void anEngineThatCannotBeReachedIsMarkedOnceFromWhenItsStreamEnded() throws IOException {
        follow(Duration.ofSeconds(10), Duration.ofMinutes(10), 0);
        scripted.start("web");
        await().untilAsserted(() -> assertThat(events()).isEqualTo(emitted()));
        scripted.vanish();
        await().until(() -> !downs().isEmpty());
        scripted.comeBack();
        await().until(() -> connects().size() == 2);
        assertThat(downs()).hasSize(1);
        Arrival.Connected back = connects().get(1);
        assertThat(back.fresh()).isTrue();
        assertThat(arrivals())
                .filteredOn(Arrival.Ended.class::isInstance)
                .singleElement()
                .satisfies(lost -> assertThat(lost.record().time())
                        .isEqualTo(downs().get(0).record().time()));
        assertThat(back.reason()).contains(scripted.address());
    }

    private List<Mark> introductions() {
        List<Mark> marks = new ArrayList<>();
        for (Arrival arrival : arrivals()) {
            if (arrival instanceof Arrival.Introduced introduced) {
                try {
                    marks.add(Mark.fromJson(introduced.record().payload()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return marks;
    }

    private List<Arrival> downs() {
        return arrivals().stream()
                .filter(Arrival.Disconnected.class::isInstance)
                .toList();
    }

    /** A proxy may let events through and nothing else. */
    @Test
    void anEngineThatDoesNotSayWhatItIsIsFollowedAllTheSame() throws IOException {
        scripted.misbehave("/info", Misbehaviour.html(403, "<h1>403 Forbidden</h1>"));
        scripted.misbehave("/version", Misbehaviour.error(404, "page not found"));
        scripted.misbehave("/containers/json", Misbehaviour.html(403, "<h1>403 Forbidden</h1>"));
        follow(Duration.ofSeconds(10), Duration.ofMinutes(10), 0);
        scripted.start("web");
        await().untilAsserted(() -> assertThat(events()).isEqualTo(emitted()));
        await().until(() -> !introductions().isEmpty());
        assertThat(introductions()).containsExactly(new Mark.EngineUp("", "", "1.41"));
        assertThat(arrivals()).noneMatch(arrival -> arrival.record().kind() == Kind.HOST);
    }

    static List<Misbehaviour> pings() {
        return List.of(
                Misbehaviour.hang(),
                Misbehaviour.error(500, "busy"),
                Misbehaviour.html(403, "<h1>403 Forbidden</h1>"),
                Misbehaviour.garbage("garbage\r\n".getBytes(UTF_8)),
                Misbehaviour.silentAfter(40),
                Misbehaviour.cutAfter(40));
    }

    @ParameterizedTest
    @MethodSource("pings")
    void anEngineThatDoesNotAnswerPingIsFollowedAllTheSame(Misbehaviour ping) throws IOException {
        scripted.release(Release.DOCKER_28_5);
        scripted.misbehave("/_ping", ping);
        followedIn("1.51");
    }

    /** A refusal names a version that is spoken. */
    @ParameterizedTest
    @CsvSource({"1.12,1.41,1.41", "1.44,1.56,1.51", "1.60,1.77,1.60"})
    void anEngineThatForbidsPingIsAskedInAVersionThatItSpeaks(String oldest, String newest, String spoken)
            throws IOException {
        scripted.release(Release.DOCKER_28_5.speaking(oldest, newest));
        scripted.misbehave("/_ping", Misbehaviour.html(403, "<h1>403 Forbidden</h1>"));
        followedIn(spoken);
    }

    private void followedIn(String version) throws IOException {
        Duration askAfter = Duration.ofMillis(250); // longer than a busy machine takes to open the stream
        follow(askAfter, Duration.ofMinutes(10), 0);
        containers.start();
        String id = scripted.start("web");
        await().untilAsserted(() -> assertThat(events()).isEqualTo(emitted()));
        await().until(() -> !introductions().isEmpty());
        assertThat(introductions())
                .singleElement()
                .satisfies(up -> assertThat(((Mark.EngineUp) up).apiVersion()).isEqualTo(version));
        await().until(() -> arrivals().stream()
                .map(Arrival::record)
                .anyMatch(record ->
                        record.kind() == Kind.INSPECT && record.subject().equals(id)));
        await().pollDelay(askAfter.multipliedBy(2)).until(() -> true); // so that it was asked beside the stream
        assertThat(downs()).isEmpty();
        assertThat(connects())
                .as("a ping that was never answered gives no stream up")
                .hasSize(1);
    }

    @Test
    void anEmptyMessageIsNoEventAndAnOddOneIs() {
        follow(Duration.ofSeconds(10), Duration.ofMinutes(10), 0);
        await().until(() -> scripted.listeners() == 1);
        for (String line : List.of("", "null", "\r", "{}", "no JSON", "[]", "{\"Type\":\"new\",\"timeNano\":7}")) {
            scripted.emit(line.getBytes(UTF_8));
        }
        await().untilAsserted(
                        () -> assertThat(events()).containsExactly("{}", "[]", "{\"Type\":\"new\",\"timeNano\":7}"));
        assertThat(arrivals())
                .filteredOn(Arrival.Event.class::isInstance)
                .last()
                .satisfies(event -> assertThat(event.record().time()).isEqualTo(7));
    }
}
