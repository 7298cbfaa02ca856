package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.WEB;
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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At 09:01:30, or up to 20 seconds later, the clock was set back by a minute; web was paused at 09:01:10. */
class SetBackClockTest {
    private static final long BEGIN = TestJournal.nanos("09:00:00Z");
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        Path journal = Files.createDirectory(directory.resolve("journal"));
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            appender.append(record(0, 0, Kind.MARK, "", text(new Mark.Start("1.0", Map.of()))));
            appender.append(record(0, 0, Kind.MARK, "", text(new Mark.EngineUp("id", "20.10", "1.41"))));
            appender.append(record(1, 0, Kind.INSPECT, WEB, """
                    {"Id":"ID","Name":"/web","Created":"2026-11-21T08:00:00Z","State":{"Status":"running",
                    "StartedAt":"2026-11-21T08:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"},"Config":{"Image":"shop"}}
                    """.replace("ID", WEB)));
            appender.append(sample(50, 0));
            appender.append(event("pause", 70, 0));
            appender.append(sample(80, 0));
            appender.append(event("exec_start: check", 90, 0));
            appender.append(record(110, -60, Kind.MARK, "", text(new Mark.ClockStep(-60 * SECOND))));
            appender.append(sample(130, -60));
            appender.append(event("unpause", 135, -60));
            appender.append(record(900, -60, Kind.MARK, "", text(new Mark.CleanStop("SIGTERM"))));
        }
    }

    /** @param step what the wall clock is ahead, in s */
    private static Record record(long seconds, long step, Kind kind, String subject, String payload) {
        long time = BEGIN + (seconds + step) * SECOND;
        return new Record(0, kind, subject, time, time, seconds * SECOND, payload.getBytes(StandardCharsets.UTF_8));
    }

    private static Record sample(long seconds, long step) {
        String payload = "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":1}},\"name\":\"/web\"}";
        return record(seconds, step, Kind.STATS, WEB, payload);
    }

    private static Record event(String action, long seconds, long step) {
        String payload = "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + WEB
                + "\",\"Attributes\":{\"image\":\"shop\",\"name\":\"web\"}},\"timeNano\":"
                + (BEGIN + (seconds + step) * SECOND) + "}";
        return record(seconds, step, Kind.EVENT, WEB, payload);
    }

    private static String text(Mark mark) {
        return new String(mark.toJson(), StandardCharsets.UTF_8);
    }

    private Terminal run(String verb, String time, String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        String at = " --at 2026-11-21T" + time + "Z ";
        assertThat(terminal.run(verb + at + arguments + " journal"))
                .as(terminal.err())
                .isEqualTo(code);
        return terminal;
    }

    @Test
    void aMomentThatCameTwiceIsAnsweredForTheLastTime() {
        Terminal twice = run("ps", "09:01:00", "--columns name,status", ExitCode.OK);
        assertThat(twice.out()).contains("web     Up About an hour (Paused)");
        assertThat(twice.err()).contains("09:01:00Z came more than once; this is the last time");
        assertThat(run("ps", "09:01:20", "--columns name,status", ExitCode.OK).out())
                .contains("web     Up About an hour")
                .doesNotContain("Paused");
    }

    @Test
    void aMomentThatCameOnceIsAsEver() {
        Terminal once = run("ps", "09:00:20", "--columns name,status", ExitCode.OK);
        assertThat(once.out()).contains("web     Up About an hour").doesNotContain("Paused");
        assertThat(once.err()).isEmpty();
    }

    @Test
    void aMomentThatMayHaveComeAgainIsUnknown() {
        Terminal terminal = run("ps", "09:00:40", "--columns name,status", ExitCode.GAPS);
        assertThat(terminal.out()).contains("web     Unknown since 2026-11-21T09:00:30Z");
        assertThat(terminal.err()).contains("the clock was set back about then");
    }

    /** The newest sample then has a time yet to come. */
    @Test
    void whatWasSampledBetweenCounts() {
        assertThat(run("stats", "09:01:00", "--format csv --columns known,sampled_at", ExitCode.OK)
                        .out())
                .isEqualTo("known,sampled_at\nrecorded,2026-11-21T09:01:20Z\n");
        assertThat(run("stats", "09:00:20", "--format csv --columns known,sampled_at", ExitCode.OK)
                        .out())
                .isEqualTo("known,sampled_at\nnone,\n");
    }
}
