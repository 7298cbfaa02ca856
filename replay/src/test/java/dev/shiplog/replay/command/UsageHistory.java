package dev.shiplog.replay.command;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A made-up past of some containers, and what each truly used: they start, restart with an event or without, lose
 * networks; samples lack members or are missing, nobody listens, the clock is set. Of a seed, always the same.
 */
final class UsageHistory {
    static final long SECOND = 1_000_000_000L;
    static final long BEGIN = TestJournal.nanos("09:00:00Z");
    static final int SECONDS = 400;
    private static final int CPUS = 4;
    /** Between what happens to a container and its receipt. */
    private static final long DELAY = 1_000_000;

    /** A sample, and what is known of the time before it; -1 and NaN for what is not. */
    record Truth(
            String name,
            long time,
            long nanos,
            double percent,
            long cpu,
            long received,
            long sent,
            long read,
            long written,
            long memory,
            long pids) {}

    private record Start(String name, long time) {}

    /** A stretch in which nobody listened; to is 0 if it was not over. */
    record Deaf(long from, long to) {}

    private static final class Life {
        final String name;
        final String id;
        boolean alive;
        /** Cpu, received, sent, read, written. */
        long[] counters = new long[5];
        /** Of the last sample that was recorded, as far as nothing is missing since; else null. */
        long @Nullable [] before;

        long systemBefore;
        long realBefore;
        /** Its start was recorded, and nothing is missing since, and no sample came yet. */
        boolean born;

        long started;
        long hiddenUntil;

        Life(int number) {
            name = "c" + number;
            id = Integer.toHexString(0x100000 + number).repeat(11).substring(0, 64);
        }
    }

    final List<Truth> truths = new ArrayList<>();
    final List<Deaf> deafs = new ArrayList<>();
    final Map<String, Integer> restarts = new TreeMap<>();
    /** When each life began whose start was recorded. */
    private final List<Start> starts = new ArrayList<>();

    private final Random random;
    private final boolean setsClock;
    private final List<Record> records = new ArrayList<>();
    private final List<Life> lives = new ArrayList<>();
    private long system = 1000 * SECOND;
    private long offset;
    private long deafUntil;

    UsageHistory(long seed, boolean setsClock) {
        random = new Random(seed);
        this.setsClock = setsClock;
        mark(BEGIN, new Mark.Start("1.0", Map.of()));
        mark(BEGIN, new Mark.EngineUp("id", "20.10", "1.41"));
        for (int i = 0; i < 5; i++) {
            lives.add(new Life(i));
        }
        for (long real = BEGIN + SECOND; real < BEGIN + SECONDS * SECOND; real += SECOND) {
            tick(real);
        }
        mark(BEGIN + SECONDS * SECOND, new Mark.CleanStop("SIGTERM"));
    }

    private void tick(long real) {
        system += CPUS * SECOND;
        boolean deaf = real < deafUntil;
        if (deaf && real + SECOND >= deafUntil) {
            listen(real);
        } else if (!deaf && random.nextInt(60) == 0) {
            deafUntil = real + (5 + random.nextInt(40)) * SECOND;
            deafs.add(new Deaf(real + offset, 0));
            mark(real, new Mark.EngineDown("connection refused"));
            deaf = true;
        } else if (setsClock && !deaf && random.nextInt(50) == 0) {
            long step = (random.nextInt(5) - 2) * SECOND;
            offset += step;
            mark(real, new Mark.ClockStep(step));
        }
        for (Life life : lives) {
            live(life, real + random.nextInt(300) * 1_000_000L, deaf || real < deafUntil);
        }
    }

    private void listen(long real) {
        Deaf deaf = deafs.remove(deafs.size() - 1);
        deafs.add(new Deaf(deaf.from(), real + offset));
        deafUntil = 0;
        mark(real, new Mark.EngineUp("id", "20.10", "1.41"));
        mark(real, new Mark.Gap("event", "", deaf.from(), real + offset, "connection refused"));
        lives.forEach(UsageHistory::miss);
    }

    private static void miss(Life life) {
        life.before = null;
        life.born = false;
    }

    private void live(Life life, long real, boolean deaf) {
        for (int i = 0; life.alive && i < life.counters.length; i++) {
            life.counters[i] += random.nextInt(3) == 0 ? 0 : random.nextInt(i == 0 ? 900_000_000 : 5_000_000);
        }
        if (deaf) {
            miss(life);
            if (random.nextInt(30) == 0) {
                life.counters = new long[5]; // a restart that nobody sees
            }
            return;
        }
        if (!life.alive ? random.nextInt(5) == 0 : random.nextInt(40) == 0) {
            turn(life, real);
        }
        if (real < life.hiddenUntil) {
            miss(life);
            miss(life, real, real - SECOND);
        } else if (life.alive && random.nextInt(40) == 0) {
            life.hiddenUntil = real + (2 + random.nextInt(20)) * SECOND;
            miss(life);
            miss(life, real, real);
        } else if (life.alive) {
            sample(life, real + 1_000_000);
        }
    }

    private void miss(Life life, long real, long from) {
        Mark gap = new Mark.Gap("stats", life.id, from, real + offset + 1, "hangs");
        add(Kind.MARK, life.id, real, DELAY + 1000, gap.toJson()); // after the start, if it started
    }

    /** Starts it, ends it, or both. */
    private void turn(Life life, long real) {
        boolean again = life.started != 0;
        if (life.alive) {
            event(life, "die", real);
            life.alive = false;
            if (random.nextBoolean()) {
                miss(life);
                return;
            }
        } else if (!again) {
            event(life, "create", real);
        }
        event(life, "start", real + 1000);
        if (again) {
            restarts.merge(life.name, 1, Integer::sum);
        }
        life.alive = true;
        life.started = real + 1000 + offset;
        starts.add(new Start(life.name, life.started));
        life.counters = new long[5];
        life.before = null;
        life.born = true;
    }

    private void sample(Life life, long real) {
        long[] before = life.before;
        boolean whole = before != null && before[0] >= 0;
        boolean resets = whole && before[0] > 5 * SECOND && random.nextInt(30) == 0;
        if (resets) {
            life.counters = new long[] {random.nextInt(1000), 7, 8, 9, 10}; // a new life that no event tells of
        } else if (random.nextInt(50) == 0) {
            life.counters[1] = 0; // a network has gone
        }
        long[] now = life.counters.clone();
        for (int i = 0; i < now.length && !resets; i++) {
            now[i] = random.nextInt(40) == 0 ? -1 : now[i];
        }
        long systemNow = random.nextInt(20) == 0 ? -1 : system;
        long memory = 4096L * (3 + random.nextInt(100_000));
        long pids = 1L + random.nextInt(9);
        record(Kind.STATS, life.id, real, payload(life, real, now, systemNow, memory, pids));
        truths.add(truth(life, real, now, systemNow, memory, pids, before, resets));
        life.before = now;
        life.systemBefore = systemNow;
        life.realBefore = real;
        life.born = false;
    }

    private Truth truth(
            Life life,
            long real,
            long[] now,
            long systemNow,
            long memory,
            long pids,
            long @Nullable [] before,
            boolean resets) {
        long nanos = before == null || resets ? 0 : real - life.realBefore;
        long[] more = new long[now.length];
        for (int i = 0; i < now.length; i++) {
            boolean fromZero = resets || before == null && life.born;
            boolean unknown = now[i] < 0 || !fromZero && (before == null || before[i] < 0 || now[i] < before[i]);
            more[i] = unknown ? -1 : fromZero || before == null ? now[i] : now[i] - before[i];
        }
        double percent = Double.NaN;
        if (nanos > 0 && more[0] >= 0) {
            boolean hasSystem = systemNow >= 0 && life.systemBefore >= 0;
            percent = hasSystem ? 100.0 * CPUS * more[0] / (systemNow - life.systemBefore) : 100.0 * more[0] / nanos;
        }
        return new Truth(
                life.name, real + offset, nanos, percent, more[0], more[1], more[2], more[3], more[4], memory, pids);
    }

    private static String payload(Life life, long real, long[] now, long system, long memory, long pids) {
        return "{\"id\":\"" + life.id + "\",\"pids_stats\":{\"current\":" + pids + "},\"cpu_stats\":{"
                + (now[0] < 0 ? "" : "\"cpu_usage\":{\"total_usage\":" + now[0] + "},")
                + (system < 0 ? "" : "\"system_cpu_usage\":" + system + ",") + "\"online_cpus\":" + CPUS
                + "},\"precpu_stats\":{\"cpu_usage\":{\"total_usage\":" + real + "}},\"memory_stats\":{\"usage\":"
                + (memory + 8192) + ",\"limit\":1073741824,\"stats\":{\"inactive_file\":8192}},\"name\":\"/" + life.name
                + "\",\"networks\":{\"eth0\":{" + member("rx_bytes", now[1]) + member("tx_bytes", now[2])
                + "\"tx_errors\":0}},\"blkio_stats\":{\"io_service_bytes_recursive\":["
                + "{\"major\":8,\"minor\":0,\"op\":\"Read\"" + value(now[3]) + "},"
                + "{\"major\":8,\"minor\":0,\"op\":\"Write\"" + value(now[4]) + "}]}}";
    }

    /** One that is not known makes the sum not known: it is negative, which no counter is. */
    private static String member(String name, long number) {
        return "\"" + name + "\":" + number + ",";
    }

    private static String value(long number) {
        return ",\"value\":" + number;
    }

    private void event(Life life, String action, long real) {
        String payload = "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + life.id
                + "\",\"Attributes\":{\"image\":\"i\",\"name\":\"" + life.name + "\"}},\"timeNano\":" + (real + offset)
                + "}";
        record(Kind.EVENT, life.id, real, payload);
    }

    private void mark(long real, Mark mark) {
        add(Kind.MARK, "", real, 0, mark.toJson());
    }

    private void record(Kind kind, String subject, long real, String payload) {
        add(kind, subject, real, DELAY, payload.getBytes(StandardCharsets.UTF_8));
    }

    private void add(Kind kind, String subject, long real, long delay, byte[] payload) {
        long time = real + offset;
        records.add(new Record(0, kind, subject, time, time + delay, real - BEGIN / 2 + delay, payload));
    }

    /** When the newest life of a container up to a moment began, as far as that was recorded. */
    long startOf(String name, long moment) {
        return starts.stream()
                .filter(start -> start.name().equals(name) && start.time() <= moment)
                .mapToLong(Start::time)
                .max()
                .orElse(Long.MIN_VALUE);
    }

    /** Writes it into one segment, in the order of receipt. */
    void write(Path journal) throws IOException {
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0);
        records.sort(Comparator.comparingLong(Record::monotonic));
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }
}
