package dev.shiplog.recorder.writer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.recorder.live.LiveContainer;
import dev.shiplog.recorder.live.LiveState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What damage to the newest segment costs of what events counted: what came after it was stated last, and no more. */
@Timeout(120)
class CountsDamageTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = Instant.parse("2026-11-21T11:00:00Z").getEpochSecond() * SECOND;
    private static final String WEB = "8e8f".repeat(16);

    /** So many records need none before them: damage costs none that come later. */
    private static final int SAMPLES = 4096;

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private long now = START;

    @TempDir
    private Path directory;

    /** What was counted, and how often the container ran out of memory. */
    private record Counted(Map<String, Long> events, long ooms) {
        static Counted by(LiveState live) {
            long ooms = live.containers().stream()
                    .mapToLong(LiveContainer::oomEvents)
                    .sum();
            return new Counted(new TreeMap<>(live.events()), ooms);
        }

        /** Events that the engine sent. */
        long all() {
            return events.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("container "))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        boolean isNoLessThan(Counted other) {
            return ooms >= other.ooms
                    && other.events.entrySet().stream()
                            .allMatch(entry -> events.getOrDefault(entry.getKey(), 0L) >= entry.getValue());
        }
    }

    /** One run of the recorder, without its queue. */
    private final class Run implements AutoCloseable {
        final Clock clock = new Clock(() -> now, () -> now, step -> {});
        final LiveState live = new LiveState(clock, true);
        final Checkpoints checkpoints = new Checkpoints(clock, List.of(live));
        final Appender appender;

        Run() throws IOException {
            appender =
                    Appender.open(directory, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), checkpoints);
            appender.setSnapshot(checkpoints::snapshot);
            checkpoints.restored(appender.recovery());
        }

        void append(Record record) throws IOException {
            appender.append(record);
            checkpoints.appended(record);
        }

        /** What a host sends all the time. */
        void sample(int samples) throws IOException {
            for (int i = 0; i < samples; i++) {
                append(clock.stamp(Kind.STATS, WEB, now, ("{\"n\":" + i + "}").getBytes(UTF_8)));
            }
        }

        /** Some events within some seconds each, and what is to be stated after each; true if something was. */
        boolean live(int events) throws IOException {
            boolean stated = false;
            for (int i = 0; i < events; i++) {
                now += (1 + random.nextInt(40)) * SECOND;
                String action = List.of("start", "oom", "die", "exec_create: x").get(random.nextInt(4));
                append(clock.stamp(
                        Kind.EVENT,
                        WEB,
                        now,
                        "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{\"name\":\"web\"}},\"n\":%d}"
                                .formatted(action, WEB, random.nextInt())
                                .getBytes(UTF_8)));
                List<Record> restated = checkpoints.restated();
                for (Record mark : restated) {
                    append(mark);
                }
                stated |= !restated.isEmpty();
            }
            return stated;
        }

        @Override
        public void close() throws IOException {
            appender.close();
        }
    }

    /** Changes a byte or some, anywhere in a part of a segment. */
    private void damage(String segment, long from, long to) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(segment).toFile(), "rw")) {
            long at = from + (long) (random.nextDouble() * (to - from));
            byte[] bytes = new byte[(int) Math.min(to - at, 1 + random.nextInt(200))];
            file.seek(at);
            file.readFully(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= (byte) (1 + random.nextInt(255));
            }
            file.seek(at);
            file.write(bytes);
        }
    }

    @Test
    void whatIsLostBeforeTheCountsWereStatedAgainCostsNothing() throws IOException {
        for (int round = 0; round < 30; round++) {
            String segment;
            long from;
            long to;
            Counted truth;
            try (Run run = new Run()) {
                run.live(30); // whatever was in the segment before
                now = (now / (3600 * SECOND) + 1) * 3600 * SECOND;
                run.live(1);
                from = run.appender.usedBytes();
                run.live(5 + random.nextInt(20));
                to = run.appender.usedBytes();
                run.sample(SAMPLES);
                while (!run.live(1)) {}
                segment = run.appender.written();
                truth = Counted.by(run.live);
            }
            damage(segment, from, to);
            try (Run next = new Run()) {
                assertThat(next.appender.recovery().damage())
                        .as("seed %d", seed)
                        .isNotEmpty();
                Counted found = Counted.by(next.live);
                assertThat(found).as("seed %d, round %d", seed, round).isEqualTo(truth);
            }
        }
    }

    @Test
    void damageToTheTailCostsNoMoreThanWhatCameAfterTheLastStatement() throws IOException {
        int lower = 0;
        for (int round = 0; round < 40; round++) {
            String segment;
            long to;
            Counted stated;
            Counted truth;
            long from;
            try (Run run = new Run()) {
                run.live(10 + random.nextInt(20));
                while (!run.live(1)) {}
                stated = Counted.by(run.live);
                from = run.appender.usedBytes();
                int more = 2 + random.nextInt(6);
                for (int i = 0; i < more && !run.live(1); i++) {}
                segment = run.appender.written();
                to = run.appender.usedBytes();
                truth = Counted.by(run.live);
            }
            if (from >= to) { // it went on in a new segment
                continue;
            }
            damage(segment, from, to);
            try (Run next = new Run()) {
                Counted found = Counted.by(next.live);
                assertThat(found.isNoLessThan(stated))
                        .as("seed %d, round %d: %s after %s", seed, round, found, stated)
                        .isTrue();
                assertThat(truth.isNoLessThan(found))
                        .as("seed %d, round %d: %s of %s", seed, round, found, truth)
                        .isTrue();
                lower += found.equals(truth) ? 0 : 1;
            }
        }
        assertThat(lower).as("damage that cost something; seed %d", seed).isPositive();
    }

    /** A segment of which the beginning is damaged goes on where the segment before ended. */
    @Test
    void damageToTheSnapshotIsMadeUpForByTheSegmentBefore() throws IOException {
        for (int round = 0; round < 20; round++) {
            String segment;
            long to;
            Counted truth;
            try (Run run = new Run()) {
                run.live(40);
                now = (now / (3600 * SECOND) + 1) * 3600 * SECOND;
                run.live(1);
                segment = run.appender.written();
                to = run.appender.usedBytes();
                run.live(5);
                truth = Counted.by(run.live);
            }
            damage(segment, 0x10110 + 300, to);
            try (Run next = new Run()) {
                Counted found = Counted.by(next.live);
                assertThat(found.all())
                        .as("seed %d, round %d: %s of %s", seed, round, found, truth)
                        .isBetween(truth.all() - 6, truth.all());
            }
        }
    }
}
