package dev.shiplog.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Journals for tests: made by a real appender, read by a real cursor. */
final class Journals {
    /** 2026-11-21T11:30:00Z. */
    static final long START = Instant.parse("2026-11-21T11:30:00Z").getEpochSecond() * 1_000_000_000L;

    static final long SECOND = 1_000_000_000L;
    static final long HOUR = 3600 * SECOND;

    private Journals() {}

    static Appender.Options options(Roll roll) {
        return new Appender.Options(roll, "host", "boot", "test 1", 0);
    }

    static Appender open(Path directory) throws IOException {
        return open(directory, Roll.HOURLY);
    }

    static Appender open(Path directory, Roll roll) throws IOException {
        return Appender.open(directory, options(roll), record -> {});
    }

    /** A record that looks like the engine's: the same shape over and over, a few values that change. */
    static Record stats(int i, long received) {
        String id = Integer.toHexString(0xc0ffee + i % 7).repeat(11).substring(0, 64);
        String json = "{\"read\":\"" + Instant.ofEpochSecond(received / SECOND, received % SECOND)
                + "\",\"pids\":{\"current\":"
                + (i % 5) + "},\"cpu\":{\"total\":" + (1_000_000L * i) + ",\"name\":\"web-" + i % 7 + "\"},\"big\":"
                + (long) i * i * 7919 + "}";
        return new Record(
                0, Kind.STATS, id, received - 1000, received, received / 3, json.getBytes(StandardCharsets.UTF_8));
    }

    static Record bytes(Kind kind, int length, long received, long seed) {
        byte[] payload = new byte[length];
        new Random(seed).nextBytes(payload);
        return new Record(0, kind, "", received, received, 1, payload);
    }

    static boolean same(Record a, Record b) {
        return a.sequence() == b.sequence()
                && a.kind() == b.kind()
                && a.subject().equals(b.subject())
                && a.time() == b.time()
                && a.received() == b.received()
                && a.monotonic() == b.monotonic()
                && Arrays.equals(a.payload(), b.payload());
    }

    /** Asserts that the lists hold the same; its message names the first difference, never megabytes of payload. */
    static void assertSame(List<Record> found, List<Record> expected) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            if (!same(found.get(i), expected.get(i))) {
                throw new AssertionError("record " + i + " is " + found.get(i) + " with "
                        + found.get(i).payload().length + " bytes, not " + expected.get(i) + " with "
                        + expected.get(i).payload().length);
            }
        }
        assertThat(found.size()).as("records").isEqualTo(expected.size());
    }

    /** Everything that a cursor gave out, in order: records and losses. */
    record Reading(List<Record> records, List<Loss> losses, List<Object> steps, List<String> copies) {}

    /** One run that appends one record. */
    static void appendOne(Path journal, Roll roll, long time) throws IOException {
        try (Appender appender = open(journal, roll)) {
            appender.append(stats(1, time));
        }
    }

    static SegmentSummary summary(Path segment) throws IOException {
        return Catalog.list(List.of(segment)).get(0).summary(true);
    }

    static Reading read(Path... sources) throws IOException {
        try (Cursor cursor = Cursor.open(List.of(sources))) {
            return drain(cursor);
        }
    }

    /** Goes to the segment in which records received then may be. */
    static void seekTime(Cursor cursor, long receivedNanos) throws IOException {
        cursor.seek((journal, group) -> group.clock() < receivedNanos);
    }

    /** Goes to the segment of the record with this sequence. */
    static void seekSequence(Cursor cursor, long sequence) throws IOException {
        cursor.seek((journal, group) -> group.base() <= sequence);
    }

    static Reading drain(Cursor cursor) throws IOException {
        Reading reading = new Reading(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
            if (step == Cursor.Step.RECORD) {
                Record record = cursor.record().toRecord();
                reading.records.add(record);
                reading.steps.add(record);
            } else if (step == Cursor.Step.COPY) {
                reading.copies.add(cursor.segment().name());
            } else {
                reading.losses.add(cursor.loss());
                reading.steps.add(cursor.loss());
            }
        }
        return reading;
    }
}
