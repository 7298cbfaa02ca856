package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "0s, PT0S",
        "90s, PT1M30S",
        "15m, PT15M",
        "6h, PT6H",
        "30d, PT720H",
        "2w, PT336H",
        "1h30m, PT1H30M",
        "1m5ms, PT1M0.005S",
        "999999999h, PT999999999H"
    })
    void readsLengthsOfTime(String text, Duration expected) {
        assertThat(Amounts.duration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-1s", "1.5h", "5 s", "1y", "5S", "h", "1h30", "1000000000s"})
    void refusesWhatIsNoLengthOfTime(String text) {
        assertThatThrownBy(() -> Amounts.duration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text
                        + "\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "512KiB, 524288",
        "64MiB, 67108864",
        "1GiB, 1073741824",
        "2TiB, 2199023255552",
        "1k, 1024",
        "512m, 536870912",
        "10g, 10737418240",
        "10G, 10737418240",
        "3t, 3298534883328"
    })
    void readsNumbersOfBytes(String text, long expected) {
        assertThat(Amounts.bytes(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "-1", "1.5g", "64MB", "10GB", "1kiB", "99999999999g", "999999999999999999TiB"})
    void refusesWhatIsNoNumberOfBytes(String text) {
        assertThatThrownBy(() -> Amounts.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"" + text
                                + "\" is not a size; write it in bytes, or in k, m, g, t or KiB, MiB, GiB, TiB, as in 64MiB or 10g");
    }
}
