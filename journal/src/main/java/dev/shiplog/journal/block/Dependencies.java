package dev.shiplog.journal.block;

import dev.shiplog.journal.record.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds an order for cells in which those come first that help others most: for each pair it estimates what one of them
 * gains when the other is known, and takes the largest gains that do not contradict each other.
 */
final class Dependencies {
    private static final int MIN_GAIN = 16;

    /** For each cell, so many others are tried. */
    private static final int MAX_PROPOSALS = 8;

    /** Of the cells that take most, so many are looked at, so that the time does not grow with the square of all. */
    private static final int MAX_CELLS = 96;

    private final Sample sample;
    private final Shape shape;
    private final long[] units;
    private final Trial trial;
    /** The number cells that take most. */
    private List<Integer> large = List.of();
    /** By cell: the estimate for it alone. */
    private final double[] own;
    /** By cell: the cells that come before it. */
    private final List<List<Integer>> before;

    Dependencies(Sample sample, Shape shape, long[] units) {
        this.sample = sample;
        this.shape = shape;
        this.units = units;
        this.trial = new Trial(sample);
        this.own = new double[units.length];
        this.before = Stream.<List<Integer>>generate(ArrayList::new)
                .limit(units.length)
                .toList();
    }

    private record Gain(int cell, int other, double bytes) {}

    /** Orders {@code cells}. */
    List<Integer> order(List<Integer> cells) {
        for (int cell : cells) {
            own[cell] = start(cell);
        }
        large = cells.stream()
                .filter(cell -> !Cells.isText(shape, cell))
                .sorted(Comparator.comparing((Integer cell) -> own[cell]).reversed())
                .limit(MAX_CELLS)
                .toList();
        for (Gain gain : gains()) {
            if (!isBefore(gain.cell, gain.other)) {
                before.get(gain.cell).add(gain.other);
            }
        }
        List<Integer> ordered = new ArrayList<>();
        cells.stream().sorted(Comparator.comparing(cell -> own[cell])).forEach(cell -> append(cell, ordered));
        return ordered;
    }

    /** Whether it is worth trying whether other cells depend on {@code cell}. */
    boolean isLarge(int cell) {
        return large.contains(cell);
    }

    /** The largest first. */
    private List<Gain> gains() {
        List<Gain> gains = new ArrayList<>();
        for (int cell : large) {
            start(cell);
            Regression regression = new Regression(sample, trial.best().reference, cell, large);
            for (int f : regression.proposals(MAX_PROPOSALS)) {
                double least = Double.POSITIVE_INFINITY;
                for (Predictor predictor : regression.predictors(f)) {
                    least = Math.min(least, trial.attempt(predictor));
                }
                if (own[cell] - least > MIN_GAIN) {
                    gains.add(new Gain(cell, large.get(f), own[cell] - least));
                }
            }
        }
        gains.sort(Comparator.comparing(Gain::bytes).reversed());
        return gains;
    }

    private double start(int cell) {
        trial.start(cell, units[cell]);
        for (int reference : PredictorSearch.REFERENCES) {
            trial.attempt(Predictor.of(reference, cell));
        }
        return trial.bytes();
    }

    /** Whether {@code cell} comes before {@code other}. */
    private boolean isBefore(int cell, int other) {
        Set<Integer> seen = new HashSet<>();
        Deque<Integer> open = new ArrayDeque<>(List.of(other));
        while (!open.isEmpty()) {
            for (int between : before.get(open.pop())) {
                if (between == cell) {
                    return true;
                }
                if (seen.add(between)) {
                    open.push(between);
                }
            }
        }
        return false;
    }

    private void append(int cell, List<Integer> ordered) {
        if (!ordered.contains(cell)) {
            before.get(cell).forEach(other -> append(other, ordered));
            ordered.add(cell);
        }
    }
}
