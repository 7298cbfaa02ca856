package dev.shiplog.journal.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionTest {
    @ParameterizedTest
    @CsvSource({
        "a.gz, GZIP",
        "a.GZ, GZIP",
        "a.gzip, GZIP",
        "a.zst, ZSTD",
        "a.Zst, ZSTD",
        "a.zstd, ZSTD",
        "a.ndjson, NONE",
        "a.gz.ndjson, NONE",
        "a.guitar.gz, GZIP",
        "gz, NONE"
    })
    void isWhatTheEndOfTheNameAsksFor(String name, Compression asked) {
        assertThat(Compression.ofName(name)).isEqualTo(asked);
    }
}
