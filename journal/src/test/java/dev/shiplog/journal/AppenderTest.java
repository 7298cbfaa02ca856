package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.SECOND;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppenderTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsAppendedIsReadBack() throws Exception {
        List<Record> appended = new ArrayList<>();
        try (Appender appender = Journals.open(directory)) {
            for (int i = 0; i < 10_000; i++) {
                Record record = Journals.stats(i, START + i * SECOND);
                long sequence = appender.append(record);
                appended.add(record.withSequence(sequence));
            }
            assertThat(Journals.read(directory).losses()).isEmpty();
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        for (int run = 0; run < 5; run++) {
            try (Appender appender = Journals.open(directory)) {
                assertThat(appender.recovery().damage()).isEmpty();
                assertThat(appender.recovery().lastSequence()).isEqualTo(run * 10L);
                for (int i = 0; i < 10; i++) {
                    appender.append(Journals.stats(i, START + run * HOUR / 2 + i));
                }
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        assertThat(reading.records()).extracting(Record::sequence).hasSize(50).isSorted().endsWith(50L);
    }

    @Test
    void recordsOfAnySize() throws Exception {
        List<Record> appended = new ArrayList<>();
        int[] sizes = {0, 1, 2, 3, 100_000, 131_000, 131_072, 131_073, 1_000_000, 0, 20_000_000, 5};
        try (Appender appender = Journals.open(directory)) {
            for (int size : sizes) {
                Record record = Journals.bytes(Kind.INSPECT, size, START, size);
                appended.add(record.withSequence(appender.append(record)));
            }
        }
        Journals.Reading reading = Journals.read(directory);
        assertThat(reading.losses()).isEmpty();
        Journals.assertSame(reading.records(), appended);
    }
}
