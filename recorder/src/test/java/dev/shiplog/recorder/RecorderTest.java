package dev.shiplog.recorder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.FakeProc;
import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Samples;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.testkit.Tee;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole recorder against an engine that follows a script; what the engine sent is what the journal must hold. */
@Timeout(120)
@SuppressWarnings("try") // a run does its work without being called
class RecorderTest {
    private static final int RING = 256;

    @TempDir
    private Path directory;

    private final AtomicLong wallStep = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ScriptedEngine engine;
    private Path journal;

    @BeforeEach
    void open() throws IOException {
        engine = ScriptedEngine.at(directory.resolve("docker.sock")).tick(Duration.ofMillis(50));
        journal = directory.resolve("journal");
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        threads.shutdownNow();
    }

    /** One run of the recorder, on a thread of its own. */
    private final class Run implements Closeable {
        private final Recorder recorder;
        private final CompletableFuture<Void> end;

        Run(String... options) throws UsageException {
            Map<String, List<String>> flags = new HashMap<>();
            flags.put("docker-host", List.of(engine.address()));
            flags.put("data-dir", List.of(journal.toString()));
            flags.put("sync-interval", List.of("50ms"));
            flags.put("stop-grace", List.of("200ms"));
            flags.put("listen", List.of("none"));
            for (String option : options) {
                int equals = option.indexOf('=');
                flags.put(option.substring(0, equals), List.of(option.substring(equals + 1)));
            }
            Settings settings = new Settings(flags, Map.of(), RecorderConfig.OPTIONS);
            recorder = new Recorder(RecorderConfig.of(settings, Map.of()), this::wall, "test");
            end = CompletableFuture.runAsync(this::run, threads);
        }

        private long wall() {
            return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now()) + wallStep.get();
        }

        private void run() {
            try {
                recorder.run();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** As at SIGTERM. */
        @Override
        public void close() throws IOException {
            try {
                recorder.stop("terminated");
                end.get(30, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new IOException("the recorder did not end well", e);
            }
        }
    }

    /** All that the journal holds now; it holds no damage, though retention may delete segments meanwhile. */
    private List<Record> journal() {
        List<Record> records = new ArrayList<>();
        if (!Files.isDirectory(journal)) {
            return records;
        }
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.LOSS) {
                    assertThat(cursor.loss().cause())
                            .as(() -> cursor.loss().toString())
                            .isEqualTo(Loss.Cause.DELETED);
                    continue;
                }
                assertThat(step).isEqualTo(Cursor.Step.RECORD);
                records.add(cursor.record().toRecord());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return records;
    }

    private List<Record> records(Kind kind) {
        return journal().stream().filter(record -> record.kind() == kind).toList();
    }

    private List<String> payloads(Kind kind, String subject) {
        return records(kind).stream()
                .filter(record -> record.subject().equals(subject))
                .map(RecorderTest::text)
                .toList();
    }

    private List<String> events() {
        return records(Kind.EVENT).stream().map(RecorderTest::text).toList();
    }

    private <M extends Mark> List<M> marks(Class<M> type) {
        List<M> marks = new ArrayList<>();
        for (Record record : records(Kind.MARK)) {
            try {
                Mark mark = Mark.fromJson(record.payload());
                if (type.isInstance(mark)) {
                    marks.add(type.cast(mark));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return marks;
    }

    private List<Mark.Gap> gaps(String kind) {
        return marks(Mark.Gap.class).stream()
                .filter(gap -> gap.kind().equals(kind))
                .toList();
    }

    private List<String> emitted() {
        return engine.emitted().stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }

    private static String text(Record record) {
        return new String(record.payload(), UTF_8);
    }

    private void awaitEvents() {
        List<String> emitted = emitted();
        await().untilAsserted(() -> assertThat(events()).containsAll(emitted));
    }

    private void awaitListening() {
        await().until(() ->
                engine.listeners() == 1 && !marks(Mark.EngineUp.class).isEmpty());
    }

    @Test
    void everyEventIsRecordedOnceAndInOrderHoweverOftenTheStreamIsCut() throws Exception {
        engine.start("before");
        engine.misbehave("/events", Misbehaviour.cutAfter(20_000).times(3));
        try (Run run = new Run("stats-interval=0")) {
            for (int i = 0; i < 40; i++) {
                String name = "c" + i;
                engine.start(name);
                engine.exec(name, "ls");
                engine.health(name, "unhealthy");
                engine.rename(name, "r" + i);
                engine.destroy("r" + i);
                if (i % 5 == 4) {
                    awaitEvents();
                }
            }
            awaitEvents();
        }
        assertThat(events()).isEqualTo(emitted());
        assertThat(gaps("event")).isEmpty();
        assertThat(marks(Mark.Synthetic.class)).isEmpty();
    }

    @Test
    void commandsInContainersAreCountedOnceWithoutTheirSecretsHoweverOftenTheStreamIsCutAndTheRecorderStarts()
            throws Exception {
        String web = engine.start("web");
        String db = engine.start("db");
        engine.misbehave("/events", Misbehaviour.cutAfter(20_000).times(3));
        for (int round = 0; round < 3; round++) {
            try (Run run = new Run("stats-interval=0", "exec-events=coalesce")) {
                for (int i = 0; i < 30; i++) {
                    engine.exec("web", "probe --password=hunter2");
                    engine.exec(i % 3 == 0 ? "db" : "web", "ls");
                }
                engine.rename("web", "web" + round);
                engine.rename("web" + round, "web");
                int renames = round * 2 + 2;
                await().until(() -> events().stream()
                                .filter(event -> event.contains("\"rename\""))
                                .count()
                        == renames);
            }
        }
        assertThat(events()).noneMatch(event -> event.contains("exec_"));
        Map<String, Long> died = new HashMap<>();
        for (Mark.Execs counted : marks(Mark.Execs.class)) {
            assertThat(counted.to()).isGreaterThanOrEqualTo(counted.from());
            died.merge(counted.subject() + " " + counted.command(), counted.died(), Long::sum);
            died.merge("created", counted.created(), Long::sum);
            died.merge("started", counted.started(), Long::sum);
            counted.exitCodes().forEach((code, times) -> died.merge("code " + code, times, Long::sum));
        }
        assertThat(died)
                .isEqualTo(Map.of(
                        web + " probe --password=<redacted>",
                        90L,
                        web + " ls",
                        60L,
                        db + " ls",
                        30L,
                        "created",
                        180L,
                        "started",
                        180L,
                        "code 0",
                        180L));
        assertThat(gaps("event")).isEmpty();
    }

    @Test
    void commandsInContainersAreHeardAndNotRecordedIfTheyAreToBeDropped() throws Exception {
        engine.start("web");
        try (Run run = new Run("stats-interval=0", "exec-events=drop")) {
            engine.exec("web", "probe");
            engine.die("web", 1);
            await().until(() -> events().stream().anyMatch(event -> event.contains("\"die\"")));
        }
        assertThat(events())
                .isEqualTo(emitted().stream()
                        .filter(event -> !event.contains("exec_"))
                        .toList());
        assertThat(marks(Mark.Execs.class)).isEmpty();
        assertThat(gaps("event")).isEmpty();
    }

    @Test
    void withoutAnIntervalNothingIsSampledAndNoSampleIsMissing() throws Exception {
        try (Run run = new Run("stats-interval=0")) {
            String id = engine.start("web");
            await().until(() -> !payloads(Kind.INSPECT, id).isEmpty());
        }
        try (Run again = new Run("stats-interval=0")) {
            awaitListening();
        }
        assertThat(engine.requests()).noneMatch(request -> request.path().endsWith("/stats"));
        assertThat(records(Kind.STATS)).isEmpty();
        assertThat(gaps("stats")).isEmpty();
    }

    @Test
    void aRestartOfTheRecorderLosesAndRepeatsNothingThatTheRingStillHolds() throws Exception {
        try (Run first = new Run()) {
            engine.start("web");
            awaitEvents();
        }
        engine.flood("web", RING - 1);
        try (Run second = new Run()) {
            awaitEvents();
            engine.die("web", 3);
            awaitEvents();
        }
        assertThat(events()).isEqualTo(emitted());
        assertThat(gaps("event")).isEmpty();
        assertThat(gaps("stats")).hasSize(1);
        assertThat(marks(Mark.CleanStop.class)).hasSize(2);
        assertThat(marks(Mark.UncleanStop.class)).isEmpty();
        assertThat(marks(Mark.Synthetic.class)).isEmpty();
    }

    @Test
    void aRingThatRanOverWhileNobodyListenedIsOneGapAndAllThatIsLeftIsRecorded() throws Exception {
        try (Run first = new Run()) {
            engine.start("web");
            awaitEvents();
        }
        List<String> before = emitted();
        engine.flood("web", 2 * RING);
        List<String> all = emitted();
        List<String> left = all.subList(all.size() - RING, all.size());
        try (Run second = new Run()) {
            await().untilAsserted(() -> assertThat(events()).containsAll(left));
        }
        assertThat(events())
                .isEqualTo(Stream.concat(before.stream(), left.stream()).toList());
        Record lastBefore = records(Kind.EVENT).get(before.size() - 1);
        Record firstAfter = records(Kind.EVENT).get(before.size());
        assertThat(gaps("event")).singleElement().satisfies(gap -> {
            assertThat(gap.from()).isGreaterThanOrEqualTo(lastBefore.time());
            assertThat(gap.to()).isEqualTo(firstAfter.time());
            assertThat(gap.reason()).contains("ran over");
        });
    }

    @Test
    void anEngineThatWasRestartedIsFollowedAndItsForgottenEventsAreAGap() throws Exception {
        try (Run run = new Run()) {
            String kept = engine.start("kept");
            awaitEvents();
            engine.vanish();
            await().until(() -> !marks(Mark.EngineDown.class).isEmpty());
            engine.comeBack();
            await().until(() ->
                    marks(Mark.EngineUp.class).size() == 2 && !gaps("event").isEmpty());
            engine.die(kept, 1);
            engine.start(kept);
            awaitEvents();
            int samples = payloads(Kind.STATS, kept).size();
            await().until(() -> payloads(Kind.STATS, kept).size() > samples);
        }
        assertThat(events()).isEqualTo(emitted());
        assertThat(gaps("event")).hasSize(1);
        assertThat(gaps("stats")).hasSize(1);
    }

    @Test
    void anotherEngineAtTheSameSocketIsMarkedAndTheContainersOfTheFirstEnd() throws Exception {
        String first;
        String stopped;
        try (Run run = new Run()) {
            first = engine.start("web");
            stopped = engine.create("job");
            awaitEvents();
            await().until(() -> records(Kind.INSPECT).size() >= 2);
            await().until(() -> !marks(Mark.EngineUp.class).isEmpty());
            engine.vanish();
            await().until(() -> !marks(Mark.EngineDown.class).isEmpty());
            engine.comeBackAs("AAAA:BBBB");
            String web = engine.start("web");
            await().until(() -> !payloads(Kind.STATS, web).isEmpty());
            await().until(() -> marks(Mark.Synthetic.class).size() >= 3);
        }
        assertThat(marks(Mark.EngineUp.class))
                .hasSize(2)
                .last()
                .satisfies(up -> assertThat(up.engineId()).isEqualTo("AAAA:BBBB"));
        assertThat(payloads(Kind.HOST, "info")).last().asString().contains("AAAA:BBBB");
        assertThat(marks(Mark.Synthetic.class))
                .containsExactlyInAnyOrder(
                        new Mark.Synthetic(first, "die", "web"),
                        new Mark.Synthetic(first, "destroy", "web"),
                        new Mark.Synthetic(stopped, "destroy", "job"));
        assertThat(events()).isEqualTo(emitted());
        assertThat(gaps("event")).hasSize(1);
    }

    @Test
    void whatChangedUnseenIsMarkedWithoutAnEvent() throws Exception {
        String dies;
        String stays;
        try (Run first = new Run()) {
            dies = engine.start("dies");
            stays = engine.start("stays");
            awaitEvents();
            await().until(() -> records(Kind.INSPECT).size() >= 2);
        }
        engine.die(dies, 1);
        String born = engine.start("born");
        engine.vanish(); // and with it goes the ring
        engine.comeBack();
        try (Run second = new Run()) {
            await().until(() -> marks(Mark.Synthetic.class).size() >= 3);
            await().until(() -> !payloads(Kind.STATS, born).isEmpty());
        }
        assertThat(marks(Mark.Synthetic.class))
                .containsExactlyInAnyOrder(
                        new Mark.Synthetic(dies, "die", "dies"),
                        new Mark.Synthetic(born, "create", "born"),
                        new Mark.Synthetic(born, "start", "born"));
        assertThat(payloads(Kind.STATS, stays)).isNotEmpty();
        assertThat(gaps("event")).hasSize(1);
    }

    @Test
    void eachFrameOfAStreamIsRecordedByteForByteAndEmptyOnesAreNot() throws Exception {
        List<byte[]> frames = new ArrayList<>(Samples.payloads(Samples.STATS).subList(0, 60));
        byte[] empty = "{\"read\":\"0001-01-01T00:00:00Z\",\"cpu_stats\":{}}".getBytes(UTF_8);
        frames.add(7, empty);
        frames.add(20, "{\"read\":5,\"cpu_stats\":{\"odd\":\"😀\\u0000\"}}".getBytes(UTF_8));
        String id = engine.create("web");
        engine.replayStats(id, frames);
        engine.tick(Duration.ofMillis(5));
        List<String> expected = frames.stream()
                .filter(frame -> !Arrays.equals(frame, empty))
                .map(frame -> new String(frame, UTF_8))
                .toList();
        try (Run run = new Run("stats-interval=1s")) {
            awaitListening();
            engine.start(id);
            await().until(() -> payloads(Kind.STATS, id).size() >= expected.size());
        }
        assertThat(payloads(Kind.STATS, id)).isEqualTo(expected);
    }

    @Test
    void eachSingleSampleIsRecordedByteForByte() throws Exception {
        Path socket = directory.resolve("tee.sock");
        try (Tee tee = Tee.at(socket, engine.socket(), directory.resolve("tee"))) {
            List<String> ids = List.of(engine.start("a"), engine.start("b"), engine.start("c"));
            String stopped = engine.create("stopped");
            try (Run run = new Run("stats-interval=2s", "docker-host=unix://" + socket)) {
                await().until(() ->
                        ids.stream().allMatch(id -> payloads(Kind.STATS, id).size() >= 3));
            }
            for (String id : ids) {
                List<String> sent = new ArrayList<>();
                for (Exchange exchange : tee.exchanges()) {
                    if (exchange.target().contains(id + "/stats") && exchange.complete()) {
                        assertThat(exchange.target()).endsWith("?stream=false&one-shot=true");
                        for (byte[] line : exchange.lines()) {
                            sent.add(new String(line, UTF_8));
                        }
                    }
                }
                assertThat(sent).startsWith(payloads(Kind.STATS, id).toArray(new String[0]));
                assertThat(sent.size() - payloads(Kind.STATS, id).size())
                        .as("answers that came while it stopped")
                        .isLessThanOrEqualTo(1);
            }
            assertThat(tee.exchanges()).noneMatch(exchange -> exchange.target().contains(stopped + "/stats"));
        }
    }

    @Test
    void samplesEndAtDieAndBeginAtStart() throws Exception {
        AtomicInteger answering = new AtomicInteger();
        engine.misbehave(request -> request.path().endsWith("/stats"), (request, reply, proper) -> {
            answering.incrementAndGet();
            try {
                proper.answer(request, reply);
            } finally {
                answering.decrementAndGet();
            }
        });
        for (String interval : List.of("1s", "2s")) {
            try (Run run = new Run("stats-interval=" + interval)) {
                awaitListening();
                String id = engine.start("of-" + interval);
                await().until(() -> !payloads(Kind.STATS, id).isEmpty());
                engine.pause(id);
                engine.unpause(id);
                engine.die(id, 0);
                // The engine goes on sending empty frames until the container is removed: nobody may listen to them.
                await().until(() -> answering.get() == 0);
                engine.start(id);
                int before = payloads(Kind.STATS, id).size();
                await().until(() -> payloads(Kind.STATS, id).size() > before);
                engine.destroy(id);
            }
            assertThat(gaps("stats").stream().filter(gap -> !gap.subject().isEmpty()))
                    .isEmpty();
        }
    }

    @Test
    void containersThatAreFilteredOutLeaveNoTrace() throws Exception {
        String web;
        String skipped;
        String renamed;
        try (Run run = new Run("exclude=label=skip", "include=name=w*", "stats-interval=1s")) {
            awaitListening();
            skipped = engine.create("web-skipped", "busybox", Map.of("skip", ""));
            engine.start(skipped);
            engine.exec(skipped, "secret-of-skipped");
            web = engine.create("web", "busybox", Map.of("kept", "yes"));
            engine.start(web);
            engine.start("db");
            engine.exec("db", "secret-of-db");
            renamed = engine.start("job");
            engine.rename("job", "worker");
            await().until(() -> !payloads(Kind.STATS, web).isEmpty()
                    && !payloads(Kind.STATS, renamed).isEmpty()
                    && !payloads(Kind.INSPECT, web).isEmpty());
        }
        Predicate<String> unwanted = text -> text.contains("\"Type\":\"container\"")
                && (text.contains("\"skip\"") || text.contains("\"name\":\"db\"") || text.contains("\"name\":\"job\""));
        assertThat(events())
                .isEqualTo(emitted().stream().filter(unwanted.negate()).toList());
        assertThat(payloads(Kind.STATS, skipped)).isEmpty();
        assertThat(payloads(Kind.INSPECT, skipped)).isEmpty();
        assertThat(journal()).noneMatch(record -> text(record).contains("secret-of-"));
        assertThat(engine.requests()).noneMatch(request -> request.path().contains(skipped));
    }

    @Test
    void noSecretReachesTheJournalOrTheLog() throws Exception {
        String secret = "hunter2-5ecret";
        String id = engine.create("web");
        String description = "{\"Id\":\"" + id + "\",\"Name\":\"/web\",\"Config\":{\"Env\":[\"DB_PASSWORD=" + secret
                + "\",\"PATH=" + secret + "\"],\"Cmd\":[\"run\",\"--password=" + secret + "\"]}}";
        engine.misbehave(
                "/containers/" + id + "/json",
                (request, reply, proper) -> reply.json(200, (description + "\n").getBytes(UTF_8)));
        List<String> log = new ArrayList<>();
        Logger root = Logger.getLogger("");
        Logger ours = Logger.getLogger("dev.shiplog");
        Handler handler = new Handler() {
            @Override
            public synchronized void publish(LogRecord line) {
                log.add(line.getMessage() + Arrays.toString(line.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        Level before = ours.getLevel();
        ours.setLevel(Level.ALL);
        try (Run run = new Run()) {
            await().until(() -> !payloads(Kind.INSPECT, id).isEmpty());
        } finally {
            root.removeHandler(handler);
            ours.setLevel(before);
        }
        assertThat(payloads(Kind.INSPECT, id)).containsExactly(description.replace(secret, "<redacted>"));
        assertThat(marks(Mark.Redaction.class))
                .containsExactly(new Mark.Redaction(
                        id, "secrets", List.of("Config.Env.DB_PASSWORD", "Config.Env.PATH", "Config.Cmd.1")));
        assertThat(log).isNotEmpty().noneMatch(line -> line.contains(secret));
        try (Stream<Path> files = Files.walk(journal)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
            }
        }
    }

    @Test
    void withoutRedactionADescriptionIsRecordedByteForByte() throws Exception {
        Path socket = directory.resolve("tee.sock");
        try (Tee tee = Tee.at(socket, engine.socket(), directory.resolve("tee"))) {
            String id = engine.start("web");
            try (Run run = new Run("redact=none", "docker-host=unix://" + socket)) {
                await().until(() -> !payloads(Kind.INSPECT, id).isEmpty());
            }
            List<String> sent = new ArrayList<>();
            for (Exchange exchange : tee.exchanges()) {
                if (exchange.target().endsWith(id + "/json")) {
                    sent.add(new String(exchange.lines().get(0), UTF_8));
                }
            }
            assertThat(sent).containsAll(payloads(Kind.INSPECT, id));
            assertThat(marks(Mark.Redaction.class)).isEmpty();
        }
    }

    /** So that any one segment answers what ran then. */
    @Test
    void aNewSegmentBeginsWithTheHostAndAllContainersThatThereAre() throws Exception {
        List<String> ids = new ArrayList<>();
        try (Run run = new Run("roll=minutely", "stats-interval=0")) {
            awaitListening();
            for (int i = 0; i < 30; i++) {
                ids.add(engine.start("c" + i));
            }
            String gone = engine.start("gone");
            await().until(() -> !payloads(Kind.INSPECT, gone).isEmpty());
            engine.destroy("gone");
            engine.create("created");
            await().untilAsserted(
                            () -> assertThat(records(Kind.INSPECT).stream().map(Record::subject))
                                    .containsAll(ids));
            awaitEvents();
            await().until(() -> engine.requests().stream()
                            .filter(r -> r.path().endsWith("/json"))
                            .count()
                    >= 33);
            wallStep.addAndGet(TimeUnit.SECONDS.toNanos(61));
            engine.exec("c0", "ls");
            awaitEvents();
        }
        List<Record> all = journal();
        int head = -1;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).kind() == Kind.MARK && Mark.fromJson(all.get(i).payload()) instanceof Mark.SegmentStart) {
                head = i;
            }
        }
        assertThat(head).as("a second segment").isPositive();
        Mark.SegmentStart start =
                (Mark.SegmentStart) Mark.fromJson(all.get(head).payload());
        List<Record> snapshot = all.subList(head + 1, head + 1 + 3 + start.containers());
        assertThat(snapshot.stream().map(record -> record.kind() + " " + record.subject()))
                .contains("HOST info", "HOST version")
                .containsAll(ids.stream().map(id -> "INSPECT " + id).toList());
        assertThat(start.containers()).isEqualTo(31);
        assertThat(start.events().split(" ", -1)).hasSizeGreaterThanOrEqualTo(RING / 4);
        assertThat(events()).isEqualTo(emitted());
    }

    /** When the host goes down, the engine reports how its containers end on the stream that is open. */
    @ParameterizedTest
    @ValueSource(strings = {"hangs", "refuses", "refuses a little later"})
    void aStopReadsOnWhileTheEngineGoesDown(String how) throws Exception {
        try (Run run = new Run("stop-grace=20s")) {
            for (int i = 0; i < 10; i++) {
                engine.start("c" + i);
            }
            awaitEvents();
            if (how.equals("hangs")) {
                engine.misbehave("/_ping", Misbehaviour.hang());
            } else if (how.equals("refuses")) {
                engine.refuse();
            }
            CompletableFuture<Void> stopped = stop(run);
            TimeUnit.MILLISECONDS.sleep(500); // an engine takes its time
            engine.refuse();
            for (int i = 0; i < 10; i++) {
                TimeUnit.MILLISECONDS.sleep(200);
                engine.stop("c" + i);
            }
            assertThat(stopped).isNotDone();
            awaitEvents();
            engine.vanish();
            stopped.get(30, TimeUnit.SECONDS);
        }
        assertThat(events()).isEqualTo(emitted());
        List<Record> all = journal();
        assertThat(Mark.fromJson(all.get(all.size() - 1).payload())).isEqualTo(new Mark.CleanStop("terminated"));
    }

    private CompletableFuture<Void> stop(Run run) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        run.recorder.stop("terminated");
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                threads);
    }

    /** The journal's end is awaited for half a minute, and the grace is a whole one. */
    @Test
    void aStopOfTheRecorderAloneDoesNotWaitForTheGraceToEnd() throws Exception {
        try (Run run = new Run("stop-grace=1m")) {
            engine.start("web");
            awaitEvents();
        }
        assertThat(marks(Mark.CleanStop.class)).hasSize(1);
    }

    @Test
    void whatAnEngineThatWasRestartedReportsIsInTheJournalBeforeItIsKnownWhatIsMissing() throws Exception {
        try (Run run = new Run("stats-interval=0")) {
            engine.start("web");
            awaitEvents();
            engine.vanish();
            await().until(() -> !marks(Mark.EngineDown.class).isEmpty());
            engine.comeBack();
            await().until(() -> engine.listeners() == 1);
            engine.die("web", 1);
            awaitEvents();
            assertThat(gaps("event")).isEmpty();
            assertThat(marks(Mark.Unsettled.class)).hasSize(1);
            await().until(() -> !gaps("event").isEmpty());
            assertThat(gaps("event").get(0).reason()).contains("it was restarted, or is another one");
        }
        assertThat(events()).isEqualTo(emitted());
    }

    @Test
    void anEngineThatIsNotThereIsWaitedForAndAStopDoesNotWaitForIt() throws Exception {
        engine.vanish();
        try (Run run = new Run()) {
            await().until(() -> marks(Mark.EngineDown.class).size() == 1);
            assertThat(marks(Mark.Start.class)).hasSize(1);
        }
        try (Run run = new Run()) {
            engine.comeBack();
            engine.start("web");
            awaitEvents();
        }
        assertThat(events()).isEqualTo(emitted());
        // Whether there was an engine before, with other events, is not known.
        assertThat(gaps("event")).singleElement().satisfies(gap -> {
            assertThat(gap.from()).isEqualTo(records(Kind.MARK).get(0).received());
            assertThat(gap.to()).isEqualTo(records(Kind.EVENT).get(0).time());
            assertThat(gap.reason()).contains("before it was known");
        });
        assertThat(gaps("stats")).hasSize(1);
        assertThat(gaps("stats").get(0).reason()).contains("no such file");
        assertThat(marks(Mark.CleanStop.class)).hasSize(2);
    }

    @Test
    void socketsAreReadFromTheProcOfTheHost() throws Exception {
        String web = engine.start("web");
        FakeProc proc = FakeProc.in(directory.resolve("proc"));
        try (Run run = new Run("host-proc=" + proc.root(), "sockets-interval=10s")) {
            await().until(() -> !payloads(Kind.INSPECT, web).isEmpty());
            Matcher pid = Pattern.compile("\"Pid\":(\\d+)")
                    .matcher(payloads(Kind.INSPECT, web).get(0));
            assertThat(pid.find()).isTrue();
            proc.container(Long.parseLong(pid.group(1)), web);
            proc.sockets(Long.parseLong(pid.group(1)), Map.of(1, 2), Map.of(10, 1));
            proc.sharedMemory(Long.parseLong(pid.group(1)));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !payloads(Kind.SOCKETS, web).isEmpty());
        }
        assertThat(payloads(Kind.SOCKETS, web).get(0))
                .startsWith("{\"tcp\":{\"established\":2,\"syn_sent\":0,")
                .contains("\"listen\":1,", ",\"shm\":{\"size\":");
        assertThat(gaps("sockets")).isEmpty();
        try (Run again = new Run("host-proc=" + directory.resolve("nowhere"))) {
            await().until(() -> !gaps("sockets").isEmpty());
            awaitListening();
        }
        assertThat(gaps("sockets")).allSatisfy(gap -> assertThat(gap.reason()).startsWith("there is no directory "));
    }

    @Test
    void theOldestSegmentsAreDeletedWithinTheLimitsAndThisIsTold() throws Exception {
        engine.start("web");
        long hour = Duration.ofHours(1).toNanos();
        long now = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(journal, options, record -> {})) {
            for (int i = 40; i > 0; i--) {
                long received = now - i * hour;
                appender.append(new Record(0, Kind.HOST, "", received, received, 1, new byte[] {1}));
            }
        }
        try (Run run = new Run()) {
            awaitEvents();
        }
        assertThat(segments()).as("without limits").isBetween(40L, 42L);

        String archives = "keep-until-archived=" + directory.resolve("archives");
        try (Run run = new Run("keep-for=20h", archives)) {
            awaitListening();
        }
        assertThat(marks(Mark.Retention.class)).as("nothing is archived").isEmpty();

        try (Run run = new Run("keep-for=20h")) {
            await().until(() -> !marks(Mark.Retention.class).isEmpty());
        }
        assertThat(segments()).isBetween(20L, 23L);

        try (Run run = new Run("keep-bytes=2MiB")) {
            await().until(() -> marks(Mark.Retention.class).stream()
                    .anyMatch(mark -> mark.reason().equals("more than --keep-bytes")));
        }
        assertThat(segments()).isBetween(10L, 16L);
        List<Mark.Retention> told = marks(Mark.Retention.class);
        assertThat(journal().get(0).sequence())
                .isEqualTo(told.get(told.size() - 1).lastSequence() + 1);
        assertThat(events()).isEqualTo(emitted());
    }

    private long segments() throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.filter(file -> file.toString().endsWith(".cq4")).count();
        }
    }
}
