package dev.shiplog.benchmarks;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

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

    /** Opens a journal as the recorder does. */
    static Appender open(Path directory) throws IOException {
        return Appender.open(directory, new Appender.Options(Roll.DAILY, "host", "", "benchmark", 0), tail -> {});
    }

    /** Writes a journal of all samples, {@code rounds} times over. */
    static void writeJournal(Path directory, int rounds) throws IOException {
        List<Record> records = records();
        try (Appender appender = open(directory)) {
            for (int round = 0; round < rounds; round++) {
                for (Record record : records) {
                    appender.append(record);
                }
            }
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static long nanos(String textFromTime) {
        Instant instant = Instant.parse(textFromTime.substring(0, textFromTime.indexOf('"')));
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
