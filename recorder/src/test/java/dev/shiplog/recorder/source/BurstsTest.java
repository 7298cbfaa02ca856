package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BurstsTest {
    private static final long SECOND = 1_000_000_000L;

    private final SourceHarness sources = new SourceHarness();
    private final Bursts bursts = new Bursts(sources.clock, sources.queue);

    @AfterEach
    void close() throws Exception {
        sources.close();
    }

    private int marks() {
        return sources.records(record -> record.kind() == Kind.MARK).size();
    }

    @Test
    void thereAreNotMoreThanTenAtATimeAndOneOfEachInTenMinutes() {
        for (int i = 0; i < 15; i++) {
            assertThat(bursts.begin("c" + i, "why")).isEqualTo(i < Bursts.MOST);
        }
        assertThat(bursts.active()).isEqualTo(Bursts.MOST);
        assertThat(bursts.left("c0")).isBetween(55 * SECOND, 60 * SECOND);
        assertThat(bursts.left("c14")).isZero();
        sources.pass(Duration.ofMinutes(1));
        assertThat(bursts.active()).isZero();
        assertThat(bursts.left("c0")).isZero();
        assertThat(bursts.begin("c14", "why")).isTrue();
        assertThat(bursts.begin("c0", "why")).as("it had one").isFalse();
        sources.pass(Duration.ofMinutes(9));
        assertThat(bursts.begin("c0", "why")).isTrue();
        assertThat(bursts.begin("c14", "why")).isFalse();
        bursts.gone("c14");
        assertThat(bursts.left("c14")).isZero();
        assertThat(marks()).isEqualTo(Bursts.MOST + 2);
    }

    @Test
    void threeDeathsWithinAMinuteAreALoop() {
        assertThat(bursts.died("c", 100 * SECOND)).isFalse();
        assertThat(bursts.died("c", 130 * SECOND)).isFalse();
        assertThat(bursts.died("c", 130 * SECOND)).as("repeated").isFalse();
        assertThat(bursts.died("c", 161 * SECOND))
                .as("the first is too long ago")
                .isFalse();
        assertThat(bursts.died("d", 161 * SECOND)).as("another").isFalse();
        assertThat(bursts.died("c", 190 * SECOND)).isTrue();
    }
}
