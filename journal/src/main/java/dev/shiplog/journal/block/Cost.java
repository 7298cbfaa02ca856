package dev.shiplog.journal.block;

import java.util.Arrays;

/**
 * How many bytes a column takes, estimated by the entropy of its bits and bytes: zstd comes close to it. Not thread safe.
 */
final class Cost {
    /** What a stream costs beside its content. */
    private static final double STREAM_BYTES = 14;

    private static final double LOG_2 = Math.log(2);

    private final int[] counts = new int[256];

    /** The bytes that {@code count} zigzag numbers take, as {@link Residuals}. */
    double residuals(long[] numbers, int count) {
        long all = 0;
        for (int i = 0; i < count; i++) {
            all |= numbers[i];
        }
        double bytes = 0;
        for (int shift = 0; all >>> shift != 0; shift += 8) {
            Arrays.fill(counts, 0);
            for (int i = 0; i < count; i++) {
                counts[(int) (numbers[i] >>> shift) & 0xFF]++;
            }
            bytes += STREAM_BYTES + entropy(count);
            if (shift == 56) {
                break;
            }
        }
        return bytes;
    }

    /** The bytes that {@code count} bits take if {@code set} of them are. */
    static double bits(int count, int set) {
        if (set == 0 || set == count) {
            return STREAM_BYTES;
        }
        double p = (double) set / count;
        return STREAM_BYTES - count * (p * Math.log(p) + (1 - p) * Math.log(1 - p)) / LOG_2 / 8;
    }

    private double entropy(int count) {
        double sum = 0;
        for (int n : counts) {
            if (n > 0) {
                sum -= n * Math.log((double) n / count);
            }
        }
        return sum / LOG_2 / 8;
    }
}
