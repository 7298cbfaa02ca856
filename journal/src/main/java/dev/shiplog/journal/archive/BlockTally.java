package dev.shiplog.journal.archive;

import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.archive.Manifest.Content;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.record.RecordView;

/** Counts what the manifest says of a block's records. Used once for each block. */
final class BlockTally {
    private long records;
    private long firstSequence;
    private long lastSequence;
    private long minReceived = Long.MAX_VALUE;
    private long maxReceived = Long.MIN_VALUE;
    private long minTime = Long.MAX_VALUE;
    private long maxTime = Long.MIN_VALUE;
    private long bytes;
    private long context;

    void add(RecordView record, boolean isContext) {
        records++;
        firstSequence = records == 1 ? record.sequence() : firstSequence;
        lastSequence = record.sequence();
        if (!record.restated()) {
            minReceived = Math.min(minReceived, record.received());
            maxReceived = Math.max(maxReceived, record.received());
        }
        minTime = Math.min(minTime, record.time());
        maxTime = Math.max(maxTime, record.time());
        context += isContext ? 1 : 0;
        bytes += record.payload().length();
    }

    boolean isEmpty() {
        return records == 0;
    }

    Block block(String name, Content content) {
        return new Block(
                name,
                content,
                records,
                new Span(firstSequence, lastSequence),
                minReceived > maxReceived ? Span.NONE : new Span(minReceived, maxReceived),
                new Span(minTime, maxTime),
                bytes,
                context);
    }
}
