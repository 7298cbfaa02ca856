package dev.shiplog.timeline;

import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.nio.charset.StandardCharsets;

/** Single records as a reader of a journal sees them. */
final class Records {
    private Records() {}

    static RecordView decoded(Record record) {
        return new RecordSplitter().split(record, record.kind().code(), false);
    }

    static RecordView decoded(Kind kind, String subject, long received, byte[] payload) {
        return decoded(new Record(1, kind, subject, received, received, received, payload));
    }

    static RecordView decoded(Kind kind, String subject, String payload) {
        return decoded(kind, subject, 1, payload.getBytes(StandardCharsets.UTF_8));
    }

    static RecordView decoded(long received, Mark mark) {
        return decoded(Kind.MARK, "", received, mark.toJson());
    }
}
