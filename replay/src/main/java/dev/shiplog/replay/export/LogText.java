package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;

/** Writes lines of logs as containers wrote them, byte for byte, and nothing else: parts of a line meet as they should. */
public final class LogText implements LineFormat {
    @Override
    public void write(RecordView record, Bytes out) {
        LogLine.of(record).putRaw(out);
    }

    @Override
    public boolean endsLines() {
        return false;
    }
}
