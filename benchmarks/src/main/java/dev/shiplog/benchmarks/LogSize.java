package dev.shiplog.benchmarks;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.LogLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What lines of logs take in a live journal, and the same lines in the forms in which others keep them, for
 * {@code log-size} to compress and to measure: the engine's frames, its json-file, the file of its {@code local} driver,
 * and what journald is told.
 *
 * <p>Arguments: a program of {@link LogLines}, how many lines, and a directory that is not there yet.
 */
public final class LogSize {
    private static final long START = Instant.parse("2026-11-20T18:00:00Z").getEpochSecond() * 1_000_000_000L;
    private static final int CONTAINERS = 10;
    private static final int LINES_PER_SECOND = 20;

    private LogSize() {}

    public static void main(String[] args) throws IOException {
        LogLines.Program program = LogLines.Program.valueOf(args[0].toUpperCase(Locale.ROOT));
        int lines = Integer.parseInt(args[1]);
        Path directory = Files.createDirectories(Path.of(args[2]));
        List<LogLines> logs = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            logs.add(new LogLines(program, i + 1, START, LINES_PER_SECOND));
        }
        Random random = new Random(1);
        long frames = 0;
        try (Appender appender = StatsSamples.open(directory.resolve("journal"));
                OutputStream raw = Files.newOutputStream(directory.resolve("frames"));
                OutputStream json = Files.newOutputStream(directory.resolve("json-file"));
                OutputStream local = Files.newOutputStream(directory.resolve("local"));
                OutputStream journald = Files.newOutputStream(directory.resolve("journald.export"))) {
            for (int i = 0; i < lines; i++) {
                String container = String.format(Locale.ROOT, "%064x", (0xc0ffeeL + i % CONTAINERS) * 0x9E3779B97F4A7L);
                int stream = 1 + random.nextInt(2);
                LogLines.Line line = logs.get(i % CONTAINERS).next();
                byte[] frame = line.frame(stream);
                frames += frame.length;
                raw.write(frame);
                json.write(json(line, stream));
                local.write(local(line, stream));
                journald.write(journald(line, stream, container));
                long received =
                        (line.time() + 200_000 + random.nextInt(300_000)) / 1_000 * 1_000; // clocks of hosts count us
                appender.append(record(container, frame, received));
            }
        }
        System.out.printf(Locale.ROOT, "%d %d %d%n", lines, frames, liveBytes(directory.resolve("journal"), lines));
    }

    private static Record record(String container, byte[] frame, long received) {
        byte[] payload = new byte[frame.length - 7]; // of the header only the stream
        payload[0] = frame[0];
        System.arraycopy(frame, 8, payload, 1, payload.length - 1);
        String time = new String(frame, 8, 30, StandardCharsets.ISO_8859_1);
        Instant instant = Instant.parse(time);
        return new Record(
                0,
                Kind.LOG,
                container,
                instant.getEpochSecond() * 1_000_000_000L + instant.getNano(),
                received,
                received - START,
                payload);
    }

    /** From the first record's excerpt to the last's. */
    private static long liveBytes(Path journal, int lines) throws IOException {
        long first = 0;
        long last = 0;
        long read = 0;
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                first = read == 0 ? cursor.position().offset() : first;
                last = cursor.position().offset();
                read++;
            }
        }
        if (read != lines) {
            throw new IOException(read + " of " + lines + " lines came back");
        }
        return last - first;
    }

    /** As the driver json-file writes it. */
    private static byte[] json(LogLines.Line line, int stream) {
        String text = line.text().replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t");
        return ("{\"log\":\"" + text + "\\n\",\"stream\":\"" + stream(stream) + "\",\"time\":\"" + time(line) + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** As the driver local writes it: an entry of protocol buffers, its length before and after it. */
    private static byte[] local(LogLines.Line line, int stream) {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        field(entry, 1, stream(stream).getBytes(StandardCharsets.UTF_8));
        entry.write(2 << 3);
        varint(entry, line.time());
        field(entry, 3, line.text().getBytes(StandardCharsets.UTF_8));
        byte[] bytes = entry.toByteArray();
        return ByteBuffer.allocate(bytes.length + 8)
                .putInt(bytes.length)
                .put(bytes)
                .putInt(bytes.length)
                .array();
    }

    private static void field(ByteArrayOutputStream entry, int number, byte[] bytes) {
        entry.write(number << 3 | 2);
        varint(entry, bytes.length);
        entry.writeBytes(bytes);
    }

    private static void varint(ByteArrayOutputStream entry, long value) {
        long left = value;
        for (; left >= 0x80; left >>>= 7) {
            entry.write((int) (left & 0x7f | 0x80));
        }
        entry.write((int) left);
    }

    /** The fields that the driver journald sends, in the journal's export format. */
    private static byte[] journald(LogLines.Line line, int stream, String container) {
        return ("__REALTIME_TIMESTAMP=" + line.time() / 1_000 + "\n__MONOTONIC_TIMESTAMP="
                        + (line.time() - START) / 1_000
                        + "\n_BOOT_ID=" + "1".repeat(32) + "\nPRIORITY=" + (stream == 1 ? 6 : 3)
                        + "\nCONTAINER_NAME=web-"
                        + container.substring(60) + "\nCONTAINER_TAG=" + container.substring(0, 12) + "\nCONTAINER_ID="
                        + container.substring(0, 12) + "\nCONTAINER_ID_FULL=" + container + "\nIMAGE_NAME=nginx:1.27"
                        + "\nSYSLOG_TIMESTAMP=" + time(line)
                        + "\n_TRANSPORT=journal\n_PID=812\n_UID=0\n_GID=0\n_COMM=dockerd"
                        + "\n_EXE=/usr/bin/dockerd\nMESSAGE=" + line.text() + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String time(LogLines.Line line) {
        return Instant.ofEpochSecond(line.time() / 1_000_000_000L, line.time() % 1_000_000_000L)
                .toString();
    }

    private static String stream(int stream) {
        return stream == 1 ? "stdout" : "stderr";
    }
}
