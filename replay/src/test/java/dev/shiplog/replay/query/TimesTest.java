package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

final class TimesTest {
    private static final long[] ALL = {
        Long.MIN_VALUE, Long.MIN_VALUE + 1, -5, 0, 7, 1_795_251_036_000_000_000L, Long.MAX_VALUE - 1, Long.MAX_VALUE
    };

    @Test
    void arithmeticStaysWithinWhat64BitsHold() {
        for (long one : ALL) {
            for (long other : ALL) {
                BigInteger a = BigInteger.valueOf(one);
                BigInteger b = BigInteger.valueOf(other);
                assertThat(Times.plus(one, other)).as("%d + %d", one, other).isEqualTo(nearest(a.add(b)));
                assertThat(Times.between(one, other)).as("%d - %d", other, one).isEqualTo(nearest(b.subtract(a)));
            }
        }
    }

    private static long nearest(BigInteger exact) {
        return exact.max(BigInteger.valueOf(Long.MIN_VALUE))
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValueExact();
    }

    @Test
    void theFirstMomentIsNotShownAsTheLast() {
        assertThat(Times.formatSeconds(Long.MIN_VALUE)).startsWith("1677-");
        assertThat(Times.formatMillis(Long.MIN_VALUE)).startsWith("1677-");
    }
}
