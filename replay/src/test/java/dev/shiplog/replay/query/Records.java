package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.nio.charset.StandardCharsets;

/** Single records as a cursor hands them out. */
final class Records {
    private Records() {}

    static RecordView decoded(Kind kind, String subject, long received, byte[] payload) {
        Encoder encoder = new Encoder();
        encoder.startGroup();
        Bytes coded = new Bytes(256);
        encoder.encode(new Record(1, kind, subject, received, received, received, payload), coded);
        Decoder decoder = new Decoder();
        decoder.startGroup(1);
        try {
            return decoder.decode(coded.array(), 0, coded.length());
        } catch (UndecodableException e) {
            throw new AssertionError(e);
        }
    }

    static RecordView decoded(Kind kind, String subject, String payload) {
        return decoded(kind, subject, 1, payload.getBytes(StandardCharsets.UTF_8));
    }
}
