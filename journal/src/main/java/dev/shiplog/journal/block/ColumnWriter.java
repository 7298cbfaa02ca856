package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/** One column as {@link Column} reads it, in one of its forms; without the first record of each track. */
final class ColumnWriter {
    /** An estimate tells which form may be the smallest, and which is not: it is so much larger than another one. */
    private static final double MAX_WORSE = 1.25;

    private final int form;
    private final Bits.Writer mask = new Bits.Writer();
    private final Residuals.Writer residuals = new Residuals.Writer();

    private ColumnWriter(int form) {
        this.form = form;
    }

    /** Writes the column that {@code plan} says, in the form that is smallest. */
    static void write(ShapeRecords records, ColumnPlan plan, Bytes directory, Streams streams) {
        Bytes others = new Bytes(16);
        Streams othersStreams = new Streams();
        int form = plan.kept() ? Column.KEPT : writeSmallest(records, plan, others, othersStreams);
        directory.putVarint(plan.cell());
        directory.put(form);
        plan.predictor().write(directory);
        Residuals.Writer firsts = new Residuals.Writer();
        for (int i : records.allFirst()) {
            firsts.add(plan.residual(records, i));
        }
        firsts.write(directory, streams);
        directory.put(others.array(), 0, others.length());
        streams.addAll(othersStreams);
    }

    /** Writes the form that is smallest, and returns it. Estimates are too coarse to choose it: it is tried. */
    private static int writeSmallest(ShapeRecords records, ColumnPlan plan, Bytes directory, Streams streams) {
        List<ColumnWriter> forms = forms(records, plan);
        Cost cost = new Cost();
        double least =
                forms.stream().mapToDouble(form -> form.estimate(cost)).min().orElseThrow();
        int smallest = Integer.MAX_VALUE;
        int best = 0;
        Bytes bestDirectory = directory;
        Streams bestStreams = streams;
        for (ColumnWriter form : forms) {
            if (form.estimate(cost) <= least * MAX_WORSE) {
                Bytes itsDirectory = new Bytes(16);
                Streams itsStreams = new Streams();
                form.write(itsDirectory, itsStreams);
                int size = itsDirectory.length() + itsStreams.packed().length();
                if (size < smallest) {
                    smallest = size;
                    best = form.form;
                    bestDirectory = itsDirectory;
                    bestStreams = itsStreams;
                }
            }
        }
        directory.put(bestDirectory.array(), 0, bestDirectory.length());
        streams.addAll(bestStreams);
        return best;
    }

    /** The column in all forms that make a difference. */
    private static List<ColumnWriter> forms(ShapeRecords records, ColumnPlan plan) {
        ColumnWriter dense = new ColumnWriter(Column.DENSE);
        ColumnWriter sparse = new ColumnWriter(Column.SPARSE);
        ColumnWriter held = new ColumnWriter(Column.HELD);
        for (int i = 0; i < records.size(); i++) {
            if (!records.isFirst(i)) {
                long residual = plan.residual(records, i);
                dense.add(true, residual);
                sparse.add(residual != 0, residual);
                held.add(records.now(i)[plan.cell()] != records.last(i)[plan.cell()], residual);
            }
        }
        List<ColumnWriter> forms = new ArrayList<>(List.of(dense));
        if (sparse.residuals.count() > 0) {
            forms.add(sparse);
        }
        if (sparse.residuals.count() > 0 && !plan.isAsOnTrack()) {
            forms.add(held);
        }
        return forms;
    }

    private void add(boolean coded, long residual) {
        mask.add(coded);
        if (coded) {
            residuals.add(residual);
        }
    }

    private double estimate(Cost cost) {
        return residuals.estimate(cost) + (form == Column.DENSE ? 0 : Cost.bits(mask.count(), residuals.count()));
    }

    private void write(Bytes directory, Streams streams) {
        if (form != Column.DENSE) {
            mask.write(directory, streams);
        }
        residuals.write(directory, streams);
    }
}
