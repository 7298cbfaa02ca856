package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Containers that live for less than a second and are removed by the engine as they end, as many at a time as it takes:
 * of each the journal shows the end, or says that it was not seen. {@code -Dshiplog.ends=200} is how many.
 */
@Tag("engine")
@Tag("once")
class EndsEngineTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int CONTAINERS = Integer.getInteger("shiplog.ends", 24);
    private static final int AT_A_TIME = 8;

    @TempDir
    private Path directory;

    private Path journal() {
        return directory.resolve("journal");
    }

    @Test
    void eachEndIsDescribedOrMarked() throws Exception {
        List<String> ids;
        try (RealEngine engine = RealEngine.ofEnvironment();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(), directory.resolve("log"), "unix://" + engine.socket(), journal())) {
            await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
            ids = run(engine);
            await().atMost(PATIENCE).until(() -> happened("destroy").containsAll(ids));
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        }
        Set<String> described = described();
        Set<String> marked = marked();
        described.retainAll(ids);
        marked.retainAll(ids);
        System.out.printf(
                "ends of %d containers: %d described, %d marked as not seen%n",
                ids.size(), described.size(), marked.size());
        assertThat(marked).doesNotContainAnyElementsOf(described);
        Set<String> told = new HashSet<>(described);
        told.addAll(marked);
        assertThat(told).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(described).as("the engine gives the recorder some time").isNotEmpty();
    }

    /** Each ends with the code 3. */
    private static List<String> run(RealEngine engine) throws Exception {
        Map<String, Object> more = Map.of("HostConfig", Map.of("AutoRemove", true, "NetworkMode", "none"));
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<String>> started = new ArrayList<>();
            for (int i = 0; i < CONTAINERS; i++) {
                String name = "end-" + i + "-" + System.nanoTime();
                started.add(threads.submit(() -> {
                    String id = engine.create(name, Map.of(), more, "sh", "-c", "exit 3");
                    engine.start(id);
                    return id;
                }));
            }
            List<String> ids = new ArrayList<>();
            for (Future<String> each : started) {
                ids.add(each.get());
            }
            return ids;
        } finally {
            threads.shutdownNow();
        }
    }

    private Set<String> happened(String action) throws IOException {
        Set<String> ids = new HashSet<>();
        for (Record record : RecordedJournal.read(journal())) {
            if (record.kind() == Kind.EVENT
                    && EventView.scan(record.payload()).action().equals(action)) {
                ids.add(record.subject());
            }
        }
        return ids;
    }

    private Set<String> described() throws IOException {
        Set<String> ids = new HashSet<>();
        for (Record record : RecordedJournal.read(journal())) {
            if (record.kind() == Kind.INSPECT) {
                StateView state =
                        Objects.requireNonNull(StateView.of(Objects.requireNonNull(Json.parse(record.payload()))));
                if (state.finished() != 0) {
                    assertThat(state.exitCode()).isEqualTo(3);
                    ids.add(record.subject());
                }
            }
        }
        return ids;
    }

    private Set<String> marked() throws IOException {
        Set<String> ids = new HashSet<>();
        for (Record record : RecordedJournal.read(journal())) {
            if (record.kind() == Kind.MARK
                    && Mark.fromJson(record.payload()) instanceof Mark.Gap gap
                    && gap.reason().contains("end not seen")) {
                assertThat(gap.kind()).isEqualTo(Kind.INSPECT.label());
                assertThat(ids.add(gap.subject())).as("once for each").isTrue();
            }
        }
        return ids;
    }
}
