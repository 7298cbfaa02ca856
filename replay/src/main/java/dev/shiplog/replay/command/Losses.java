package dev.shiplog.replay.command;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.query.Times;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tells of damage, a line for each place and what builds on it, and in the end of all of it. */
final class Losses implements AutoCloseable {
    private final Console console;
    private final Set<String> segments = new TreeSet<>();
    /** What to do about a file or directory that may not be read. */
    static final String ADVICE = "read it as its owner, or let the recorder run with --group";

    private boolean refused;
    private int stretches;
    private long records;

    /** Not yet told, because more may come that builds on it; null if there is nothing to tell. */
    private @Nullable Loss open;
    /** How many records that is, and the last of them. */
    private long built;

    private @Nullable Loss last;

    Losses(Console console) {
        this.console = console;
    }

    /** Tells of a loss, if need be after what comes next. */
    void tell(Loss loss) {
        if (loss.cause() == Loss.Cause.REFUSED) {
            flush();
            refused = true;
            console.say("not read: " + loss.reason() + "; " + ADVICE);
            return;
        }
        records += Math.max(0, loss.records());
        Loss before = open;
        if (before != null
                && loss.cause() == Loss.Cause.UNDECODABLE
                && loss.segment().equals(before.segment())
                && loss.records() > 0) {
            built += loss.records();
            last = loss;
            return;
        }
        flush();
        stretches++;
        segments.add(loss.segment());
        open = loss;
    }

    /** Tells what is not yet told: nothing more comes for now. */
    void flush() {
        Loss loss = open;
        if (loss != null) {
            console.say("lost: " + loss.segment() + ", " + where(loss) + ": " + what(loss) + when(loss) + ": "
                    + loss.reason() + more(loss));
        }
        open = null;
        last = null;
        built = 0;
    }

    /** Tells the rest, should something else go wrong. */
    @Override
    public void close() {
        flush();
    }

    private String more(Loss loss) {
        Loss end = last;
        if (end == null) {
            return "";
        }
        return "; and " + count(built, "record", "records")
                + (loss.cause() == Loss.Cause.UNDECODABLE
                        ? " more"
                        : built == 1 ? " that builds on what is lost" : " that build on what is lost")
                + ", up to "
                + (end.received().before() == 0
                        ? "the end of the segment"
                        : Times.format(end.received().before()));
    }

    /** A copy costs nothing. */
    void tell(Segment copy) {
        flush();
        console.say("passed over: " + copy.name().text() + ": a copy of "
                + Objects.requireNonNull(copy.copyOf()).getFileName());
    }

    private static String when(Loss loss) {
        String after = loss.received().after() == 0
                ? ""
                : "after " + Times.format(loss.received().after());
        String before = loss.received().before() == 0
                ? ""
                : "before " + Times.format(loss.received().before());
        if (after.isEmpty() && before.isEmpty()) {
            return "";
        }
        return ", received " + after + (after.isEmpty() || before.isEmpty() ? "" : " and ") + before;
    }

    private static String where(Loss loss) {
        Loss.Place place = loss.place();
        return place.from() == place.to() ? "at byte " + place.from() : "bytes " + place.from() + " to " + place.to();
    }

    private static String what(Loss loss) {
        if (loss.records() < 0) {
            return "an unknown number of records";
        }
        if (loss.records() == 0) {
            return "no record";
        }
        Loss.Sequences sequences = loss.sequences();
        return loss.records() == 1
                ? "record " + sequences.from()
                : "records " + sequences.from() + " to " + sequences.to();
    }

    /** Tells of all of it, if there is any; gives the code that a verb ends with that would else end with this one. */
    int summarise(int otherwise) {
        flush();
        if (stretches == 0) {
            return refused ? ExitCode.FAILED : otherwise;
        }
        console.say("damage: " + count(stretches, "stretch", "stretches") + " could not be read, in "
                + count(segments.size(), "segment", "segments") + "; " + count(records, "record is", "records are")
                + " known to be lost");
        return refused ? ExitCode.FAILED : ExitCode.DAMAGE;
    }

    /** Whether anything may not be read by this user. */
    boolean anyRefused() {
        return refused;
    }

    private static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
