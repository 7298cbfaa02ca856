package dev.shiplog.acceptance;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.LogLines;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A journal of any length with records of all kinds: two minutes of real samples of 61 containers, again and again, each time
 * two minutes later and of other containers, with real events, descriptions and lines of logs in between. It begins before midnight, and
 * each segment, of a minute, begins with what a recorder restates.
 */
final class HostHistory {
    private static final long SECOND = 1_000_000_000L;
    /** From one repetition to the next. */
    private static final long ROUND = 125 * SECOND;

    private static final long BEGIN = Instant.parse("2026-11-20T23:58:30Z").getEpochSecond() * SECOND;
    private static final Pattern TIME = Pattern.compile("\"(read|preread)\":\"(2[^\"]*)\"");
    private static final Pattern EVENT_TIME = Pattern.compile("\"time\":\\d+,\"timeNano\":(\\d+)");

    private final List<String> samples = texts(Samples.STATS);
    private final List<String> events = new ArrayList<>();
    private final String inspect = texts("engine-28.5-inspect.json").get(0);
    private final LogLines lines = new LogLines(LogLines.Program.JSON, 1, BEGIN, 100);
    private final long first;
    /** The descriptions of the containers that run. */
    private final Map<String, Record> running = new LinkedHashMap<>();

    private final int records;
    private int made;
    private int round;

    private HostHistory(int records) {
        this.records = records;
        events.addAll(texts("engine-28.5-events.ndjson"));
        events.addAll(texts("engine-20.10-events.ndjson"));
        first = nanos(textAfter("\"read\":\"", samples.get(0)));
    }

    /** Something to do with each record before the next one. */
    @FunctionalInterface
    interface Pace {
        void next(int made) throws IOException;
    }

    /** Writes a journal of so many records, and those that are restated; its recorder stopped well. */
    static void write(Path journal, int records) throws IOException {
        write(journal, records, made -> {});
    }

    static void write(Path journal, int records, Pace pace) throws IOException {
        new HostHistory(records).append(journal, pace);
    }

    private void append(Path journal, Pace pace) throws IOException {
        Appender.Options options = new Appender.Options(Roll.MINUTELY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            long[] now = {BEGIN};
            appender.setSnapshot(() -> snapshot(now[0]));
            append(appender, mark(BEGIN, new Mark.Start("1", Map.of("roll", "minutely"))));
            for (round = 0; made < records - 1; round++) {
                running.clear();
                for (int i = 0; i < samples.size() && made < records - 1; i++) {
                    Record sample = sample(samples.get(i));
                    now[0] = sample.received();
                    pace.next(made);
                    if (!running.containsKey(sample.subject())) {
                        running.put(sample.subject(), description(sample));
                        append(appender, running.get(sample.subject()));
                    }
                    append(appender, sample);
                    if (i % 7 == 0) {
                        append(appender, line(sample.subject(), sample.received() + 500));
                    }
                    if (i % 31 == 0) {
                        append(appender, event(events.get(i / 31 % events.size()), sample.received() + 1_000));
                    }
                }
            }
            append(appender, mark(now[0] + SECOND, new Mark.CleanStop("SIGTERM")));
        }
    }

    private void append(Appender appender, Record record) throws IOException {
        appender.append(record);
        made++;
    }

    private List<Record> snapshot(long now) {
        List<Record> head = new ArrayList<>();
        head.add(mark(now, new Mark.SegmentStart("", running.size())));
        head.add(mark(now, new Mark.EngineUp("98190b64", "28.5.2", "1.51")));
        head.add(record(Kind.HOST, "info", now, texts("engine-28.5-info.json").get(0)));
        head.add(record(
                Kind.HOST, "version", now, texts("engine-28.5-version.json").get(0)));
        running.values()
                .forEach(each -> head.add(
                        record(Kind.INSPECT, each.subject(), now, new String(each.payload(), StandardCharsets.UTF_8))));
        return head;
    }

    private Record sample(String text) {
        String id = textAfter("\"id\":\"", text);
        String own = own(id);
        StringBuilder shifted = new StringBuilder();
        Matcher times = TIME.matcher(text);
        long time = 0;
        while (times.find()) {
            long then = nanos(times.group(2)) - first + BEGIN + round * ROUND;
            time = Math.max(time, then);
            times.appendReplacement(shifted, "\"" + times.group(1) + "\":\"" + rfc3339(then) + "\"");
        }
        times.appendTail(shifted);
        String payload = shifted.toString().replace(id, own);
        return new Record(
                0, Kind.STATS, own, time, time + 2_000_000, time - BEGIN, payload.getBytes(StandardCharsets.UTF_8));
    }

    private Record description(Record sample) {
        String old = textAfter("\"Id\":\"", inspect);
        return record(Kind.INSPECT, sample.subject(), sample.received(), inspect.replace(old, sample.subject()));
    }

    private static Record event(String text, long received) {
        Matcher time = EVENT_TIME.matcher(text);
        String payload = time.replaceFirst("\"time\":" + received / SECOND + ",\"timeNano\":" + received);
        return record(Kind.EVENT, textAfter("\"ID\":\"", text), received, payload);
    }

    /** A stream and a message, as the recorder takes it from the engine's frame. */
    private Record line(String container, long received) {
        LogLines.Line line = lines.next();
        byte[] message = line.message();
        byte[] payload = new byte[message.length + 1];
        payload[0] = (byte) (1 + made % 2);
        System.arraycopy(message, 0, payload, 1, message.length);
        return new Record(0, Kind.LOG, container, line.time(), received, received - BEGIN, payload);
    }

    /** The container's id in this repetition. */
    private String own(String id) {
        return String.format(Locale.ROOT, "%04x", round) + id.substring(4);
    }

    private static Record mark(long received, Mark mark) {
        return record(Kind.MARK, "", received, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    static Record record(Kind kind, String subject, long time, String payload) {
        return new Record(
                0, kind, subject, time, time + 1_000_000, time - BEGIN, payload.getBytes(StandardCharsets.UTF_8));
    }

    static List<String> texts(String sample) {
        return RecordedJournal.texts(Samples.payloads(sample));
    }

    static String textAfter(String name, String text) {
        int from = text.indexOf(name) + name.length();
        return text.substring(from, text.indexOf('"', from));
    }

    private static long nanos(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * SECOND + instant.getNano();
    }

    private static String rfc3339(long nanos) {
        return Instant.ofEpochSecond(nanos / SECOND, nanos % SECOND).toString();
    }
}
