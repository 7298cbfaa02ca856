package dev.shiplog.recorder.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.testkit.Samples;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.SeriesReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LiveStateTest {
    private static final long SECOND = 1_000_000_000L;

    private static final String WEB = "8e8f".repeat(16);

    private long now = 1_795_252_323_000_000_000L;
    private final Clock clock = new Clock(() -> now, () -> now, step -> {});
    private final LiveState live = new LiveState(clock, true);
    /** What the newest segment would hold. */
    private final List<Record> segment = new ArrayList<>();

    private void append(Kind kind, String subject, String payload) {
        append(clock.stamp(kind, subject, 0, payload.getBytes(UTF_8)));
    }

    private void append(Record record) {
        segment.add(record);
        live.appended(record);
    }

    private void event(String action, String... attributes) {
        eventOf(WEB, action, attributes);
    }

    private void eventOf(String id, String action, String... attributes) {
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < attributes.length; i += 2) {
            more.append(",\"%s\":\"%s\"".formatted(attributes[i], attributes[i + 1]));
        }
        append(
                Kind.EVENT,
                id,
                "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"name\":\"web\",\"image\":\"nginx\"%s}},\"timeNano\":%d}"
                        .formatted(action, id, more, now));
    }

    private void sample(long cpu, long memory) {
        append(
                Kind.STATS,
                WEB,
                "{\"read\":\"2026-11-21T09:12:03Z\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":%d},\"online_cpus\":2},\"memory_stats\":{\"usage\":%d,\"limit\":4096}}"
                        .formatted(cpu, memory));
    }

    private long monotonic() {
        return clock.now().monotonic();
    }

    private static Consumption used(LiveContainer container) {
        return container.read(new CounterReader(), new SeriesReader()).consumption();
    }

    private LiveContainer web() {
        return live.containers().stream()
                .filter(container -> container.id().equals(WEB))
                .findFirst()
                .orElseThrow();
    }

    /** A run that begins with what this one left. */
    private LiveState next() throws IOException {
        return next(segment);
    }

    private LiveState next(List<Record> records) throws IOException {
        LiveState next = new LiveState(clock, true);
        for (Record record : records) {
            next.restore(record, record.kind() == Kind.MARK ? Mark.fromJson(record.payload()) : null);
        }
        return next;
    }

    @Test
    void aContainerIsAsItsEventsAndDescriptionsTell() {
        event("create");
        event("start");
        append(
                Kind.INSPECT,
                WEB,
                "{\"Id\":\"%s\",\"Name\":\"/web\",\"RestartCount\":3,\"Created\":\"2026-11-21T09:00:00Z\",\"State\":{\"Status\":\"running\",\"StartedAt\":\"%s\",\"Health\":{\"Status\":\"healthy\"}},\"Config\":{\"Image\":\"nginx:1\",\"Labels\":{\"com.docker.compose.service\":\"front\"}}}"
                        .formatted(WEB, "2026-11-21T09:12:04Z"));
        ContainerState state = web().state();
        assertThat(state.status()).isEqualTo(ContainerState.Status.RUNNING);
        assertThat(state.health()).isEqualTo("healthy");
        assertThat(state.restarts()).isEqualTo(3);
        assertThat(state.container().labels()).containsEntry("com.docker.compose.service", "front");
        assertThat(state.description()).as("most of what it takes in memory").isEmpty();

        event("health_status: unhealthy");
        assertThat(web().state().health()).isEqualTo("unhealthy");
        assertThat(state.health()).as("what was read is never changed").isEqualTo("healthy");
        event("die", "exitCode", "137");
        assertThat(web().state().exitCode()).isEqualTo(137);
    }

    @Test
    void whatItUsedIsKnownBetweenTwoSamplesOfOneLife() {
        event("start");
        sample(5 * SECOND, 100);
        Consumption first = used(web());
        assertThat(first.now().cpu()).isEqualTo(5 * SECOND);
        assertThat(first.cpuPercent()).isNaN();
        now += 2 * SECOND;
        sample(6 * SECOND, 300);
        assertThat(used(web()).cpuPercent()).isEqualTo(50);

        now += 2 * SECOND;
        event("die", "exitCode", "0");
        assertThat(used(web()).cpuPercent()).isNaN();
        assertThat(used(web()).now().cpu()).isEqualTo(6 * SECOND);
        event("start");
        assertThat(web().read(new CounterReader(), new SeriesReader())).isNull();
        sample(SECOND, 50);
        assertThat(used(web()).cpuPercent()).isNaN();
    }

    @Test
    void theHighestSampleOfTheLastMinuteIsKnown() {
        event("start");
        assertThat(web().memoryPeak(monotonic())).isEqualTo(-1);
        for (int memory : new int[] {100, 900, 200}) {
            sample(SECOND, memory);
            now += SECOND;
        }
        assertThat(web().memoryPeak(monotonic())).isEqualTo(900);
        now += 50 * SECOND;
        sample(SECOND, 300);
        assertThat(web().memoryPeak(monotonic())).isEqualTo(900);
        now += 12 * SECOND;
        assertThat(web().memoryPeak(monotonic())).isEqualTo(300);
    }

    @Test
    void aContainerThatIsGoneStaysForTwoMinutesWithItsEnd() throws IOException {
        event("create");
        event("start");
        sample(SECOND, 100);
        event("oom");
        event("die", "exitCode", "137");
        event("destroy");
        now += 119 * SECOND;
        eventOf("f".repeat(64), "create");
        for (LiveState state : List.of(live, next())) {
            LiveContainer gone = state.containers().stream()
                    .filter(container -> container.id().equals(WEB))
                    .findFirst()
                    .orElseThrow();
            assertThat(gone.isGone()).isTrue();
            assertThat(monotonic() - gone.goneAt()).isEqualTo(119 * SECOND);
            assertThat(gone.state().exitCode()).isEqualTo(137);
            assertThat(gone.oomEvents()).isEqualTo(1);
        }
        sample(2 * SECOND, 100);
        assertThat(used(web()).now().cpu()).as("the last sample may come late").isEqualTo(2 * SECOND);
        now += 2 * SECOND;
        eventOf("f".repeat(64), "start");
        sample(3 * SECOND, 100);
        assertThat(live.containers()).extracting(LiveContainer::id).containsExactly("f".repeat(64));
        assertThat(live.events()).as("what was counted stays").containsEntry("container oom", 1L);
    }

    /** However runs end, and whatever became of older segments, what the next run counts goes on from there. */
    @Test
    void theNewestSegmentAloneSaysWhatWasCountedSinceTheJournalBegan() throws IOException {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Long> truth = new TreeMap<>();
        long restarts = 0;
        boolean alive = false;
        LiveState run = live;
        for (int step = 0; step < 500; step++) {
            now += SECOND;
            String action =
                    alive ? List.of("die", "oom", "exec_create: sh -c x").get(random.nextInt(3)) : "start";
            restarts += action.equals("start") && step > 0 ? 1 : 0;
            alive = action.equals("start") || alive && !action.equals("die");
            truth.merge("container " + action.replaceFirst(":.*", ""), 1L, Long::sum);
            Record event = clock.stamp(
                    Kind.EVENT,
                    WEB,
                    now,
                    "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"name\":\"web\"}}}"
                            .formatted(action, WEB)
                            .getBytes(UTF_8));
            segment.add(event);
            run.appended(event);
            if (random.nextInt(20) == 0) { // a new segment; the older ones do not matter any more
                segment.clear();
                segment.add(clock.stamp(Kind.INSPECT, WEB, 0, description(alive).getBytes(UTF_8)));
                segment.addAll(run.snapshot());
            }
            if (random.nextInt(30) == 0) {
                run = next();
            }
            if (restarts > 0) {
                truth.put("shiplog restart", restarts);
            }
            assertThat(run.events()).as("seed %d, step %d", seed, step).isEqualTo(truth);
        }
        LiveContainer last = run.containers().iterator().next();
        assertThat(last.restarts()).as("seed %d", seed).isEqualTo(restarts);
        assertThat(last.oomEvents()).as("seed %d", seed).isEqualTo(truth.get("container oom"));
    }

    private String description(boolean alive) {
        return "{\"Id\":\"%s\",\"Name\":\"/web\",\"Created\":\"2026-11-21T09:00:00Z\",\"State\":{\"Status\":\"%s\",\"StartedAt\":\"2026-11-21T09:12:04Z\",\"FinishedAt\":\"2026-11-21T09:12:03Z\"},\"Config\":{\"Image\":\"nginx:1\"}}"
                .formatted(WEB, alive ? "running" : "exited");
    }

    @Test
    void commandsThatAreOnlyCountedCountAsTheirEvents() {
        append(clock.mark(new Mark.Execs(WEB, "ls", now, now, 3, 2, 1, Map.of("0", 1L), "")));
        assertThat(live.events())
                .containsExactly(
                        Map.entry("container exec_create", 3L),
                        Map.entry("container exec_die", 1L),
                        Map.entry("container exec_start", 2L));
    }

    @Test
    void anEngineThatInventsActionsDoesNotFillTheMemory() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            append(Kind.EVENT, "", "{\"Type\":\"new%d\",\"Action\":\"x\"}".formatted(i));
        }
        assertThat(live.events()).hasSize(201).containsEntry("other other", 800L);
        assertThat(next(live.snapshot()).events()).isEqualTo(live.events());
    }

    @Test
    void readsAllThatRealEnginesSent() {
        for (byte[] event : Samples.payloads("engine-28.5-events.ndjson")) {
            append(clock.stamp(Kind.EVENT, "", 0, event));
        }
        for (byte[] payload : Samples.payloads(Samples.STATS).subList(0, 200)) {
            now += SECOND;
            append(clock.stamp(Kind.STATS, "c".repeat(64), 0, payload));
            LiveContainer sampled = live.containers().iterator().next();
            assertThat(sampled.state().isAlive()).isTrue();
            Consumption used = used(sampled);
            assertThat(used.now().get(Counters.Term.USAGE))
                    .isPositive()
                    .isLessThanOrEqualTo(sampled.memoryPeak(monotonic()));
        }
        assertThat(live.events().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(Samples.payloads("engine-28.5-events.ndjson").size());
    }

    @Test
    void socketsAreKeptAlsoIfNoSamplesAreAndOfThisRunOnly() {
        LiveState quiet = new LiveState(clock, false);
        byte[] started = ("{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"" + WEB
                        + "\",\"Attributes\":{\"name\":\"web\"}}}")
                .getBytes(UTF_8);
        Record start = clock.stamp(Kind.EVENT, WEB, 0, started);
        Record sockets = clock.stamp(Kind.SOCKETS, WEB, 0, "{\"tcp\":{\"listen\":2}}".getBytes(UTF_8));
        quiet.restore(start, null);
        quiet.restore(sockets, null);
        LiveContainer web = quiet.containers().iterator().next();
        assertThat(web.sockets(Long.MIN_VALUE)).as("of another run").isNull();
        quiet.appended(sockets);
        assertThat(web.sockets(sockets.monotonic()))
                .satisfies(view -> assertThat(view.tcp()).containsExactly(Map.entry("listen", 2L)));
        assertThat(web.sockets(sockets.monotonic() + 1)).as("too old").isNull();
    }
}
