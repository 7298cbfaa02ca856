package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns from the first records of a shape how its numbers are predicted best. Engines repeat themselves:
 * {@code preread} is the {@code read} of the sample before, {@code total_rss} moves like {@code rss}. Nobody has to say
 * which and where. Costs nothing once it has learned.
 */
final class Trainer {
    /** After how many records the prediction is revised. Each revision costs a definition, so they become rare. */
    private static final int[] REVISIONS = {8, 32, 128, 512};

    /** What a residual costs beside its own bits: its place in the mask, and what a varint adds. */
    private static final int OVERHEAD_BITS = 8;

    /** Of one slot. Others hardly win, and each is tried with each record. */
    private static final int MAX_CANDIDATES = 8;

    private final Shape shape;
    private final List<List<Candidate>> candidates = new ArrayList<>();
    private int observed;
    private Prediction prediction;

    Trainer(Shape shape) {
        this.shape = shape;
        this.prediction = new Prediction(shape.slots());
        for (int i = 0; i < shape.slots(); i++) {
            List<Candidate> list = new ArrayList<>(2);
            if (isNumber(i)) {
                list.add(new Candidate(Prediction.LAST, 0));
                list.add(new Candidate(Prediction.LINEAR, 0));
            }
            candidates.add(list);
        }
    }

    /** The best prediction known. The same object as long as it does not change. */
    Prediction prediction() {
        return prediction;
    }

    boolean isLearning() {
        return observed < REVISIONS[REVISIONS.length - 1];
    }

    /**
     * Learns from one record.
     *
     * @param before the numbers of the record before the last
     * @param last the numbers of the record that this one is coded against
     * @param now the numbers of this record
     */
    void observe(long[] before, long[] last, long[] now) {
        for (int i = 0; i < shape.slots(); i++) {
            if (!isNumber(i)) {
                continue;
            }
            if (now[i] != last[i]) {
                propose(i, last, now);
            }
            for (Candidate candidate : candidates.get(i)) {
                long predicted = Prediction.predict(candidate.how, candidate.of, i, before, last, now);
                candidate.observe(now[i] - predicted);
            }
        }
        observed++;
        for (int revision : REVISIONS) {
            if (observed == revision) {
                revise();
            }
        }
    }

    private void propose(int i, long[] last, long[] now) {
        List<Candidate> list = candidates.get(i);
        long move = now[i] - last[i];
        for (int j = 0; j < shape.slots() && list.size() < MAX_CANDIDATES; j++) {
            if (j == i || !isNumber(j)) {
                continue;
            }
            if (last[j] == now[i] && last[j] != last[i]) {
                add(list, Prediction.PREVIOUS_OF, j);
            }
            if (j < i && now[j] - last[j] == move) {
                add(list, Prediction.MOVES_LIKE, j);
            }
        }
    }

    private static void add(List<Candidate> list, byte how, int of) {
        for (Candidate candidate : list) {
            if (candidate.how == how && candidate.of == of) {
                return;
            }
        }
        Candidate added = new Candidate(how, of);
        // What it would have cost so far is not known: no less than LAST did.
        added.bits = list.get(0).bits;
        list.add(added);
    }

    private void revise() {
        Prediction revised = new Prediction(shape.slots());
        boolean changed = false;
        for (int i = 0; i < shape.slots(); i++) {
            Candidate best = null;
            for (Candidate candidate : candidates.get(i)) {
                if (best == null || candidate.costBits() < best.costBits()) {
                    best = candidate;
                }
            }
            if (best != null) {
                revised.set(i, best.how, best.of, best.scale());
                changed |= !revised.isSame(prediction, i);
            }
        }
        if (changed) {
            prediction = revised;
        }
    }

    private boolean isNumber(int i) {
        return shape.type(i).isNumeric();
    }

    /** One way to predict one slot, and what its residuals would have cost so far. */
    private static final class Candidate {
        final byte how;
        final int of;
        long bits;
        int residuals;
        /** The greatest common divisor of the residuals. */
        long unit;

        Candidate(byte how, int of) {
            this.how = how;
            this.of = of;
        }

        void observe(long residual) {
            if (residual != 0) {
                residuals++;
                bits += OVERHEAD_BITS + 64 - Long.numberOfLeadingZeros(residual ^ (residual >> 63));
                unit = gcd(unit, Math.abs(residual));
            }
        }

        /** The index of the largest scale that divides all residuals; one residual alone proves nothing. */
        int scale() {
            int best = 0;
            for (int s = 1; s < Prediction.SCALES.length; s++) {
                if (residuals > 1 && unit % Prediction.SCALES[s] == 0) {
                    best = s;
                }
            }
            return best;
        }

        /** What the residuals would have cost with that scale. */
        long costBits() {
            int saved = 63 - Long.numberOfLeadingZeros(Prediction.SCALES[scale()]);
            return bits - (long) residuals * saved;
        }

        private static long gcd(long a, long b) {
            long x = a;
            long y = b;
            while (y != 0) {
                long rest = x % y;
                x = y;
                y = rest;
            }
            return x;
        }
    }
}
