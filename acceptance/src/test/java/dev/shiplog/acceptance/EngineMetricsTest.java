package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real engine counts its events, and the recorder hears each: its own Prometheus page says so. */
@Tag("engine")
@Tag("once")
@Tag("quiet")
@Timeout(400)
class EngineMetricsTest {
    private static final int WAVES = 20;
    /** Of four containers, at least created, started, died and destroyed. */
    private static final int EVENTS_OF_A_WAVE = 4 * 4;

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    @TempDir
    private Path directory;

    private Path journal;

    private List<Record> records(Kind kind) {
        List<Record> records = new ArrayList<>();
        if (!Files.isDirectory(journal)) {
            return records;
        }
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.RECORD
                        && cursor.record().kind() == kind
                        && !cursor.record().restated()) {
                    records.add(cursor.record().toRecord());
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return records;
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

    /** How many events the engine counted between pages that count. */
    private long counted() {
        return marks(Mark.EventCount.class).stream()
                .mapToLong(Mark.EventCount::engine)
                .sum();
    }

    @Test
    void whatTheEngineCountedIsWhatWasHeardAlsoAfterItsRestart() throws Exception {
        journal = directory.resolve("journal");
        try (PrivateEngine engine = PrivateEngine.start();
                RecorderProcess recorder = RecorderProcess.recording(
                        List.of(),
                        directory.resolve("output"),
                        "unix://" + engine.api().socket(),
                        journal,
                        "--exclude=name=unwanted-*",
                        "--engine-metrics=" + engine.metricsAddress(),
                        "--engine-metrics-every=5s")) {
            await().atMost(PATIENCE).until(() -> !records(Kind.ENGINE_METRICS).isEmpty());
            String page = new String(records(Kind.ENGINE_METRICS).get(0).payload(), StandardCharsets.UTF_8);
            assertThat(page).contains("\nengine_daemon_events_total ").endsWith("\n");

            // A page counts if nothing happens for two seconds before it and two after it. It comes every five, so
            // there are events between any two; on a slow machine, a wave may be counted in parts.
            for (int wave = 0; counted() < EVENTS_OF_A_WAVE && wave < WAVES; wave++) {
                for (String name : List.of("wanted-a", "wanted-b", "wanted-c", "unwanted-d")) {
                    String id = engine.api().create(name + wave, Map.of(), Map.of(), "true");
                    engine.api().start(id);
                    engine.api().act(id, "wait");
                    engine.api().remove(id);
                }
                TimeUnit.MILLISECONDS.sleep(5_500);
            }
            assertThat(counted()).as("%s", marks(Mark.EventCount.class)).isGreaterThanOrEqualTo(EVENTS_OF_A_WAVE);
            assertThat(marks(Mark.EventCount.class)).allMatch(mark -> mark.engine() == mark.heard());
            assertThat(RecordedJournal.texts(
                            records(Kind.EVENT).stream().map(Record::payload).toList()))
                    .as("those of one are not in the journal")
                    .noneMatch(event -> event.contains("unwanted-"));

            engine.restart();
            int before = records(Kind.ENGINE_METRICS).size();
            await().atMost(PATIENCE).until(() -> records(Kind.ENGINE_METRICS).size() >= before + 2);
            assertThat(marks(Mark.EventCount.class)).allMatch(mark -> mark.engine() == mark.heard());
            recorder.terminate();
            assertThat(recorder.awaitEnd()).isZero();
        }
    }
}
