package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.testkit.Handler;
import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Reply;
import dev.shiplog.testkit.Request;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More events than any host has: each is recorded, in order, or a mark counts it; the recorder's memory stays within its
 * bounds; and in the long form, {@code mvn -Dshiplog.flood.seconds=60 …}, the engine hardly waits for its reader.
 */
@Tag("once")
@Timeout(600)
class EventFloodTest {
    private static final int SECONDS = Integer.getInteger("shiplog.flood.seconds", 5);
    private static final int RATE = 50_000;
    private static final int EVENTS = SECONDS * RATE;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Of the recorder's own memory: its heap of 160 MiB, and all that a JVM has beside. */
    private static final long MOST_KIB = 320 * 1024;

    private static final long LONGEST_WAIT_MILLIS = 100;

    @TempDir
    private Path directory;

    /** Answers who asks for events with a flood, of which each event has its number. */
    private static final class Flood implements Misbehaviour {
        private final AtomicInteger connections = new AtomicInteger();
        private final String id;
        private volatile long longestWaitNanos;
        private volatile long tookNanos;
        private volatile int sent;

        Flood(String id) {
            this.id = id;
        }

        @Override
        public void answer(Request request, Reply reply, Handler proper) throws IOException {
            connections.incrementAndGet();
            reply.begin("application/json");
            long begun = System.nanoTime();
            for (int n = sent; n < EVENTS; n++) {
                long due = begun + n * (1_000_000_000L / RATE);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                byte[] event = event(n);
                long before = System.nanoTime();
                reply.line(event);
                longestWaitNanos = Math.max(longestWaitNanos, System.nanoTime() - before);
                sent = n + 1;
            }
            tookNanos = System.nanoTime() - begun;
            reply.awaitHangUp();
        }

        private byte[] event(int n) {
            long nanos = System.currentTimeMillis() * 1_000_000 + n % 1_000_000;
            return ("{\"status\":\"exec_start: /bin/sh -c probe\",\"id\":\"" + id + "\",\"from\":\"busybox\",\"Type\":"
                            + "\"container\",\"Action\":\"exec_start: /bin/sh -c probe\",\"Actor\":{\"ID\":\"" + id
                            + "\",\"Attributes\":{\"execID\":\"" + n + "\",\"image\":\"busybox\",\"name\":\"web\"}},"
                            + "\"scope\":\"local\",\"time\":" + nanos / 1_000_000_000 + ",\"timeNano\":" + nanos + "}")
                    .getBytes(UTF_8);
        }
    }

    /** What a reader of the journal has seen so far. */
    private static final class Reader implements AutoCloseable {
        private final Cursor cursor;
        private int events;
        private int last = -1;
        private long dropped;
        private int gaps;

        Reader(Path journal) throws IOException {
            cursor = Cursor.open(List.of(journal));
        }

        /** How many of the events are accounted for. */
        long read() throws IOException {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> String.valueOf(cursor.loss())).isEqualTo(Cursor.Step.RECORD);
                if (cursor.record().kind() == Kind.EVENT) {
                    int number = number(cursor.record().toRecord().payload());
                    assertThat(number).as("in order and once").isGreaterThan(last);
                    last = number;
                    events++;
                } else if (cursor.record().kind() == Kind.MARK) {
                    Mark mark = Mark.fromJson(cursor.record().toRecord().payload());
                    if (mark instanceof Mark.Dropped counted && counted.kind().equals("event")) {
                        dropped += counted.count();
                    }
                    if (mark instanceof Mark.Gap gap && gap.kind().equals("event")) {
                        gaps++;
                    }
                }
            }
            return events + dropped;
        }

        private static int number(byte[] payload) {
            String text = new String(payload, ISO_8859_1);
            int from = text.indexOf("\"execID\":\"") + 10;
            return Integer.parseInt(text.substring(from, text.indexOf('"', from)));
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }

    @Test
    void eachEventOfAFloodIsRecordedOrCounted() throws Exception {
        Path journal = directory.resolve("journal");
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"))) {
            Flood flood = new Flood(engine.start("web"));
            engine.misbehave("/events", flood);
            try (RecorderProcess recorder =
                    RecorderProcess.recording(List.of(), directory.resolve("output"), engine.address(), journal)) {
                await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
                long pid = recorder.recorder().orElseThrow().pid();
                long[] most = new long[2];
                try (Reader reader = new Reader(journal)) {
                    await("all events are accounted for")
                            .atMost(PATIENCE.plusSeconds(2L * SECONDS))
                            .pollInterval(Duration.ofMillis(200))
                            .until(() -> {
                                most[0] = Math.max(most[0], kibibytes(pid, "VmRSS"));
                                most[1] = Math.max(most[1], kibibytes(pid, "RssAnon"));
                                return reader.read() >= EVENTS;
                            });
                    long waited = TimeUnit.NANOSECONDS.toMillis(flood.longestWaitNanos);
                    System.out.printf(
                            "EventFloodTest: %d events in %d ms, %d recorded, %d counted as dropped, %d gaps; longest wait"
                                    + " of the engine %d ms; resident memory of the recorder %d KiB, %d KiB its own%n",
                            flood.sent,
                            TimeUnit.NANOSECONDS.toMillis(flood.tookNanos),
                            reader.events,
                            reader.dropped,
                            reader.gaps,
                            waited,
                            most[0],
                            most[1]);
                    assertThat(flood.connections).hasValue(1);
                    assertThat(reader.events + reader.dropped).isEqualTo(EVENTS);
                    assertThat(most[1]).as("KiB of its own").isLessThan(MOST_KIB);
                    if (SECONDS >= 60) {
                        assertThat(waited).as("ms that the engine waited").isLessThan(LONGEST_WAIT_MILLIS);
                    }
                }
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            }
        }
    }

    private static long kibibytes(long pid, String what) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(what + ":")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException(what + " is not in /proc");
    }
}
