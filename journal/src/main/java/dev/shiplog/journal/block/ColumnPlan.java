package dev.shiplog.journal.block;

/** How a column is to be predicted. It is kept if it changes only from track to track. */
record ColumnPlan(int cell, boolean kept, Predictor predictor) {
    /** Whether the prediction is that nothing changes. */
    boolean isAsOnTrack() {
        return predictor.reference == Predictor.TRACK && predictor.of == cell && predictor.terms.length == 0;
    }

    /** What the prediction of record {@code i} misses, in units. */
    long residual(ShapeRecords records, int i) {
        long[] now = records.now(i);
        long predicted = predictor.predict(now, records.last(i), records.before(i));
        return (now[cell] - predicted) / predictor.unit;
    }
}
