package dev.shiplog.replay.query;

import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.nio.charset.StandardCharsets;

/** Single records as a reader of a journal sees them. */
final class Records {
    private Records() {}

    static RecordView decoded(Kind kind, String subject, long received, byte[] payload) {
        Record record = new Record(1, kind, subject, received, received, received, payload);
        return new RecordSplitter().split(record, kind.code(), false);
    }

    static RecordView decoded(Kind kind, String subject, String payload) {
        return decoded(kind, subject, 1, payload.getBytes(StandardCharsets.UTF_8));
    }
}
