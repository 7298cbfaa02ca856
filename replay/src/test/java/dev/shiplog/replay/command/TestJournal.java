package dev.shiplog.replay.command;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A small journal: two minutes, in segments of a minute, of a host on which a web server and its database run. */
final class TestJournal {
    static final String WEB = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";
    static final String DB = "b36156ce4d68b30becadc071e6b3775831e6bcabd56f41456f7c5988a636da20";

    /** What it holds, in order; the sequence is the place in the list, from 1. */
    static final List<Record> RECORDS = List.of(
            mark("09:12:00Z", new Mark.Start("1.0", Map.of())),
            record(
                    Kind.INSPECT,
                    WEB,
                    "09:12:00.5Z",
                    "{\"Name\":\"/web\",\"Image\":\"sha256:ea\",\"Config\":{\"Image\":\"shop:1\",\"Labels\":{\"tier\":\"front\"}}}"),
            record(Kind.EVENT, DB, "09:12:01Z", event("start", "09:12:01Z")),
            stats(WEB, "web", "09:12:05Z", 100),
            stats(DB, "db", "09:12:05.25Z", 200),
            stats(WEB, "web", "09:13:05Z", 110),
            stats(DB, "db", "09:13:05.25Z", 220),
            record(Kind.EVENT, DB, "09:13:10Z", event("die", "09:13:10Z")),
            mark("09:13:59.5Z", new Mark.CleanStop("SIGTERM")));

    private TestJournal() {}

    static Appender open(Path directory) throws IOException {
        return Appender.open(directory, new Appender.Options(Roll.MINUTELY, "host", "boot", "test 1", 0), tail -> {});
    }

    static Appender write(Path directory, List<Record> records) throws IOException {
        Appender appender = open(directory);
        for (Record record : records) {
            appender.append(record);
        }
        return appender;
    }

    /** So many samples of a minute. */
    static List<Record> samples(int count) {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(stats(WEB, "web", String.format(Locale.ROOT, "09:12:%09.6fZ", i * 60.0 / count), 1000L * i));
        }
        return records;
    }

    static Record mark(String time, Mark mark) {
        return record(Kind.MARK, "", time, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    static Record stats(String id, String name, String time, long usage) {
        return record(
                Kind.STATS,
                id,
                time,
                "{\"read\":\"2026-11-21T" + time + "\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + usage
                        + "}},\"name\":\"/" + name + "\",\"id\":\"" + id + "\"}");
    }

    static Record record(Kind kind, String subject, String time, String payload) {
        long nanos = nanos(time);
        return new Record(
                0, kind, subject, nanos, nanos + 1_000_000, nanos / 7, payload.getBytes(StandardCharsets.UTF_8));
    }

    static String event(String action, String time) {
        return "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + DB
                + "\",\"Attributes\":{\"image\":\"postgres\",\"name\":\"db\"}},\"timeNano\":" + nanos(time) + "}";
    }

    /** A time of 21 November 2026 in ns since the epoch. */
    static long nanos(String time) {
        Instant instant = Instant.parse("2026-11-21T" + time);
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    /** Their payloads, a line each. */
    static String payloads(int... sequences) {
        StringBuilder lines = new StringBuilder();
        for (int sequence : sequences) {
            lines.append(new String(RECORDS.get(sequence - 1).payload(), StandardCharsets.UTF_8))
                    .append('\n');
        }
        return lines.toString();
    }
}
