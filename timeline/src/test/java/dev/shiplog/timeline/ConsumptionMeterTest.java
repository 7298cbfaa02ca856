package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.timeline.payload.Counters;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsumptionMeterTest {
    private static final String ID = "cafe";
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_700_000_000L * SECOND;
    /** What the first sample counts. */
    private static final long CPU = 5 * SECOND;

    private final ConsumptionMeter meter = new ConsumptionMeter();

    private void mark(long time, Mark mark) {
        assertThat(meter.apply(Records.decoded(time, mark))).isNull();
    }

    private void start(long time) {
        String event = "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"" + ID + "\"},\"timeNano\":"
                + time + "}";
        assertThat(meter.apply(Records.decoded(Kind.EVENT, ID, time, event.getBytes(StandardCharsets.UTF_8))))
                .isNull();
    }

    private Consumption sample(long time) {
        String sample = "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + CPU + "}}}";
        return meter.apply(Records.decoded(Kind.STATS, ID, time, sample.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aLifeThatBeganWhileSamplesWereRecordedCountsFromZero() {
        mark(NOW, start());
        start(NOW + 5 * SECOND);

        assertThat(sample(NOW + 6 * SECOND).cpu()).isEqualTo(CPU);
    }

    /** The engine hands out the events that it still keeps, of a quiet host those of months. */
    @Test
    void aLifeThatBeganBeforeTheRecorderDoesNot() {
        mark(NOW, start());
        start(NOW - 20 * 86_400 * SECOND);

        assertThat(sample(NOW + 6 * SECOND).cpu()).isEqualTo(Counters.ABSENT);
    }

    @Test
    void norDoesOneThatBeganInAGap() {
        mark(NOW, new Mark.EngineDown("connection refused"));
        mark(NOW + 600 * SECOND, new Mark.Gap("stats", "", NOW, NOW + 600 * SECOND, "connection refused"));
        start(NOW + 5 * SECOND);

        assertThat(sample(NOW + 601 * SECOND).cpu()).isEqualTo(Counters.ABSENT);
    }

    private static Mark start() {
        return new Mark.Start("1", Map.of());
    }
}
