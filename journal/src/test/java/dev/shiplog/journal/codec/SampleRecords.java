package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Makes records of the payloads that are kept as samples. */
public final class SampleRecords {
    private SampleRecords() {}

    /** A record such as the recorder makes of this payload. */
    public static Record of(Kind kind, byte[] payload, int i) {
        String text = new String(payload, StandardCharsets.UTF_8);
        int id = text.indexOf("\"id\":\"");
        String subject = id < 0 ? "" : text.substring(id + 6, Math.min(text.length(), id + 70));
        long time = 1_795_251_593_000_000_000L + i * 16_000_000L;
        if (kind == Kind.STATS) {
            int read = text.indexOf("\"read\":\"") + 8;
            Instant instant = Instant.parse(text.substring(read, text.indexOf('"', read)));
            time = instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
        }
        long received = (time + 2_000_000 + (i * 7919L) % 400_000) / 1_000 * 1_000;
        return new Record(0, kind, subject, time, received, received - 1_795_000_000_000_000_000L, payload);
    }
}
