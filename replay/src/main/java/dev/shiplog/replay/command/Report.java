package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.query.GapLine;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.json.Json;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reports what is missing from an answer, a line for each gap and each damaged stretch, and derives the exit code. Damage
 * and the records that build on it share a line, which is held back until it is complete. Not thread safe.
 */
final class Report implements AutoCloseable {
    /** What to do about a file or directory that may not be read. */
    static final String ADVICE = "read it as its owner, or let the recorder run with --group";

    private final Console console;
    private final Set<String> damagedSegments = new TreeSet<>();
    /** How many records were skipped because their kind is not known, by the code of the kind. */
    private final SortedMap<Integer, Long> unknown = new TreeMap<>();

    /** What was reported, if a second reading may come upon it again; null if there is but one. */
    private final @Nullable Set<Reading.Notice> reported;

    /** Descriptions that say nothing, by container and time: a second reading comes upon them again. */
    private final Set<List<Object>> unreadable = new HashSet<>();

    private String firstUnreadable = "";

    private boolean refused;
    private boolean mismatch;
    private int gaps;
    private int stretches;
    private long lostRecords;

    /** Not yet reported, because records that build on it may be lost as well; null if there is none. */
    private @Nullable Loss open;
    /** How many records that build on it are lost, and the last such loss. */
    private long built;

    private @Nullable Loss last;

    Report(Console console) {
        this(console, null);
    }

    private Report(Console console, @Nullable Set<Reading.Notice> reported) {
        this.console = console;
        this.reported = reported;
    }

    /** Of several readings of the same sources, which may come upon the same things. */
    static Report ofSeveralReadings(Console console) {
        return new Report(console, new HashSet<>());
    }

    /** Reports what a reading came upon. */
    void add(Reading.Notice notice) {
        if (reported != null && !reported.add(notice)) {
            return;
        }
        if (notice instanceof Reading.Missing missing) {
            addGap(GapLine.of(missing.gap()));
        } else if (notice instanceof Reading.Gone gone) {
            addGap(gone.line());
        } else if (notice instanceof Reading.Damaged damaged) {
            addLoss(damaged.loss());
        } else if (notice instanceof Reading.Copied copied) {
            addCopy(copied.copy());
        } else if (notice instanceof Reading.Unknown skipped) {
            unknown.merge(skipped.kindCode(), 1L, Long::sum);
        }
    }

    /** Takes a record that an answer about containers is made of; null is none. A description that is no JSON says nothing. */
    void check(@Nullable RecordView record) {
        if (record == null
                || record.kind() != Kind.INSPECT
                || Json.parse(record.payload().toArray()) != null) {
            return;
        }
        if (unreadable.isEmpty()) {
            firstUnreadable = DockerWords.shortId(record.subject()) + " at " + Times.format(record.time());
        }
        unreadable.add(List.of(record.subject(), record.time()));
    }

    /** Counts a gap that the answer itself tells of. */
    void countGap() {
        gaps++;
    }

    /** Reports a gap by a line of its own. */
    void addGap(String line) {
        gaps++;
        console.say(line);
    }

    /** Reports a loss, though perhaps not before the next. */
    void addLoss(Loss loss) {
        if (loss.cause() == Loss.Cause.REFUSED) {
            flush();
            refused = true;
            console.say("not read: " + loss.reason() + "; " + ADVICE);
            return;
        }
        if (loss.cause() == Loss.Cause.DELETED) {
            flush();
            addGap("gap: " + what(loss) + when(loss) + ": the recorder's retention deleted them");
            return;
        }
        mismatch |= loss.cause() == Loss.Cause.MISMATCH;
        lostRecords += Math.max(0, loss.records());
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
        damagedSegments.add(loss.segment());
        open = loss;
    }

    /** Reports a copy, which costs nothing. */
    void addCopy(Segment copy) {
        flush();
        Path original = Objects.requireNonNull(copy.copyOf());
        boolean namesTell = !original.getFileName().toString().equals(copy.name());
        console.say("passed over: " + (namesTell ? copy.name() : copy.path()) + ": a copy of "
                + (namesTell ? original.getFileName() : original));
    }

    /** Reports what was held back: nothing more comes for now. */
    void flush() {
        Loss loss = open;
        if (loss != null) {
            console.say("lost: " + loss.place() + ": " + what(loss) + when(loss) + ": " + loss.reason() + more(loss));
        }
        open = null;
        last = null;
        built = 0;
    }

    /** Reports what was held back, also if something else went wrong. */
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

    private static String when(Loss loss) {
        Loss.Received received = loss.received();
        String after = received.after() == 0 ? "" : "after " + Times.format(received.after());
        String before = received.before() == 0 ? "" : "before " + Times.format(received.before());
        if (after.isEmpty() && before.isEmpty()) {
            return "";
        }
        return ", received " + after + (after.isEmpty() || before.isEmpty() ? "" : " and ") + before;
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

    /** Reports the totals, of damage and of unknown kinds, if there are any, and gives the exit code. */
    int summarise() {
        flush();
        unknown.forEach((kindCode, skipped) -> console.say("passed over: " + count(skipped, "record", "records")
                + " of kind " + kindCode + ", which this version does not know: a newer replay does"));
        if (!unreadable.isEmpty()) {
            console.say("passed over: " + count(unreadable.size(), "description", "descriptions")
                    + " that cannot be read as JSON, the first of " + firstUnreadable);
        }
        if (stretches == 0) {
            return refused ? ExitCode.FAILED : gaps > 0 ? ExitCode.GAPS : ExitCode.OK;
        }
        console.say("damage: " + count(stretches, "stretch", "stretches") + " could not be read, in "
                + count(damagedSegments.size(), "segment", "segments") + "; "
                + count(lostRecords, "record is", "records are") + " known to be lost");
        return refused ? ExitCode.FAILED : mismatch ? ExitCode.MISMATCH : ExitCode.DAMAGE;
    }

    /** Whether this user may not read something. */
    boolean isRefused() {
        return refused;
    }

    /** A number and its noun. */
    static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
