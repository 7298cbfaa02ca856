package dev.shiplog.replay.past;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RatesTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void ofManyLivesTheOldestAreForgotten() {
        Rates rates = new Rates();
        for (int life = 1; life <= 10_000; life++) {
            rates.sample("stays", life * SECOND);
            rates.sample("job" + life, life * SECOND);
        }
        assertThat(rates.lastSample("job1")).isZero();
        assertThat(rates.lastSample("job5000")).isZero();
        assertThat(rates.lastSample("job9999")).isEqualTo(9999 * SECOND);
        assertThat(rates.lastSample("stays")).isEqualTo(10_000 * SECOND);
        assertThat(rates.interval("stays")).isEqualTo(SECOND);
    }
}
