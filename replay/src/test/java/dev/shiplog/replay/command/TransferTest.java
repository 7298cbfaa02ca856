package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.Sink;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferTest {
    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();
    private final CountDownLatch stop = new CountDownLatch(1);
    /** What happened, in order. */
    private final List<String> log = new ArrayList<>();

    private Console console() {
        return new Console(
                OutputStream.nullOutputStream(),
                new PrintWriter(err, true),
                false,
                InstantSource.system(),
                directory,
                stop);
    }

    /** A sink that takes notes, and fails at one record. */
    private Sink sink(long failing) {
        return new Sink() {
            @Override
            public void write(RecordView record) throws IOException {
                if (record.sequence() == failing) {
                    throw new IOException("refused " + failing);
                }
                log.add("record " + record.sequence());
            }

            @Override
            public void flush() {
                log.add("flush");
            }
        };
    }

    private Reading open(boolean follow) throws IOException {
        RecordFilter all = new RecordFilter(List.of(), List.of());
        Query query = new Query(TimeRange.ALL, all, false, follow, Long.MAX_VALUE, false);
        return Reading.open(List.of(directory), query, Map.of(), InstantSource.system());
    }

    @Test
    void acknowledgesOnlyWhatHasArrived() throws IOException {
        try (Appender appender = TestJournal.write(directory, TestJournal.RECORDS.subList(0, 2));
                Reading reading = open(true)) {
            Report report = new Report(console());
            new Transfer(console(), report).run(reading, sink(0), () -> {
                log.add("arrived " + sequences(reading));
                if (log.size() > 6) {
                    stop.countDown();
                } else {
                    appender.append(TestJournal.RECORDS.get(2));
                }
            });
            assertThat(log)
                    .startsWith("record 1", "record 2", "flush", "arrived [2]", "record 3", "flush", "arrived [3]")
                    .endsWith("flush");
            assertThat(report.summarise()).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void acknowledgesNothingIfTheSinkFails() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        try (Reading reading = open(true)) {
            Transfer transfer = new Transfer(console(), new Report(console()));
            assertThatThrownBy(() -> transfer.run(reading, sink(3), () -> log.add("arrived")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("refused 3");
            assertThat(log).containsExactly("record 1", "record 2");
        }
    }

    @Test
    void reportsAGapBeforeTheRecordThatReportsIt() throws IOException {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 2));
        long from = TestJournal.nanos("09:12:20Z");
        records.add(
                TestJournal.mark("09:12:40Z", new Mark.Gap("event", "", from, from + 1, "the engine was restarted")));
        TestJournal.write(directory, records).close();
        try (Reading reading = open(false)) {
            Report report = new Report(console());
            Sink sink = new Sink() {
                @Override
                public void write(RecordView record) {
                    log.add(record.sequence() + " with "
                            + err.toString().lines().count() + " lines of report");
                }

                @Override
                public void flush() {}
            };
            new Transfer(console(), report).run(reading, sink, () -> {});
            assertThat(log)
                    .containsExactly(
                            "1 with 0 lines of report", "2 with 0 lines of report", "3 with 1 lines of report");
            assertThat(report.summarise()).isEqualTo(ExitCode.GAPS);
        }
    }

    @Test
    void aSignalIsAnErrorUnlessTheReadingFollows() throws IOException {
        TestJournal.write(directory, TestJournal.RECORDS).close();
        stop.countDown();
        try (Reading reading = open(false)) {
            Transfer transfer = new Transfer(console(), new Report(console()));
            assertThatThrownBy(() -> transfer.run(reading, sink(0), () -> {}))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("interrupted after 0 records");
        }
        try (Reading reading = open(true)) {
            new Transfer(console(), new Report(console())).run(reading, sink(0), () -> {});
            assertThat(log).containsExactly("flush");
        }
    }

    private static List<Long> sequences(Reading reading) {
        return reading.reached().values().stream().map(Reached::sequence).toList();
    }
}
