package dev.shiplog.journal.block;

import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds an order for cells in which those come first that help others most: for each pair it estimates what one of them
 * gains when the other is known, and takes the largest gains that do not contradict each other.
 */
final class Dependencies {
    private static final int MIN_GAIN = 16;

    private final Sample sample;
    private final Shape shape;
    private final long[] units;
    private final Trial trial;
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

    List<Integer> order(List<Integer> cells) {
        for (int cell : cells) {
            own[cell] = start(cell);
        }
        for (Gain gain : gains(cells)) {
            if (!isBefore(gain.cell, gain.other)) {
                before.get(gain.cell).add(gain.other);
            }
        }
        List<Integer> ordered = new ArrayList<>();
        cells.stream().sorted(Comparator.comparing(cell -> own[cell])).forEach(cell -> append(cell, ordered));
        return ordered;
    }

    /** The largest first. */
    private List<Gain> gains(List<Integer> cells) {
        List<Integer> numbers =
                cells.stream().filter(cell -> !Cells.isText(shape, cell)).toList();
        List<Gain> gains = new ArrayList<>();
        for (int cell : numbers) {
            for (int other : numbers) {
                if (other != cell && own[cell] > MIN_GAIN) {
                    double bytes = own[cell] - with(cell, other);
                    if (bytes > MIN_GAIN) {
                        gains.add(new Gain(cell, other, bytes));
                    }
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

    /** What the cell takes if it may depend on {@code other}. */
    private double with(int cell, int other) {
        start(cell);
        Regression regression = new Regression(sample, trial.best().reference, cell, List.of(other));
        for (int f : regression.proposals(1)) {
            regression.predictors(f).forEach(trial::attempt);
        }
        return trial.bytes();
    }

    /** Whether {@code cell} comes before {@code other}. */
    private boolean isBefore(int cell, int other) {
        for (int between : before.get(other)) {
            if (between == cell || isBefore(cell, between)) {
                return true;
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
