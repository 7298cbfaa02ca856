package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.redact.LogRedaction;

/** Takes out of the lines of logs what is not to be shown, before another format writes them. Not thread safe. */
public final class RedactedLogs extends WrappedFormat {
    private final LogRedaction redaction;
    private final RecordSplitter splitter = new RecordSplitter();

    private RedactedLogs(LineFormat lines, LogRedaction redaction) {
        super(lines);
        this.redaction = redaction;
    }

    /** The format itself, if nothing is to be taken out. */
    public static LineFormat of(LineFormat lines, LogRedaction redaction) {
        return redaction.isActive() ? new RedactedLogs(lines, redaction) : lines;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        lines.write(record.kind() == Kind.LOG ? redacted(record) : record, out);
    }

    @SuppressWarnings("ReferenceEquality") // the same array if nothing was taken out
    private RecordView redacted(RecordView record) {
        Record whole = record.toRecord();
        byte[] redacted = redaction.redact(whole.payload());
        return redacted == whole.payload()
                ? record
                : splitter.split(whole.withPayload(redacted), record.kindCode(), record.restated());
    }
}
