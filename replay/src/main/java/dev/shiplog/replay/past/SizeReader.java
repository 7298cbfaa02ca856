package dev.shiplog.replay.past;

import dev.shiplog.journal.Extent;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.ContainerIndex;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what records take, of one host in a range of time, in one pass. A record of a segment has bytes of its own in the
 * file. Those of an archive's block share its bytes as they share its payload. Not thread safe.
 */
public final class SizeReader {
    private final TimeRange range;
    private final Map<Kind, Map<String, Amount>> amounts = new EnumMap<>(Kind.class);
    /** The bytes that are being shared, by whom, and how many bytes of payload all in them have. */
    private @Nullable Extent extent;

    private final List<Amount> sharing = new ArrayList<>();
    private long sharedPayload;
    private boolean isShared;

    /** Of the file that is being read: the end of its last extent, what its extents take, and of that the range's part. */
    private long fileEnd;

    private double fileExtents;
    private double fileWanted;

    private double filesBytes;
    private long first;
    private long last;
    private String host = "";

    private static final class Amount {
        private long records;
        private long payload;
        private double stored;
        /** Bytes of payload in the current extent. */
        private long inExtent;
    }

    public SizeReader(TimeRange range) {
        this.range = range;
    }

    /** What a {@link Reading} must find for it. */
    public static Query query(TimeRange range) {
        return new Query(range, new RecordFilter(List.of(), List.of()), true, false, Long.MAX_VALUE, true);
    }

    /** Takes the step that {@code reading} has just made. */
    public void step(Reading.Step step, Reading reading) {
        RecordView record = reading.last();
        if (record == null || step instanceof Reading.Missing && range.contains(record.time())) {
            return; // its record is the next step
        }
        go(reading.extent());
        host = reading.origin().place().host();
        long payload = record.payload().length();
        sharedPayload += payload;
        if (range.contains(record.time())) {
            take(record, payload);
        }
    }

    private void take(RecordView record, long payload) {
        Amount amount = amounts.computeIfAbsent(record.kind(), kind -> new HashMap<>())
                .computeIfAbsent(record.subject(), subject -> new Amount());
        amount.records++;
        amount.payload += payload;
        if (amount.inExtent == 0 && payload > 0) {
            sharing.add(amount);
        }
        amount.inExtent += payload;
        if (!record.restated()) {
            first = first == 0 ? record.received() : Math.min(first, record.received());
            last = Math.max(last, record.received());
        }
    }

    private void go(Extent next) {
        Extent before = extent;
        if (before == null || !next.file().equals(before.file())) {
            endFile();
        } else if (next.from() != before.from()) {
            share(before);
        } else {
            isShared = true;
        }
        extent = next;
        fileEnd = next.to();
    }

    private void share(Extent of) {
        fileExtents += of.length();
        for (Amount amount : sharing) {
            double share = (double) of.length() * amount.inExtent / sharedPayload;
            amount.stored += share;
            fileWanted += share;
            amount.inExtent = 0;
        }
        sharing.clear();
        sharedPayload = 0;
    }

    private void endFile() {
        if (extent != null) {
            share(extent);
            filesBytes += fileExtents == 0 ? 0 : (fileEnd - fileExtents) * fileWanted / fileExtents;
        }
        extent = null;
        fileExtents = 0;
        fileWanted = 0;
    }

    /** What they take, once the reading has ended. */
    public Sizes result(ContainerIndex containers) {
        endFile();
        List<Sizes.Share> shares = new ArrayList<>();
        amounts.forEach((kind, bySubject) -> bySubject.forEach((subject, amount) -> shares.add(
                new Sizes.Share(kind, containers.get(subject), amount.records, amount.payload, amount.stored))));
        return new Sizes(host, shares, filesBytes, isShared, last - first);
    }
}
