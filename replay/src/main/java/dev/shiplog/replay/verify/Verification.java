package dev.shiplog.replay.verify;

import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks segments and archives, journal by journal. Not thread safe. */
public final class Verification {
    private final Options options;
    private final Totals totals = new Totals();
    private final Watcher watcher;

    /** @param watcher is told what is found, of one journal after the other */
    public Verification(Options options, Watcher watcher) {
        this.options = options;
        this.watcher = watcher;
    }

    /** Checks all that there is. */
    public Totals check(Inventory inventory) throws IOException {
        for (Finding finding : inventory.findings()) {
            watcher.found(finding);
        }
        Set<String> remembered = inventory.journals();
        for (List<Segment> journal : journals(inventory)) {
            JournalCheck check = new JournalCheck(id(journal.get(0), inventory), inventory, options, totals, watcher);
            for (Segment segment : journal) {
                check.read(segment);
            }
            end(check);
            remembered.remove(check.journal());
        }
        for (String journal : remembered) {
            end(new JournalCheck(journal, inventory, options, totals, watcher));
        }
        return totals;
    }

    private void end(JournalCheck check) throws IOException {
        for (Finding finding : check.end()) {
            watcher.found(finding);
        }
    }

    /** Those of each journal, wherever they are: one without a beginning belongs to the journal of its neighbour. */
    private static List<List<Segment>> journals(Inventory inventory) {
        List<List<Segment>> journals = new ArrayList<>();
        Map<String, List<Segment>> byId = new HashMap<>();
        Map<Object, List<Segment>> unnamed = new HashMap<>();
        Map<Object, List<Segment>> before = new HashMap<>();
        for (Segment segment : inventory.segments()) {
            String id = id(segment, inventory);
            List<Segment> journal = id.isEmpty() ? before.get(segment.row()) : byId.get(id);
            if (journal == null) {
                journal = id.isEmpty() ? null : unnamed.remove(segment.row());
                if (journal == null) {
                    journal = new ArrayList<>();
                    journals.add(journal);
                }
                if (id.isEmpty()) {
                    unnamed.put(segment.row(), journal);
                } else {
                    byId.put(id, journal);
                }
            }
            journal.add(segment);
            before.put(segment.row(), journal);
        }
        return journals;
    }

    /** The id of the journal that a segment belongs to; empty if neither it nor its name say that. */
    private static String id(Segment segment, Inventory inventory) {
        if (segment instanceof ArchivedSegment archive) {
            return archive.isReadable() ? archive.journal() : inventory.journal(archive.name());
        }
        SegmentStart start = segment.start();
        return start == null ? "" : start.journal();
    }
}
