package dev.shiplog.replay.query;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets each record of each journal through once, however many sources hold it, and none that an earlier export had; finds
 * which records were lost before an earlier export had them. Not thread safe.
 *
 * <p>A record is identified by its journal and its sequence. After a power cut, a journal may have lost records that were
 * exported, and its recorder gives the same sequences to other records: the journal has forked. Then sequences prove
 * nothing, and what was received after the last record that was exported is new.
 */
final class Once {
    /** What a record is. */
    enum Seen {
        /** To be handed out. */
        NEW,
        /** An earlier export had it. It comes in order, so whoever keeps state learns from it. */
        KNOWN,
        /** It was taken before, from another source. */
        REPEATED,
        /** It shows that its journal has forked: the sources must be read again, from {@link #isEarly} on. */
        FORKED
    }

    private final Map<String, Passed> journals = new HashMap<>();
    private final ToLongFunction<String> deleted;
    private Passed current = new Passed("", null);

    /** One journal: what an earlier export had of it, and what this one has. */
    private static final class Passed {
        private final String id;
        private final @Nullable Reached before;
        private final Sequences handedOut = new Sequences();
        /** Whether sequences that were exported were given again to other records. */
        private boolean forked;
        /** The highest sequence that was read, and the receipt of its record. */
        private long highest;

        private long received;
        /** Whether any record was handed out. */
        private boolean handedOutAny;
        /** The lowest sequence after those of before that was read or reported lost. */
        private long lowest = Long.MAX_VALUE;

        /** The first of the records that an earlier export had and that are gone; 0 if that is not known. */
        private long goneFrom;

        /** Whether a source holds this journal. */
        private boolean met;
        /** Whether a gap was reported. */
        private boolean reported;

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
                return ahead ? Seen.KNOWN : Seen.REPEATED;
            }
            lowest = Math.min(lowest, sequence);
            boolean isNew = handedOut.add(sequence) || id.isEmpty();
            handedOutAny |= isNew;
            return isNew ? Seen.NEW : Seen.REPEATED;
        }

        /** Begins anew: the journal is read again, from the last receipt on. */
        void fork() {
            forked = true;
            highest = 0;
            lowest = Long.MAX_VALUE;
        }

        boolean isEarly(Group group, long lookBack) {
            if (before == null) {
                return false;
            }
            boolean longBefore = group.clock() < before.received() - lookBack;
            return forked || lookBack > 0 ? longBefore : group.base() <= before.sequence() + 1;
        }

        Reached reached() {
            if (before == null) {
                return new Reached(highest, received, false);
            }
            if (!met) {
                return new Reached(before.sequence(), before.received(), reported || before.gone());
            }
            boolean further = forked ? handedOutAny : highest > before.sequence();
            return further
                    ? new Reached(highest, received, false)
                    : new Reached(before.sequence(), before.received(), false);
        }
    }

    /**
     * @param before what earlier exports had, by journal
     * @param deleted up to which sequence retention took the records of a journal
     */
    Once(Map<String, Reached> before, ToLongFunction<String> deleted) {
        this.deleted = deleted;
        before.forEach((id, reached) -> journals.put(id, new Passed(id, reached)));
    }

    /** Takes the next record of a journal. If the journal's id is not known (empty), every record is new. */
    Seen take(String journal, RecordView record) {
        go(journal);
        Reached before = current.before;
        if (before != null
                && !current.forked
                && record.sequence() == before.sequence()
                && record.received() != before.received()) {
            current.fork();
            return Seen.FORKED;
        }
        return current.take(record);
    }

    /** Takes a loss in a journal; false if an earlier export reported it. */
    boolean take(String journal, Loss loss) {
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

    /**
     * Whether nothing before a segment is needed, given its journal and its first group.
     *
     * @param lookBack for how long before what an earlier export had, records are needed, in ns
     */
    boolean isEarly(String journal, Group group, long lookBack) {
        Passed passed = journals.get(journal);
        return passed != null && passed.isEarly(group, lookBack);
    }

    /**
     * To be called at the end of the sources: finds journals that end before what was exported of them, though later, and so
     * have forked. One that ends earlier, too, has nothing new: its archives lag behind, or it was cut back and nothing was
     * recorded since.
     *
     * @return whether there are any, so that the sources must be read again
     */
    boolean findForks() {
        boolean any = false;
        for (Passed passed : journals.values()) {
            Reached before = passed.before;
            if (before != null
                    && !passed.forked
                    && passed.highest < before.sequence()
                    && passed.received > before.received()) {
                passed.goneFrom = passed.highest + 1;
                passed.fork();
                any = true;
            }
        }
        return any;
    }

    /**
     * A line for each journal that does not go on where an earlier export ended; each is reported once.
     *
     * @param all whether the sources were read to their end
     */
    List<String> gaps(boolean all) {
        List<String> lines = new ArrayList<>();
        new TreeMap<>(journals).forEach((id, passed) -> {
            Reached before = passed.before;
            String line = before == null || passed.reported ? null : gap(passed, before, all);
            if (line != null) {
                passed.reported = true;
                lines.add("gap: " + line);
            }
        });
        return lines;
    }

    private @Nullable String gap(Passed passed, Reached before, boolean all) {
        long next = before.sequence() + 1;
        if (!passed.met) {
            return !all || before.gone()
                    ? null
                    : "records from " + next + " on of journal " + passed.id
                            + " are gone: no source holds that journal";
        }
        if (passed.forked) {
            return (passed.goneFrom == 0 || passed.goneFrom == before.sequence()
                            ? "record " + before.sequence()
                            : "records " + passed.goneFrom + " to " + before.sequence())
                    + " of journal " + passed.id
                    + " are gone, which were exported: it was cut back; what was received after "
                    + Times.format(before.received()) + " is exported";
        }
        if (passed.lowest == Long.MAX_VALUE || passed.lowest == next) {
            return null;
        }
        return "records " + next + " to " + (passed.lowest - 1) + " of journal " + passed.id
                + " are gone, which were not exported: "
                + (deleted.applyAsLong(passed.id) >= passed.lowest - 1
                        ? "the recorder's retention deleted them"
                        : "no source holds them");
    }

    /** Up to where each journal is exported, once all that was handed out has arrived. */
    Map<String, Reached> reached() {
        Map<String, Reached> reached = new TreeMap<>();
        journals.forEach((id, passed) -> {
            if (!id.isEmpty() && (passed.before != null || passed.highest > 0)) {
                reached.put(id, passed.reached());
            }
        });
        return reached;
    }
}
