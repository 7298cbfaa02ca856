package dev.shiplog.replay.query;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets each record of each journal through once, whatever sources hold it, and none that an earlier export had; says
 * which records that one did not have are there no more. Not thread safe.
 *
 * <p>A record is known by its journal and its sequence. After a power cut a journal may be shorter than what was exported
 * of it, and its recorder gives the same numbers again. Then sequences prove nothing: what was received behind the last
 * record that was exported is new.
 */
public final class Once {
    /** What a record is. */
    public enum Seen {
        /** To be handed out. */
        NEW,
        /** An earlier export had it; it comes in order, and tells what is known now. */
        KNOWN,
        /** Another source had it. */
        TWICE
    }

    private final Map<String, Passed> journals = new HashMap<>();
    private Passed current = new Passed("", null);
    private boolean reseek;

    /** One journal: what an earlier export had of it, and what this one has. */
    private static final class Passed {
        private final String id;
        private final @Nullable Reached before;
        private final Sequences handedOut = new Sequences();
        /** Sequences do not go on from those of before. */
        private boolean forked;
        /** The highest sequence that was read, and the receipt of its record. */
        private long highest;

        private long received;
        /** Whether any was handed out. */
        private boolean fresh;
        /** The lowest sequence behind those of before that was read or is told to be lost. */
        private long lowest = Long.MAX_VALUE;

        /** From where on records that an earlier export had are gone; 0 if that is not known. */
        private long cutFrom;

        private boolean met;
        private boolean told;

        Passed(String id, @Nullable Reached before) {
            this.id = id;
            this.before = before;
        }

        Seen take(RecordView record) {
            long sequence = record.sequence();
            boolean ahead = sequence > highest;
            if (ahead) {
                highest = sequence;
                received = record.received();
            }
            if (before != null && (forked ? record.received() <= before.received() : sequence <= before.sequence())) {
                return ahead ? Seen.KNOWN : Seen.TWICE;
            }
            lowest = Math.min(lowest, sequence);
            boolean isNew = handedOut.add(sequence) || id.isEmpty();
            fresh |= isNew;
            return isNew ? Seen.NEW : Seen.TWICE;
        }

        /** Sequences prove nothing: all is to be read again, from the last receipt on. */
        void fork() {
            forked = true;
            highest = 0;
            lowest = Long.MAX_VALUE;
        }

        boolean isEarly(Group group) {
            if (before == null) {
                return false;
            }
            return forked ? group.clock() < before.received() : group.base() <= before.sequence() + 1;
        }

        Reached reached() {
            if (before == null) {
                return new Reached(highest, received, false);
            }
            if (!met) {
                return new Reached(before.sequence(), before.received(), told || before.gone());
            }
            boolean further = forked ? fresh : highest > before.sequence();
            return further
                    ? new Reached(highest, received, false)
                    : new Reached(before.sequence(), before.received(), false);
        }
    }

    /**
     * @param before what earlier exports had, by journal
     */
    public Once(Map<String, Reached> before) {
        before.forEach((id, reached) -> journals.put(id, new Passed(id, reached)));
    }

    /** Takes the next record that is read of a journal. Where none is known, every record is new. */
    public Seen take(String journal, RecordView record) {
        go(journal);
        Reached before = current.before;
        if (before != null
                && !current.forked
                && record.sequence() == before.sequence()
                && record.received() != before.received()) {
            current.fork();
            reseek = true;
            return Seen.TWICE;
        }
        return current.take(record);
    }

    /** Takes a loss that is met in a journal; false if an earlier export told it. */
    public boolean take(String journal, Loss loss) {
        go(journal);
        Reached before = current.before;
        if (before == null || loss.sequences().to() == 0) {
            return true;
        }
        if (loss.records() >= 0 && loss.sequences().to() <= before.sequence()) {
            return false;
        }
        current.lowest = Math.min(current.lowest, Math.max(loss.sequences().from(), before.sequence() + 1));
        return true;
    }

    private void go(String journal) {
        if (!journal.equals(current.id)) {
            current = journals.computeIfAbsent(journal, id -> new Passed(id, null));
            current.met = true;
        }
    }

    /** Whether nothing before a segment is needed, by its journal and its first group. */
    public boolean isEarly(String journal, Group group) {
        Passed passed = journals.get(journal);
        return passed != null && passed.isEarly(group);
    }

    /** Whether all is to be read again, because a journal is another one than it was; true once for each. */
    public boolean seeksAnew() {
        boolean seek = reseek;
        reseek = false;
        return seek;
    }

    /** The sources are read to their end: tells whether some are to be read again, as {@link #seeksAnew}. */
    public boolean endsShort() {
        boolean any = false;
        for (Passed passed : journals.values()) {
            Reached before = passed.before;
            if (before != null && !passed.forked && passed.highest > 0 && passed.highest < before.sequence()) {
                passed.cutFrom = passed.highest + 1;
                passed.fork();
                any = true;
            }
        }
        return any;
    }

    /**
     * A line for each journal that does not go on where an earlier export ended, once.
     *
     * @param all whether the sources are read to their end
     */
    public List<String> gaps(boolean all) {
        List<String> lines = new ArrayList<>();
        new TreeMap<>(journals).forEach((id, passed) -> {
            Reached before = passed.before;
            String line = before == null || passed.told ? null : gap(passed, before, all);
            if (line != null) {
                passed.told = true;
                lines.add("gap: " + line);
            }
        });
        return lines;
    }

    private static @Nullable String gap(Passed passed, Reached before, boolean all) {
        long next = before.sequence() + 1;
        if (!passed.met) {
            return !all || before.gone()
                    ? null
                    : "records from " + next + " on of journal " + passed.id
                            + " are gone: no source holds that journal";
        }
        if (passed.forked) {
            return (passed.cutFrom == 0 || passed.cutFrom == before.sequence()
                            ? "record " + before.sequence()
                            : "records " + passed.cutFrom + " to " + before.sequence())
                    + " of journal " + passed.id
                    + " are gone, which were exported: it was cut back; what was received after "
                    + Times.format(before.received()) + " is exported";
        }
        return passed.lowest == Long.MAX_VALUE || passed.lowest == next
                ? null
                : "records " + next + " to " + (passed.lowest - 1) + " of journal " + passed.id
                        + " are gone, which were not exported: no source holds them";
    }

    /** Up to where each journal is exported once all that was handed out is. */
    public Map<String, Reached> reached() {
        Map<String, Reached> reached = new TreeMap<>();
        journals.forEach((id, passed) -> {
            if (!id.isEmpty() && (passed.before != null || passed.highest > 0)) {
                reached.put(id, passed.reached());
            }
        });
        return reached;
    }
}
