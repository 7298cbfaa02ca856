package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.window.Windows;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** A {@link Tally} for each journal. Not thread safe. */
public final class Tallies implements Windows.Account {
    private final Map<String, Tally> journals = new TreeMap<>();

    /** A record was read, which is wanted or not. */
    public void read(String journal, String host, RecordView record, boolean wanted) {
        Tally tally = of(journal);
        tally.read(record, host);
        if (!wanted) {
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
        of(journal).late++;
    }

    @Override
    public void existed(String journal) {
        of(journal).recordsExisted++;
    }

    @Override
    public void open(String journal, int more) {
        of(journal).open += more;
    }

    /** It is known what became of some documents. */
    void add(Bulk bulk, Outcome outcome) {
        for (int i = 0; i < bulk.items().size(); i++) {
            Bulk.Item item = bulk.items().get(i);
            of(item.journal()).add(item, outcome.fate(i));
        }
    }

    private Tally of(String journal) {
        return journals.computeIfAbsent(journal, id -> new Tally());
    }

    /** By the id of the journal. */
    Map<String, Tally> journals() {
        return journals;
    }

    private long sum(ToLongFunction<Tally> of) {
        return journals.values().stream().mapToLong(of).sum();
    }

    /** How many documents were created, or existed. */
    public long arrived() {
        return sum(tally -> tally.created + tally.existed);
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
