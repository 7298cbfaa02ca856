package dev.shiplog.journal.block;

import org.jspecify.annotations.Nullable;

/** Some of the records of a shape, on which predictors are tried, each with those that it refers to. */
final class Sample {
    final int size;
    final long[][] now;
    final long[][] last;
    final long[][] before;
    private final boolean[] first;
    private final boolean onlyFirst;

    private Sample(ShapeRecords records, int[] which, boolean onlyFirst) {
        this.onlyFirst = onlyFirst;
        size = which.length;
        now = new long[size][];
        last = new long[size][];
        before = new long[size][];
        first = new boolean[size];
        for (int i = 0; i < size; i++) {
            now[i] = records.now(which[i]);
            last[i] = records.last(which[i]);
            before[i] = records.before(which[i]);
            first[i] = records.isFirst(which[i]);
        }
    }

    /** Up to {@code limit} of all records, evenly spread. */
    static Sample of(ShapeRecords records, int limit) {
        return new Sample(records, spread(records.all(), limit), false);
    }

    /** Up to {@code limit} of those that are the first of their track. */
    static Sample ofFirst(ShapeRecords records, int limit) {
        return new Sample(records, spread(records.allFirst(), limit), true);
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

    /** How much a cell differs from the reference in each record. */
    double[] moves(int reference, int cell) {
        long[][] from = reference(reference);
        double[] moves = new double[size];
        for (int i = 0; i < size; i++) {
            moves[i] = (double) (from == null ? now[i][cell] : now[i][cell] - from[i][cell]);
        }
        return moves;
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
