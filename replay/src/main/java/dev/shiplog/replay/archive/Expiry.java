package dev.shiplog.replay.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which archives a target directory no longer keeps. A chain of archives loses its oldest first and never its newest, so
 * that what is left is always the end of the chain, in one piece. A pure function.
 *
 * @param keptFor for how long an archive is kept after the next one began; null for ever
 * @param keptBytes how much all archives together may take; the newest of each chain may take more
 */
record Expiry(@Nullable Duration keptFor, long keptBytes) {
    /** Everything is kept. */
    static final Expiry NEVER = new Expiry(null, Long.MAX_VALUE);

    /**
     * An archive in the target directory.
     *
     * @param journal whose archives form a chain
     * @param first sequence of its first record: its place in the chain
     * @param received receipt of that record
     * @param needed whether something is still to be done with it: it stays, and so do those after it
     */
    record Kept(String journal, long first, Instant received, long bytes, boolean needed) {}

    /** The archives that go, in the order in which they go. */
    List<Kept> expired(List<Kept> archives, Instant now) {
        long total = archives.stream().mapToLong(Kept::bytes).sum();
        Map<String, Deque<Kept>> chains = new TreeMap<>();
        archives.stream()
                .sorted(Comparator.comparingLong(Kept::first))
                .forEach(archive -> chains.computeIfAbsent(archive.journal, id -> new ArrayDeque<>())
                        .add(archive));
        // By the order of the chain, and only among chains by time: a clock that was set back makes a later archive
        // look
        // older than the one before it.
        PriorityQueue<Deque<Kept>> oldest =
                new PriorityQueue<>(Comparator.comparing((Deque<Kept> chain) -> chain.element().received)
                        .thenComparing(chain -> chain.element().journal));
        chains.values().stream().filter(Expiry::mayShrink).forEach(oldest::add);
        List<Kept> expired = new ArrayList<>();
        for (Deque<Kept> chain = oldest.poll(); chain != null; chain = oldest.poll()) {
            Kept first = chain.remove();
            if (total > keptBytes || isTooOld(chain.element(), now)) {
                expired.add(first);
                total -= first.bytes;
                if (mayShrink(chain)) {
                    oldest.add(chain);
                }
            }
        }
        return expired;
    }

    /** Whether the archive before {@code next} is: its records were received before those of {@code next}. */
    private boolean isTooOld(Kept next, Instant now) {
        return keptFor != null && next.received.plus(keptFor).isBefore(now);
    }

    private static boolean mayShrink(Deque<Kept> chain) {
        return chain.size() > 1 && !chain.element().needed;
    }
}
