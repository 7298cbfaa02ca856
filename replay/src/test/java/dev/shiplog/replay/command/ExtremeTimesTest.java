package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times at both ends of what 64 bits hold, on the command line and in the journal. */
class ExtremeTimesTest {
    private static final List<String> EXTREMES = List.of(
            "0000-01-01", "1677-09-21T00:12:44Z", "1678-01-01", "1970-01-01", "2262-04-11T23:47:16Z", "9999-12-31");

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        TestJournal.write(directory.resolve("extreme"), extreme()).close();
    }

    /** What is told of the first and the last moments that there are. */
    private static List<Record> extreme() {
        List<Record> records = new ArrayList<>(TestJournal.RECORDS.subList(0, 8));
        for (long end : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            long before = end == Long.MAX_VALUE ? 0 : end;
            long after = end == Long.MAX_VALUE ? end : 0;
            for (String action : List.of("create", "start", "kill", "die", "destroy")) {
                records.add(at(end, Kind.EVENT, DB, TestJournal.event(action, "09:13:30Z")));
            }
            String time = end == Long.MAX_VALUE ? "2262-04-11T23:47:16Z" : "1677-09-21T00:12:44Z";
            records.add(TestJournal.record(Kind.INSPECT, WEB, "09:13:31Z", description(time)));
            records.add(at(end, Kind.INSPECT, WEB, description(time)));
            records.add(at(end, Kind.STATS, WEB, "{\"read\":\"" + time + "\"}"));
            for (String kind : List.of("event", "stats")) {
                records.add(mark(end, "", new Mark.Gap(kind, "", before, after, "extreme")));
                records.add(mark(TestJournal.nanos("09:13:32Z"), "", new Mark.Gap(kind, "", before, after, "extreme")));
            }
            records.add(mark(end, DB, new Mark.Synthetic(DB, "die", "db")));
            records.add(mark(end, "", new Mark.UncleanStop(before, 1)));
            records.add(mark(end, "", new Mark.EngineDown("extreme")));
        }
        return records;
    }

    private static String description(String time) {
        return "{\"Id\":\"" + WEB + "\",\"Created\":\"" + time
                + "\",\"Name\":\"/web\",\"State\":{\"Status\":\"exited\"," + "\"StartedAt\":\"" + time
                + "\",\"FinishedAt\":\"" + time + "\"},\"Config\":{\"Image\":\"shop:1\"}}";
    }

    private static Record mark(long time, String subject, Mark mark) {
        return at(time, Kind.MARK, subject, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private static Record at(long time, Kind kind, String subject, String payload) {
        return new Record(0, kind, subject, time, time, 1, payload.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "extreme"})
    void areAMomentAsAnyOther(String journal) {
        for (String verb : List.of("ps -a", "inspect --name web", "explain", "stats -a", "top", "images -a")) {
            runs(verb + " " + journal);
            EXTREMES.forEach(time -> runs(verb + " --at " + time + " " + journal));
        }
        EXTREMES.forEach(time -> runs("diff --at " + time + " --at now " + journal));
        EXTREMES.forEach(time -> runs("diff --at 2026-11-21T09:13:00Z --at " + time + " " + journal));
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "extreme"})
    void areAnEndOfARangeAsAnyOther(String journal) {
        for (String verb : List.of(
                "ps -a",
                "events",
                "explain",
                "gaps",
                "size",
                "stats",
                "top",
                "images -a",
                "export",
                "cut --to cut-%d.tar",
                "gaps --format json",
                "ps --format csv",
                "explain --format json",
                "stats --every 1000w",
                "top --step 1000w")) {
            for (String time : EXTREMES) {
                runs(verb + " --since " + time + " " + journal);
                runs(verb + " --until " + time + " " + journal);
                runs(verb + " --since " + time + " --until 2262-04-11 " + journal);
            }
        }
    }

    private void runs(String commandLine) {
        Terminal terminal = new Terminal(directory);
        terminal.run(commandLine.replace("%d", "" + System.nanoTime()));
        assertThat(terminal.err()).as(commandLine).doesNotContain("bug");
    }

    @Test
    void beyondThemIsNoTime() {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ps --at 2262-04-12 journal")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err())
                .isEqualTo(
                        "replay: '2262-04-12' is out of range: times are from 1677-09-22 to 2262-04-11; see 'replay ps"
                                + " --help'\n");
    }
}
