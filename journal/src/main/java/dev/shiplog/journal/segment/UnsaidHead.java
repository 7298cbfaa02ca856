package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;

/**
 * Tells which records of a segment's head are restated where their writer did not say so: behind a {@code segment-start}
 * the marks of the engine's state, host and inspect, up to as many inspections as it names. If it names none, the head
 * ends at the first record that was received when its group began, and not before. At the beginning of a journal only the
 * {@code segment-start} itself is restated.
 */
final class UnsaidHead {
    private static final int BEHIND = -1;

    /** How many inspections of the head are still to come. */
    private int inspections = BEHIND;
    /** Whether the head is known to hold no inspection, so that receipts tell where it ends. */
    private boolean bare;

    private final Bytes payload = new Bytes(256);

    /**
     * Takes the next record of the segment.
     *
     * @param clock of its group, ns since the epoch
     */
    boolean restates(RecordView record, long clock) {
        if (record.kind() != Kind.MARK && inspections == BEHIND) {
            return false;
        }
        if (record.restated()) {
            inspections = BEHIND;
            return false;
        }
        return switch (record.kind()) {
            case MARK -> restatesMark(record, clock);
            case HOST -> goesOn(record, clock);
            case INSPECT -> {
                boolean inside = goesOn(record, clock);
                if (inside && --inspections == 0) {
                    inspections = BEHIND;
                }
                yield inside;
            }
            case EVENT, STATS, LOG, ENGINE_METRICS, SOCKETS -> {
                inspections = BEHIND;
                yield false;
            }
        };
    }

    private boolean restatesMark(RecordView record, long clock) {
        payload.clear();
        record.payload(payload);
        if (is(MarkType.SEGMENT_START)) {
            int containers = containers();
            bare = containers == 0;
            inspections = record.sequence() == 1 ? BEHIND : containers;
            return true;
        }
        if (inspections == BEHIND || !is(MarkType.ENGINE_UP) && !is(MarkType.ENGINE_DOWN)) {
            inspections = BEHIND;
            return false;
        }
        return goesOn(record, clock);
    }

    private boolean goesOn(RecordView record, long clock) {
        if (bare && (record.kind() == Kind.INSPECT || record.received() >= clock)) {
            inspections = BEHIND;
        }
        return inspections != BEHIND;
    }

    private boolean is(MarkType type) {
        return MarkType.of(payload.array(), payload.length()) == type;
    }

    private int containers() {
        try {
            return Mark.fromJson(payload.toArray()) instanceof Mark.SegmentStart start ? start.containers() : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
