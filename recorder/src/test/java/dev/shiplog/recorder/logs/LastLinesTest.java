package dev.shiplog.recorder.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineAddress;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.DestroyedContainers;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.LogRedaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LastLinesTest {
    private static final long SECOND = 1_000_000_000L;

    /** When logs were first recorded, long before. */
    private static final long SINCE = 1_000 * SECOND;

    /** As {@code docker rm -f} leaves no time to read it. */
    @Test
    void theLogOfAContainerThatWasRemovedIsMissingFromWhenItWasMade(@TempDir Path directory) throws Exception {
        RecordQueue queue = new RecordQueue(100, 1L << 30);
        Clock clock = new Clock(() -> 5_000 * SECOND, System::nanoTime, queue::put);
        LogPositions positions = new LogPositions(clock, new DestroyedContainers());
        Mark.LogPosition since = new Mark.LogPosition("", SINCE, 0, 0);
        positions.restore(clock.mark(since), since);
        try (Watchdog watchdog = new Watchdog();
                ScriptedEngine scripted = ScriptedEngine.at(directory.resolve("docker.sock"));
                Engine engine = Engine.open(EngineAddress.of(scripted.address(), Map.of()), watchdog)) {
            LastLines lines =
                    new LastLines(engine, watchdog, clock, queue, positions, ContainerFilter.ALL, LogRedaction.NONE);
            lines.happened(Container.unknown("new"), "create", 4_990 * SECOND + 7);
            for (String id : List.of("new", "old")) {
                lines.happened(Container.unknown(id), "die", 4_999 * SECOND);
            }
            List<Mark.Gap> gaps = new ArrayList<>();
            await().until(() -> {
                List<Arrival> arrivals = new ArrayList<>();
                queue.drainTo(arrivals, 100, 0);
                for (Arrival arrival : arrivals) {
                    Record record = arrival.record();
                    if (record.kind() == Kind.MARK && Mark.fromJson(record.payload()) instanceof Mark.Gap gap) {
                        gaps.add(gap);
                    }
                }
                return gaps.size() == 2;
            });
            assertThat(gaps)
                    .extracting(Mark.Gap::subject, Mark.Gap::from)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("new", 4_990 * SECOND),
                            org.assertj.core.groups.Tuple.tuple("old", SINCE));
            lines.close();
        }
    }
}
