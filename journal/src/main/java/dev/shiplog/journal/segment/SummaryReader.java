package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link SegmentSummary} holds. Verifies every byte of the segment, but decodes only its first records, up
 * to one that is not restated, and its last group, which holds the tally of the groups before it. Decodes all of a damaged
 * segment, because losses have no bounds otherwise. Used once.
 */
final class SummaryReader {
    private final SegmentFile segment;
    private final boolean newest;
    private final List<Loss> losses = new ArrayList<>();

    private boolean empty = true;
    private long firstReceived;
    private @Nullable Group lastGroup;
    private long lastGroupAt;

    private Tally records = Tally.NONE;
    private long lastSequence;
    private long lastReceived;
    private boolean cleanStop;

    SummaryReader(SegmentFile segment, boolean newest) {
        this.segment = segment;
        this.newest = newest;
    }

    SegmentSummary read() throws IOException {
        LossTracker tracker = new LossTracker(losses::add);
        try (SegmentReader reader = new SegmentReader(segment.path(), tracker)) {
            verify(reader);
            tracker.flush();
            if (!empty) {
                decode(losses.isEmpty() ? lastGroup : null);
            }
            return new SegmentSummary(
                    segment,
                    reader.header(),
                    records,
                    lastSequence,
                    firstReceived,
                    lastReceived,
                    Files.size(segment.path()),
                    reader.position(),
                    state(reader),
                    List.copyOf(losses),
                    cleanStop);
        }
    }

    /** Of a segment that the system fails to read, or refuses to. */
    SegmentSummary unreadable(IOException e) {
        Loss loss = Loss.ofSegment(segment.name(), LossTracker.cause(e), LossTracker.reason(e));
        losses.add(loss);
        boolean refused = loss.cause() == Loss.Cause.REFUSED;
        SegmentSummary.State state = refused ? SegmentSummary.State.REFUSED : SegmentSummary.State.DAMAGED;
        return new SegmentSummary(segment, null, Tally.NONE, 0, 0, 0, 0, 0, state, List.copyOf(losses), false);
    }

    private void verify(SegmentReader reader) throws IOException {
        boolean restated = true; // all so far
        while (reader.next()) {
            Group group = reader.group();
            if (restated) {
                RecordView record = reader.record();
                restated = record.restated();
                if (!restated || empty) {
                    firstReceived = restated && group != null ? group.clock() : record.received();
                }
                reader.setDecoding(restated);
            }
            empty = false;
            lastGroup = group;
            lastGroupAt = reader.groupOffset();
        }
    }

    /**
     * Counts the intact records, and finds the losses as reading with decoding does: with receipts, and with records that
     * build on lost ones.
     *
     * @param from begins here, and takes its tally of the records before as given; null to begin at the first record
     */
    private void decode(@Nullable Group from) throws IOException {
        losses.clear();
        LossTracker tracker = new LossTracker(losses::add);
        Tally.Counter counter = new Tally.Counter(from == null ? Tally.NONE : from.before());
        try (SegmentReader reader = new SegmentReader(segment.path(), tracker)) {
            if (from != null) {
                reader.seek(lastGroupAt);
            }
            while (reader.next()) {
                RecordView record = reader.record();
                Group group = reader.group();
                counter.add(record.kindCode(), record.time());
                lastReceived =
                        record.restated() && group != null ? Math.max(lastReceived, group.clock()) : record.received();
                cleanStop = record.kindCode() == Kind.MARK.code() && isCleanStop(record);
            }
        }
        tracker.flush();
        records = counter.tally();
        lastSequence = tracker.last();
    }

    private static boolean isCleanStop(RecordView mark) {
        Bytes payload = mark.payload();
        return MarkType.of(payload.array(), payload.length()) == MarkType.CLEAN_STOP;
    }

    private SegmentSummary.State state(SegmentReader reader) {
        if (segment.copyOf() != null) {
            return SegmentSummary.State.COPY;
        }
        if (reader.isCut()) {
            return SegmentSummary.State.CUT;
        }
        if (!losses.isEmpty()) {
            return SegmentSummary.State.DAMAGED;
        }
        if (empty) {
            return SegmentSummary.State.EMPTY;
        }
        if (reader.isClosedByWriter()) {
            return SegmentSummary.State.ROLLED;
        }
        return newest ? SegmentSummary.State.OPEN : SegmentSummary.State.UNCLOSED;
    }
}
