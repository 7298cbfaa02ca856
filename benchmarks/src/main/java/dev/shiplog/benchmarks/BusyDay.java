package dev.shiplog.benchmarks;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a journal of a day of 100 containers, sampled every 5 s, in hourly segments that begin with snapshots. Every ten
 * minutes one of them ends, and its policy starts it again a second later. {@code past} asks it questions.
 *
 * <p>Arguments: a directory that is not there yet, and how many hours.
 */
public final class BusyDay {
    private static final int CONTAINERS = 100;
    private static final long SECOND = 1_000_000_000L;
    private static final long INTERVAL = 5 * SECOND;
    private static final int TICKS_OF_AN_HOUR = 720;
    private static final int TICKS_BETWEEN_ENDS = 120;

    private final BusyHost host = new BusyHost(CONTAINERS, INTERVAL);
    private final Map<String, Record> descriptions = new LinkedHashMap<>();
    private long now = BusyHost.START;

    private BusyDay() {}

    public static void main(String[] args) throws IOException {
        new BusyDay().write(Path.of(args[0]), Integer.parseInt(args[1]));
    }

    private void write(Path directory, int hours) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "", "benchmark", 0);
        try (Appender appender = Appender.open(directory, options, tail -> {})) {
            appender.setSnapshot(this::snapshot);
            appender.append(mark(new Mark.Start("1.0", Map.of())));
            appender.append(up());
            for (BusyHost.Container container : host.containers()) {
                appender.append(described(container, "running", BusyHost.START - 3_600 * SECOND, 0));
            }
            for (int tick = 0; tick < hours * TICKS_OF_AN_HOUR; tick++) {
                for (BusyHost.Container container : host.containers()) {
                    Record sample = container.next(tick);
                    now = Math.max(now, sample.received());
                    appender.append(sample);
                }
                if (tick % TICKS_BETWEEN_ENDS == TICKS_BETWEEN_ENDS - 1) {
                    end(appender, host.containers().get(tick / TICKS_BETWEEN_ENDS % CONTAINERS));
                }
            }
            appender.append(mark(new Mark.CleanStop("SIGTERM")));
        }
    }

    private void end(Appender appender, BusyHost.Container of) throws IOException {
        long died = now += SECOND / 10;
        appender.append(event(of, "die"));
        appender.append(described(of, "restarting", died - 600 * SECOND, died));
        long started = now += SECOND;
        appender.append(event(of, "start"));
        appender.append(described(of, "running", started, died));
    }

    private Record described(BusyHost.Container of, String status, long started, long finished) {
        String text = "{\"Id\":\"" + of.id + "\",\"Created\":\""
                + Instant.ofEpochSecond(0, BusyHost.START - 3_600 * SECOND)
                + "\",\"Path\":\"serve\",\"Args\":[\"--port\",\"80\"],\"State\":{\"Status\":\"" + status
                + "\",\"ExitCode\":1,\"StartedAt\":\"" + Instant.ofEpochSecond(0, started)
                + "\",\"FinishedAt\":\"" + (finished == 0 ? "0001-01-01T00:00:00Z" : Instant.ofEpochSecond(0, finished))
                + "\"},\"Name\":\"/" + of.name + "\",\"HostConfig\":{\"Memory\":2147483648,\"Binds\":["
                + "\"/srv/data:/data\"]},\"Config\":{\"Image\":\"shop:1\",\"Env\":[\"A=" + "b".repeat(3_000)
                + "\"],\"Labels\":{\"com.docker.compose.project\":\"shop\"}}}";
        Record record = record(Kind.INSPECT, of.id, text);
        descriptions.put(of.id, record);
        return record;
    }

    private Record event(BusyHost.Container of, String action) {
        return record(
                Kind.EVENT,
                of.id,
                "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + of.id
                        + "\",\"Attributes\":{\"exitCode\":\"1\",\"image\":\"shop:1\",\"name\":\"" + of.name
                        + "\"}},\"timeNano\":" + now + "}");
    }

    private List<Record> snapshot() {
        List<Record> records = new ArrayList<>();
        records.add(mark(new Mark.SegmentStart("", descriptions.size())));
        records.add(up());
        records.add(record(Kind.HOST, "info", "{\"ID\":\"id\",\"Name\":\"busy\"}"));
        records.addAll(descriptions.values());
        return records;
    }

    private Record up() {
        return mark(new Mark.EngineUp("id", "28.5", "1.51"));
    }

    private Record mark(Mark mark) {
        return record(Kind.MARK, "", new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private Record record(Kind kind, String subject, String payload) {
        return new Record(
                0, kind, subject, now, now + 1_000, now - BusyHost.START / 2, payload.getBytes(StandardCharsets.UTF_8));
    }
}
