package dev.shiplog.replay.explain;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a recorder wrote, told in words, one a record, each with the second in which it was recorded:
 *
 * <pre>
 * start@0  die:137@5  kill:9@4  stop@6  restart@7  oom@4  destroy@8  update@3  health:unhealthy@2     events of web
 * db.start@0                                      the same of another container
 * now:8m@1  was:137@5  was:137,oom@5  is:8m,always@1       descriptions: running, ended, created; see {@link #describe}
 * used:7m@3                                       a sample
 * down@5  up@9  gap:5-9@10  reboot@8  begin@0  cleanstop@4  engine:live@0  found:die@9       marks and facts
 * connect@1  disconnect@2                         to a network
 * </pre>
 *
 * Of a word such as {@code die:0@5/9} the event is of second 5, and was recorded in second 9. Everything has the image
 * {@code shop:1} and is of the project {@code p}, unless its name begins with a capital letter.
 */
final class Story {
    private static final long ZERO = 1_795_000_000_000_000_000L;
    private static final String UNTIL_KNOWN = " used:1m@100";

    private final List<Explanation> explained = new ArrayList<>();
    private final LifeReader lives;
    private final Explainer explainer = new Explainer(explained::add);
    private final List<Life> running;
    private String boot = "one";
    private String image = "sha256:1";
    /** Of the newest description of each container, when it was started. */
    private final Map<String, String> started = new HashMap<>();

    private final Encoder encoder = new Encoder();
    private final Decoder decoder = new Decoder();
    private long sequence;

    private Story(String words) {
        encoder.startGroup();
        decoder.startGroup(1);
        lives = new LifeReader(explainer::take);
        for (String word : words.strip().split("\\s+")) {
            tell(word);
        }
        running = lives.end();
        explainer.end();
    }

    /** What is explained of a story that goes on for long enough after it. */
    static List<Explanation> of(String words) {
        return new Story("begin@-10 up@-9 " + words + UNTIL_KNOWN).explained;
    }

    /** The same of one that ends with its last word. */
    static List<Explanation> cut(String words) {
        return new Story("begin@-10 up@-9 " + words).explained;
    }

    /** The lives that are not over. */
    static List<Life> running(String words) {
        return new Story("begin@-10 up@-9 " + words).running;
    }

    private void tell(String word) {
        String[] parts = word.split("@");
        String[] times = parts[1].split("/");
        long time = nanos(times[0]);
        long received = nanos(times[times.length - 1]) + 1_000_000;
        int dot = parts[0].matches("[A-Za-z]+\\..*") ? parts[0].indexOf('.') : -1;
        String name = dot < 0 ? "web" : parts[0].substring(0, dot);
        String[] what = parts[0].substring(dot + 1).split(":", 2);
        String detail = what.length < 2 ? "" : what[1];
        switch (what[0]) {
            case "start", "stop", "restart", "oom", "destroy", "update", "create", "pause" ->
                event(name, what[0], "", "", time, received);
            case "kill" -> event(name, "kill", "signal", detail, time, received);
            case "die" -> event(name, "die", "exitCode", detail, time, received);
            case "health" -> event(name, "health_status: " + detail, "", "", time, received);
            case "now", "was", "is" -> describe(name, what[0], detail, time, received);
            case "used" -> take(Kind.STATS, id(name), time, received, sample(detail));
            case "connect", "disconnect" ->
                take(
                        Kind.EVENT,
                        "n",
                        time,
                        received,
                        "{\"Type\":\"network\",\"Action\":\"" + what[0] + "\",\"Actor\":{\"ID\":\"n\",\"Attributes\":{"
                                + "\"container\":\"" + id(name) + "\"}}}");
            case "image" -> image = "sha256:" + detail;
            case "reboot" -> boot = "two";
            case "engine" ->
                take(Kind.HOST, "info", time, received, "{\"LiveRestoreEnabled\":" + detail.equals("live") + "}");
            default -> mark(what[0], detail, name, time, received);
        }
    }

    private void mark(String what, String detail, String name, long time, long received) {
        Mark mark = switch (what) {
            case "begin" -> new Mark.Start("1", Map.of());
            case "up" -> new Mark.EngineUp("e", "20.10", "1.41");
            case "down" -> new Mark.EngineDown("refused");
            case "cleanstop" -> new Mark.CleanStop("SIGTERM");
            case "crashed" -> new Mark.UncleanStop(nanos(detail), 1);
            case "gap" ->
                new Mark.Gap("event", "", nanos(detail.split("-")[0]), nanos(detail.split("-")[1]), "nobody listened");
            case "unsettled" -> new Mark.Unsettled(nanos(detail), 0, "nobody listened");
            case "settled" -> new Mark.Settled(time);
            case "found" -> new Mark.Synthetic(id(name), detail, name);
            default -> throw new IllegalArgumentException(what);
        };
        take(Kind.MARK, "", time, received, new String(mark.toJson(), StandardCharsets.UTF_8));
    }

    private void event(String name, String action, String key, String value, long time, long received) {
        if (action.equals("start")) {
            started.put(name, Instant.ofEpochSecond(0, time - 10_000_000).toString());
        }
        String more = key.isEmpty() ? "" : ",\"" + key + "\":\"" + value + "\"";
        String attributes = "{\"name\":\"" + name + "\",\"image\":\"shop:1\"" + labels(name, ",") + more + "}";
        take(
                Kind.EVENT,
                id(name),
                time,
                received,
                "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id(name)
                        + "\",\"Attributes\":" + attributes + "},\"timeNano\":" + time + "}");
    }

    private static String labels(String name, String before) {
        return Character.isUpperCase(name.charAt(0))
                ? ""
                : before + "\"com.docker.compose.project\":\"p\",\"com.docker.compose.service\":\"" + name + "\"";
    }

    /** Words, by commas: a number with m is a limit; a plain number is an exit code; a policy; oom; rm; e, an error; rN restarts of at most maxN. */
    private void describe(String name, String how, String detail, long time, long received) {
        String code = "0";
        String limit = "0";
        String policy = "no";
        String error = "";
        String restarts = "0";
        String most = "0";
        for (String word : detail.split(",")) {
            code = word.matches("\\d+") ? word : code;
            limit = word.matches("\\d+m") ? String.valueOf(Long.parseLong(word.replace("m", "")) << 20) : limit;
            policy = word.matches("always|unless-stopped|on-failure") ? word : policy;
            error = word.equals("e") ? "no such file" : error;
            most = word.matches("max\\d+") ? word.substring("max".length()) : most;
            restarts = word.matches("r\\d+") ? word.substring(1) : restarts;
        }
        boolean over = how.equals("was");
        String status = over
                ? policy.equals("no") || !most.equals("0") && restarts.equals(most) ? "exited" : "restarting"
                : how.equals("now") ? "running" : "created";
        String zero = "0001-01-01T00:00:00Z";
        String begun = how.equals("is")
                ? zero
                : started.getOrDefault(
                        name, Instant.ofEpochSecond(0, time - 500_000_000L).toString());
        String end = over ? Instant.ofEpochSecond(0, time - 5_000_000).toString() : zero;
        take(
                Kind.INSPECT,
                id(name),
                received,
                received,
                "{\"Id\":\"" + id(name) + "\",\"Name\":\"/" + name + "\",\"Image\":\"" + image + "\",\"RestartCount\":"
                        + restarts + ",\"State\":{\"Status\":\"" + status + "\",\"OOMKilled\":" + detail.contains("oom")
                        + ",\"ExitCode\":" + code + ",\"Error\":\"" + error + "\",\"StartedAt\":\"" + begun
                        + "\",\"FinishedAt\":\"" + end + "\"},\"HostConfig\":{\"Memory\":" + limit + ",\"AutoRemove\":"
                        + detail.contains("rm") + ",\"RestartPolicy\":{\"Name\":\"" + policy
                        + "\",\"MaximumRetryCount\":" + most + "}},\"Config\":{\"Image\":\"shop:1\",\"Labels\":{"
                        + labels(name, "") + "}}}");
    }

    private static String sample(String memory) {
        long bytes = (long) (Double.parseDouble(memory.replace("m", "")) * (1 << 20));
        return "{\"memory_stats\":{\"usage\":" + bytes + ",\"limit\":" + (1L << 33) + "}}";
    }

    private void take(Kind kind, String subject, long time, long received, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        Record record = new Record(++sequence, kind, subject, time, received, received, bytes);
        lives.take(decoded(record), "vm", boot);
    }

    private RecordView decoded(Record record) {
        Bytes coded = new Bytes(256);
        encoder.encode(record, coded);
        try {
            return decoder.decode(coded.array(), 0, coded.length());
        } catch (UndecodableException e) {
            throw new AssertionError(e);
        }
    }

    private static String id(String name) {
        return String.format("%064x", name.hashCode() & 0xffffffffL);
    }

    private static long nanos(String seconds) {
        return ZERO + new BigDecimal(seconds).movePointRight(9).longValueExact();
    }
}
