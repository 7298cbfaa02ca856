package dev.shiplog.replay.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.segment.Loss.Sequences;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveCheckTest {
    /** Losses inside of blocks, at their ends, over several, over each other: as if each record were looked up. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsLostIsNotClaimed(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 3000; run++) {
            List<Span> blocks = blocks(random);
            List<Sequences> lost = new ArrayList<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                long from = 1L + random.nextInt(60);
                lost.add(new Sequences(from, from + random.nextInt(random.nextBoolean() ? 3 : 30)));
            }
            Set<Long> expected = new TreeSet<>();
            blocks.stream().flatMapToLong(ArchiveCheckTest::each).forEach(expected::add);
            expected.removeIf(
                    sequence -> lost.stream().anyMatch(gone -> gone.from() <= sequence && sequence <= gone.to()));
            List<Span> found = ArchiveCheck.without(lost, blocks);
            assertThat(found.stream()
                            .flatMapToLong(ArchiveCheckTest::each)
                            .boxed()
                            .toList())
                    .as("seed %d, run %d: %s without %s", seed, run, blocks, lost)
                    .containsExactlyElementsOf(expected);
        }
    }

    private static List<Span> blocks(Random random) {
        List<Span> blocks = new ArrayList<>();
        long last = 0;
        for (int i = random.nextInt(6); i > 0; i--) {
            long first = last + 1 + (random.nextBoolean() ? 0 : random.nextInt(5));
            last = first + random.nextInt(12);
            blocks.add(new Span(first, last));
        }
        return blocks;
    }

    private static LongStream each(Span span) {
        return LongStream.rangeClosed(span.first(), span.last());
    }

    /** As many as fit into a manifest. One by one they took minutes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100_000_000})
    void manyLossesAndManyBlocksTakeNoLongerThanBoth(int length) {
        List<Span> blocks = LongStream.range(0, 99_999)
                .mapToObj(i -> new Span(10 * i + 1, 10 * i + 10))
                .toList();
        List<Sequences> lost = LongStream.range(0, 300_000)
                .mapToObj(i -> new Sequences(3 * i + 1, 3 * i + length))
                .toList();
        long begun = cpuNanos();
        assertThat(ArchiveCheck.without(lost, blocks)).hasSizeLessThan(500_000);
        assertThat(Duration.ofNanos(cpuNanos() - begun)).isLessThan(Duration.ofSeconds(10));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
