package dev.shiplog.journal.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.retention.Deletion.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long NOW = 1_795_252_323_000_000_000L;
    private static final Limits TEN_HOURS = new Limits(Duration.ofHours(10), 0, false);

    /** One of 100 bytes that ended so many hours ago. */
    private static StoredSegment segment(int hoursAgo, boolean archived) {
        long until = NOW - hoursAgo * HOUR;
        return new StoredSegment("s" + hoursAgo, 100, until - HOUR, until, 1000 - hoursAgo, archived);
    }

    private static List<StoredSegment> segments(int oldest, int newest) {
        return IntStream.iterate(oldest, i -> i >= newest, i -> i - 1)
                .mapToObj(i -> segment(i, false))
                .toList();
    }

    private static List<String> names(List<Deletion> deletions) {
        return deletions.stream()
                .map(deletion -> deletion.segment().name() + " " + deletion.reason())
                .toList();
    }

    @Test
    void aSegmentGoesOnceItsLastRecordIsTooOld() {
        assertThat(names(Retention.deletions(segments(12, 1), 100, 0, NOW, TEN_HOURS)))
                .containsExactly("s12 AGE", "s11 AGE", "s10 AGE");
        assertThat(names(Retention.deletions(segments(12, 1), 100, 0, NOW - 1, TEN_HOURS)))
                .containsExactly("s12 AGE", "s11 AGE");
    }

    @Test
    void theOldestGoUntilTheRestFits() {
        Limits limits = new Limits(Duration.ZERO, 500, false);
        assertThat(names(Retention.deletions(segments(6, 1), 100, 0, NOW, limits)))
                .containsExactly("s6 BYTES", "s5 BYTES");
        assertThat(Retention.deletions(segments(4, 1), 100, 0, NOW, limits)).isEmpty();
        assertThat(Retention.deletions(segments(4, 1), 101, 0, NOW, limits)).hasSize(1);
        assertThat(Retention.deletions(segments(4, 1), 9999, 0, NOW, limits)).hasSize(4);
    }

    @Test
    void withoutLimitsNothingGoesUnlessSpaceIsMissing() {
        assertThat(Retention.deletions(segments(9999, 1), 100, 0, NOW, Limits.NONE))
                .isEmpty();
        assertThat(names(Retention.deletions(segments(6, 1), 100, 101, NOW, Limits.NONE)))
                .containsExactly("s6 SPACE", "s5 SPACE");
    }

    @Test
    void whatIsNotArchivedStaysWithAllThatFollowsUntilSpaceIsMissing() {
        List<StoredSegment> segments = new ArrayList<>(segments(14, 1));
        segments.set(0, segment(14, true));
        segments.set(2, segment(12, true));
        Limits limits = new Limits(Duration.ofHours(10), 0, true);
        assertThat(names(Retention.deletions(segments, 100, 0, NOW, limits))).containsExactly("s14 AGE");
        assertThat(names(Retention.deletions(segments, 100, 250, NOW, limits)))
                .containsExactly("s14 AGE", "s13 SPACE", "s12 AGE");
    }

    @Test
    void aClockThatIsFarBackDeletesNothing() {
        assertThat(Retention.deletions(segments(12, 1), 100, 0, 0, TEN_HOURS)).isEmpty();
    }

    /** Against the definition: the shortest beginning of the list after which nothing asks for the next segment to go. */
    @Test
    void deletesTheShortestBeginningThatMeetsTheLimits() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            List<StoredSegment> segments = new ArrayList<>();
            long until = NOW - random.nextInt(30) * HOUR;
            for (int i = random.nextInt(12); i > 0; i--) {
                until += random.nextInt(3) * HOUR;
                boolean archived = random.nextInt(4) > 0;
                segments.add(new StoredSegment("s" + i, random.nextInt(200), until - HOUR, until, i, archived));
            }
            long written = random.nextInt(300);
            long missing = random.nextBoolean() ? 0 : random.nextInt(500);
            Limits limits = new Limits(
                    Duration.ofHours(random.nextInt(3) * 10L),
                    random.nextBoolean() ? 0 : random.nextInt(1000),
                    random.nextBoolean());

            List<Deletion> deletions = Retention.deletions(segments, written, missing, NOW, limits);

            int expected = 0;
            while (expected < segments.size() && mustGo(segments, expected, written, missing, limits)) {
                expected++;
            }
            assertThat(deletions.stream().map(Deletion::segment))
                    .as("round %d, seed %d: %s of %s", round, seed, limits, segments)
                    .isEqualTo(segments.subList(0, expected));
            assertThat(deletions)
                    .as("round %d, seed %d", round, seed)
                    .allMatch(deletion -> deletion.reason() == Reason.SPACE
                            || deletion.segment().archived()
                            || !limits.untilArchived());
        }
    }

    /** Whether the segment after the first {@code gone} must go as well. */
    private static boolean mustGo(List<StoredSegment> segments, int gone, long written, long missing, Limits limits) {
        StoredSegment next = segments.get(gone);
        long freed =
                segments.stream().limit(gone).mapToLong(StoredSegment::bytes).sum();
        if (freed < missing) {
            return true;
        }
        if (limits.untilArchived() && !next.archived()) {
            return false;
        }
        long kept = written
                + segments.stream().skip(gone).mapToLong(StoredSegment::bytes).sum();
        boolean old = limits.keepFor().toHours() > 0
                && next.until() <= NOW - limits.keepFor().toNanos();
        return old || limits.keepBytes() > 0 && kept > limits.keepBytes();
    }
}
