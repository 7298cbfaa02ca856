package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three hours, of which somebody deleted the second: web runs all the time, and db until then. */
class MissingSegmentTest {
    private static final Record UP = TestJournal.mark("09:00:00.1Z", new Mark.EngineUp("id", "20.10", "1.41"));

    @TempDir
    private Path directory;

    private final Map<String, Record> described = new LinkedHashMap<>();
    private String now = "";

    @BeforeEach
    void write() throws IOException {
        Path journal = Files.createDirectory(directory.resolve("journal"));
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            appender.setSnapshot(this::snapshot);
            append(appender, "09:00:00Z", Kind.MARK, "", text(new Mark.Start("1.0", Map.of())));
            appender.append(UP);
            append(appender, "09:00:01Z", Kind.INSPECT, WEB, description(WEB, "web"));
            append(appender, "09:00:02Z", Kind.INSPECT, DB, description(DB, "db"));
            append(appender, "09:59:00Z", Kind.EVENT, WEB, event(WEB, "web", "exec_start: check", "09:59:00Z"));
            appender.append(TestJournal.stats(WEB, "web", "09:59:30Z", 1));
            append(appender, "10:10:00Z", Kind.EVENT, DB, event(DB, "db", "die", "10:10:00Z"));
            described.remove(DB);
            append(appender, "10:10:01Z", Kind.EVENT, DB, event(DB, "db", "destroy", "10:10:01Z"));
            append(appender, "11:20:00Z", Kind.EVENT, WEB, event(WEB, "web", "exec_start: check", "11:20:00Z"));
            append(appender, "11:50:00Z", Kind.MARK, "", text(new Mark.CleanStop("SIGTERM")));
        }
        try (Stream<Path> files = Files.list(journal)) {
            Files.delete(files.filter(file -> file.getFileName().toString().contains("-10"))
                    .findAny()
                    .orElseThrow());
        }
    }

    private void append(Appender appender, String time, Kind kind, String subject, String payload) throws IOException {
        now = time;
        Record record = TestJournal.record(kind, subject, time, payload);
        appender.append(record);
        if (kind == Kind.INSPECT) {
            described.put(subject, record);
        }
    }

    private List<Record> snapshot() {
        List<Record> records = new ArrayList<>();
        records.add(TestJournal.mark(now, new Mark.SegmentStart("", described.size() + 1)));
        records.add(UP);
        records.addAll(described.values());
        return records;
    }

    private static String text(Mark mark) {
        return new String(mark.toJson(), StandardCharsets.UTF_8);
    }

    private static String event(String id, String name, String action, String time) {
        return TestJournal.event(action, time).replace(DB, id).replace("\"db\"", "\"" + name + "\"");
    }

    private static String description(String id, String name) {
        return "{\"Id\":\"" + id + "\",\"Created\":\"2026-11-21T08:00:00Z\",\"Name\":\"/" + name
                + "\",\"State\":{\"Status\":\"running\",\"StartedAt\":\"2026-11-21T08:00:00Z\","
                + "\"FinishedAt\":\"0001-01-01T00:00:00Z\"},\"Config\":{\"Image\":\"shop:1\"}}";
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    private static String at(String time) {
        return " --at 2026-11-21T" + time + "Z";
    }

    @Test
    void inItTheStateIsUnknown() {
        for (String time : List.of("10:00:00", "10:05:00", "10:30:00", "11:10:00")) {
            Terminal terminal = run("ps -a --columns name,status" + at(time) + " journal", ExitCode.DAMAGE);
            assertThat(terminal.out())
                    .contains("db      Unknown since 2026-11-21T09:59:30", "web     Unknown since 2026-11-21T09:59:30");
            assertThat(terminal.err()).contains("records are lost");
        }
    }

    /** What happened just before the last record may be among the first that are lost. */
    @Test
    void justBeforeItTheStateIsUnknown() {
        assertThat(run("ps -a --columns name,status" + at("09:59:29") + " journal", ExitCode.DAMAGE)
                        .out())
                .contains("db      Unknown since 2026-11-21T09:59:29Z");
        assertThat(run("ps -a --columns name,status" + at("09:58:59") + " journal", ExitCode.DAMAGE)
                        .out())
                .contains("db      Up 2 hours");
    }

    @Test
    void beforeAndAfterItTheStateIsKnown() {
        assertThat(run("ps -a --columns name,status" + at("09:58:00") + " journal", ExitCode.DAMAGE)
                        .out())
                .contains("db      Up ", "web     Up ");
        Terminal after = run("ps -a --columns name,status" + at("11:30:00") + " journal", ExitCode.OK);
        assertThat(after.out()).contains("web     Up 4 hours").doesNotContain("db");
    }

    @Test
    void nothingHasGoneOrComeThere() {
        for (String times : List.of(at("09:30:00") + at("10:30:00"), at("10:30:00") + at("11:30:00"))) {
            assertThat(run("diff" + times + " journal", ExitCode.DAMAGE).out())
                    .contains("unknown since 2026-11-21T09:59:30")
                    .doesNotContain("gone", "come");
        }
        assertThat(run("diff" + at("09:30:00") + at("11:30:00") + " journal", ExitCode.DAMAGE)
                        .out())
                .containsPattern("db +gone");
    }
}
