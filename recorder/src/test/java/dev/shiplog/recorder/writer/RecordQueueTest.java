package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordQueueTest {
    private static final int OVERHEAD = 256;
    private long received;

    private Record record(Kind kind, int length) {
        return new Record(0, kind, "", ++received, received, received, new byte[length]);
    }

    private static List<Record> drain(RecordQueue queue, int max) throws InterruptedException {
        List<Arrival> batch = new ArrayList<>();
        queue.drainTo(batch, max, 0);
        return batch.stream().map(Arrival::record).toList();
    }

    /** A plain list with the same limits keeps, sheds and counts the same, whatever comes when. */
    @Test
    void keepsTheOrderAndItsLimitsAndCountsWhatItSheds() throws InterruptedException {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int samples = 1 + random.nextInt(8);
            int bytes = 500 + random.nextInt(3_000);
            RecordQueue queue = new RecordQueue(samples, bytes);
            Deque<Record> expected = new ArrayDeque<>();
            List<Record> shed = new ArrayList<>();
            boolean full = false;
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1 -> {
                        int max = random.nextInt(5);
                        List<Record> drained = drain(queue, max);
                        List<Record> want = new ArrayList<>();
                        for (int i = 0; i < max && !expected.isEmpty(); i++) {
                            want.add(expected.remove());
                        }
                        assertThat(drained).as("seed %d, step %d", seed, step).containsExactlyElementsOf(want);
                    }
                    case 2 -> {
                        full = !full;
                        queue.diskFull(full);
                        if (full) {
                            expected.stream().filter(RecordQueueTest::sample).forEach(shed::add);
                            expected.removeIf(RecordQueueTest::sample);
                        }
                    }
                    case 3 -> {
                        Record taken = record(Kind.STATS, 1);
                        assertThat(queue.shed(new Arrival.Plain(taken))).isTrue();
                        shed.add(taken);
                    }
                    case 4 -> {
                        assertThat(count(queue.takeDropped()))
                                .as("seed %d, step %d", seed, step)
                                .isEqualTo(shed.size());
                        shed.clear();
                    }
                    default -> {
                        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
                        Record record = record(kind, random.nextInt(400));
                        if (kind == Kind.LOG) {
                            if (queue.putWhenRoom(record, () -> true)) {
                                expected.add(record);
                            }
                            assertThat(size(expected, Kind.LOG))
                                    .as("seed %d, step %d", seed, step)
                                    .isLessThanOrEqualTo(Math.max(bytes / 4, 400 + OVERHEAD));
                        } else {
                            queue.put(record);
                            (fits(record, expected, samples, bytes, full) ? expected : shed).add(record);
                        }
                    }
                }
            }
            assertThat(drain(queue, 1_000)).as("seed %d", seed).containsExactlyElementsOf(expected);
            List<Mark.Dropped> dropped = queue.takeDropped();
            assertThat(count(dropped)).as("seed %d", seed).isEqualTo(shed.size());
            for (Mark.Dropped loss : dropped) {
                List<Record> those = shed.stream()
                        .filter(record -> record.kind().label().equals(loss.kind()))
                        .toList();
                assertThat(loss.count()).as("seed %d", seed).isEqualTo(those.size());
                assertThat(those)
                        .as("seed %d", seed)
                        .extracting(Record::received)
                        .allSatisfy(time -> assertThat(time).isBetween(loss.from(), loss.to()));
            }
        }
    }

    private static int size(Deque<Record> records, Kind kind) {
        return records.stream()
                .filter(record -> record.kind() == kind)
                .mapToInt(record -> record.payload().length + OVERHEAD)
                .sum();
    }

    private static boolean sample(Record record) {
        return record.kind().shedding() == Kind.Shedding.FIRST;
    }

    private static boolean fits(Record record, Deque<Record> waiting, int samples, int bytes, boolean full) {
        if (sample(record)) {
            return !full && waiting.stream().filter(RecordQueueTest::sample).count() < samples;
        }
        long used = waiting.stream()
                .filter(other -> !sample(other) && other.kind() != Kind.LOG)
                .mapToLong(other -> other.payload().length + OVERHEAD)
                .sum();
        long limit = record.kind().shedding() == Kind.Shedding.SECOND && used > 0 ? bytes / 2 : bytes;
        return used + record.payload().length + OVERHEAD <= limit;
    }

    private static long count(List<Mark.Dropped> dropped) {
        return dropped.stream().mapToLong(Mark.Dropped::count).sum();
    }

    @Test
    void reportsWhyItDroppedAndFromWhenToWhen() {
        RecordQueue queue = new RecordQueue(1, OVERHEAD);
        queue.put(record(Kind.STATS, 9));
        queue.put(record(Kind.STATS, 9));
        queue.put(record(Kind.EVENT, 1));
        queue.put(record(Kind.STATS, 9));
        assertThat(queue.takeDropped())
                .containsExactlyInAnyOrder(
                        new Mark.Dropped("stats", 2, 2, 4, "the writer fell behind"),
                        new Mark.Dropped("event", 1, 3, 3, "the writer fell behind"));
        assertThat(queue.takeDropped()).isEmpty();
        queue.diskFull(true);
        assertThat(queue.takeDropped()).containsExactly(new Mark.Dropped("stats", 1, 1, 1, "the disk was full"));
    }

    /** With a full disk, too: it takes from nothing else, and nothing is dropped. */
    @Test
    void linesWaitForRoom() throws Exception {
        RecordQueue queue = new RecordQueue(1, 4 * 3 * (OVERHEAD + 1));
        queue.diskFull(true);
        List<Record> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lines.add(record(Kind.LOG, 1));
        }
        Thread source = new Thread(() -> lines.forEach(line -> queue.putWhenRoom(line, () -> false)));
        source.start();
        await().until(() -> source.getState() == Thread.State.TIMED_WAITING);
        queue.put(record(Kind.EVENT, 1));
        List<Record> drained = new ArrayList<>(drain(queue, 100));
        assertThat(drained).hasSize(4).startsWith(lines.subList(0, 3).toArray(Record[]::new));
        drained.removeIf(record -> record.kind() == Kind.EVENT);
        while (drained.size() < 100) {
            drained.addAll(drain(queue, 100));
        }
        assertThat(drained).isEqualTo(lines);
        assertThat(queue.takeDropped()).isEmpty();
    }

    @Test
    void whatIsTakenMakesRoomAgain() throws InterruptedException {
        RecordQueue queue = new RecordQueue(1, 2 * OVERHEAD);
        for (int i = 0; i < 1_000; i++) {
            queue.put(record(Kind.STATS, 5));
            queue.put(record(Kind.EVENT, 2));
            assertThat(drain(queue, 2)).hasSize(2);
        }
        assertThat(queue.takeDropped()).isEmpty();
    }

    /** To wake a thread for each event would cost more than to write it. */
    @Test
    void takesTogetherWhatComesOneAfterAnother() throws Exception {
        RecordQueue queue = new RecordQueue(1, 10_000_000);
        int count = 2_000;
        long every = TimeUnit.MICROSECONDS.toNanos(100);
        long begun = System.nanoTime();
        Thread source = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                while (System.nanoTime() - begun < i * every) {
                    Thread.onSpinWait();
                }
                queue.put(record(Kind.EVENT, 1));
            }
        });
        source.start();
        List<Arrival> taken = new ArrayList<>();
        int turns = 0;
        while (taken.size() < count) {
            queue.drainTo(taken, count, 100);
            turns++;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        source.join();
        assertThat(taken).extracting(arrival -> arrival.record().received()).isSorted();
        assertThat(turns).as("turns within %d ms", millis).isLessThanOrEqualTo((int) (millis / 2) + 2);
    }

    @Test
    void wakesTheOneThatWaits() throws Exception {
        RecordQueue queue = new RecordQueue(1, 1_000);
        var executor = Executors.newSingleThreadExecutor();
        try {
            List<Arrival> batch = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> woken = CompletableFuture.runAsync(() -> take(queue, batch), executor);
            queue.wake();
            woken.get(20, TimeUnit.SECONDS);
            assertThat(batch).isEmpty();
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> take(queue, batch), executor);
            queue.put(record(Kind.EVENT, 1));
            served.get(20, TimeUnit.SECONDS);
            assertThat(batch).hasSize(1);
        } finally {
            executor.shutdownNow();
        }
    }

    /** With the next one read meanwhile, memory would not hold what is made of them. */
    @Test
    void putWaitsUntilALargeRecordIsWritten() throws Exception {
        RecordQueue queue = new RecordQueue(10, 100_000_000);
        CompletableFuture<Void> put = CompletableFuture.runAsync(() -> queue.put(record(Kind.EVENT, 2_000_000)));
        List<Arrival> batch = new ArrayList<>();
        queue.drainTo(batch, 10, 10_000);
        assertThat(batch).hasSize(1);
        assertThat(put).isNotDone();
        queue.drainTo(batch, 10, 0);
        assertThat(put).succeedsWithin(Duration.ofSeconds(2));
    }

    /** Waking the writer costs more than writing a sample. */
    @Test
    void samplesAreBatchedAndComeInOrder() throws Exception {
        RecordQueue queue = new RecordQueue(100, 1_000);
        List<Arrival> batch = new ArrayList<>();
        queue.put(record(Kind.STATS, 1));
        long began = System.nanoTime();
        queue.drainTo(batch, 10, 50);
        assertThat(System.nanoTime() - began).as("ns that the sample waited").isGreaterThan(45_000_000L);
        assertThat(batch).hasSize(1);

        queue.put(record(Kind.STATS, 2));
        queue.put(record(Kind.EVENT, 3));
        take(queue, batch);
        assertThat(batch)
                .extracting(arrival -> arrival.record().payload().length)
                .containsExactly(1, 2, 3);

        for (int i = 0; i < 50; i++) {
            queue.put(record(Kind.STATS, 4));
        }
        take(queue, batch);
        assertThat(batch).as("many do not wait").hasSizeGreaterThan(3);
    }

    private static void take(RecordQueue queue, List<Arrival> batch) {
        try {
            queue.drainTo(batch, 10, TimeUnit.MINUTES.toMillis(5));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Many sources, one writer: what each source put comes out in its order, once. */
    @Test
    void keepsEachSourcesOrder() throws Exception {
        RecordQueue queue = new RecordQueue(100_000, 100_000_000);
        int sources = 4;
        int each = 5_000;
        var executor = Executors.newFixedThreadPool(sources);
        try {
            for (int source = 0; source < sources; source++) {
                int me = source;
                executor.execute(() -> {
                    for (int i = 0; i < each; i++) {
                        queue.put(new Record(0, i % 2 == 0 ? Kind.EVENT : Kind.STATS, "s" + me, i, i, i, new byte[0]));
                    }
                });
            }
            List<Arrival> batch = new ArrayList<>();
            while (batch.size() < sources * each) {
                queue.drainTo(batch, 64, 1_000);
            }
            for (int source = 0; source < sources; source++) {
                String me = "s" + source;
                assertThat(batch.stream()
                                .map(Arrival::record)
                                .filter(record -> record.subject().equals(me))
                                .map(Record::time))
                        .hasSize(each)
                        .isSorted()
                        .doesNotHaveDuplicates();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
