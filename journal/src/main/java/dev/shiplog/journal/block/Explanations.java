package dev.shiplog.journal.block;

import dev.shiplog.journal.block.Predictor.Term;
import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cells that nearly always say what another cell says, or said in the record before, or what a list of numbers
 * sums up to. Nothing is explained by a cell that is explained itself, except by what that said in the record before.
 */
final class Explanations {
    private static final byte[] COMMA = {','};

    /** The share of the changes of a cell that its explanation may miss. */
    private static final double MAX_MISSES = 0.05;

    private final Sample sample;
    private final Shape shape;
    private final List<Integer> cells;
    private final @Nullable Predictor[] found;
    /** By cell: how many misses are too many. */
    private final int[] limits;

    /** Looks for explanations of {@code cells}, all of them slots, by each other. */
    Explanations(Sample sample, Shape shape, List<Integer> cells) {
        this.sample = sample;
        this.shape = shape;
        this.cells = cells;
        this.found = new @Nullable Predictor[Cells.count(shape)];
        this.limits = new int[found.length];
        cells.forEach(cell -> limits[cell] = limit(sample, cell));
        findRepetitions();
        findCopies(findSums());
    }

    /** A cell and what explains it. */
    record Explanation(int cell, Predictor predictor) {}

    /** The explanations, in an order in which they can be decoded once the cells without one are. */
    List<Explanation> all() {
        List<Explanation> all = new ArrayList<>();
        for (int cell : cells) {
            Predictor predictor = found[cell];
            if (predictor != null) {
                all.add(new Explanation(cell, predictor));
            }
        }
        all.sort(Comparator.comparing(explanation -> rank(explanation.predictor)));
        return all;
    }

    /** Those that need no other cell of the record, then sums, then those that do as a single other cell does. */
    private static int rank(Predictor predictor) {
        return predictor.terms.length == 0 ? 0 : predictor.termCells() > 1 ? 1 : 2;
    }

    /** The cells that nothing explains. */
    List<Integer> open() {
        return cells.stream().filter(cell -> found[cell] == null).toList();
    }

    /** That {@code cell} is as another one is. */
    static Predictor same(int cell) {
        return new Predictor(Predictor.ZEROS, 0, 1, 0, new Term(cell, 1, 1));
    }

    /** Whether {@code predictor} nearly always says what {@code cell} is. */
    static boolean explains(Sample sample, int cell, Predictor predictor) {
        int limit = limit(sample, cell);
        return sample.misses(cell, predictor, limit) < limit;
    }

    private static int limit(Sample sample, int cell) {
        return (int) (sample.changes(cell) * MAX_MISSES) + 1;
    }

    private boolean explains(int cell, Predictor predictor) {
        return sample.misses(cell, predictor, limits[cell]) < limits[cell];
    }

    private void findRepetitions() {
        for (int cell : cells) {
            found[cell] = cells.stream()
                    .filter(other -> other != cell && isSameType(cell, other))
                    .map(other -> Predictor.of(Predictor.TRACK, other))
                    .filter(predictor -> explains(cell, predictor))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Returns the cells that sums need. */
    private boolean[] findSums() {
        boolean[] needed = new boolean[found.length];
        List<Term> lists = lists();
        for (int cell : cells) {
            Term list = found[cell] == null ? sum(cell, lists) : null;
            if (list != null) {
                found[cell] = new Predictor(Predictor.TRACK, cell, 1, 0, list);
                Arrays.fill(needed, list.cell(), list.cell() + list.count(), true);
            }
        }
        return needed;
    }

    /** The lists of numbers that change. */
    private List<Term> lists() {
        List<Term> lists = new ArrayList<>();
        boolean[] isNumber = new boolean[found.length];
        cells.forEach(cell -> isNumber[cell] = !Cells.isText(shape, cell));
        int length = 0;
        for (int slot = 0; slot <= shape.slots(); slot++) {
            int cell = Cells.SLOTS + slot;
            boolean goesOn = length > 0 && slot < shape.slots() && Arrays.equals(shape.literal(slot), COMMA);
            if (length > 1 && !goesOn) {
                lists.add(new Term(cell - length, length, 1));
            }
            length = slot < shape.slots() && isNumber[cell] ? goesOn ? length + 1 : 1 : 0;
        }
        return lists;
    }

    private @Nullable Term sum(int cell, List<Term> lists) {
        for (Term list : lists) {
            Predictor predictor = new Predictor(Predictor.TRACK, cell, 1, 0, list);
            boolean inside = cell >= list.cell() && cell < list.cell() + list.count();
            if (!inside && isSameType(cell, list.cell()) && explains(cell, predictor)) {
                return list;
            }
        }
        return null;
    }

    private void findCopies(boolean[] needed) {
        List<Integer> open = new ArrayList<>(List.of(Cells.SUBJECT));
        for (int cell : cells) {
            if (found[cell] == null) {
                found[cell] = needed[cell] ? null : copy(cell, open);
                if (found[cell] == null) {
                    open.add(cell);
                }
            }
        }
    }

    private @Nullable Predictor copy(int cell, List<Integer> open) {
        for (int other : open) {
            if (isSameType(cell, other)) {
                Predictor moves = new Predictor(Predictor.TRACK, cell, 1, 0, new Term(other, 1, 1));
                if (!Cells.isText(shape, cell) && explains(cell, moves)) {
                    return moves;
                }
                if (explains(cell, same(other))) {
                    return same(other);
                }
            }
        }
        return null;
    }

    private boolean isSameType(int cell, int other) {
        return Cells.isText(shape, cell) == Cells.isText(shape, other);
    }
}
