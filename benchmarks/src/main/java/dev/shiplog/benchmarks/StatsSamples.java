package dev.shiplog.benchmarks;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The common measure: 8,054 real stats samples of 61 containers, as the records that a recorder makes of them. */
final class StatsSamples {
    static final int COUNT = 8_054;

    private StatsSamples() {}

    /** Always the same; what the samples do not tell, how late each arrived, is drawn from a fixed seed: 1 to 4 ms. */
    static List<Record> records() {
        Random random = new Random(61);
        long monotonicStart = 1_795_000_000_000_000_000L;
        List<Record> records = new ArrayList<>(COUNT);
        for (byte[] payload : Samples.payloads(Samples.STATS)) {
            String text = new String(payload, StandardCharsets.UTF_8);
            long time = nanos(text.substring(text.indexOf("\"read\":\"") + 8));
            String id = text.substring(text.indexOf("\"id\":\"") + 6).substring(0, 64);
            long received = (time + 1_000_000 + random.nextInt(3_000_000)) / 1_000 * 1_000;
            records.add(new Record(0, Kind.STATS, id, time, received, received - monotonicStart, payload));
        }
        return records;
    }

    private static long nanos(String textFromTime) {
        Instant instant = Instant.parse(textFromTime.substring(0, textFromTime.indexOf('"')));
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
