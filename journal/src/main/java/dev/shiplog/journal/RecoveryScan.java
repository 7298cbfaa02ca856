package dev.shiplog.journal;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import dev.shiplog.journal.segment.Tally;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a journal ends, before its writer goes on. Verifies every byte of the newest segment, and quarantines a
 * segment that is damaged, so that Chronicle only opens an intact one. Quarantines one of another version as well: the
 * writer adds only to what it could have written itself.
 */
final class RecoveryScan {
    private static final Logger LOG = System.getLogger(RecoveryScan.class.getName());

    private final JournalDirectory directory;
    private final List<Loss> damage = new ArrayList<>();

    private @Nullable SegmentName segment;
    /** Whether older segments do not matter. */
    private boolean ended;

    private boolean closedByWriter;
    private long used;
    private Tally tally = Tally.NONE;
    private String journal = "";
    private boolean created;
    private long lastSequence;
    private long nextSequence = 1;
    private long lastReceived;
    private long clock;
    private long newestStart;

    private RecoveryScan(JournalDirectory directory) {
        this.directory = directory;
    }

    /**
     * Reads the newest segment, and older ones as long as there was no intact segment or no record: a kill may leave a
     * segment that has a header and nothing else, or a part of its snapshot.
     *
     * @param tail is shown every intact record of the newest segment that goes on after its snapshot: what is restated in an
     *     unfinished one is in the segment before; of the newest with any record if none goes on. If that snapshot is damaged,
     *     it is shown those of the segment before first
     */
    static RecoveryScan read(JournalDirectory directory, Consumer<RecordView> tail) throws IOException {
        RecoveryScan scan = new RecoveryScan(directory);
        List<SegmentName> names = directory.segments();
        scan.created = names.isEmpty();
        if (!names.isEmpty()) {
            scan.newestStart = names.get(names.size() - 1).start();
        }
        int newest = scan.newestThatGoesOn(names);
        SegmentName whole = newest < 0 ? null : names.get(newest);
        boolean shown = whole == null;
        if (newest >= 0) {
            scan.makeUpFor(names, newest, tail);
        }
        for (int i = names.size() - 1; i >= 0 && !(scan.ended && shown); i--) {
            SegmentName name = names.get(i);
            boolean shows = whole == null ? scan.lastSequence == 0 : name.equals(whole);
            boolean counts = !scan.ended && (!name.isQuarantined() || scan.lastSequence == 0);
            if (shows || counts) {
                scan.read(name, shows ? tail : record -> {});
            }
            shown |= shows;
        }
        if (scan.journal.isEmpty()) {
            scan.journal = UUID.randomUUID().toString();
        }
        return scan;
    }

    /** The place of the newest segment that goes on after its snapshot, or -1 if there is none. */
    private int newestThatGoesOn(List<SegmentName> names) {
        int at = names.size() - 1;
        while (at >= 0 && start(names.get(at)) == Start.UNFINISHED) {
            at--;
        }
        return at;
    }

    /** What damage took of a snapshot is in the segments before, and these are shown first. */
    private void makeUpFor(List<SegmentName> names, int at, Consumer<RecordView> tail) throws IOException {
        if (start(names.get(at)) == Start.DAMAGED) {
            List<SegmentName> older = names.subList(0, at);
            int before = newestThatGoesOn(older);
            if (before >= 0) {
                makeUpFor(older, before, tail);
                show(older.get(before), journal(names.get(at)), tail);
            }
        }
    }

    /** How a segment begins: with a record that is not restated, its snapshot was written to its end. */
    private enum Start {
        UNFINISHED,
        DAMAGED,
        WHOLE
    }

    private Start start(SegmentName name) {
        List<Loss> losses = new ArrayList<>();
        try (SegmentReader reader = new SegmentReader(directory.resolve(name), new LossTracker(losses::add))) {
            while (reader.next()) {
                if (!reader.record().restated()) {
                    return losses.isEmpty() ? Start.WHOLE : Start.DAMAGED;
                }
            }
        } catch (IOException e) {
            // It is read again, and what is wrong with it is said then.
        }
        return Start.UNFINISHED;
    }

    /** The id of the journal that a segment is of, or empty if it does not say. */
    private String journal(SegmentName name) throws IOException {
        try (SegmentReader reader = new SegmentReader(directory.resolve(name), new LossTracker(loss -> {}))) {
            reader.next();
            SegmentHeader header = reader.header();
            return header == null ? "" : header.journal();
        }
    }

    private void show(SegmentName name, String ofJournal, Consumer<RecordView> tail) throws IOException {
        String found = journal(name);
        if (!ofJournal.isEmpty() && !found.isEmpty() && !found.equals(ofJournal)) {
            return;
        }
        try (SegmentReader reader = new SegmentReader(directory.resolve(name), new LossTracker(loss -> {}))) {
            while (reader.next()) {
                if (reader.record().isOfKnownKind()) {
                    tail.accept(reader.record());
                }
            }
        }
    }

    private void read(SegmentName name, Consumer<RecordView> tail) throws IOException {
        int version = SegmentHeader.VERSION;
        List<Loss> found = new ArrayList<>();
        LossTracker losses = new LossTracker(found::add);
        try (SegmentReader reader = new SegmentReader(directory.resolve(name), losses)) {
            readRecords(reader, tail);
            if (reader.isEmpty()) {
                losses.damaged(new Loss.Place(name.text(), 0, reader.position()), "the segment does not begin as one");
            }
            if (found.isEmpty() && !reader.isConsistent()) {
                losses.damaged(new Loss.Place(name.text(), 0, 0), "Chronicle's pages point to where nothing is");
            }
            losses.flush();
            nextSequence = Math.max(nextSequence, losses.next());
            version = reader.version();
            readEnd(reader);
        } catch (IOException e) {
            found.add(Loss.ofSegment(name.text(), Loss.Cause.DAMAGED, "cannot be read: " + e.getMessage()));
        }
        settle(name, version, found);
    }

    /** Finds whether the writer may go on in a segment, and quarantines it if not. */
    private void settle(SegmentName name, int version, List<Loss> found) throws IOException {
        String written = "is of format version " + version + ", and this recorder writes " + SegmentHeader.VERSION;
        if (version > SegmentHeader.VERSION) {
            leave(name, Level.WARNING, written + ": a new journal starts in the same directory");
            startAnew();
        } else if (!name.isQuarantined() && !found.isEmpty()) {
            damage.addAll(found);
            directory.quarantine(name);
        } else if (!name.isQuarantined() && segment == null) {
            List<Integer> unknown = tally.counts().keySet().stream()
                    .filter(kindCode -> Kind.ofCode(kindCode) == null)
                    .toList();
            if (!closedByWriter && version < SegmentHeader.VERSION) {
                leave(name, Level.INFO, written);
            } else if (!closedByWriter && !unknown.isEmpty()) {
                leave(name, Level.INFO, "holds records of kinds that this recorder does not know: " + unknown);
            } else {
                segment = name;
            }
        }
        ended |= segment != null && lastSequence > 0;
    }

    /** Quarantines a segment that is intact. */
    private void leave(SegmentName name, Level level, String why) throws IOException {
        if (!name.isQuarantined()) {
            LOG.log(level, "{0}: {1}; it was set aside, unchanged", directory.resolve(name), why);
            directory.quarantine(name);
        }
        ended = lastSequence > 0;
    }

    /** Only a newer recorder can find the last sequence: unless a journal was started since, one is started now. */
    private void startAnew() {
        ended = true;
        if (journal.isEmpty()) {
            created = true;
            lastSequence = 0;
            lastReceived = 0;
            nextSequence = 1;
        }
    }

    private void readRecords(SegmentReader reader, Consumer<RecordView> tail) throws IOException {
        boolean last = lastSequence == 0;
        Tally.Counter counter = new Tally.Counter(Tally.NONE);
        while (reader.next()) {
            RecordView record = reader.record();
            counter.add(record.kindCode(), record.time());
            if (last) {
                lastSequence = record.sequence();
                lastReceived = record.received();
                clock = Math.max(clock, lastReceived);
            }
            if (record.isOfKnownKind()) {
                tail.accept(record);
            }
        }
        if (segment == null) {
            tally = counter.tally();
        }
    }

    private void readEnd(SegmentReader reader) {
        if (segment == null) {
            used = reader.position();
            closedByWriter = reader.isClosedByWriter();
        }
        Group group = reader.group();
        clock = Math.max(clock, group == null ? 0 : group.clock());
        SegmentHeader header = reader.header();
        if (header != null && journal.isEmpty() && reader.version() <= SegmentHeader.VERSION) {
            journal = header.journal();
        }
    }

    /** Whether a journal starts: there was none, or only one in a newer format. */
    boolean isCreated() {
        return created;
    }

    /** Of the newest intact record, 0 if there is none. */
    long lastSequence() {
        return lastSequence;
    }

    /** Receipt of that record, ns since the epoch, 0 if there is none. */
    long lastReceived() {
        return lastReceived;
    }

    /** What could not be read in segments that were quarantined for it. */
    List<Loss> damage() {
        return damage;
    }

    /** No record is known to have had this sequence or a higher one. */
    long nextSequence() {
        return nextSequence;
    }

    /** The newest intact segment that is not quarantined, or null. */
    @Nullable
    SegmentName segment() {
        return segment;
    }

    /** Whether that segment ends with an EOF marker, so that nothing can be added. */
    boolean isClosedByWriter() {
        return closedByWriter;
    }

    /** The first byte of that segment that is not used. */
    long used() {
        return used;
    }

    /** Of the records in that segment. */
    Tally tally() {
        return tally;
    }

    /** The id of the journal, a new one if none is known. */
    String journal() {
        return journal;
    }

    /** No record of the journal was received later; ns since the epoch. */
    long clock() {
        return clock;
    }

    /** No segment begins later; ns since the epoch. */
    long newestStart() {
        return newestStart;
    }
}
