package dev.shiplog.journal;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import dev.shiplog.journal.segment.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a journal ends, before its writer goes on. Verifies every byte of the newest segment, and quarantines a
 * segment that is damaged, so that Chronicle only opens an intact one.
 */
final class RecoveryScan {
    private final JournalDirectory directory;
    private final List<Loss> damage = new ArrayList<>();

    private @Nullable SegmentName segment;
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
     * segment that has a header and nothing else.
     *
     * @param tail is shown every intact record of the newest segment that has any
     */
    static RecoveryScan read(JournalDirectory directory, Consumer<RecordView> tail) throws IOException {
        RecoveryScan scan = new RecoveryScan(directory);
        List<SegmentName> names = directory.segments();
        scan.created = names.isEmpty();
        if (!names.isEmpty()) {
            scan.newestStart = names.get(names.size() - 1).start();
        }
        for (int i = names.size() - 1; i >= 0 && (scan.segment == null || scan.lastSequence == 0); i--) {
            SegmentName name = names.get(i);
            if (!name.isQuarantined() || scan.lastSequence == 0) {
                scan.read(name, scan.lastSequence == 0 ? tail : record -> {});
            }
        }
        if (scan.journal.isEmpty()) {
            scan.journal = UUID.randomUUID().toString();
        }
        return scan;
    }

    private void read(SegmentName name, Consumer<RecordView> tail) throws IOException {
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
            readEnd(reader);
        } catch (IOException e) {
            found.add(Loss.ofSegment(name.text(), Loss.Cause.DAMAGED, "cannot be read: " + e.getMessage()));
        }
        if (!name.isQuarantined()) {
            if (!found.isEmpty()) {
                damage.addAll(found);
                directory.quarantine(name);
            } else if (segment == null) {
                segment = name;
            }
        }
    }

    private void readRecords(SegmentReader reader, Consumer<RecordView> tail) throws IOException {
        boolean last = lastSequence == 0;
        Tally.Counter counter = new Tally.Counter(Tally.NONE);
        while (reader.next()) {
            RecordView record = reader.record();
            counter.add(record.kind(), record.time());
            if (last) {
                lastSequence = record.sequence();
                lastReceived = record.received();
                clock = Math.max(clock, lastReceived);
            }
            tail.accept(record);
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
        if (header != null && journal.isEmpty()) {
            journal = header.journal();
        }
    }

    /** Whether there was no journal. */
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
