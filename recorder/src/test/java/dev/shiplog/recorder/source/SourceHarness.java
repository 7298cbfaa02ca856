package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Wires sources to a queue without a writer, and to clocks that a test moves ahead. */
final class SourceHarness {
    static final byte[] EMPTY = "{\"read\":\"0001-01-01T00:00:00Z\"}".getBytes(UTF_8);

    static final int STREAMS = 20;

    final RecordQueue queue = new RecordQueue(100_000, 100_000_000);

    /** What the clocks are ahead of the real ones. */
    final AtomicLong ahead = new AtomicLong();

    final Clock clock = new Clock(
            () -> System.currentTimeMillis() * 1_000_000 + ahead.get(),
            () -> System.nanoTime() + ahead.get(),
            queue::put);

    final Watchdog watchdog = new Watchdog();

    final DestroyedContainers destroyed = new DestroyedContainers();

    final List<Record> records = new ArrayList<>();

    final List<AutoCloseable> opened = new ArrayList<>();

    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        watchdog.close();
    }

    StatsSource stats(FakeEngine engine, Duration interval) {
        StatsSource stats = new StatsSource(engine, watchdog, clock, queue, interval, STREAMS);
        opened.add(() -> {
            stats.disconnected();
            stats.close();
        });
        return stats;
    }

    InspectSource inspects(FakeEngine engine) {
        InspectSource inspects = new InspectSource(engine, clock, queue, Redaction.ENV, destroyed, described -> {});
        opened.add(inspects);
        return inspects;
    }

    ContainerTracker containers(FakeEngine engine, ContainerFilter filter, Duration interval, InspectSource inspects) {
        List<Follower> followers = interval.isZero() ? List.of(inspects) : List.of(inspects, stats(engine, interval));
        ContainerTracker containers =
                new ContainerTracker(engine, clock, queue, filter, destroyed, inspects::askImage, followers);
        opened.add(containers);
        return containers;
    }

    synchronized List<Record> records(Predicate<Record> which) {
        List<Arrival> batch = new ArrayList<>();
        try {
            queue.drainTo(batch, Integer.MAX_VALUE, 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        batch.forEach(arrival -> records.add(arrival.record()));
        return records.stream().filter(which).toList();
    }

    List<String> texts(Kind kind) {
        return records(record -> record.kind() == kind).stream()
                .map(record -> new String(record.payload(), UTF_8))
                .toList();
    }

    List<Mark.Gap> gaps(Kind kind) {
        List<Mark.Gap> gaps = new ArrayList<>();
        for (Record record : records(record -> record.kind() == Kind.MARK)) {
            try {
                if (Mark.fromJson(record.payload()) instanceof Mark.Gap gap
                        && gap.kind().equals(kind.label())) {
                    gaps.add(gap);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return gaps;
    }

    /** As time passes. */
    void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    static byte[] frame(int n) {
        return ("{\"read\":\"2026-11-21T10:00:00Z\",\"n\":" + n + "}").getBytes(UTF_8);
    }

    static byte[] event(String action, String id) {
        return ("{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + id
                        + "\",\"Attributes\":{\"name\":\"n\",\"image\":\"i\"}}}")
                .getBytes(UTF_8);
    }

    static byte[] inspect(String id, String more) {
        return ("{\"Id\":\"" + id + "\"" + more + "}").getBytes(UTF_8);
    }

    /** A record of kind inspect. */
    static Record description(String id, String logPath) {
        return new Record(0, Kind.INSPECT, id, 1, 1, 1, inspect(id, ",\"LogPath\":\"" + logPath + "\""));
    }

    static void restoreEvent(ContainerTracker containers, byte[] event) {
        containers.restore(new Record(0, Kind.EVENT, "", 1, 1, 1, event), null);
    }

    /** An engine that describes its container when the latch opens. */
    static FakeEngine describing(CountDownLatch answering) {
        return new FakeEngine(path -> {
            try {
                answering.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return inspect("c", "");
        });
    }
}
