package dev.shiplog.replay.verify;

import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** Checks the segments of a catalog. */
    public Totals check(List<Segment> segments) throws IOException {
        for (List<Segment> journal : journals(segments)) {
            JournalCheck check = new JournalCheck(options, totals, watcher);
            for (Segment segment : journal) {
                check.read(segment);
            }
            for (Finding finding : check.end()) {
                watcher.found(finding);
            }
        }
        return totals;
    }

    /** Those of each journal, wherever they are: one without a beginning belongs to the journal of its neighbour. */
    private static List<List<Segment>> journals(List<Segment> segments) {
        List<List<Segment>> journals = new ArrayList<>();
        Map<String, List<Segment>> byId = new HashMap<>();
        Map<Object, List<Segment>> unnamed = new HashMap<>();
        Map<Object, List<Segment>> before = new HashMap<>();
        for (Segment segment : segments) {
            String id = journal(segment);
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

    /** The id of the journal that a segment belongs to; empty if it does not say that. */
    private static String journal(Segment segment) {
        if (segment instanceof ArchivedSegment archive) {
            return archive.isReadable() ? archive.journal() : "";
        }
        SegmentStart start = segment.start();
        return start == null ? "" : start.journal();
    }
}
