package dev.shiplog.replay.past;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerWordsTest {
    /** As Go's {@code %.4g} and {@code %.3g} print them: half goes to the even digit. */
    @ParameterizedTest
    @CsvSource({
        "0, 0B, 0B",
        "648, 648B, 648B",
        "1023, 1023B, 1.02kB",
        "1024, 1KiB, 1.02kB",
        "12713984, 12.12MiB, 12.7MB",
        "12845056, 12.25MiB, 12.8MB",
        "618496, 604KiB, 618kB",
        "25276510208, 23.54GiB, 25.3GB",
        "1005, 1005B, 1kB",
        "999999, 976.6KiB, 1000kB",
        "9223372036854774784, 8EiB, 9.22EB",
        "9223372036854775807, >8EiB, >9.22EB",
    })
    void sizes(double bytes, String binary, String decimal) {
        assertThat(DockerWords.binarySize(bytes)).isEqualTo(binary);
        assertThat(DockerWords.decimalSize(bytes)).isEqualTo(decimal);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00%", "0.125, 0.12%", "0.375, 0.38%", "12.3456, 12.35%", "1600, 1600.00%", "NaN, --"})
    void percentages(double number, String text) {
        assertThat(DockerWords.percent(number)).isEqualTo(text);
    }
}
