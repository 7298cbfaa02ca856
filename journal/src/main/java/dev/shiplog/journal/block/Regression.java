package dev.shiplog.journal.block;

import dev.shiplog.journal.block.Predictor.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds how much a cell moves with others, by least squares, one more of them in each step. Records in which the cell does
 * not move are left out, and those in which it moves much more than in most: they would decide alone.
 */
final class Regression {
    private static final double INLIERS = 0.95;
    /** A cell that explains less of what is left is noise. */
    private static final double MIN_EXPLAINED = 0.02;
    /** Of factors that are not whole numbers. */
    private static final int SHIFT = 12;

    private final int reference;
    private final int cell;
    private final List<Integer> cells;
    private final double[] target;
    private final double[][] features;
    /** Places in {@code cells}. */
    private final List<Integer> chosen = new ArrayList<>();

    private double[] left;
    private boolean[] in;

    /** How {@code cell} moves with some of {@code cells}, all as they differ from {@code reference}. */
    Regression(Sample sample, int reference, int cell, List<Integer> cells) {
        this.reference = reference;
        this.cell = cell;
        this.cells = cells;
        this.target = sample.moves(reference, cell);
        this.features = new double[cells.size()][];
        for (int f = 0; f < features.length; f++) {
            features[f] = sample.moves(reference, cells.get(f));
        }
        this.left = target;
        this.in = inliers();
    }

    /** The cells that explain most of what is left, as places in the list; at most {@code count}, the best first. */
    List<Integer> proposals(int count) {
        double least = covariance(left, left) * MIN_EXPLAINED;
        double[] explained = new double[features.length];
        Arrays.setAll(explained, this::explained);
        return IntStream.range(0, features.length)
                .filter(f -> explained[f] > least && !chosen.contains(f) && cells.get(f) != cell)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer f) -> explained[f]).reversed())
                .limit(count)
                .toList();
    }

    private double explained(int f) {
        double product = covariance(left, features[f]);
        double square = covariance(features[f], features[f]);
        return square > 0 ? product * product / square : 0;
    }

    /** What predicts with the cells chosen and {@code f}: with whole factors, and with fractions. */
    List<Predictor> predictors(int f) {
        List<Integer> with = with(f);
        double[] factors = factors(with);
        return List.of(predictor(with, factors, 0), predictor(with, factors, SHIFT));
    }

    /** Chooses {@code f}. */
    void choose(int f) {
        chosen.add(f);
        double[] factors = factors(chosen);
        left = target.clone();
        for (int a = 0; a < factors.length; a++) {
            double[] feature = features[chosen.get(a)];
            for (int i = 0; i < left.length; i++) {
                left[i] -= factors[a] * feature[i];
            }
        }
        in = inliers();
    }

    private List<Integer> with(int f) {
        List<Integer> with = new ArrayList<>(chosen);
        with.add(f);
        return with;
    }

    private Predictor predictor(List<Integer> with, double[] factors, int shift) {
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < factors.length; i++) {
            long factor = Math.round(factors[i] * (1 << shift));
            if (factor != 0) {
                terms.add(new Term(cells.get(with.get(i)), 1, factor));
            }
        }
        return new Predictor(reference, cell, 1, shift, terms.toArray(new Term[0]));
    }

    /** What did not move on the track takes no room anyway. */
    private boolean counts(int i) {
        return reference != Predictor.TRACK || target[i] != 0;
    }

    /** The records in which the cell moves, and in which what is left is not far from what is left in most. */
    private boolean[] inliers() {
        double[] sorted = sorted(left);
        double middle = sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        double[] distances = new double[left.length];
        Arrays.setAll(distances, i -> Math.abs(left[i] - middle));
        double[] sortedDistances = sorted(distances);
        double limit = sorted.length == 0 ? 0 : sortedDistances[(int) ((sorted.length - 1) * INLIERS)];
        boolean[] inliers = new boolean[left.length];
        for (int i = 0; i < left.length; i++) {
            inliers[i] = counts(i) && distances[i] <= limit;
        }
        return inliers;
    }

    private double[] sorted(double[] values) {
        return IntStream.range(0, values.length)
                .filter(this::counts)
                .mapToDouble(i -> values[i])
                .sorted()
                .toArray();
    }

    /** The factors of the features; zeros if they depend on each other. */
    private double[] factors(List<Integer> with) {
        int n = with.size();
        double[][] m = new double[n][n + 1];
        for (int a = 0; a < n; a++) {
            for (int b = 0; b <= n; b++) {
                m[a][b] = covariance(features[with.get(a)], b == n ? target : features[with.get(b)]);
            }
        }
        return solve(m);
    }

    /** Of two lists of moves, times the number of records. A constant part of a move costs nothing, so it explains nothing. */
    private double covariance(double[] x, double[] y) {
        double sumX = 0;
        double sumY = 0;
        double sum = 0;
        int n = 0;
        for (int i = 0; i < x.length; i++) {
            if (in[i]) {
                sumX += x[i];
                sumY += y[i];
                sum += x[i] * y[i];
                n++;
            }
        }
        return n == 0 ? 0 : sum - sumX * sumY / n;
    }

    /** Gauss elimination; zeros if there is no single solution. */
    private static double[] solve(double[][] m) {
        int n = m.length;
        for (int a = 0; a < n; a++) {
            int pivot = a;
            for (int r = a + 1; r < n; r++) {
                pivot = Math.abs(m[r][a]) > Math.abs(m[pivot][a]) ? r : pivot;
            }
            double[] row = m[pivot];
            m[pivot] = m[a];
            m[a] = row;
            if (!(Math.abs(row[a]) > 1e-9)) {
                return new double[n];
            }
            for (int r = 0; r < n; r++) {
                if (r != a) {
                    double factor = m[r][a] / row[a];
                    for (int c = a; c <= n; c++) {
                        m[r][c] -= factor * row[c];
                    }
                }
            }
        }
        double[] solved = new double[n];
        for (int a = 0; a < n; a++) {
            solved[a] = m[a][n] / m[a][a];
        }
        return solved;
    }
}
