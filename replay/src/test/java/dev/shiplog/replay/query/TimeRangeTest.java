package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TimeRangeTest {
    /** An engine may stamp an event with any number. */
    @Test
    void allOfTimeHoldsItsFirstAndItsLastMoment() {
        for (long time : new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE}) {
            assertThat(TimeRange.ALL.contains(time)).as("%d", time).isTrue();
        }
        assertThat(new TimeRange(5, 7).contains(7)).isFalse();
        assertThat(new TimeRange(5, 7).contains(5)).isTrue();
    }
}
