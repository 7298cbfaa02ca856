package dev.shiplog.journal.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
    @Test
    void integersAreWrittenAsJavaWritesThem() {
        for (long power = 1; power > 0; power *= 10) {
            for (long value : new long[] {power, -power, power - 1, power + 1, 1 - power}) {
                assertThat(decimal(value)).isEqualTo(Long.toString(value));
            }
        }
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertThat(decimal(value)).isEqualTo(Long.toString(value));
            assertThat(read(Long.toString(value))).isEqualTo(value);
        }
        assertThat(decimal(Long.MIN_VALUE)).isEqualTo(Long.toString(Long.MIN_VALUE));
        assertThat(read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(read("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "-0",
                "00",
                "01",
                "-01",
                "9223372036854775808",
                "-9223372036854775809",
                "18446744073709551615"
            })
    void otherNumbersAreNotReadAsIntegers(String text) {
        byte[] in = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(new ValueReader().readInteger(in, 0, in.length)).isEqualTo(ValueReader.NOT_CANONICAL);
    }

    @Test
    void timesAreWrittenAndReadAsRfc3339WithoutTrailingZeros() {
        Random random = new Random(6);
        ValueReader reader = new ValueReader();
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextInt(4) == 0
                    ? random.nextLong() / 2
                    : 1_795_251_593_000_000_000L + random.nextInt() * 10L;
            nanos -= i % 3 == 0 ? Math.floorMod(nanos, 1_000_000_000L) : 0;
            Bytes out = new Bytes(4);
            out.putTime(nanos);
            String text = new String(out.toArray(), StandardCharsets.US_ASCII);
            Instant instant = Instant.parse(text);
            assertThat(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L) + instant.getNano())
                    .isEqualTo(nanos);
            assertThat(text).doesNotContain(".Z").doesNotMatch(".*\\..*0Z");
            assertThat(reader.readTime(out.array(), 0, out.length())).isEqualTo(out.length());
            assertThat(reader.value).isEqualTo(nanos);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-01-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
                "2026-11-21T23:60:00Z", "2026-11-21T23:59:60Z", "2026-11-21T23:59:59.Z", "2026-11-21T23:59:59.10Z",
                "2026-11-21T23:59:59.1234567890Z", "2026-11-21T23:59:59+00:00", "2026-11-21 23:59:59Z",
                        "2026-11-21T23:59:5Z",
                "2026/11/21T23:59:59Z", "2026-11-21T23-59-59Z", "9999-12-31T23:59:59Z", "2026-11-21T23:59:59,5Z"
            })
    void otherTimesAreNotReadAsTimes(String text) {
        byte[] in = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(new ValueReader().readTime(in, 0, in.length)).isEqualTo(ValueReader.NOT_CANONICAL);
    }

    private static String decimal(long value) {
        Bytes out = new Bytes(1);
        out.putDecimal(value);
        return new String(out.toArray(), StandardCharsets.US_ASCII);
    }

    private static long read(String text) {
        byte[] in = text.getBytes(StandardCharsets.US_ASCII);
        ValueReader reader = new ValueReader();
        assertThat(reader.readInteger(in, 0, in.length)).isEqualTo(in.length);
        return reader.value;
    }
}
