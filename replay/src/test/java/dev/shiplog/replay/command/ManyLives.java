package dev.shiplog.replay.command;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Three weeks on a host on which containers come and go, and what a recorder writes of them: events, a description when
 * one starts, a snapshot at the beginning of each day. For two hours of the tenth day nobody listens; then a list shows what
 * has changed. It also knows what an answer must be.
 */
final class ManyLives {
    static final long SECOND = 1_000_000_000L;
    static final long DAY = 86_400 * SECOND;
    static final long BEGIN = Instant.parse("2026-10-01T00:00:00Z").getEpochSecond() * SECOND;
    static final long END = BEGIN + 21 * DAY;
    static final long DEAF = BEGIN + 9 * DAY + 3_600 * SECOND;
    static final long HEARS = DEAF + 7_200 * SECOND;
    private static final long NEVER = Long.MAX_VALUE;

    /**
     * A life, as it was. Times are ns since the epoch; those that did not come are {@link #NEVER}.
     */
    record Life(String id, String name, long created, long started, long died, int code, long removed) {
        boolean existedIn(long since, long until) {
            boolean unseen = DEAF <= created && removed < HEARS;
            return created < until && removedKnown() >= since && !unseen;
        }

        /** By then the journal says that it is gone. */
        long removedKnown() {
            return isDeaf(removed) ? HEARS + SECOND : removed;
        }

        boolean ranIn(long since) {
            return started != NEVER && (died == NEVER || diedKnown() >= since);
        }

        private long diedKnown() {
            return isDeaf(died) && isDeaf(removed) ? HEARS + SECOND : died;
        }

        /** As the table of {@code ps} over a range has it, if it ends after all that was missed was found. */
        String row(long until) {
            boolean ended = died < until;
            boolean unknown = isDeaf(died) && isDeaf(removed);
            String end = unknown && ended
                    ? "," + text(DEAF) + "," + text(HEARS + SECOND)
                    : ended ? text(died) + ",," : started == NEVER && removed < until ? removal() : ",,";
            String status = removed < until ? "removed" : started >= until ? "created" : ended ? "exited" : "running";
            String exit = ended && !unknown ? String.valueOf(code) : "";
            return String.join(",", name, text(created), end, exit, status);
        }

        /** Of one that never ran. */
        private String removal() {
            return isDeaf(removed)
                    ? "," + text(Math.max(DEAF, created)) + "," + text(HEARS + SECOND)
                    : text(removed) + ",,";
        }
    }

    private record Action(long time, String what, Life of) {}

    private final List<Life> lives = new ArrayList<>();
    private final Map<String, Record> described = new LinkedHashMap<>();
    private long now = BEGIN;

    ManyLives(int count, long seed) {
        Random random = new Random(seed);
        long between = (END - BEGIN) / count;
        for (int i = 0; i < count; i++) {
            byte[] id = new byte[32];
            random.nextBytes(id);
            long created = BEGIN + SECOND + i * between + random.nextInt((int) (between / SECOND)) * SECOND + i;
            created += isDeaf(created) == isDeaf(created + SECOND) ? 0 : 2 * SECOND; // it starts before, or after
            boolean runs = random.nextInt(10) > 0;
            long started = runs ? created + SECOND / 5 : NEVER;
            long length = (long) (-Math.log(1 - random.nextDouble()) * 1_200 * SECOND) + SECOND;
            long died = runs && random.nextInt(100) > 0 ? started + length : NEVER;
            boolean stays = runs && died == NEVER || random.nextInt(100) == 0;
            long last = runs && died != NEVER ? died : created;
            long removed = stays ? NEVER : last + 1 + (long) (random.nextDouble() * random.nextInt(10_000) * SECOND);
            int code = random.nextInt(3) == 0 ? 137 : 0;
            lives.add(new Life(HexFormat.of().formatHex(id), "job-" + i, created, started, died, code, removed));
        }
    }

    List<Life> lives() {
        return lives;
    }

    static boolean isDeaf(long time) {
        return DEAF <= time && time < HEARS;
    }

    private static String text(long time) {
        return Times.format(time);
    }

    void write(Path directory) throws IOException {
        List<Action> actions = new ArrayList<>();
        for (Life life : lives) {
            actions.add(new Action(life.created, "create", life));
            actions.add(new Action(life.started, "start", life));
            actions.add(new Action(life.died, "die", life));
            actions.add(new Action(life.removed, "destroy", life));
        }
        actions.removeIf(action -> action.time >= END);
        actions.sort(Comparator.comparingLong(Action::time)); // stable: of one life in their order
        Appender.Options options = new Appender.Options(Roll.DAILY, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(directory, options, tail -> {})) {
            appender.setSnapshot(this::snapshot);
            append(appender, mark(new Mark.Start("1.0", Map.of())));
            append(appender, mark(new Mark.EngineUp("id", "20.10", "1.41")));
            boolean deaf = false;
            for (Action action : actions) {
                if (!deaf && isDeaf(action.time)) {
                    deaf = true;
                    now = DEAF;
                    append(appender, mark(new Mark.EngineDown("connection refused")));
                }
                if (deaf && action.time >= HEARS) {
                    deaf = false;
                    hearAgain(appender);
                }
                if (!deaf) {
                    now = action.time;
                    happen(appender, action);
                }
            }
            now = END;
            append(appender, mark(new Mark.CleanStop("SIGTERM")));
        }
    }

    private void happen(Appender appender, Action action) throws IOException {
        append(appender, event(action));
        boolean isLast = action.of.started == NEVER || !action.what.equals("create");
        if (isLast && !action.what.equals("destroy")) {
            describe(appender, action.of);
        } else {
            described.remove(action.of.id);
        }
    }

    /** What the list shows. */
    private void hearAgain(Appender appender) throws IOException {
        now = HEARS;
        append(appender, mark(new Mark.EngineUp("id", "20.10", "1.41")));
        append(appender, mark(new Mark.Gap("event", "", DEAF, HEARS, "connection refused")));
        now = HEARS + SECOND;
        for (Life life : lives) {
            boolean before = life.created < DEAF && life.removed >= DEAF;
            if (before && isDeaf(life.removed)) {
                append(appender, synthetic(life, "destroy"));
                described.remove(life.id);
            } else if (life.created < HEARS && life.removed >= HEARS) {
                if (isDeaf(life.created) || isDeaf(life.started) || isDeaf(life.died)) {
                    describe(appender, life);
                    append(appender, synthetic(life, isDeaf(life.died) ? "die" : "create"));
                }
            }
        }
    }

    private void describe(Appender appender, Life life) throws IOException {
        boolean runs = life.started <= now;
        boolean ended = life.died <= now;
        String status = ended ? "exited" : runs ? "running" : "created";
        String text = "{\"Id\":\"" + life.id + "\",\"Created\":\"" + Instant.ofEpochSecond(0, life.created)
                + "\",\"Name\":\"/" + life.name + "\",\"Path\":\"serve\",\"Args\":[\"--all\"],\"State\":{\"Status\":\""
                + status + "\",\"StartedAt\":\"" + stated(runs ? life.started : NEVER) + "\",\"FinishedAt\":\""
                + stated(ended ? life.died : NEVER) + "\",\"ExitCode\":" + (ended ? life.code : 0)
                + "},\"Config\":{\"Image\":\"shop:1\",\"Env\":[\"" + "x".repeat(4_000)
                + "\"],\"Labels\":{\"tier\":\"front\"}}}";
        Record record = record(Kind.INSPECT, life.id, now, text.getBytes(StandardCharsets.UTF_8));
        described.put(life.id, record);
        append(appender, record);
    }

    private static String stated(long time) {
        return time == NEVER
                ? "0001-01-01T00:00:00Z"
                : Instant.ofEpochSecond(0, time).toString();
    }

    private Record event(Action action) {
        String text = "{\"Type\":\"container\",\"Action\":\"" + action.what + "\",\"Actor\":{\"ID\":\"" + action.of.id
                + "\",\"Attributes\":{\"exitCode\":\"" + action.of.code + "\",\"image\":\"shop:1\",\"name\":\""
                + action.of.name + "\"}},\"timeNano\":" + action.time + "}";
        return record(Kind.EVENT, action.of.id, action.time, text.getBytes(StandardCharsets.UTF_8));
    }

    private Record synthetic(Life of, String change) {
        return record(Kind.MARK, of.id, now, new Mark.Synthetic(of.id, change, of.name).toJson());
    }

    private Record mark(Mark mark) {
        return record(Kind.MARK, "", now, mark.toJson());
    }

    private static Record record(Kind kind, String subject, long time, byte[] payload) {
        return new Record(0, kind, subject, time, time + 1_000, time / 7, payload);
    }

    private static void append(Appender appender, Record record) throws IOException {
        appender.append(record);
    }

    private List<Record> snapshot() {
        List<Record> records = new ArrayList<>();
        records.add(mark(new Mark.SegmentStart("", described.size())));
        records.add(mark(new Mark.EngineUp("id", "20.10", "1.41")));
        records.addAll(described.values());
        return records;
    }
}
