package dev.shiplog.journal.block;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decides which cells of a shape need a column, in which order, and how each is predicted. */
final class ColumnPlanner {
    /** How many records predictors are tried on. */
    private static final int MAX_SAMPLE = 2048;

    private final ShapeRecords records;
    private final long[] units;

    ColumnPlanner(ShapeRecords records) {
        this.records = records;
        this.units = new long[Cells.count(records.shape)];
        Arrays.setAll(units, this::unit);
    }

    /** The columns, in the order in which they are decoded. */
    List<ColumnPlan> plans() {
        List<Integer> kept = new ArrayList<>();
        List<Integer> changing = new ArrayList<>();
        for (int cell = 0; cell < units.length; cell++) {
            if (cell != Cells.SUBJECT) {
                switch (change(cell)) {
                    case NEVER -> {}
                    case FROM_TRACK_TO_TRACK -> kept.add(cell);
                    case OFTEN -> changing.add(cell);
                }
            }
        }
        List<ColumnPlan> plans = new ArrayList<>();
        plan(kept, true, Sample.ofFirst(records, MAX_SAMPLE), plans);
        plan(changing, false, Sample.of(records, MAX_SAMPLE), plans);
        return plans;
    }

    private void plan(List<Integer> cells, boolean kept, Sample sample, List<ColumnPlan> plans) {
        if (!cells.isEmpty()) {
            new PredictorSearch(records.shape, sample, cells, units)
                    .run((cell, predictor) -> plans.add(checked(new ColumnPlan(cell, kept, predictor))));
        }
    }

    private enum Change {
        NEVER,
        FROM_TRACK_TO_TRACK,
        OFTEN
    }

    private Change change(int cell) {
        Change change = Change.NEVER;
        for (int i = 0; i < records.size(); i++) {
            if (records.now(i)[cell] != records.last(i)[cell]) {
                if (!records.isFirst(i)) {
                    return Change.OFTEN;
                }
                change = Change.FROM_TRACK_TO_TRACK;
            }
        }
        return change;
    }

    /** The largest number that divides all values of the cell. */
    private long unit(int cell) {
        long unit = 0;
        if (!Cells.isText(records.shape, cell)) {
            for (int i = 0; i < records.size() && unit != 1; i++) {
                unit = gcd(unit, records.now(i)[cell]);
            }
        }
        return Math.max(1, unit);
    }

    private static long gcd(long a, long b) {
        long x = Math.abs(a);
        long y = Math.abs(b);
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }

    /** The plan, without its unit if the arithmetic wraps around for one of the records. */
    private ColumnPlan checked(ColumnPlan plan) {
        Predictor predictor = plan.predictor();
        for (int i = 0; i < records.size(); i++) {
            long[] now = records.now(i);
            long predicted = predictor.predict(now, records.last(i), records.before(i));
            if (predicted + plan.residual(records, i) * predictor.unit != now[plan.cell()]) {
                return new ColumnPlan(plan.cell(), plan.kept(), predictor.withUnit(1));
            }
        }
        return plan;
    }
}
