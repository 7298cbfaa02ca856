package dev.shiplog.replay.ship;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What became of the documents of a {@link Bulk}, by their place in it. Not thread safe. */
final class Outcome {
    /** What became of one document. */
    enum Fate {
        /** Not known yet: to be sent. */
        OPEN,
        CREATED,
        /** It was there already. */
        EXISTED,
        /** The cluster will never take it. */
        REFUSED
    }

    private final Fate[] fates;
    private final int[] failures;
    private final Map<Integer, String> reasons = new TreeMap<>();
    private int open;

    Outcome(int documents) {
        fates = new Fate[documents];
        failures = new int[documents];
        Arrays.fill(fates, Fate.OPEN);
        open = documents;
    }

    void settle(int i, Fate fate) {
        fates[i] = fate;
        open--;
    }

    void refuse(int i, String reason) {
        settle(i, Fate.REFUSED);
        reasons.put(i, reason);
    }

    /** The cluster failed on a document, and says nothing of it; returns how often it did. */
    int fail(int i) {
        return ++failures[i];
    }

    Fate fate(int i) {
        return fates[i];
    }

    /** How many are still to be sent. */
    int open() {
        return open;
    }

    /** Why the refused ones were, in the cluster's words, by their place. */
    Map<Integer, String> reasons() {
        return reasons;
    }
}
