package dev.shiplog.replay.command;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.query.Times;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Tells of damage, a line for each stretch, and in the end of all of it. */
final class Losses {
    private final PrintWriter err;
    private final Set<String> segments = new TreeSet<>();
    private int stretches;
    private long records;

    Losses(PrintWriter err) {
        this.err = err;
    }

    void tell(Loss loss) {
        stretches++;
        segments.add(loss.segment());
        records += Math.max(0, loss.records());
        err.println("replay: lost: " + loss.segment() + ", " + where(loss) + ": " + what(loss) + when(loss) + ": "
                + loss.reason());
    }

    /** A copy costs nothing. */
    void tell(Segment copy) {
        err.println("replay: passed over: " + copy.name().text() + ": a copy of "
                + Objects.requireNonNull(copy.copyOf()).getFileName());
    }

    private static String when(Loss loss) {
        String after = loss.fromTime() == 0 ? "" : "after " + Times.format(loss.fromTime());
        String before = loss.toTime() == 0 ? "" : "before " + Times.format(loss.toTime());
        if (after.isEmpty() && before.isEmpty()) {
            return "";
        }
        return ", received " + after + (after.isEmpty() || before.isEmpty() ? "" : " and ") + before;
    }

    private static String where(Loss loss) {
        return loss.fromOffset() == loss.toOffset()
                ? "at byte " + loss.fromOffset()
                : "bytes " + loss.fromOffset() + " to " + loss.toOffset();
    }

    private static String what(Loss loss) {
        if (loss.records() < 0) {
            return "an unknown number of records";
        }
        if (loss.records() == 0) {
            return "no record";
        }
        return loss.records() == 1
                ? "record " + loss.fromSequence()
                : "records " + loss.fromSequence() + " to " + loss.toSequence();
    }

    boolean any() {
        return stretches > 0;
    }

    void summarise() {
        err.println("replay: damage: " + count(stretches, "stretch", "stretches") + " could not be read, in "
                + count(segments.size(), "segment", "segments") + "; " + count(records, "record is", "records are")
                + " known to be lost");
    }

    private static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
