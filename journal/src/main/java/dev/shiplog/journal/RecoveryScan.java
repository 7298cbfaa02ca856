package dev.shiplog.journal;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a journal, as the next run of the writer finds it: every byte of the newest segment is verified, and a
 * segment that is damaged is set aside, so that Chronicle opens none but an intact one.
 */
final class RecoveryScan {
    private final JournalDirectory directory;
    private final List<Loss> damage = new ArrayList<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

    private @Nullable SegmentName segment;
    private boolean full;
    private long used;
    private @Nullable String journal;
    private boolean created;
    private long lastSequence;
    private long nextSequence = 1;
    private long lastReceived;
    private long minTime;
    private long maxTime;
    private long clock;
    private long newestStart;

    private RecoveryScan(JournalDirectory directory) {
        this.directory = directory;
    }

    /**
     * Reads the newest segment, and older ones as long as there was no intact segment or no record: a kill may leave a
     * segment that has a header and nothing else.
     *
     * @param shown every intact record of the newest segment that has any
     */
    static RecoveryScan read(JournalDirectory directory, Consumer<RecordView> shown) throws IOException {
        RecoveryScan tail = new RecoveryScan(directory);
        List<SegmentName> names = directory.segments();
        tail.created = names.isEmpty();
        if (!names.isEmpty()) {
            tail.newestStart = names.get(names.size() - 1).start();
        }
        for (int i = names.size() - 1; i >= 0 && (tail.segment == null || tail.lastSequence == 0); i--) {
            SegmentName name = names.get(i);
            if (name.aside() == 0 || tail.lastSequence == 0) {
                tail.read(name, tail.lastSequence == 0 ? shown : record -> {});
            }
        }
        return tail;
    }

    private void read(SegmentName name, Consumer<RecordView> shown) throws IOException {
        boolean last = lastSequence == 0;
        boolean newest = segment == null;
        if (newest) {
            counts.clear();
            minTime = Long.MAX_VALUE;
            maxTime = Long.MIN_VALUE;
        }
        LossTracker losses = new LossTracker();
        List<Loss> found = new ArrayList<>();
        try (SegmentReader reader = new SegmentReader(directory.resolve(name), losses)) {
            SegmentReader.Step step;
            do {
                step = reader.next();
                if (step == SegmentReader.Step.RECORD) {
                    RecordView record = reader.record();
                    if (newest) {
                        counts.merge(record.kind(), 1L, Long::sum);
                        minTime = Math.min(minTime, record.time());
                        maxTime = Math.max(maxTime, record.time());
                    }
                    if (last) {
                        lastSequence = record.sequence();
                        lastReceived = record.received();
                        clock = Math.max(clock, lastReceived);
                    }
                    shown.accept(record);
                }
                collect(losses, found);
            } while (step != SegmentReader.Step.END);
            if (reader.isEmpty()) {
                losses.damaged(name.text(), 0, reader.position(), "the segment does not begin as one");
            }
            if (found.isEmpty() && !reader.isConsistent()) {
                losses.damaged(name.text(), 0, 0, "Chronicle's pages point to where nothing is");
            }
            losses.flush();
            nextSequence = Math.max(nextSequence, losses.next());
            collect(losses, found);
            if (newest) {
                used = reader.position();
                full = reader.isMarked();
            }
            Group group = reader.group();
            clock = Math.max(clock, group == null ? 0 : group.clock());
            SegmentHeader header = reader.header();
            if (header != null && journal == null) {
                journal = header.journal();
            }
        } catch (IOException e) {
            found.add(new Loss(name.text(), 0, 0, 0, 0, 0, 0, "cannot be read: " + e.getMessage(), false));
        }
        if (name.aside() == 0) {
            if (!found.isEmpty()) {
                damage.addAll(found);
                directory.setAside(name);
            } else if (newest) {
                segment = name;
            }
        }
    }

    private static void collect(LossTracker losses, List<Loss> found) {
        for (Loss loss = losses.poll(); loss != null; loss = losses.poll()) {
            found.add(loss);
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

    /** What could not be read in segments that were set aside for it. */
    List<Loss> damage() {
        return damage;
    }

    /** No record is known to have had this sequence or a higher one. */
    long nextSequence() {
        return nextSequence;
    }

    /** The newest intact segment under its own name, or null. */
    @Nullable
    SegmentName segment() {
        return segment;
    }

    /** Whether that segment ends with an end mark, so that nothing can be added. */
    boolean isFull() {
        return full;
    }

    /** The first byte of that segment that is not used. */
    long used() {
        return used;
    }

    /** The id of the journal, a new one if none is known. */
    String journal() {
        String known = journal;
        return known == null ? UUID.randomUUID().toString() : known;
    }

    /** Records by kind in that segment. */
    Map<Kind, Long> counts() {
        return counts;
    }

    long minTime() {
        return minTime;
    }

    long maxTime() {
        return maxTime;
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
