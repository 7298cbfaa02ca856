package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.LogLines;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/journal-format.md} says all that a reader needs: {@code docs/read_journal.py}, which was written from it,
 * finds in journals of the real appender what {@link dev.shiplog.journal.Cursor} finds.
 */
@Tag("once")
class FormatPageTest {
    private static final long START = Instant.parse("2026-11-21T11:30:00Z").getEpochSecond() * 1_000_000_000L;
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    private long sequence;

    @Test
    void thePageIsEnoughToReadEverySample() throws Exception {
        Path journal = directory.resolve("samples");
        Kind[] kinds = Kind.values();
        try (Appender appender = open(journal, Roll.HOURLY)) {
            for (String name : Samples.NAMES) {
                for (byte[] payload : Samples.payloads(name)) {
                    Kind kind = name.equals(Samples.STATS) ? Kind.STATS : kinds[(int) (sequence % kinds.length)];
                    append(appender, kind, container(payload), payload);
                }
            }
        }
        assertThat(sequence).isGreaterThan(8_300);
        assertReadAlike(journal);
    }

    /** Runs that go on in a segment, heads that restate, other rolls with what they set aside, records of many parts. */
    @Test
    void thePageIsEnoughToReadWhatSeveralRunsLeft() throws Exception {
        Path journal = directory.resolve("runs");
        Random random = new Random(7);
        for (Roll roll : List.of(Roll.MINUTELY, Roll.MINUTELY, Roll.HOURLY, Roll.TEN_MINUTELY, Roll.DAILY)) {
            try (Appender appender = open(journal, roll)) {
                appender.setSnapshot(() -> List.of(
                        record(Kind.MARK, "", START, new Mark.SegmentStart("", 1).toJson()),
                        record(Kind.INSPECT, "c0ffee", START, "{\"Id\":\"c0ffee\"}".getBytes(StandardCharsets.UTF_8))));
                for (int i = 0; i < 300; i++) {
                    append(appender, Kind.STATS, "container-" + i % 9, json(random, 6));
                    if (i % 100 == 50) {
                        appender.setEngineId("engine-" + i);
                        append(appender, Kind.INSPECT, "größer", bytes(random, 131_072 * 3 + i));
                        append(appender, Kind.LOG, "", bytes(random, i));
                    }
                }
            }
        }
        try (Stream<Path> files = Files.list(journal)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.endsWith(".cq4.1"))
                    .hasSizeGreaterThan(8);
        }
        assertReadAlike(journal);
    }

    /** Numbers at the borders of what is coded in which way, clocks that leap, bytes that are no text. */
    @Test
    void thePageIsEnoughToReadWhatNoEngineSends() throws Exception {
        Path journal = directory.resolve("odd");
        Random random = new Random(11);
        try (Appender appender = open(journal, Roll.HOURLY)) {
            for (int i = 0; i < 4_000; i++) {
                byte[] payload = random.nextInt(10) == 0 ? bytes(random, random.nextInt(50)) : json(random, 4);
                long time = odd(random);
                long received = START + Math.floorMod(odd(random), 3_600 * SECOND);
                appender.append(new Record(0, Kind.STATS, "c" + i % 5, time, received, odd(random), payload));
            }
        }
        assertReadAlike(journal);
    }

    /** Two containers at a time, and times with zeros at their end, lines that are no message, and longer ones than texts reach back. */
    @Test
    void thePageIsEnoughToReadLogs() throws Exception {
        Path journal = directory.resolve("logs");
        Random random = new Random(17);
        try (Appender appender = open(journal, Roll.HOURLY)) {
            for (LogLines.Program program : LogLines.Program.values()) {
                LogLines lines = new LogLines(program, 17, START, 100);
                for (int i = 0; i < 2_000; i++) {
                    byte[] message =
                            i % 500 == 0 ? bytes(random, 20_000) : lines.next().message();
                    byte[] payload = new byte[message.length + 1];
                    payload[0] = (byte) (i % 3);
                    System.arraycopy(message, 0, payload, 1, message.length);
                    append(appender, Kind.LOG, "container-" + random.nextInt(2), payload);
                }
            }
        }
        assertReadAlike(journal);
    }

    @Test
    void thePageIsEnoughToTellWhatDamageCost() throws Exception {
        Path whole = directory.resolve("whole");
        Random random = new Random(13);
        for (int run = 0; run < 2; run++) {
            try (Appender appender = open(whole, Roll.MINUTELY)) {
                for (int i = 0; i < 60; i++) {
                    append(appender, Kind.STATS, "container-" + i % 3, json(random, 8));
                    if (i == 30) {
                        append(appender, Kind.INSPECT, "", bytes(random, 140_000));
                    }
                }
            }
        }
        Path[] copies = new Path[40];
        for (int seed = 0; seed < copies.length; seed++) {
            copies[seed] = damaged(whole, seed);
        }
        List<String> found = Transcript.ofCursor(copies);
        assertThat(found.stream().filter(line -> line.startsWith("lost "))).hasSizeGreaterThan(30);
        Transcript.assertSame(Transcript.ofPython(copies), found, "40 damaged copies, seeds from 0");
    }

    private Path damaged(Path journal, long seed) throws IOException {
        Random random = new Random(seed);
        Path copy = Files.createDirectory(directory.resolve("damaged-" + seed));
        List<Path> segments = new ArrayList<>();
        try (Stream<Path> files = Files.list(journal)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".cq4"))
                    .sorted()
                    .toList()) {
                segments.add(Files.copy(file, copy.resolve(file.getFileName())));
            }
        }
        for (int n = random.nextInt(3); n >= 0; n--) {
            damage(segments.get(random.nextInt(segments.size())), random);
        }
        return copy;
    }

    /** Flips a bit, zeroes a page, or cuts the file, within what is used of it. */
    private static void damage(Path segment, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int used = bytes.length;
        while (used > 1 && bytes[used - 1] == 0) {
            used--;
        }
        int at = random.nextInt(used);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            switch (random.nextInt(4)) {
                case 0 -> file.setLength(at);
                case 1 -> {
                    file.seek(at & ~4095);
                    file.write(new byte[Math.min(4096, bytes.length - (at & ~4095))]);
                }
                default -> {
                    file.seek(at);
                    file.write(bytes[at] ^ 1 << random.nextInt(8));
                }
            }
        }
    }

    private static void assertReadAlike(Path journal) throws Exception {
        List<String> read = Transcript.ofCursor(journal);
        assertThat(read).noneMatch(line -> line.startsWith("lost "));
        Transcript.assertSame(
                Transcript.ofPython(journal), read, journal.getFileName().toString());
    }

    private static Appender open(Path journal, Roll roll) throws IOException {
        return Appender.open(journal, new Appender.Options(roll, "host", "boot", "test", 0), record -> {});
    }

    private void append(Appender appender, Kind kind, String subject, byte[] payload) throws IOException {
        appender.append(record(kind, subject, START + ++sequence * SECOND / 3, payload));
    }

    private static Record record(Kind kind, String subject, long received, byte[] payload) {
        return new Record(0, kind, subject, received - 1_234_567, received, received - START / 2, payload);
    }

    private static String container(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8);
        int id = text.indexOf("\"id\":\"");
        return id < 0 ? "" : text.substring(id + 6, text.indexOf('"', id + 6));
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] json(Random random, int members) {
        StringBuilder text = new StringBuilder("{\"read\":\"" + Instant.ofEpochSecond(0, odd(random)) + "\"");
        for (int i = 0; i < members; i++) {
            String value = switch (random.nextInt(8)) {
                case 0 -> "\"" + Long.toHexString(odd(random)).repeat(4) + "\"";
                case 1 -> random.nextInt(100) + ".50";
                case 2 -> "18446744073709551615";
                case 3 -> "\"" + Instant.ofEpochSecond(0, odd(random)) + "\"";
                case 4 -> "\"sch\\u00f6n ö\"";
                default -> String.valueOf(odd(random));
            };
            text.append(",\"member").append(i).append("\":").append(value);
        }
        return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A number of any magnitude, the highest and the lowest included. */
    private static long odd(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE;
            case 2 -> 0;
            default -> random.nextLong() >> random.nextInt(64);
        };
    }
}
