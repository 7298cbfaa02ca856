package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.replay.archive.Expiry.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @Test
    void theOldestGoFirstUntilTheRestIsAllowed() {
        List<Kept> archives = List.of(kept("a", 1, 50, 10), kept("a", 2, 40, 10), kept("b", 1, 45, 10));

        assertThat(new Expiry(null, 20).expired(archives, NOW)).containsExactly(archives.get(0));
        assertThat(new Expiry(Duration.ofHours(39), Long.MAX_VALUE).expired(archives, NOW))
                .containsExactly(archives.get(0));
        assertThat(new Expiry(Duration.ofHours(40), Long.MAX_VALUE).expired(archives, NOW))
                .isEmpty();
        assertThat(Expiry.NEVER.expired(archives, NOW)).isEmpty();
    }

    @Test
    void theNewestOfEachChainStaysHoweverOldAndLarge() {
        List<Kept> archives = List.of(kept("a", 7, 5000, 10), kept("b", 1, 6000, 10), kept("b", 2, 5500, 10));

        assertThat(new Expiry(Duration.ofHours(1), 1).expired(archives, NOW)).containsExactly(archives.get(1));
    }

    @Test
    void anArchiveThatIsStillNeededKeepsThoseAfterIt() {
        Kept needed = new Kept("a", 1, NOW.minus(Duration.ofHours(50)), 10, true);

        assertThat(new Expiry(Duration.ofHours(1), 1).expired(List.of(needed, kept("a", 2, 40, 10)), NOW))
                .isEmpty();
    }

    /** Of 20,000 random directories, the answer is the one that the rules allow. */
    @Test
    void whatGoesIsWhatTheRulesSay() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            List<Kept> archives = archives(random);
            Duration keptFor = random.nextInt(3) == 0 ? null : Duration.ofHours(random.nextInt(20));
            long keptBytes = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextInt(120);
            String as = "seed " + seed + ", round " + round + ": " + archives + ", " + keptFor + ", " + keptBytes;

            List<Kept> gone = new Expiry(keptFor, keptBytes).expired(archives, NOW);

            assertThat(gone).as(as).doesNotHaveDuplicates().isSubsetOf(archives);
            List<Kept> left = new ArrayList<>(archives);
            for (Kept next : gone) {
                assertThat(allowed(left))
                        .as("%s: %s is the oldest that may go", as, next)
                        .contains(next)
                        .noneMatch(other -> other.received().isBefore(next.received())
                                && (bytes(left) > keptBytes || isTooOld(other, left, keptFor)));
                assertThat(isTooOld(next, left, keptFor) || bytes(left) > keptBytes)
                        .as("%s: %s has to go", as, next)
                        .isTrue();
                left.remove(next);
            }
            assertThat(allowed(left).isEmpty()
                            || bytes(left) <= keptBytes
                                    && allowed(left).stream().noneMatch(other -> isTooOld(other, left, keptFor)))
                    .as("%s: nothing more has to go", as)
                    .isTrue();
        }
    }

    private static List<Kept> archives(Random random) {
        List<Kept> archives = new ArrayList<>();
        for (String journal : List.of("a", "b", "c")) {
            int first = random.nextInt(5);
            for (int i = 0; i < random.nextInt(5); i++) {
                int hours = random.nextInt(4) == 0 ? random.nextInt(20) : 20 - 3 * i; // some clocks were set
                archives.add(new Kept(
                        journal,
                        first + i,
                        NOW.minus(Duration.ofHours(hours)),
                        random.nextInt(20),
                        random.nextInt(8) == 0));
            }
        }
        Collections.shuffle(archives, random);
        return archives;
    }

    /** Those that nothing but time and room keeps: the first of each chain that has another, and is not needed. */
    private static List<Kept> allowed(List<Kept> left) {
        return left.stream()
                .filter(one -> !one.needed())
                .filter(one -> left.stream()
                        .filter(other -> other.journal().equals(one.journal()))
                        .min(Comparator.comparingLong(Kept::first))
                        .orElseThrow()
                        .equals(one))
                .filter(one -> left.stream()
                                .filter(other -> other.journal().equals(one.journal()))
                                .count()
                        > 1)
                .toList();
    }

    private static boolean isTooOld(Kept archive, List<Kept> left, Duration keptFor) {
        Kept next = left.stream()
                .filter(other -> other.journal().equals(archive.journal()) && other.first() > archive.first())
                .min(Comparator.comparingLong(Kept::first))
                .orElseThrow();
        return keptFor != null && Duration.between(next.received(), NOW).compareTo(keptFor) > 0;
    }

    private static long bytes(List<Kept> archives) {
        return archives.stream().mapToLong(Kept::bytes).sum();
    }

    private static Kept kept(String journal, long number, long hours, long bytes) {
        return new Kept(journal, number, NOW.minus(Duration.ofHours(hours)), bytes, false);
    }
}
