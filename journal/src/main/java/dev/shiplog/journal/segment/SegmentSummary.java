package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one segment holds, without its records. Every byte of it is verified for this, but only its first record and its
 * last group are decoded, unless it is damaged.
 *
 * @param segment as it was listed
 * @param header the newest, or null if none is intact
 * @param lastSequence the highest of a record that was read or is known to be lost, 0 if damage leaves it open
 * @param firstReceived receipt of the first record that is not restated, ns since the epoch; if all are, when the first
 *     one was written; 0 if there is none
 * @param lastReceived of the last one likewise
 * @param minTime lowest time of a record, 0 if there is none
 * @param maxTime highest
 * @param records by kind; of a damaged segment the intact ones
 * @param fileBytes length of the file, most of which may be a hole
 * @param usedBytes up to the end of the last excerpt
 * @param state how the segment ends, or that it is damaged
 * @param losses what could not be read
 * @param cleanStop whether the recorder's clean stop is the last record
 */
public record SegmentSummary(
        Segment segment,
        @Nullable SegmentHeader header,
        long lastSequence,
        long firstReceived,
        long lastReceived,
        long minTime,
        long maxTime,
        Map<Kind, Long> records,
        long fileBytes,
        long usedBytes,
        State state,
        List<Loss> losses,
        boolean cleanStop) {

    /** How a segment ends. */
    public enum State {
        /** The newest one: more may come. */
        OPEN,
        /** The writer closed it and went on in the next. */
        ROLLED,
        /** A newer one exists, yet the writer had no chance to close this one. Nothing is missing. */
        UNCLOSED,
        /** The file ends too soon. */
        CUT,
        /** Parts of it cannot be read. */
        DAMAGED,
        /** The system does not let it be read: permission is missing. */
        REFUSED,
        /** It holds no record. */
        EMPTY,
        /** Another file holds the same, and perhaps more. */
        COPY
    }

    /**
     * Reads a segment; one that cannot be read at all is {@code DAMAGED}, or {@code REFUSED}.
     *
     * @param newest whether it is the {@link Catalog#newest} of its directory
     */
    public static SegmentSummary of(Segment segment, boolean newest) {
        List<Loss> losses = new ArrayList<>();
        try {
            return read(segment, newest, losses);
        } catch (IOException e) {
            Loss loss = new Loss(segment.name().text(), 0, 0, 0, 0, 0, 0, LossTracker.reason(e), false);
            losses.add(loss);
            State state = loss.refused() ? State.REFUSED : State.DAMAGED;
            return new SegmentSummary(segment, null, 0, 0, 0, 0, 0, Map.of(), 0, 0, state, losses, false);
        }
    }

    private static SegmentSummary read(Segment segment, boolean newest, List<Loss> losses) throws IOException {
        Path path = segment.path();
        Tally tally = new Tally(losses);
        LossTracker tracker = new LossTracker();
        try (SegmentReader reader = new SegmentReader(path, tracker)) {
            Group lastGroup = null;
            long lastGroupAt = 0;
            long first = 0;
            boolean any = false;
            boolean own = false; // any that is not restated
            SegmentReader.Step step;
            do {
                step = reader.next();
                collect(tracker, losses);
                if (step == SegmentReader.Step.RECORD) {
                    if (!own) {
                        RecordView record = reader.record();
                        Group group = reader.group();
                        own = !record.restated();
                        if (own || !any) {
                            first = own || group == null ? record.received() : group.clock();
                        }
                        any = true;
                        reader.decoding(!own);
                    }
                    lastGroup = reader.group();
                    lastGroupAt = reader.groupOffset();
                }
            } while (step != SegmentReader.Step.END);
            tracker.flush();
            collect(tracker, losses);
            if (any && lastGroup != null) {
                tally.read(path, losses.isEmpty() ? lastGroup : null, lastGroupAt);
            }
            return new SegmentSummary(
                    segment,
                    reader.header(),
                    tally.lastSequence,
                    first,
                    tally.lastReceived,
                    any ? tally.minTime : 0,
                    any ? tally.maxTime : 0,
                    tally.records,
                    Files.size(path),
                    reader.position(),
                    state(segment, newest, reader, any, losses),
                    List.copyOf(losses),
                    tally.cleanStop);
        }
    }

    private static State state(Segment segment, boolean newest, SegmentReader reader, boolean any, List<Loss> losses) {
        if (segment.copyOf() != null) {
            return State.COPY;
        }
        if (reader.isCut()) {
            return State.CUT;
        }
        if (!losses.isEmpty()) {
            return State.DAMAGED;
        }
        if (!any) {
            return State.EMPTY;
        }
        if (reader.isMarked()) {
            return State.ROLLED;
        }
        return newest ? State.OPEN : State.UNCLOSED;
    }

    private static void collect(LossTracker tracker, List<Loss> losses) {
        for (Loss loss = tracker.poll(); loss != null; loss = tracker.poll()) {
            losses.add(loss);
        }
    }

    /** Counts records, and tells losses as a reading that decodes does: with receipts, and what builds on lost records. */
    private static final class Tally {
        private final List<Loss> losses;
        private final Map<Kind, Long> records = new EnumMap<>(Kind.class);
        private long minTime = Long.MAX_VALUE;
        private long maxTime = Long.MIN_VALUE;
        private long lastSequence;
        private long lastReceived;
        private boolean cleanStop;
        private final Bytes payload = new Bytes(256);

        Tally(List<Loss> losses) {
            this.losses = losses;
        }

        /** Counts the intact records from {@code group} on, and takes its word for those before; from the start if null. */
        void read(Path path, @Nullable Group group, long offset) throws IOException {
            losses.clear();
            LossTracker tracker = new LossTracker();
            try (SegmentReader reader = new SegmentReader(path, tracker)) {
                if (group != null) {
                    records.putAll(group.counts());
                    minTime = group.minTime();
                    maxTime = group.maxTime();
                    reader.position(offset);
                }
                SegmentReader.Step step;
                do {
                    step = reader.next();
                    collect(tracker, losses);
                    if (step == SegmentReader.Step.RECORD) {
                        count(reader.record(), reader.group());
                    }
                } while (step != SegmentReader.Step.END);
                tracker.flush();
                collect(tracker, losses);
                lastSequence = tracker.last();
            }
        }

        private void count(RecordView record, @Nullable Group group) {
            records.merge(record.kind(), 1L, Long::sum);
            minTime = Math.min(minTime, record.time());
            maxTime = Math.max(maxTime, record.time());
            if (!record.restated() || group == null) {
                lastReceived = record.received();
            } else {
                lastReceived = Math.max(lastReceived, group.clock());
            }
            cleanStop = record.kind() == Kind.MARK && isCleanStop(record);
        }

        private boolean isCleanStop(RecordView mark) {
            payload.clear();
            mark.payload(payload);
            return MarkType.of(payload.array(), payload.length()) == MarkType.CLEAN_STOP;
        }
    }
}
