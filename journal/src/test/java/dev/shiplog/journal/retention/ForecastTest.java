package dev.shiplog.journal.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final Forecast HUNDRED_MB = new Forecast(100_000_000);

    private static List<StoredSegment> hours(int count, long bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> new StoredSegment("s" + i, bytes, i * HOUR, (i + 1) * HOUR, i, false))
                .toList();
    }

    @Test
    void aDayIsAsTheLastDayWas() {
        assertThat(Forecast.of(hours(3, 1_000_000)).dailyBytes()).isEqualTo(24_000_000);
        List<StoredSegment> quieter = IntStream.range(0, 100)
                .mapToObj(i -> new StoredSegment("s", i < 70 ? 9_000_000 : 1_000, i * HOUR, (i + 1) * HOUR, i, false))
                .toList();
        assertThat(Forecast.of(quieter).dailyBytes()).isEqualTo(24_000);
    }

    @Test
    void aFewMinutesSayNothing() {
        assertThat(Forecast.of(List.of()).isKnown()).isFalse();
        assertThat(Forecast.of(1_000_000, Duration.ofMinutes(9).toNanos()).isKnown())
                .isFalse();
        assertThat(Forecast.of(1_000_000, Duration.ofMinutes(10).toNanos()).dailyBytes())
                .isEqualTo(144_000_000);
    }

    @Test
    void saysWhatTheLimitsMeanAndWhatTheDiskDoes() {
        long room = 20_000_000_000L;
        assertThat(HUNDRED_MB.text(new Limits(Duration.ofDays(30), 0, false), room))
                .isEqualTo("it grows by some 100 MB a day; its limits keep about 30 days, 3.0 GB");
        assertThat(HUNDRED_MB.text(new Limits(Duration.ofDays(30), 150_000_000, false), room))
                .isEqualTo("it grows by some 100 MB a day; its limits keep about 36 hours, 150 MB");
        assertThat(HUNDRED_MB.text(new Limits(Duration.ofMinutes(36), 0, false), room))
                .isEqualTo("it grows by some 100 MB a day; its limits keep about 36 minutes, 2.5 MB");
        assertThat(HUNDRED_MB.text(new Limits(Duration.ofDays(30), 50_000, false), room))
                .isEqualTo("it grows by some 100 MB a day; its limits keep about a minute, 50 kB");
        assertThat(HUNDRED_MB.text(Limits.NONE, room))
                .isEqualTo("it grows by some 100 MB a day; the disk has room for about 200 days, and nothing is"
                        + " ever deleted: --keep-for and --keep-bytes set limits");
        assertThat(HUNDRED_MB.text(new Limits(Duration.ofDays(30), 0, false), 500_000_000))
                .isEqualTo("it grows by some 100 MB a day; the disk has room for about 5 days, then the oldest"
                        + " segments are deleted");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "999, 999 bytes",
        "1000, 1.0 kB",
        "9949, 9.9 kB",
        "9960, 10 kB",
        "999499, 999 kB",
        "999500, 1.0 MB",
        "5368709120, 5.4 GB",
        "9223372036854775807, 9223372 TB"
    })
    void sizesHaveTwoOrThreeDigits(long bytes, String expected) {
        assertThat(Forecast.size(bytes)).isEqualTo(expected);
    }
}
