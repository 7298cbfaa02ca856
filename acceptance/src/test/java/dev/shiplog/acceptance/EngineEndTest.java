package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.Exchange;
import dev.shiplog.testkit.Tee;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ends a real engine, with its host, for a restart, and by {@code kill -9}, beside containers that live and die, and holds
 * the journal against what another subscriber heard.
 */
@Tag("engine")
@Tag("once")
class EngineEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Long enough for a recorder on a busy machine to read what is there, and not for one that waits for silence. */
    private static final Duration READ = Duration.ofSeconds(2);

    /** ChaosTest does the same for longer; here it is also said what must be in the journal after two seconds. */
    private static final int ROUNDS = Integer.getInteger("shiplog.rounds", 1);

    private static final String FOR_LONG = "trap exit TERM; while :; do sleep 0.1; done";

    @TempDir
    private Path directory;

    @Test
    void everyDeathOfAHostThatGoesDownIsRecorded() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start();
                RecorderProcess recorder = recorder(engine, "--stop-grace", "30s")) {
            RealEngine api = engine.api();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                // A third ends at once, a third takes a second, a third has to be killed after two.
                String trap = List.of("trap 'exit 0' TERM", "trap 'sleep 1; exit 1' TERM", "trap '' TERM")
                        .get(i % 3);
                ids.add(run(api, "end" + i, Map.of("StopTimeout", 2), trap + "; while :; do sleep 0.1; done"));
            }
            awaitEvents("start", ids);
            try (Witness witness = Witness.of(api.socket())) {
                await().atMost(PATIENCE).until(() -> !witness.heard().isEmpty());

                engine.terminate();
                recorder.terminate();

                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
                witness.awaitEnd();
                assertThat(subjects(witness.lines(), "die"))
                        .as("deaths that the witness heard")
                        .containsAll(ids);
                assertThat(unrecorded(witness.lines())).isEmpty();
            }
        }
    }

    @Test
    void aRecorderThatAloneIsStoppedDoesNotWaitForTheOthersToEnd() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start()) {
            RealEngine api = engine.api();
            run(api, "web", Map.of(), FOR_LONG);
            Map<String, Object> host = Map.of("NetworkMode", "none", "Binds", binds(api.socket()));
            List<String> command = RecorderProcess.command(
                    "--docker-host",
                    "unix://" + api.socket(),
                    "--data-dir",
                    journal().toString(),
                    "--stop-grace",
                    "60s");
            String recorder =
                    api.create("recorder", Map.of(), Map.of("HostConfig", host), command.toArray(String[]::new));
            api.start(recorder);
            awaitEvents("start", List.of(recorder));
            api.act(recorder, "stop?t=90");
            JsonNode state = api.inspect(recorder).path("State");
            assertThat(state.path("ExitCode").asInt()).as(state.toString()).isZero();
            Instant asked = Instant.ofEpochSecond(0, time(last(events(), "kill", recorder)));
            Duration taken = Duration.between(
                    asked, Instant.parse(state.path("FinishedAt").asText()));
            System.out.printf("EngineEndTest: docker stop of the recorder alone took %d ms%n", taken.toMillis());
            assertThat(taken).as("far from the grace").isLessThan(Duration.ofSeconds(20));
            assertThat(marks(Mark.CleanStop.class)).hasSize(1);
        }
    }

    @Test
    void aDeathAfterARestartOfTheEngineIsInTheJournalAtOnce() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start();
                RecorderProcess recorder = recorder(engine)) {
            RealEngine api = engine.api();
            Map<String, Object> always = Map.of("RestartPolicy", Map.of("Name", "always"), "NetworkMode", "none");
            Map<String, Object> health = Map.of("Test", List.of("CMD", "true"), "Interval", 1_000_000_000L);
            String checked = run(api, "checked", Map.of("HostConfig", always, "Healthcheck", health), FOR_LONG);
            String victim = run(api, "victim", Map.of("HostConfig", always), FOR_LONG);
            awaitEvents("start", List.of(checked, victim));

            engine.restart();

            long restarted = System.currentTimeMillis() * 1_000_000;
            await("samples after the restart")
                    .atMost(PATIENCE)
                    .until(() -> records().stream()
                            .anyMatch(record -> record.kind() == Kind.STATS && record.time() > restarted));
            try (Witness witness = Witness.of(api.socket())) {
                api.act(victim, "kill");
                await("the death is heard")
                        .atMost(PATIENCE)
                        .until(() -> subjects(witness.lines(), "die").contains(victim));
                String death = last(witness.lines(), "die", victim);
                long heard = System.nanoTime();
                // It used to wait for 256 events, or until health checks left 3 s of silence.
                await("the death is in the journal")
                        .atMost(Duration.ofSeconds(15))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> events().contains(death));
                System.out.printf(
                        "EngineEndTest: a death was in the journal %d ms after a witness had heard it%n",
                        (System.nanoTime() - heard) / 1_000_000);
            }
            assertThat(recorder.isAlive()).as(recorder.output()).isTrue();
        }
    }

    @Test
    void livesThatEndAtOnceLeaveNoGhostAndEndOnce() throws Exception {
        try (PrivateEngine engine = PrivateEngine.start();
                Witness witness = Witness.of(engine.api().socket());
                Lives lives = new Lives(engine.api())) {
            String stays = run(engine.api(), "stays", Map.of(), FOR_LONG);
            try (RecorderProcess first = recorder(engine)) {
                lives.live(60);
                await().atMost(PATIENCE)
                        .until(() -> subjects(events(), "destroy").size() > 20);
                first.terminate();
                assertThat(first.awaitEnd()).as(first.output()).isZero();
            }
            try (RecorderProcess second = recorder(engine)) {
                assertThat(lives.ids()).hasSize(60);
                awaitEvents("destroy", lives.ids());
                second.terminate();
                assertThat(second.awaitEnd()).as(second.output()).isZero();
            }
            // Segments of another length do not go on in those that are there.
            try (RecorderProcess third = recorder(engine, "--roll", "minutely")) {
                awaitUp(3, third);
                third.terminate();
                assertThat(third.awaitEnd()).as(third.output()).isZero();
            }
            assertThat(marks(Mark.Synthetic.class)).isEmpty();
            assertThat(marks(Mark.Gap.class)).noneMatch(gap -> gap.kind().equals("event"));
            assertThat(repeated()).isEmpty();
            assertThat(unrecorded(witness.lines())).isEmpty();
            assertThat(newestHead()).as("containers in the newest head").containsExactly(stays);
        }
    }

    @Test
    void killsOfEngineAndRecorderAtAnyMomentLoseNothingThatWasHeard() throws Exception {
        Random random = new Random(SEED);
        Path socket = directory.resolve("tee.sock");
        Set<String> heardByAnyone = new LinkedHashSet<>();
        Set<String> heardInTime = new LinkedHashSet<>();
        try (PrivateEngine engine = PrivateEngine.start();
                Lives lives = new Lives(engine.api())) {
            engine.restartWithLiveRestore();
            Map<String, Object> health = Map.of("Test", List.of("CMD", "true"), "Interval", 1_000_000_000L);
            run(engine.api(), "checked", Map.of("Healthcheck", health), FOR_LONG);
            for (int round = 0; round < ROUNDS; round++) {
                try (Tee tee = Tee.at(socket, engine.api().socket(), directory.resolve("tee" + round));
                        RecorderProcess recorder = RecorderProcess.recording(
                                List.of(), directory.resolve("output"), "unix://" + socket, journal())) {
                    awaitUp(round + 1, recorder);
                    engine.restart();
                    try (Witness witness = Witness.of(engine.api().socket())) {
                        lives.live(10);
                        long until = System.nanoTime() + random.nextInt(5_000) * 1_000_000L;
                        List<Witness.Heard> forwarded = new ArrayList<>();
                        while (System.nanoTime() < until) {
                            List<String> lines = forwarded(tee);
                            lines.subList(forwarded.size(), lines.size())
                                    .forEach(line -> forwarded.add(new Witness.Heard(line, System.nanoTime())));
                            TimeUnit.MILLISECONDS.sleep(50);
                        }
                        if (random.nextBoolean()) {
                            recorder.kill();
                            engine.kill();
                        } else {
                            engine.kill();
                            recorder.kill();
                        }
                        heardByAnyone.addAll(witness.lines());
                        heardByAnyone.addAll(forwarded(tee));
                        forwarded.stream()
                                .filter(heard -> heard.nanos() < until - READ.toNanos())
                                .forEach(heard -> heardInTime.add(heard.line()));
                    }
                    engine.restart();
                    lives.ids();
                }
            }
            try (RecorderProcess last = recorder(engine)) {
                awaitUp(ROUNDS + 1, last);
                last.terminate();
                assertThat(last.awaitEnd()).as(last.output()).isZero();
            }
        }
        assertThat(repeated()).as("seed %d", SEED).isEmpty();
        assertThat(unrecorded(heardInTime)).as("seed %d", SEED).isEmpty();
        List<Mark.Gap> gaps = marks(Mark.Gap.class).stream()
                .filter(gap -> gap.kind().isEmpty() || gap.kind().equals("event"))
                .toList();
        System.out.printf(
                "EngineEndTest: %d events of %d in %d gaps, %d heard in time%n",
                unrecorded(heardByAnyone).size(), heardByAnyone.size(), gaps.size(), heardInTime.size());
        heardByAnyone.removeIf(
                line -> gaps.stream().anyMatch(gap -> gap.from() <= time(line) && time(line) <= gap.to()));
        assertThat(unrecorded(heardByAnyone))
                .as("events that are neither in the journal nor in %s, seed %d", gaps, SEED)
                .isEmpty();
    }

    /** The events that went through the tee to a recorder. */
    private static List<String> forwarded(Tee tee) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Exchange exchange : tee.exchanges()) {
            if (exchange.target().contains("/events?") && exchange.status() == 200) {
                lines.addAll(RecordedJournal.texts(exchange.lines()));
            }
        }
        return lines;
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private RecorderProcess recorder(PrivateEngine engine, String... more) throws IOException {
        return RecorderProcess.recording(
                List.of(), directory.resolve("output"), "unix://" + engine.api().socket(), journal(), more);
    }

    private static String run(RealEngine api, String name, Map<String, Object> more, String script) throws IOException {
        String id = api.create(name, Map.of(), more, "sh", "-c", script);
        api.start(id);
        return id;
    }

    /** What is mounted into a busybox so that it runs the recorder under test: Java and what it needs, and the journal. */
    private List<String> binds(Path socket) throws IOException {
        Set<String> paths = new LinkedHashSet<>(List.of("/usr", "/lib", "/lib64"));
        Path java = Path.of(System.getProperty("java.home"));
        paths.add(java.toString());
        // Debian keeps the configuration elsewhere.
        paths.add(
                java.resolve("conf/logging.properties").toRealPath().getParent().toString());
        paths.add(Path.of("..").toAbsolutePath().normalize().toString());
        paths.addAll(RecorderProcess.classPath());
        List<String> binds = new ArrayList<>(List.of(socket + ":" + socket, directory + ":" + directory));
        for (String path : paths) {
            if (paths.stream().noneMatch(other -> path.startsWith(other + "/"))) {
                binds.add(path + ":" + path + ":ro");
            }
        }
        return binds;
    }

    private void awaitEvents(String action, List<String> ids) {
        await().atMost(PATIENCE).until(() -> subjects(events(), action).containsAll(ids));
    }

    /** Until this run, counted from 1, has an engine. */
    private void awaitUp(int run, RecorderProcess recorder) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            int starts = 0;
            boolean up = false;
            for (Mark mark : marks(Mark.class)) {
                starts += mark instanceof Mark.Start ? 1 : 0;
                up |= starts == run && mark instanceof Mark.EngineUp;
            }
            assertThat(up)
                    .as(
                            "run %d has an engine; %d runs began; the recorder, alive %s, says:%n%s",
                            run, starts, recorder.isAlive(), recorder.output())
                    .isTrue();
        });
    }

    private List<Record> records() throws IOException {
        // The recorder makes the directory, and then the lock: only with that is it a journal without records.
        return Files.exists(journal().resolve(JournalLock.FILE)) ? RecordedJournal.read(journal()) : List.of();
    }

    private List<String> events() throws IOException {
        return RecordedJournal.texts(records().stream()
                .filter(record -> record.kind() == Kind.EVENT)
                .map(Record::payload)
                .toList());
    }

    /** Those of {@code heard} that are not in the journal, for a reader. */
    private List<String> unrecorded(Collection<String> heard) throws IOException {
        Set<String> recorded = new HashSet<>(events());
        return heard.stream()
                .filter(line -> !recorded.contains(line))
                .map(EngineEndTest::brief)
                .toList();
    }

    /** Events that are in the journal twice, for a reader. */
    private List<String> repeated() throws IOException {
        Set<String> once = new HashSet<>();
        return events().stream()
                .filter(event -> !once.add(event))
                .map(EngineEndTest::brief)
                .toList();
    }

    private static String brief(String event) {
        JsonNode json = parse(event);
        return json.path("timeNano").asText() + " " + json.path("Action").asText() + " "
                + json.at("/Actor/Attributes/name").asText();
    }

    private <M extends Mark> List<M> marks(Class<M> type) throws IOException {
        List<M> marks = new ArrayList<>();
        for (Record record : records()) {
            if (record.kind() == Kind.MARK) {
                Mark mark = Mark.fromJson(record.payload());
                if (type.isInstance(mark)) {
                    marks.add(type.cast(mark));
                }
            }
        }
        return marks;
    }

    /** The containers that the newest of several segments says are there. */
    private List<String> newestHead() throws IOException {
        List<String> containers = new ArrayList<>();
        int segments = 0;
        try (Cursor cursor = Cursor.open(List.of(journal()))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                if (!cursor.record().restated()) {
                    continue;
                }
                Record record = cursor.record().toRecord();
                if (record.kind() == Kind.MARK && Mark.fromJson(record.payload()) instanceof Mark.SegmentStart) {
                    segments++;
                    containers.clear();
                } else if (record.kind() == Kind.INSPECT) {
                    containers.add(record.subject());
                }
            }
        }
        assertThat(segments).as("segments").isGreaterThan(1);
        return containers;
    }

    /** The ids of what events of this action are about. */
    private static Set<String> subjects(List<String> events, String action) {
        Set<String> subjects = new LinkedHashSet<>();
        for (String event : events) {
            JsonNode json = parse(event);
            if (json.path("Action").asText().equals(action)) {
                subjects.add(json.path("Actor").path("ID").asText());
            }
        }
        return subjects;
    }

    /** The last event of this action about this container. */
    private static String last(List<String> events, String action, String id) {
        return events.stream()
                .filter(event -> subjects(List.of(event), action).contains(id))
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    private static long time(String event) {
        return parse(event).path("timeNano").asLong();
    }

    private static JsonNode parse(String event) {
        try {
            return JSON.readTree(event);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Containers that end as soon as they have begun, and are removed by the engine, four at a time. */
    private static final class Lives implements AutoCloseable {
        private final RealEngine engine;
        private final ExecutorService crew = Executors.newFixedThreadPool(4);
        private final List<Future<String>> lives = new ArrayList<>();

        Lives(RealEngine engine) {
            this.engine = engine;
        }

        void live(int count) {
            Map<String, Object> host = Map.of("AutoRemove", true, "NetworkMode", "none");
            for (int i = 0; i < count; i++) {
                String name = "life" + lives.size();
                lives.add(crew.submit(() -> {
                    String id = engine.create(name, Map.of(), Map.of("HostConfig", host), "true");
                    engine.start(id);
                    return id;
                }));
            }
        }

        /** Of those that could be started, when all were; an engine that is away starts none. */
        List<String> ids() throws InterruptedException {
            List<String> ids = new ArrayList<>();
            for (Future<String> life : lives) {
                try {
                    ids.add(life.get());
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(IOException.class);
                }
            }
            return ids;
        }

        @Override
        public void close() {
            crew.shutdownNow();
        }
    }
}
