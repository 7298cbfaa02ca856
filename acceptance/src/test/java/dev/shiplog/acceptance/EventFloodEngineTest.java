package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real engine makes events as fast as it can, for many clients at once: containers are renamed, made and removed. All that
 * another subscriber hears is in the journal, once. {@code mvn -Dshiplog.flood.events=20000 …} for the long form.
 */
@Tag("engine")
@Tag("once")
@Timeout(900)
class EventFloodEngineTest {
    private static final int EVENTS = Integer.getInteger("shiplog.flood.events", 2_000);
    private static final int CLIENTS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(500);

    @TempDir
    private Path directory;

    @Test
    void noEventOfABusyEngineIsLost() throws Exception {
        Path journal = directory.resolve("journal");
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (RealEngine engine = RealEngine.ofEnvironment();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(), directory.resolve("output"), "unix://" + engine.socket(), journal)) {
            await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
            String first = engine.create("flood-first", Map.of(), Map.of(), "true");
            await().atMost(PATIENCE)
                    .pollInterval(POLL)
                    .until(() -> recorded(journal).stream().anyMatch(event -> event.contains(first)));
            try (Witness witness = Witness.of(engine.socket())) {
                await().atMost(PATIENCE).until(() -> witness.lines().stream().anyMatch(line -> line.contains(first)));
                int before = witness.heard().size();
                long begun = System.nanoTime();
                AtomicInteger made = new AtomicInteger();
                List<Future<?>> ends = new ArrayList<>();
                for (int client = 0; client < CLIENTS; client++) {
                    String name = "flood-" + client + "-";
                    ends.add(clients.submit(() -> {
                        String id = engine.create(name, Map.of(), Map.of(), "true");
                        for (int i = 0; made.getAndIncrement() < EVENTS; i++) {
                            if (i % 20 < 19) {
                                engine.act(id, "rename?name=" + name + i);
                            } else {
                                engine.remove(id);
                                id = engine.create(name, Map.of(), Map.of(), "true");
                            }
                        }
                        return null;
                    }));
                }
                for (Future<?> end : ends) {
                    end.get(10, TimeUnit.MINUTES);
                }
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                await("the witness hears all")
                        .atMost(PATIENCE)
                        .until(() -> witness.heard().size() - before >= EVENTS);
                engine.remove(first); // once this is recorded, all before it is
                await().atMost(PATIENCE)
                        .pollInterval(POLL)
                        .until(() -> recorded(journal).stream()
                                .anyMatch(event -> event.contains(first) && event.contains("destroy")));
                List<String> recorded = recorded(journal);
                Set<String> unheard = new HashSet<>(witness.lines());
                recorded.forEach(unheard::remove);
                System.out.printf(
                        "EventFloodEngineTest: %d events in %d ms heard by another, %d of them not recorded%n",
                        witness.heard().size() - before, millis, unheard.size());
                assertThat(unheard).isEmpty();
                assertThat(new HashSet<>(recorded)).as("none twice").hasSameSizeAs(recorded);
            }
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        } finally {
            clients.shutdownNow();
        }
    }

    private static List<String> recorded(Path journal) throws java.io.IOException {
        return Files.exists(journal.resolve(JournalLock.FILE))
                ? RecordedJournal.payloads(journal, Kind.EVENT)
                : List.of();
    }
}
