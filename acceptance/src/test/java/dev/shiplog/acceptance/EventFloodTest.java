package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
 * More events than any host has: each is recorded once, in order, or counted as dropped where the machine is too busy to
 * write them, and the recorder's memory stays within its bounds. Prints how many a second there were, and how long the engine had to wait for its reader: a real one drops events for a reader
 * that makes it wait for 100 ms. {@code mvn -Dshiplog.flood.seconds=60 …} for the long form, of 50,000
 * a second, none of which may be dropped: it wants the machine for itself.
 */
@Tag("once")
@Timeout(600)
class EventFloodTest {
    private static final boolean LONG = Integer.getInteger("shiplog.flood.seconds") != null;
    private static final int SECONDS = Integer.getInteger("shiplog.flood.seconds", 5);
    /** A second; the short form shares its processors with other tests. */
    private static final int RATE = LONG ? 50_000 : 20_000;

    private static final int EVENTS = SECONDS * RATE;
    /** A JVM that has just begun is slow; a recorder does not begin with a flood. */
    private static final int FIRST = 20_000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Of the recorder's own memory: its heap of 160 MiB, and all that a JVM has beside. */
    private static final long MOST_KIB = 320 * 1024;

    @TempDir
    private Path directory;

    /**
     * Answers who asks for events with a flood, of which each event has its number. It is to cost little beside the recorder,
     * so each millisecond it sets numbers and times in the same bytes and writes them at once.
     */
    private static final class Flood implements Misbehaviour {
        private static final int BURST = RATE / 1_000;
        private static final String NUMBER = "00000000";
        private static final String SECONDS_NOW = "0000000000";
        private static final String NANOS = "000000000";

        private final AtomicInteger connections = new AtomicInteger();
        private final byte[] burst;
        private final int chunk;
        private final int number;
        private final int time;
        private final int timeNano;
        /** Among the first events, and after them. */
        private volatile long longestFirstWaitNanos;

        private volatile long longestWaitNanos;
        private volatile long tookNanos;
        private volatile int sent;

        Flood(String id) {
            String event = "{\"status\":\"exec_start: /bin/sh -c probe\",\"id\":\"" + id
                    + "\",\"from\":\"busybox\",\"Type\":"
                    + "\"container\",\"Action\":\"exec_start: /bin/sh -c probe\",\"Actor\":{\"ID\":\"" + id
                    + "\",\"Attributes\":{\"execID\":\"" + NUMBER + "\",\"image\":\"busybox\",\"name\":\"web\"}},"
                    + "\"scope\":\"local\",\"time\":" + SECONDS_NOW + ",\"timeNano\":" + SECONDS_NOW + NANOS + "}\n";
            String whole = Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
            burst = whole.repeat(BURST).getBytes(ISO_8859_1);
            chunk = whole.length();
            number = whole.indexOf("execID") + 9;
            time = whole.indexOf("\"time\":") + 7;
            timeNano = whole.indexOf("\"timeNano\":") + 11;
        }

        @Override
        public void answer(Request request, Reply reply, Handler proper) throws IOException {
            connections.incrementAndGet();
            reply.begin("application/json");
            long begun = System.nanoTime();
            for (int n = sent; n < EVENTS; n += BURST) {
                long due = begun + TimeUnit.MILLISECONDS.toNanos(n / BURST);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                number(n);
                long before = System.nanoTime();
                reply.raw(burst);
                waited(n, System.nanoTime() - before);
                sent = n + BURST;
            }
            tookNanos = System.nanoTime() - begun;
            reply.awaitHangUp();
        }

        private void waited(int n, long nanos) {
            if (n < FIRST) {
                longestFirstWaitNanos = Math.max(longestFirstWaitNanos, nanos);
            } else {
                longestWaitNanos = Math.max(longestWaitNanos, nanos);
            }
        }

        /** Makes events of the burst, from this number on, that happen now. */
        private void number(int first) {
            long millis = System.currentTimeMillis();
            for (int i = 0; i < BURST; i++) {
                int at = i * chunk;
                digits(first + i, at + number, NUMBER.length());
                digits(millis / 1_000, at + time, SECONDS_NOW.length());
                digits(millis / 1_000, at + timeNano, SECONDS_NOW.length());
                digits(millis % 1_000 * 1_000_000 + i, at + timeNano + SECONDS_NOW.length(), NANOS.length());
            }
        }

        private void digits(long value, int from, int length) {
            long rest = value;
            for (int at = from + length; at-- > from; rest /= 10) {
                burst[at] = (byte) ('0' + rest % 10);
            }
        }
    }

    /** What a reader of the journal has seen so far. */
    private static final class Reader implements AutoCloseable {
        private final Cursor cursor;
        private int events;
        private int last = -1;
        /** How many numbers were passed over, and how many events the journal says were dropped. */
        private long missing;

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
                    missing += number - last - 1;
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
    void eachEventOfAFloodIsRecorded() throws Exception {
        Path journal = directory.resolve("journal");
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"))) {
            Flood flood = new Flood(engine.start("web"));
            engine.misbehave("/events", flood);
            try (RecorderProcess recorder =
                    RecorderProcess.recording(List.of(), directory.resolve("output"), engine.address(), journal)) {
                await().atMost(PATIENCE).until(() -> recorder.output().contains("answers"));
                long pid = recorder.recorder().orElseThrow().pid();
                long[] most = new long[2];
                await("all events are sent")
                        .atMost(PATIENCE.plusSeconds(2L * SECONDS))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> {
                            most[0] = Math.max(most[0], kibibytes(pid, "VmRSS"));
                            most[1] = Math.max(most[1], kibibytes(pid, "RssAnon"));
                            return flood.sent == EVENTS;
                        });
                try (Reader reader =
                        new Reader(journal)) { // only now: it would take a processor's time from the recorder
                    await("all events are accounted for")
                            .atMost(PATIENCE.plusSeconds(SECONDS))
                            .until(() -> reader.read() >= EVENTS);
                    long millis = TimeUnit.NANOSECONDS.toMillis(flood.tookNanos);
                    System.out.printf(
                            "EventFloodTest: %d events in %d ms, %d a second of %d wanted, %d recorded, %d counted as dropped,"
                                    + " %d gaps; longest wait of the engine %d ms, and %d ms before event %d; processor time of the recorder %.1f us an"
                                    + " event; resident memory of the recorder %d KiB, %d KiB its own%n",
                            flood.sent,
                            millis,
                            EVENTS * 1_000L / Math.max(1, millis),
                            RATE,
                            reader.events,
                            reader.dropped,
                            reader.gaps,
                            TimeUnit.NANOSECONDS.toMillis(flood.longestWaitNanos),
                            TimeUnit.NANOSECONDS.toMillis(flood.longestFirstWaitNanos),
                            FIRST,
                            recorder.recorder()
                                            .orElseThrow()
                                            .info()
                                            .totalCpuDuration()
                                            .orElseThrow()
                                            .toNanos()
                                    / 1e3
                                    / EVENTS,
                            most[0],
                            most[1]);
                    assertThat(flood.connections).hasValue(1);
                    assertThat(reader.events + reader.dropped)
                            .as("events that are recorded, or counted as dropped")
                            .isEqualTo(EVENTS);
                    assertThat(reader.missing + EVENTS - 1 - reader.last)
                            .as("events that are not in the journal")
                            .isEqualTo(reader.dropped);
                    if (LONG) {
                        assertThat(reader.dropped).as("dropped").isZero();
                    }
                    assertThat(reader.gaps).as("gaps").isZero();
                    assertThat(most[1]).as("KiB of its own").isLessThan(MOST_KIB);
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
