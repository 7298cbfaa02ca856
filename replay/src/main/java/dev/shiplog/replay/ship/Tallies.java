package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.window.Windows;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What became of the records of each journal. Not thread safe. */
public final class Tallies implements Windows.Account {
    private final Map<String, JournalTally> journals = new TreeMap<>();

    /** A record was read, which is wanted or not. */
    public void read(String journal, String host, RecordView record, boolean wanted) {
        JournalTally read = of(journal);
        read.read(record, host);
        if (!wanted) {
            Tally tally = read.of(record.kind());
            if (record.restated()) {
                tally.restated++;
            } else {
                tally.filtered++;
            }
        }
    }

    /** A record was passed over because this version does not know its kind. */
    public void passOver(String journal) {
        of(journal).unknown++;
    }

    @Override
    public void late(String journal) {
        of(journal).of(Kind.STATS).late++;
    }

    @Override
    public void existed(String journal) {
        of(journal).of(Kind.STATS).recordsExisted++;
    }

    @Override
    public void open(String journal, int more) {
        of(journal).of(Kind.STATS).open += more;
    }

    /** It is known what became of some documents. */
    void add(Bulk bulk, Outcome outcome) {
        for (int i = 0; i < bulk.items().size(); i++) {
            Bulk.Item item = bulk.items().get(i);
            of(item.journal()).of(item.kind()).add(item, outcome.fate(i));
        }
    }

    private JournalTally of(String journal) {
        return journals.computeIfAbsent(journal, id -> new JournalTally());
    }

    /** By the id of the journal. */
    Map<String, JournalTally> journals() {
        return journals;
    }

    private long sum(ToLongFunction<Tally> count) {
        return journals.values().stream()
                .mapToLong(journal -> journal.sum(count))
                .sum();
    }

    /** How many documents were created, or existed. */
    public long arrived() {
        return sum(Tally::arrived);
    }

    /** How many documents the cluster will never take. */
    public long refused() {
        return sum(tally -> tally.refused);
    }

    /** How many records were read of which nothing else is known: none, if all is right. */
    public long unsettled() {
        return sum(Tally::unsettled);
    }
}
