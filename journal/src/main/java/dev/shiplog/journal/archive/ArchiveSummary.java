package dev.shiplog.journal.archive;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.journal.segment.SegmentSummary.State;
import dev.shiplog.journal.segment.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an archive holds. Every byte is compared with what it must be; if all are right, the manifest says the rest. Of an
 * archive that is damaged it says what was there once, so the records that are left are read.
 */
final class ArchiveSummary {
    private final ArchivedSegment segment;
    private final Manifest manifest;

    private ArchiveSummary(ArchivedSegment segment, Manifest manifest) {
        this.segment = segment;
        this.manifest = manifest;
    }

    static SegmentSummary of(ArchivedSegment segment) {
        try (ArchiveFile archive = ArchiveFile.open(segment.path())) {
            ArchiveSummary summary = new ArchiveSummary(segment, archive.manifest());
            return archive.check().isEmpty() ? summary.ofManifest() : summary.ofRecords(archive);
        } catch (IOException e) {
            Loss.Cause cause = e instanceof MismatchException ? Loss.Cause.MISMATCH : LossTracker.cause(e);
            String reason = e instanceof MismatchException ? String.valueOf(e.getMessage()) : LossTracker.reason(e);
            long size = segment.size();
            return new SegmentSummary(
                    segment,
                    null,
                    Tally.NONE,
                    0,
                    0,
                    0,
                    size,
                    size,
                    cause == Loss.Cause.REFUSED ? State.REFUSED : State.DAMAGED,
                    List.of(Loss.ofSegment(segment.name(), cause, reason)),
                    false);
        }
    }

    private SegmentSummary ofManifest() {
        SortedMap<Integer, Long> counts = new TreeMap<>();
        manifest.kinds().forEach((code, ofKind) -> counts.put(code, ofKind.records()));
        Tally tally = counts.isEmpty()
                ? Tally.NONE
                : new Tally(counts, manifest.times().first(), manifest.times().last());
        List<Manifest.Header> headers = manifest.headers();
        return summary(
                headers.isEmpty() ? null : headers.get(headers.size() - 1).header(),
                tally,
                manifest.received().first(),
                manifest.received().last(),
                State.ARCHIVED,
                manifest.description().losses(segment.name()),
                manifest.cleanStop());
    }

    private SegmentSummary ofRecords(ArchiveFile archive) throws IOException {
        List<Loss> losses = new ArrayList<>();
        LossTracker tracker = new LossTracker(losses::add);
        Tally.Counter counter = new Tally.Counter(Tally.NONE);
        SegmentHeader header = null;
        long first = 0;
        long last = 0;
        boolean cleanStop = false;
        boolean any = false;
        try (RecordSource source = new ArchiveSource(segment.name(), archive, tracker, false)) {
            while (source.next()) {
                RecordView record = source.record();
                any = true;
                header = source.header();
                counter.add(record.kindCode(), record.time());
                if (!record.restated()) {
                    first = first == 0 ? record.received() : first;
                    last = record.received();
                }
                cleanStop = isCleanStop(record);
            }
        }
        tracker.flush();
        long began = any && segment.start() != null ? segment.start().first().clock() : 0;
        return summary(
                header,
                counter.tally(),
                first == 0 ? began : first,
                last == 0 ? began : last,
                State.DAMAGED,
                losses,
                cleanStop);
    }

    private SegmentSummary summary(
            @Nullable SegmentHeader header,
            Tally tally,
            long first,
            long last,
            State state,
            List<Loss> losses,
            boolean cleanStop) {
        long size = segment.size();
        return new SegmentSummary(
                segment, header, tally, manifest.lastSequence(), first, last, size, size, state, losses, cleanStop);
    }

    private static boolean isCleanStop(RecordView record) {
        return record.kindCode() == Kind.MARK.code()
                && MarkType.of(record.payload().array(), record.payload().length()) == MarkType.CLEAN_STOP;
    }
}
