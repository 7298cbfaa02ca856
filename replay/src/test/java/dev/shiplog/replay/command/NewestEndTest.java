package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The newest end of a container is the same whether all that came before is read or not. */
class NewestEndTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = TestJournal.nanos("00:00:00Z");
    private static final long END = START + 30 * 3600 * SECOND;
    private static final List<String> NAMES = List.of("web", "worker", "once", "idle", "gone");

    @TempDir
    private Path directory;

    private final Map<String, Record> snapshot = new LinkedHashMap<>();
    private final Map<String, Container> containers = new LinkedHashMap<>();
    private int ids;

    /** The container that has a name now; times are ns since the epoch, 0 for never. */
    private static final class Container {
        final String id;
        final String name;
        long started;
        long finished;
        boolean runs;

        Container(String id, String name) {
            this.id = id;
            this.name = name;
        }

        String described() {
            String status = runs ? "running" : started == 0 ? "created" : "exited";
            return "{\"Id\":\"" + id + "\",\"Name\":\"/" + name + "\",\"State\":{\"Status\":\"" + status
                    + "\",\"ExitCode\":3,\"StartedAt\":\"" + time(started) + "\",\"FinishedAt\":\"" + time(finished)
                    + "\"},\"HostConfig\":{},\"Config\":{\"Image\":\"shop:1\"}}";
        }

        private static String time(long nanos) {
            return nanos == 0
                    ? "0001-01-01T00:00:00Z"
                    : Instant.ofEpochSecond(0, nanos).toString();
        }
    }

    @Test
    void isFoundWithoutReadingAllThatCameBefore() throws IOException {
        long seed = Long.getLong("shiplog.seed", 20_261_127L);
        Random random = new Random(seed);
        write(random);
        for (int i = 0; i < 60; i++) {
            String at = Instant.ofEpochSecond(0, START + (long) (random.nextDouble() * (END - START)))
                    .toString();
            String name = NAMES.get(random.nextInt(NAMES.size()));
            assertThat(told("explain --name " + name + " --at " + at + " ."))
                    .as("seed %d, %s at %s", seed, name, at)
                    .isEqualTo(told("explain --name " + name + " --filter name=* --at " + at + " ."));
        }
    }

    /** The output, what is said beside it, and the exit code. */
    private String told(String command) {
        Terminal terminal = new Terminal(directory);
        int code = terminal.run(command);
        return terminal.out() + terminal.err() + code;
    }

    /** Web ends and is made anew now and then, worker ends often, once ended long ago, idle never ran, gone was removed. */
    private void write(Random random) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(directory, options, tail -> {})) {
            appender.setSnapshot(this::snapshot);
            appender.append(mark(START, new Mark.Start("1.0", Map.of())));
            appender.append(mark(START, new Mark.EngineUp("id", "28.5", "1.51")));
            for (String name : NAMES) {
                create(appender, name, START + SECOND);
            }
            for (String name : List.of("web", "worker", "once", "gone")) {
                start(appender, name, START + 2 * SECOND);
            }
            end(appender, "once", START + 60 * SECOND);
            for (long now = START + 300 * SECOND; now < END; now += 300 * SECOND) {
                if (now - START == 7200 * SECOND) {
                    end(appender, "gone", now);
                    event(appender, "gone", "destroy", now + SECOND);
                    snapshot.remove("gone");
                } else if (random.nextInt(6) == 0) {
                    end(appender, "worker", now);
                    start(appender, "worker", now + SECOND);
                } else if (random.nextInt(150) == 0) {
                    end(appender, "web", now);
                    event(appender, "web", "destroy", now + SECOND);
                    create(appender, "web", now + 2 * SECOND);
                    start(appender, "web", now + 3 * SECOND);
                } else {
                    append(
                            appender,
                            Kind.STATS,
                            "worker",
                            now,
                            "{\"memory_stats\":{\"usage\":1048576,\"limit\":8388608}}");
                }
            }
        }
    }

    private void create(Appender appender, String name, long now) throws IOException {
        containers.put(name, new Container(String.format("%064x", ++ids), name));
        event(appender, name, "create", now);
        describe(appender, name, now);
    }

    private void start(Appender appender, String name, long now) throws IOException {
        Container container = containers.get(name);
        container.started = now;
        container.runs = true;
        event(appender, name, "start", now);
        describe(appender, name, now);
    }

    private void end(Appender appender, String name, long now) throws IOException {
        Container container = containers.get(name);
        container.finished = now;
        container.runs = false;
        event(appender, name, "die", now);
        describe(appender, name, now);
    }

    private void describe(Appender appender, String name, long now) throws IOException {
        snapshot.put(
                name,
                append(appender, Kind.INSPECT, name, now, containers.get(name).described()));
    }

    private void event(Appender appender, String name, String action, long now) throws IOException {
        String id = containers.get(name).id;
        append(
                appender,
                Kind.EVENT,
                name,
                now,
                "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id
                        + "\",\"Attributes\":{\"exitCode\":\"3\",\"image\":\"shop:1\",\"name\":\"" + name
                        + "\"}},\"timeNano\":" + now + "}");
    }

    private Record append(Appender appender, Kind kind, String name, long now, String payload) throws IOException {
        Record record = record(kind, containers.get(name).id, now, payload);
        appender.append(record);
        return record;
    }

    private List<Record> snapshot() {
        List<Record> records = new ArrayList<>();
        records.add(mark(START, new Mark.SegmentStart("", snapshot.size())));
        records.add(mark(START, new Mark.EngineUp("id", "28.5", "1.51")));
        records.addAll(snapshot.values());
        return records;
    }

    private static Record mark(long now, Mark mark) {
        return record(Kind.MARK, "", now, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private static Record record(Kind kind, String subject, long now, String payload) {
        return new Record(
                0, kind, subject, now, now + 1_000, now - START / 2, payload.getBytes(StandardCharsets.UTF_8));
    }
}
