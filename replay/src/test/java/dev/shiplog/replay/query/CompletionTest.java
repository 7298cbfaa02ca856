package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.Coverage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CompletionTest {
    private static final long UNTIL = 10_000;

    private final Coverage coverage = new Coverage();
    private final Completion end = new Completion(new TimeRange(Long.MIN_VALUE, UNTIL * 1_000_000_000L));

    @Test
    void endsAMinuteBehindTheRange() {
        for (long second = 0; second <= 60; second += 5) {
            assertThat(isReached(stats(UNTIL + second)))
                    .as("%d s behind", second)
                    .isFalse();
        }
        assertThat(isReached(stats(UNTIL + 65))).isTrue();
    }

    @Test
    void readsOnWhereTheEngineMayRepeatItself() {
        for (long second = 0; second < 60; second += 5) {
            assertThat(isReached(stats(UNTIL + second))).isFalse();
        }
        assertThat(isReached(mark(UNTIL + 60, new Mark.EngineUp("id", "28.5", "1.51"))))
                .isFalse();
        assertThat(isReached(stats(UNTIL + 100))).isFalse();
        assertThat(isReached(stats(UNTIL + 121))).isTrue();
    }

    @Test
    void readsOnBehindAnOutage() {
        assertThat(isReached(stats(UNTIL - 1))).isFalse();
        assertThat(isReached(stats(UNTIL + 9_000))).isFalse();
        assertThat(isReached(stats(UNTIL + 9_030))).isFalse();
        assertThat(isReached(stats(UNTIL + 9_100))).as("silent for 70 s").isFalse();
        assertThat(isReached(stats(UNTIL + 9_160))).isFalse();
        assertThat(isReached(stats(UNTIL + 9_161))).isTrue();
    }

    @Test
    void neverEndsARangeThatIsOpen() {
        Completion open = new Completion(TimeRange.ALL);

        assertThat(open.isReached(stats(UNTIL), coverage)).isFalse();
        assertThat(open.isReached(stats(UNTIL + 61), coverage)).isFalse();
    }

    private boolean isReached(RecordView record) {
        coverage.apply(record);
        return end.isReached(record, coverage);
    }

    private static RecordView stats(long second) {
        return at(second, Kind.STATS, "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static RecordView mark(long second, Mark mark) {
        return at(second, Kind.MARK, mark.toJson());
    }

    private static RecordView at(long second, Kind kind, byte[] payload) {
        return Records.decoded(kind, "", second * 1_000_000_000L, payload);
    }
}
