package dev.shiplog.replay.query;

import java.util.Map;
import java.util.TreeMap;

/** A set of sequences, which is small if most of them are consecutive. Not thread safe. */
public final class Sequences {
    /** The runs of consecutive sequences except the one that grows: by the first of each, the last. */
    private final TreeMap<Long, Long> runs = new TreeMap<>();
    /** The run that grows, and the first sequence of the run after it. */
    private long first = 1;

    private long last;
    private long nextRun = Long.MAX_VALUE;

    /** Adds a sequence; false if the set has it already. */
    public boolean add(long sequence) {
        if (sequence == last + 1 && sequence < nextRun) {
            last = sequence;
            return true;
        }
        return jump(sequence);
    }

    private boolean jump(long sequence) {
        if (first <= last) {
            runs.put(first, last);
        }
        Map.Entry<Long, Long> below = runs.floorEntry(sequence);
        Long above = runs.higherKey(sequence);
        nextRun = above == null ? Long.MAX_VALUE : above;
        boolean isNew = below == null || below.getValue() < sequence;
        boolean grows = below != null && below.getValue() >= sequence - 1;
        first = grows ? below.getKey() : sequence;
        last = isNew ? sequence : below.getValue();
        return isNew;
    }
}
