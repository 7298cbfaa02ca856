package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.timeline.payload.EngineMetricsView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventCountCheckTest {
    private final SourceHarness harness = new SourceHarness();
    private EngineState engine = new EngineState(true, 1, "", "", "", Map.of());
    private final EventCountCheck check = new EventCountCheck(
            harness.clock, harness.queue, new Checkpoints(harness.clock, List.of()).tally(), () -> engine);

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private void page(String started, long counted, long heard) {
        check.compare(new EngineMetricsView(true, started, counted), heard);
    }

    private List<Mark.EventCount> counts() throws IOException {
        List<Mark.EventCount> counts = new ArrayList<>();
        for (Record record : harness.records(record -> record.kind() == Kind.MARK)) {
            if (Mark.fromJson(record.payload()) instanceof Mark.EventCount count) {
                counts.add(count);
            }
        }
        return counts;
    }

    @Test
    void agreementIsMarkedOnceAnHourAndADifferenceAtOnce() throws IOException {
        page("s", 1000, 10);
        assertThat(counts()).as("a beginning").isEmpty();
        harness.pass(Duration.ofMinutes(1));
        page("s", 1005, 15);
        assertThat(counts()).hasSize(1);
        for (int minute = 0; minute < 59; minute++) {
            harness.pass(Duration.ofMinutes(1));
            page("s", 1005 + minute, 15 + minute);
        }
        assertThat(counts()).hasSize(1);
        harness.pass(Duration.ofMinutes(1));
        page("s", 1100, 109);
        assertThat(counts()).hasSize(2);
        harness.pass(Duration.ofMinutes(1));
        page("s", 1101, 110);
        harness.pass(Duration.ofMinutes(60));
        page("s", 1102, 111);
        List<Mark.EventCount> all = counts();
        assertThat(all).hasSize(4);
        assertThat(all).extracting(Mark.EventCount::engine).containsExactly(5L, 95L, 1L, 1L);
        assertThat(all).extracting(Mark.EventCount::heard).containsExactly(5L, 94L, 1L, 1L);
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).from())
                    .as("they join")
                    .isEqualTo(all.get(i - 1).to());
        }
    }

    /** Its counter begins at zero, and what it counted before nobody knows. */
    @Test
    void anotherStartOfTheEngineIsAnotherBeginning() throws IOException {
        page("s", 10, 0);
        page("t", 12, 1);
        page("t", 11, 5);
        page("t", 12, 6);
        assertThat(counts()).extracting(Mark.EventCount::engine).containsExactly(1L);
        page("t", -1, 9);
        assertThat(counts()).hasSize(1);
    }

    @Test
    void itIsQuietOnlyWhileTheEngineIsFollowedForLongEnough() {
        assertThat(check.isQuiet()).as("the writer took a turn just now").isTrue();
        engine = new EngineState(false, 1, "", "", "gone", Map.of());
        assertThat(check.isQuiet()).isFalse();
        engine = new EngineState(true, harness.clock.now().received(), "", "", "", Map.of());
        assertThat(check.isQuiet()).isFalse();
        engine = new EngineState(true, 1, "", "", "", Map.of());
        harness.pass(Duration.ofSeconds(5));
        assertThat(check.isQuiet()).as("the writer hangs").isFalse();
    }
}
