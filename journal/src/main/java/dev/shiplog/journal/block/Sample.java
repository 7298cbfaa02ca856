package dev.shiplog.journal.block;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Some of the records of a shape, on which predictors are tried, each with those that it refers to. */
final class Sample {
    private static final int REFERENCES = 3;

    final int size;
    final long[][] now;
    final long[][] last;
    final long[][] before;
    private final boolean[] first;
    private final boolean onlyFirst;
    /** By reference and cell, as far as somebody asked. */
    private final double[][] @Nullable [] moves;

    private Sample(long[][] now, long[][] last, long[][] before, boolean[] first, boolean onlyFirst) {
        this.size = now.length;
        this.now = now;
        this.last = last;
        this.before = before;
        this.first = first;
        this.onlyFirst = onlyFirst;
        this.moves = new double[REFERENCES][size == 0 ? 0 : now[0].length] @Nullable [];
    }

    private static Sample of(ShapeRecords records, int[] which, boolean onlyFirst) {
        int size = which.length;
        long[][] now = new long[size][];
        long[][] last = new long[size][];
        long[][] before = new long[size][];
        boolean[] first = new boolean[size];
        for (int i = 0; i < size; i++) {
            now[i] = records.now(which[i]);
            last[i] = records.last(which[i]);
            before[i] = records.before(which[i]);
            first[i] = records.isFirst(which[i]);
        }
        return new Sample(now, last, before, first, onlyFirst);
    }

    /** Up to {@code limit} of all records, evenly spread. */
    static Sample of(ShapeRecords records, int limit) {
        return of(records, spread(records.all(), limit), false);
    }

    /** Up to {@code limit} of those that are the first of their track. */
    static Sample ofFirst(ShapeRecords records, int limit) {
        return of(records, spread(records.allFirst(), limit), true);
    }

    /** Up to {@code limit} of these, evenly spread. */
    Sample thinned(int limit) {
        int[] which = spread(IntStream.range(0, size).toArray(), limit);
        boolean[] firsts = new boolean[which.length];
        for (int i = 0; i < which.length; i++) {
            firsts[i] = first[which[i]];
        }
        return new Sample(some(now, which), some(last, which), some(before, which), firsts, onlyFirst);
    }

    private static long[][] some(long[][] rows, int[] which) {
        return IntStream.of(which).mapToObj(i -> rows[i]).toArray(long[][]::new);
    }

    private static int[] spread(int[] all, int limit) {
        int step = (all.length + limit - 1) / limit;
        int[] some = new int[(all.length + step - 1) / step];
        for (int i = 0; i < some.length; i++) {
            some[i] = all[i * step];
        }
        return some;
    }

    /** The records that {@code reference} means, or null for zeros. */
    long @Nullable [][] reference(int reference) {
        return switch (reference) {
            case Predictor.TRACK -> last;
            case Predictor.SHAPE -> before;
            default -> null;
        };
    }

    /** How much a cell differs from the reference in each record. Not to be changed. */
    double[] moves(int reference, int cell) {
        double[] known = moves[reference][cell];
        if (known == null) {
            known = newMoves(reference, cell);
            moves[reference][cell] = known;
        }
        return known;
    }

    private double[] newMoves(int reference, int cell) {
        long[][] from = reference(reference);
        double[] differences = new double[size];
        for (int i = 0; i < size; i++) {
            differences[i] = (double) (from == null ? now[i][cell] : now[i][cell] - from[i][cell]);
        }
        return differences;
    }

    /** Whether the record says what follows what: not the first of its track, unless all are. */
    private boolean counts(int i) {
        return onlyFirst || !first[i];
    }

    /** In how many records the value of a cell is not as it was on the track. */
    int changes(int cell) {
        int changes = 0;
        for (int i = 0; i < size; i++) {
            changes += counts(i) && now[i][cell] != last[i][cell] ? 1 : 0;
        }
        return changes;
    }

    /** In how many records the value of a cell is not as predicted; counts up to {@code limit}. */
    int misses(int cell, Predictor predictor, int limit) {
        int misses = 0;
        for (int i = 0; i < size && misses < limit; i++) {
            misses += counts(i) && now[i][cell] != predictor.predict(now[i], last[i], before[i]) ? 1 : 0;
        }
        return misses;
    }
}
