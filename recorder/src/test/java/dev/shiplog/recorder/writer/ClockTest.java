package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockTest {
    private static final long START = 1_795_252_323_678_047_113L;

    private final List<Record> steps = new ArrayList<>();
    private long wall = START;
    private long nanos = 77;
    private long readingTakes;
    private final Clock clock = new Clock(() -> wall, this::tick, steps::add);

    private long tick() {
        nanos += readingTakes;
        return nanos;
    }

    private void pass(long ns) {
        wall += ns;
        nanos += ns;
    }

    @Test
    void receivedMinusMonotonicStaysTheSameWhileTheWallClockJitters() {
        Clock.Reading first = clock.now();
        for (int i = 0; i < 1000; i++) {
            pass(1_234_567);
            wall += i % 2 == 0 ? 700_000 : -700_000;
            Clock.Reading now = clock.now();
            assertThat(now.received() - now.monotonic()).isEqualTo(first.received() - first.monotonic());
        }
        assertThat(steps).isEmpty();
    }

    @Test
    void bothReadingsAreWholeMicroseconds() {
        pass(123_456_789);

        Clock.Reading now = clock.now();

        assertThat(now.received()).isEqualTo(1_795_252_323_678_047_000L + 123_456_000);
        assertThat(now.monotonic()).isEqualTo(123_456_000);
    }

    @Test
    void aSlewIsFollowedSilently() {
        pass(1_000_000_000);
        wall += 2_000_000;

        assertThat(clock.now().received()).isEqualTo((START + 1_002_000_000) / 1000 * 1000);
        assertThat(steps).isEmpty();
    }

    @Test
    void aStepIsFollowedAndMarkedOnceBeforeAnythingThatIsStampedAfterIt() throws IOException {
        pass(1_000_000_000);
        wall -= 3_600_000_000_000L;

        Clock.Reading after = clock.now();
        clock.now();

        assertThat(after.received()).isEqualTo((START - 3_599_000_000_000L) / 1000 * 1000);
        assertThat(steps).hasSize(1);
        Mark.ClockStep step = (Mark.ClockStep) Mark.fromJson(steps.get(0).payload());
        assertThat(step.step()).isBetween(-3_600_000_001_000L, -3_599_999_999_000L);
        assertThat(steps.get(0).received()).isEqualTo(after.received());
        assertThat(steps.get(0).monotonic()).isEqualTo(after.monotonic());
    }

    @Test
    void aReadingThatWasInterruptedBetweenTheClocksMovesNothing() {
        readingTakes = 5_000_000;
        wall += 4_000_000_000L;

        clock.now();

        assertThat(steps).isEmpty();
    }

    @Test
    void aRecordOfAnotherRunIsRestatedOnThisRunsMonotonicClock() {
        pass(5_000_000_000L);
        Record old =
                new Record(9, dev.shiplog.journal.record.Kind.HOST, "info", 1, START - 1_000_000_113, 42, new byte[0]);

        Record restated = clock.restate(old);

        Clock.Reading now = clock.now();
        assertThat(restated.received()).isEqualTo(old.received());
        assertThat(restated.received() - restated.monotonic()).isEqualTo(now.received() - now.monotonic());
    }
}
