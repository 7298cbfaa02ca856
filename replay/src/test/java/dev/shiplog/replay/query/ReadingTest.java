package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_795_252_320L * SECOND; // 09:12:00, the first second of a segment

    @TempDir
    Path directory;

    private static Record event(long second) {
        long time = START + second * SECOND;
        return new Record(0, Kind.EVENT, "", time, time, time, "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static Record gap(long second) {
        long time = START + second * SECOND;
        return new Record(
                0, Kind.MARK, "", time, time, time, new Mark.Gap("event", "", time - SECOND, time, "why").toJson());
    }

    private void write(Record... records) throws IOException {
        try (Appender appender = Appender.open(
                directory, new Appender.Options(Roll.MINUTELY, "host", "boot", "test 1", 0), tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    private Reading open(TimeRange range, boolean follow, long limit) throws IOException {
        RecordFilter all = new RecordFilter(List.of(), List.of());
        Query query = new Query(range, all, false, follow, limit, false);
        return Reading.open(List.of(directory), query, Map.of(), InstantSource.system());
    }

    /** The steps up to the end, or until the reading waits, but for those that have nothing to do. */
    private static List<String> steps(Reading reading) throws IOException {
        List<String> steps = new ArrayList<>();
        while (true) {
            Reading.Step step = reading.next();
            if (step instanceof Reading.Found found) {
                steps.add("record " + found.record().sequence());
            } else if (step instanceof Reading.Missing) {
                steps.add("gap");
            } else if (step instanceof Reading.Damaged damaged) {
                steps.add(damaged.loss().records() + " lost");
            } else if (step instanceof Reading.Copied copied) {
                steps.add("copy " + copied.copy().name());
            } else if (step instanceof Reading.Waiting) {
                steps.add("waiting");
                return steps;
            } else if (step instanceof Reading.End end) {
                steps.add("end, notices " + end.notices().size());
                return steps;
            }
        }
    }

    @Test
    void handsOutRecordsWithWhatIsMissingWhereThatIsNoticed() throws IOException {
        write(event(0), gap(2), event(61), event(121), event(122));
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> segments = files.filter(file -> file.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
            Files.delete(segments.get(1));
            Files.copy(segments.get(2), directory.resolve("20261121-0930.cq4"));
        }
        try (Reading reading = open(TimeRange.ALL, false, Long.MAX_VALUE)) {
            assertThat(steps(reading))
                    .containsExactly(
                            "record 1",
                            "gap",
                            "record 2",
                            "copy 20261121-0930.cq4",
                            "1 lost",
                            "record 4",
                            "record 5",
                            "end, notices 0");
        }
    }

    @Test
    void waitsForMoreOnlyIfItFollows() throws IOException {
        write(event(0));
        try (Reading reading = open(TimeRange.ALL, true, Long.MAX_VALUE)) {
            assertThat(steps(reading)).containsExactly("record 1", "waiting");
            assertThat(steps(reading)).containsExactly("waiting");
            write(event(1));
            assertThat(steps(reading)).containsExactly("record 2", "waiting");
            reading.interrupt();
            assertThat(steps(reading)).containsExactly("end, notices 0");
        }
        TimeRange past = new TimeRange(Long.MIN_VALUE, START + SECOND);
        try (Reading reading = open(past, true, Long.MAX_VALUE)) {
            assertThat(steps(reading)).containsExactly("record 1", "end, notices 0");
        }
    }

    @Test
    void endsAtTheLimitAndDoesNotJudgeWhatComesAfter() throws IOException {
        Record down =
                new Record(0, Kind.MARK, "", START, START, START, new Mark.EngineDown("connection refused").toJson());
        write(down, event(-1));
        try (Reading reading = open(TimeRange.ALL, false, 1)) {
            assertThat(steps(reading)).containsExactly("record 1", "end, notices 0");
        }
        try (Reading reading = open(TimeRange.ALL, false, 3)) {
            assertThat(steps(reading)).containsExactly("record 1", "record 2", "end, notices 1");
        }
    }

    /** What counts as read must have been handed out, or the next export would pass it over. */
    @Test
    void losesNoRecordThatIsInterruptedAfterItsGap() throws IOException {
        write(event(0), gap(2));
        try (Reading reading = open(TimeRange.ALL, true, Long.MAX_VALUE)) {
            Reading.Step step = reading.next();
            while (!(step instanceof Reading.Missing)) {
                step = reading.next();
            }
            reading.interrupt();
            assertThat(steps(reading)).containsExactly("record 2", "end, notices 0");
            assertThat(reading.found()).isEqualTo(2);
        }
    }
}
