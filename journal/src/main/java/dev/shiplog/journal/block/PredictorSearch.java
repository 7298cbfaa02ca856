package dev.shiplog.journal.block;

import dev.shiplog.journal.block.Explanations.Explanation;
import dev.shiplog.journal.block.Predictor.Term;
import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Finds out how columns are predicted best. Engines repeat themselves: {@code preread} is the {@code read} of the sample
 * before, {@code total_usage} is the sum of {@code percpu_usage}, and more page faults take more CPU time. Nobody has to
 * say which and where.
 *
 * <p>First come the cells that nothing {@linkplain Explanations explains}, in an order in which they help each other most
 * ({@link Dependencies}), then the others, then the time, which mostly is in a slot, and the receipt, which follows the
 * time.
 */
final class PredictorSearch {
    static final int[] REFERENCES = {Predictor.TRACK, Predictor.SHAPE, Predictor.ZEROS};

    /** A column that takes less is not worth another thought. */
    private static final double SMALL_BYTES = 40;

    /** Each pair of cells is tried, so it must not take long. */
    private static final int DEPENDENCY_SAMPLE = 512;

    /** A reference that is so many times worse than the best is not worth another thought. */
    private static final int MAX_WORSE = 3;

    private static final int MAX_TERMS = 3;
    /** Cells that are tried as the next term. */
    private static final int MAX_PROPOSALS = 4;

    private final Shape shape;
    private final Sample sample;
    private final List<Integer> cells;
    private final long[] units;
    private final Trial trial;

    /** Looks for predictors of {@code cells}; {@code units} has the largest number that divides all values of each. */
    PredictorSearch(Shape shape, Sample sample, List<Integer> cells, long[] units) {
        this.shape = shape;
        this.sample = sample;
        this.cells = cells;
        this.units = units;
        this.trial = new Trial(sample);
    }

    /** Hands each cell and its predictor to {@code to}, in the order in which they are to be decoded. */
    void run(BiConsumer<Integer, Predictor> to) {
        List<Integer> slots = cells.stream().filter(cell -> cell >= Cells.SLOTS).toList();
        Explanations explanations = new Explanations(sample, shape, slots);
        List<Integer> known = new ArrayList<>();
        Dependencies dependencies = new Dependencies(sample.thinned(DEPENDENCY_SAMPLE), shape, units);
        for (int cell : dependencies.order(explanations.open())) {
            boolean large = dependencies.isLarge(cell);
            to.accept(cell, large ? search(cell, known) : start(cell));
            if (large) {
                known.add(cell);
            }
        }
        for (Explanation explanation : explanations.all()) {
            int cell = explanation.cell();
            to.accept(cell, explanation.predictor().withUnit(units[cell]));
        }
        if (cells.contains(Cells.TIME)) {
            to.accept(Cells.TIME, searchTime(slots));
        }
        if (cells.contains(Cells.RECEIVED)) {
            to.accept(Cells.RECEIVED, searchReceived());
        }
    }

    /** Begins with a cell; returns what predicts it best if it depends on no other cell of the record. */
    private Predictor start(int cell) {
        trial.start(cell, units[cell]);
        for (int reference : REFERENCES) {
            trial.attempt(Predictor.of(reference, cell));
        }
        return trial.best();
    }

    private Predictor search(int cell, List<Integer> known) {
        start(cell);
        double own = trial.bytes();
        for (int reference : REFERENCES) {
            if (trial.bytes() > SMALL_BYTES && trial.attempt(Predictor.of(reference, cell)) < own * MAX_WORSE) {
                regress(cell, reference, known);
            }
        }
        return trial.best();
    }

    private void regress(int cell, int reference, List<Integer> known) {
        Regression regression = new Regression(sample, reference, cell, known);
        double bytes = 0;
        for (int n = 0; n < MAX_TERMS; n++) {
            double least = Double.POSITIVE_INFINITY;
            int best = -1;
            for (int f : regression.proposals(MAX_PROPOSALS)) {
                for (Predictor predictor : regression.predictors(f)) {
                    double estimate = trial.attempt(predictor);
                    if (estimate < least) {
                        least = estimate;
                        best = f;
                    }
                }
            }
            // Two together may help where one alone does not.
            if (best < 0 || n > 0 && least >= bytes) {
                return;
            }
            bytes = least;
            regression.choose(best);
        }
    }

    private Predictor searchTime(List<Integer> slots) {
        start(Cells.TIME);
        for (int slot : slots) {
            Predictor same = Explanations.same(slot);
            if (!Cells.isText(shape, slot) && Explanations.explains(sample, Cells.TIME, same)) {
                trial.attempt(same);
            }
        }
        return trial.best();
    }

    private Predictor searchReceived() {
        start(Cells.RECEIVED);
        for (int reference : REFERENCES) {
            trial.attempt(new Predictor(reference, Cells.RECEIVED, 1, 0, new Term(Cells.TIME, 1, 1)));
        }
        return trial.best();
    }
}
