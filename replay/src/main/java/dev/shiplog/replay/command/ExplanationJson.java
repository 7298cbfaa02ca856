package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.replay.explain.Evidence;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.explain.Trend;
import dev.shiplog.replay.explain.Verdict;
import dev.shiplog.timeline.json.JsonLine;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An explanation as JSON, on one line:
 *
 * <pre>
 * {"host","container","id","project","service","image","state","started","ended","ended_after","ended_before","duration_s","exit_code","signal",
 *  "cause","confidence","summary","first_mover":{"container","cause","ended","before_ms"},
 *  "followed":[{"container","after_ms","how"}],"restarted","restarts","factors":[],"evidence":[{"time","what"}],
 *  "missing":[]}
 * </pre>
 *
 * Times are ns since the epoch, and again as RFC 3339 in a member NAME_rfc3339. What is not known is null; of an end that
 * was found afterwards, "ended_after" and "ended_before" say between which times it was. Of one that still ran,
 * "ended_after" is the last time that it is known of.
 */
final class ExplanationJson {
    private static final double MILLI = 1e6;
    private static final double SECOND = 1e9;
    private static final int SIGNAL_BASE = 128;
    private static final int LAST_SIGNAL = 64;

    private ExplanationJson() {}

    static void write(Explanation explanation, Bytes out) {
        Life life = explanation.life();
        Verdict verdict = explanation.verdict();
        JsonLine line = new JsonLine(out);
        line.put("host", life.host());
        line.put("container", life.container().name());
        line.put("id", life.container().id());
        put(line, out, "project", explanation.project());
        put(line, out, "service", explanation.service());
        put(line, out, "image", life.container().image());
        line.put("state", verdict == null ? "running" : "ended");
        time(line, out, "started", life.started());
        boolean isFound = !life.isEndKnown();
        time(line, out, "ended", isFound ? 0 : life.ended());
        time(line, out, "ended_after", verdict == null ? life.context().knownUntil() : isFound ? life.endedAfter() : 0);
        time(line, out, "ended_before", isFound ? life.ended() : 0);
        number(line, out, "duration_s", life.duration() < 0 ? null : decimal((double) life.duration() / SECOND));
        Integer code = life.exitCode();
        number(line, out, "exit_code", code == null ? null : code.toString());
        boolean bySignal = code != null && code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL;
        number(line, out, "signal", bySignal && code != null ? String.valueOf(code - SIGNAL_BASE) : null);
        put(line, out, "cause", verdict == null ? "" : verdict.cause().label());
        put(line, out, "confidence", verdict == null ? "" : verdict.confidence().label());
        line.put("summary", verdict == null ? Trend.summary(life) : verdict.summary());
        firstMover(line, out, explanation.firstMover());
        array(line, out, "followed", explanation.followed(), (follower, to) -> {
            to.put("container", follower.container());
            number(to, out, "after_ms", String.valueOf(Math.round((double) follower.after() / MILLI)));
            to.put("how", follower.how());
        });
        put(line, out, "restarted", explanation.restarted());
        line.put("restarts", explanation.restarts());
        texts(line, out, "factors", explanation.factors());
        List<Evidence> evidence = verdict == null ? List.of() : verdict.evidence();
        array(line, out, "evidence", evidence, (fact, to) -> {
            to.putTime("time", fact.time());
            to.put("what", fact.what());
        });
        texts(line, out, "missing", verdict == null ? List.of() : verdict.missing());
        line.end();
        out.put('\n');
    }

    private static void firstMover(JsonLine line, Bytes out, Explanation.@Nullable FirstMover first) {
        line.name("first_mover");
        if (first == null) {
            out.putAscii("null");
            return;
        }
        JsonLine object = new JsonLine(out);
        object.put("container", first.container());
        object.put("cause", first.cause().label());
        object.putTime("ended", first.ended());
        number(object, out, "before_ms", String.valueOf(Math.round((double) first.before() / MILLI)));
        object.end();
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    /** A text, or null if it is empty. */
    private static void put(JsonLine line, Bytes out, String name, String text) {
        if (text.isEmpty()) {
            number(line, out, name, null);
        } else {
            line.put(name, text);
        }
    }

    private static void number(JsonLine line, Bytes out, String name, @Nullable String number) {
        line.name(name);
        out.putAscii(number == null ? "null" : number);
    }

    private static void time(JsonLine line, Bytes out, String name, long time) {
        if (time == 0) {
            number(line, out, name, null);
        } else {
            line.putTime(name, time);
        }
    }

    private static <T> void array(JsonLine line, Bytes out, String name, List<T> all, BiConsumer<T, JsonLine> members) {
        line.name(name);
        out.put('[');
        for (int i = 0; i < all.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            JsonLine object = new JsonLine(out);
            members.accept(all.get(i), object);
            object.end();
        }
        out.put(']');
    }

    private static void texts(JsonLine line, Bytes out, String name, List<String> texts) {
        line.name(name);
        out.put('[');
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            JsonString.put(texts.get(i), out);
        }
        out.put(']');
    }
}
