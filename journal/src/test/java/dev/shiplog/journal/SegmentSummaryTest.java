package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.START;
import static dev.shiplog.journal.Journals.summary;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SegmentSummaryTest {
    @TempDir
    private Path directory;

    @Test
    void saysWhatASegmentHolds() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 9000; i++) {
                appender.append(Journals.stats(i, START + i));
            }
            appender.append(Journals.bytes(Kind.EVENT, 10, START + 9000, 1));
            SegmentSummary open = summary(directory.resolve("20261121-11F.cq4"));
            assertThat(open.state()).isEqualTo(SegmentSummary.State.OPEN);
            appender.append(Journals.stats(1, START + HOUR));
        }
        SegmentSummary summary = summary(directory.resolve("20261121-11F.cq4"));
        assertThat(summary.records().counts()).isEqualTo(Map.of(Kind.STATS.code(), 9000L, Kind.EVENT.code(), 1L));
        assertThat(summary.state()).isEqualTo(SegmentSummary.State.ROLLED);
        assertThat(summary.losses()).isEmpty();
        assertThat(summary.firstReceived()).isEqualTo(START);
        assertThat(summary.lastReceived()).isEqualTo(START + 9000);
        assertThat(summary.records().minTime()).isEqualTo(START - 1000);
        assertThat(summary.records().maxTime()).isEqualTo(START + 9000);
        assertThat(summary.header()).isNotNull().extracting(SegmentHeader::host).isEqualTo("host");
        assertThat(summary.usedBytes()).isBetween(500_000L, summary.fileBytes());

        byte[] bytes = Files.readAllBytes(summary.segment().path());
        bytes[100_000] ^= 1;
        Files.write(summary.segment().path(), bytes);
        SegmentSummary damaged = summary(summary.segment().path());
        assertThat(damaged.state()).isEqualTo(SegmentSummary.State.DAMAGED);
        assertThat(damaged.losses().stream().filter(loss -> loss.cause() != Loss.Cause.UNDECODABLE))
                .hasSize(1);
        assertThat(damaged.records().counts().get(Kind.STATS.code())
                        + damaged.losses().stream().mapToLong(Loss::records).sum())
                .isEqualTo(9000);
    }
}
