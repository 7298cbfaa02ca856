package dev.shiplog.replay.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
    private static String decimal(double value) {
        Bytes out = new Bytes(64);
        Document document = new Document();
        document.open(out);
        document.decimal("n", value);
        document.close();
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0",
        "1, 1.0",
        "0.5, 0.5",
        "0.000001, 0.000001",
        "0.0000004, 0.0",
        "0.9999996, 1.0",
        "12.345678, 12.345678",
        "1e15, 1000000000000000.0",
        "9223372036854774784, 9223372036854774784.0" // the last before 2^63
    })
    void writesDecimals(double value, String text) {
        assertThat(decimal(value)).isEqualTo("{\"n\":" + text + "}");
    }

    /** A counter beyond a long is not known, nor is what is computed from it. */
    @ParameterizedTest
    @ValueSource(
            doubles = {
                -1,
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                0x1p63,
                1.8446744073709552e19,
                1e300,
                Double.POSITIVE_INFINITY
            })
    void leavesOutWhatIsNotKnown(double value) {
        assertThat(decimal(value)).isEqualTo("{}");
    }
}
