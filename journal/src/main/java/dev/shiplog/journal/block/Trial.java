package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Varint;

/** Tries predictors for one column on a sample, and keeps the one that makes it smallest. Not thread safe. */
final class Trial {
    /** What a term takes in the directory, and some more: each costs time whenever the block is read. */
    private static final int TERM_BYTES = 6;

    private final Sample sample;
    private final Cost cost = new Cost();
    private final long[] all;
    private final long[] some;

    private int cell;
    private long unit;
    private Predictor best = Predictor.of(Predictor.TRACK, 0);
    private double bestBytes;

    Trial(Sample sample) {
        this.sample = sample;
        this.all = new long[sample.size];
        this.some = new long[sample.size];
    }

    /** Begins with another column. */
    void start(int newCell, long newUnit) {
        cell = newCell;
        unit = newUnit;
        bestBytes = Double.POSITIVE_INFINITY;
    }

    /** The estimate for the best predictor. */
    double bytes() {
        return bestBytes;
    }

    Predictor best() {
        return best;
    }

    /** Tries a predictor; returns the estimate for it. */
    double attempt(Predictor untried) {
        Predictor predictor = untried.withUnit(unit);
        int missed = 0;
        int held = 0;
        for (int i = 0; i < sample.size; i++) {
            long[] now = sample.now[i];
            long predicted = predictor.predict(now, sample.last[i], sample.before[i]);
            long number = Varint.zigZag((now[cell] - predicted) / unit);
            all[i] = number;
            if (now[cell] == sample.last[i][cell]) {
                held++;
            }
            if (number != 0) {
                some[missed++] = number;
            }
        }
        double bytes = cost.residuals(all, sample.size);
        double sparse = Cost.bits(sample.size, missed);
        if (sparse < bytes) {
            bytes = Math.min(bytes, sparse + cost.residuals(some, missed));
        }
        double mask = Cost.bits(sample.size, held);
        if (held > 0 && mask < bytes) {
            int count = 0;
            for (int i = 0; i < sample.size; i++) {
                if (sample.now[i][cell] != sample.last[i][cell]) {
                    some[count++] = all[i];
                }
            }
            bytes = Math.min(bytes, mask + cost.residuals(some, count));
        }
        bytes += (double) predictor.terms.length * TERM_BYTES;
        if (bytes < bestBytes) {
            best = predictor;
            bestBytes = bytes;
        }
        return bytes;
    }
}
