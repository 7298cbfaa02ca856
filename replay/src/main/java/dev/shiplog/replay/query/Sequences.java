package dev.shiplog.replay.query;

import java.util.Map;
import java.util.TreeMap;

/** A set of sequences, small as long as they come in rows. Not thread safe. */
final class Sequences {
    /** The rows but for the one that grows, by their first: the last of each. */
    private final TreeMap<Long, Long> rows = new TreeMap<>();
    /** The row that grows, and where the next one begins. */
    private long first = 1;

    private long last;
    private long nextRow = Long.MAX_VALUE;

    /** Adds a sequence; false if it was there. */
    boolean add(long sequence) {
        if (sequence == last + 1 && sequence < nextRow) {
            last = sequence;
            return true;
        }
        return jump(sequence);
    }

    private boolean jump(long sequence) {
        if (first <= last) {
            rows.put(first, last);
        }
        Map.Entry<Long, Long> below = rows.floorEntry(sequence);
        Long above = rows.higherKey(sequence);
        nextRow = above == null ? Long.MAX_VALUE : above;
        boolean isNew = below == null || below.getValue() < sequence;
        boolean grows = below != null && below.getValue() >= sequence - 1;
        first = grows ? below.getKey() : sequence;
        last = isNew ? sequence : below.getValue();
        return isNew;
    }
}
