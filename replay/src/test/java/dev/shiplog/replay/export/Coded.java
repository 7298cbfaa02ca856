package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Records as a cursor hands them out: coded, then decoded again. */
public final class Coded {
    public static final String ID = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";
    public static final long TIME = 1_795_252_323_678_047_113L;

    private Coded() {}

    public static Record record(Kind kind, String payload) {
        return record(kind, payload.getBytes(StandardCharsets.UTF_8));
    }

    public static Record record(Kind kind, byte[] payload) {
        return new Record(1, kind, ID, TIME, TIME + 952_887, 81_403_311, payload);
    }

    public static void each(List<Record> records, Consumer<RecordView> consumer) {
        Encoder encoder = new Encoder();
        Decoder decoder = new Decoder();
        Bytes coded = new Bytes(1 << 12);
        for (int i = 0; i < records.size(); i++) {
            if (i % Encoder.MAX_GROUP == 0) {
                encoder.startGroup();
                decoder.startGroup(i + 1);
            }
            coded.clear();
            encoder.encode(records.get(i), coded);
            try {
                consumer.accept(decoder.decode(coded.array(), 0, coded.length()));
            } catch (UndecodableException e) {
                throw new AssertionError(e);
            }
        }
    }
}
