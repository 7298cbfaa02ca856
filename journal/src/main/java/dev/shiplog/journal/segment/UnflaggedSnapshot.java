package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;

/**
 * Finds the restated records of a snapshot whose writer set no flag on them: those that follow a {@code segment-start},
 * namely the marks of the engine's state, host and inspections, up to as many inspections as it names. If it names none,
 * the snapshot ends before the first record that was received when its group began, or later. At the beginning of a
 * journal only the {@code segment-start} itself is restated.
 */
final class UnflaggedSnapshot {
    private static final int OUTSIDE = -1;

    /** How many inspections of the snapshot are still to come. */
    private int inspections = OUTSIDE;
    /** Whether the snapshot is known to hold no inspection, so that receipts show where it ends. */
    private boolean withoutInspections;

    /**
     * Takes the next record of the segment.
     *
     * @param clock of its group, ns since the epoch
     */
    boolean restates(RecordView record, long clock) {
        if (record.kindCode() != Kind.MARK.code() && inspections == OUTSIDE) {
            return false;
        }
        if (record.restated() || !record.isOfKnownKind()) {
            inspections = OUTSIDE;
            return false;
        }
        return switch (record.kind()) {
            case MARK -> restatesMark(record, clock);
            case HOST -> isInside(record, clock);
            case INSPECT -> {
                boolean inside = isInside(record, clock);
                if (inside && --inspections == 0) {
                    inspections = OUTSIDE;
                }
                yield inside;
            }
            case EVENT, STATS, LOG, ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {
                inspections = OUTSIDE;
                yield false;
            }
        };
    }

    private boolean restatesMark(RecordView record, long clock) {
        Bytes payload = record.payload();
        MarkType type = MarkType.of(payload.array(), payload.length());
        if (type == MarkType.SEGMENT_START) {
            int containers = containers(payload);
            withoutInspections = containers == 0;
            inspections = record.sequence() == 1 ? OUTSIDE : containers;
            return true;
        }
        if (inspections == OUTSIDE || type != MarkType.ENGINE_UP && type != MarkType.ENGINE_DOWN) {
            inspections = OUTSIDE;
            return false;
        }
        return isInside(record, clock);
    }

    private boolean isInside(RecordView record, long clock) {
        if (withoutInspections && (record.kind() == Kind.INSPECT || record.received() >= clock)) {
            inspections = OUTSIDE;
        }
        return inspections != OUTSIDE;
    }

    private static int containers(Bytes payload) {
        try {
            return Mark.fromJson(payload.toArray()) instanceof Mark.SegmentStart start ? start.containers() : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
