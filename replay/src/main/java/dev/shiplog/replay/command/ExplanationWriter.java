package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.explain.Cause;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.explain.Trend;
import dev.shiplog.replay.explain.Verdict;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes explanations: for people as text, or as JSON, an object a line. */
final class ExplanationWriter {
    private static final int PIECE_BYTES = 1 << 16;

    private final OutputStream out;
    private final boolean asJson;
    private final Bytes text = new Bytes(2 * PIECE_BYTES);
    private boolean wroteAny;

    ExplanationWriter(OutputStream out, boolean asJson) {
        this.out = out;
        this.asJson = asJson;
    }

    boolean wroteAny() {
        return wroteAny;
    }

    /**
     * Takes the next one; {@link #flush} is needed to see it.
     *
     * @param isEnd whether nothing was recorded beyond what is known of one that still runs
     */
    void write(Explanation explanation, boolean isEnd) {
        if (asJson) {
            ExplanationJson.write(explanation, text);
        } else {
            if (wroteAny) {
                text.put('\n');
            }
            people(explanation, isEnd);
        }
        wroteAny = true;
    }

    /** Writes what waits, if it is much. */
    void flushMuch() throws IOException {
        if (text.length() >= PIECE_BYTES) {
            flush();
        }
    }

    void flush() throws IOException {
        out.write(text.array(), 0, text.length());
        out.flush();
        text.clear();
    }

    private void people(Explanation explanation, boolean isEnd) {
        Life life = explanation.life();
        Verdict verdict = explanation.verdict();
        String name = life.container().name().isEmpty()
                ? life.container().id()
                : life.container().name();
        String host = life.host().isEmpty() ? "" : " on " + life.host();
        if (verdict == null) {
            String known = Times.formatMillis(life.context().knownUntil());
            line("", name + host + " still ran at " + known + (isEnd ? ", where the recording ends" : ""));
            line("  ", Trend.summary(life));
            factors(explanation);
            return;
        }
        line(
                "",
                ended(life) + "  " + name + host + ": "
                        + verdict.cause().label()
                        + (verdict.cause() == Cause.UNKNOWN
                                ? ""
                                : ", " + verdict.confidence().label()));
        line("  ", verdict.summary());
        factors(explanation);
        Explanation.FirstMover first = explanation.firstMover();
        if (first != null) {
            line(
                    "  ",
                    "First was " + first.container() + " (" + first.cause().label() + "), "
                            + Trend.length(first.before()) + " before.");
        }
        for (Explanation.Follower follower : explanation.followed()) {
            line(
                    "  ",
                    follower.container() + " followed " + Trend.length(follower.after()) + " later: " + follower.how());
        }
        if (!explanation.restarted().isEmpty()) {
            line(
                    "  ",
                    "Started again by: " + explanation.restarted() + "; restarts by its policy before: "
                            + explanation.restarts());
        }
        list(
                "Recorded:",
                verdict.evidence().stream()
                        .map(fact -> Times.formatMillis(fact.time()) + "  " + fact.what())
                        .toList());
        list("Not known:", verdict.missing());
    }

    private static String ended(Life life) {
        String latest = Times.formatMillis(life.ended());
        if (life.isEndKnown()) {
            return latest;
        }
        return life.endedAfter() == 0
                ? "before " + latest
                : "between " + Times.formatMillis(life.endedAfter()) + " and " + latest;
    }

    private void factors(Explanation explanation) {
        if (!explanation.factors().isEmpty()) {
            line("  ", "Factors: " + String.join(", ", explanation.factors()));
        }
    }

    private void list(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            line("  ", title);
            lines.forEach(each -> line("    ", each));
        }
    }

    private void line(String indent, String line) {
        text.putUtf8(indent + Console.printable(line) + "\n");
    }
}
