package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a journal, its archives and a journal restored from these export is the same, to the byte. With {@code
 * -Dshiplog.records=1000000} for more records than usual.
 */
class SameBytesTest {
    private static final int RECORDS = Integer.getInteger("shiplog.records", 10_000);
    private static final long START = 1_795_252_320_000_000_000L;

    @TempDir
    private Path directory;

    /** The digest of all that a verb writes; it must end well. */
    private String digest(String commandLine) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        StringWriter err = new StringWriter();
        Console console = new Console(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest),
                new PrintWriter(err, true),
                false,
                InstantSource.fixed(Instant.EPOCH),
                directory,
                new CountDownLatch(1));
        assertThat(Replay.run(console, commandLine.split(" ")))
                .as(commandLine + ": " + err)
                .isIn(ExitCode.OK, ExitCode.GAPS);
        return HexFormat.of().formatHex(digest.digest());
    }

    private void archiveRestoreAndCompare() throws Exception {
        Files.createDirectory(directory.resolve("columns"));
        Files.createDirectory(directory.resolve("portable"));
        digest("salvage -o columns journal");
        digest("salvage --portable -o portable journal");
        digest("restore --to of-columns columns");
        digest("restore --to of-portable portable");
        for (String export : List.of("--format raw", "--restated --format envelope")) {
            String journal = digest("export " + export + " journal");
            for (String source :
                    List.of("columns", "portable", "of-columns", "of-portable", "columns journal portable")) {
                assertThat(digest("export " + export + " " + source))
                        .as(export + " " + source)
                        .isEqualTo(journal);
            }
        }
    }

    @Test
    void holdsForAllSamples() throws Exception {
        long time = START;
        try (Appender appender = open(Roll.HOURLY)) {
            for (String name : Samples.NAMES) {
                Kind kind = name.contains("stats") ? Kind.STATS : name.contains("events") ? Kind.EVENT : Kind.HOST;
                for (byte[] payload : Samples.payloads(name)) {
                    time += 1_000_000;
                    appender.append(new Record(0, kind, name, time - 300_000, time, time / 3, payload));
                }
            }
        }
        archiveRestoreAndCompare();
    }

    @ParameterizedTest
    @ValueSource(longs = 1)
    void holdsForRecordsOfAllKinds(long seed) throws Exception {
        Random random = new Random(seed);
        List<byte[]> samples = new ArrayList<>();
        for (String name : Samples.NAMES) {
            samples.addAll(Samples.payloads(name)
                    .subList(0, Math.min(60, Samples.payloads(name).size())));
        }
        long time = START;
        int written = 0;
        while (written < RECORDS) {
            // Each run begins with a header and a snapshot, in the midst of a segment too.
            try (Appender appender = open(Roll.MINUTELY)) {
                long begun = time;
                appender.setEngineId("engine " + random.nextInt(3));
                appender.setSnapshot(() -> List.of(mark(begun), record(random, samples, begun)));
                for (int n = RECORDS / 5 + random.nextInt(100); n > 0; n--, written++) {
                    time += random.nextInt(1000) == 0 ? -random.nextInt(2_000_000_000) : random.nextInt(40_000_000);
                    appender.append(record(random, samples, time));
                }
            }
        }
        archiveRestoreAndCompare();
    }

    private Appender open(Roll roll) throws IOException {
        Appender.Options options = new Appender.Options(roll, "host", "boot", "test 1", 0);
        return Appender.open(directory.resolve("journal"), options, tail -> {});
    }

    private static Record mark(long time) {
        return new Record(0, Kind.MARK, "", time, time, time / 3, new Mark.SegmentStart("", 1).toJson());
    }

    private static Record record(Random random, List<byte[]> samples, long received) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        byte[] sample = samples.get(random.nextInt(samples.size()));
        byte[] payload = switch (random.nextInt(20)) {
            case 0 -> new byte[0];
            case 1 -> bytes(random, random.nextInt(300));
            case 2 -> bytes(random, random.nextInt(100) == 0 ? 400_000 : 20);
            case 3, 4, 5 -> Mutation.of(sample, random);
            default -> sample;
        };
        String subject = random.nextInt(5) == 0
                ? ""
                : Integer.toHexString(random.nextInt(20)).repeat(64).substring(0, 64);
        long time =
                random.nextInt(4) == 0 ? random.nextLong() >> random.nextInt(60) : received - random.nextInt(1_000_000);
        long monotonic = random.nextInt(50) == 0 ? random.nextLong() : received - START;
        return new Record(0, kind, subject, time, received, monotonic, payload);
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
