package dev.shiplog.replay.past;

import java.util.Arrays;

/**
 * Counts numbers by their order of magnitude, and so tells quantiles of any number of them with an error of at most
 * {@value #ERROR} of the value, in some kilobytes. Numbers below {@value #LEAST} count as zero.
 */
final class Sketch {
    static final double ERROR = 0.01;
    static final double LEAST = 1e-4;

    private static final double BASE = (1 + ERROR) / (1 - ERROR);
    private static final double LOG_BASE = Math.log(BASE);

    private long zeros;
    private long total;
    /** The exponent of the first count. */
    private int first;

    private int[] counts = {};

    void add(double number) {
        total++;
        if (!(number >= LEAST)) {
            zeros++;
            return;
        }
        int exponent = (int) Math.ceil(Math.log(number) / LOG_BASE);
        makeRoom(exponent);
        counts[exponent - first]++;
    }

    private void makeRoom(int exponent) {
        if (counts.length == 0) {
            first = exponent;
            counts = new int[1];
        } else if (exponent < first) {
            int[] wider = new int[counts.length + first - exponent];
            System.arraycopy(counts, 0, wider, first - exponent, counts.length);
            counts = wider;
            first = exponent;
        } else if (exponent >= first + counts.length) {
            counts = Arrays.copyOf(counts, exponent - first + 1);
        }
    }

    /** The smallest number that is not less than this part of all; NaN if there are none. */
    double quantile(double part) {
        if (total == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(part * total));
        long seen = zeros;
        for (int i = 0; i < counts.length && seen < rank; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return 2 * Math.pow(BASE, first + i) / (BASE + 1);
            }
        }
        return 0;
    }
}
