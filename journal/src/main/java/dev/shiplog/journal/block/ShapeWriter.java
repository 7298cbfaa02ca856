package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.PlainShape;
import java.util.List;

/** Writes shapes and their columns as {@link BlockShape} and {@link Column} read them. */
final class ShapeWriter {
    /** With fewer records, what a column costs beside its values is more than it saves. */
    private static final int MIN_RECORDS_OF_COLUMNS = 48;

    private static final int[] FORMS = {Column.DENSE, Column.SPARSE, Column.HELD};

    private ShapeWriter() {}

    static boolean hasColumns(ShapeRecords records) {
        return records.size() >= MIN_RECORDS_OF_COLUMNS;
    }

    @SuppressWarnings("ReferenceEquality") // there is one object for this shape
    static void write(ShapeRecords records, Bytes directory, Streams streams) {
        boolean whole = records.shape == BlockShape.WHOLE;
        boolean columns = hasColumns(records);
        directory.put((whole ? 0 : BlockShape.IS_SPLIT) | (columns ? BlockShape.HAS_COLUMNS : 0));
        if (!whole) {
            PlainShape.write(records.shape, directory);
        }
        if (columns) {
            for (long value : records.now(0)) {
                directory.putZigZag(value);
            }
            List<ColumnPlan> plans = new ColumnPlanner(records).plans();
            directory.putVarint(plans.size());
            for (ColumnPlan plan : plans) {
                int form = plan.kept() ? Column.KEPT : smallestForm(records, plan);
                directory.putVarint(plan.cell());
                directory.put(form);
                plan.predictor().write(directory);
                write(records, plan, form, directory, streams);
            }
        }
    }

    /** Estimates are too coarse to choose the form: it is tried. */
    private static int smallestForm(ShapeRecords records, ColumnPlan plan) {
        int smallest = 0;
        int least = Integer.MAX_VALUE;
        for (int form : FORMS) {
            Bytes directory = new Bytes(16);
            Streams streams = new Streams();
            write(records, plan, form, directory, streams);
            int bytes = directory.length() + streams.packed().length();
            if (bytes < least) {
                least = bytes;
                smallest = form;
            }
        }
        return smallest;
    }

    private static void write(ShapeRecords records, ColumnPlan plan, int form, Bytes directory, Streams streams) {
        Residuals.Writer firsts = new Residuals.Writer();
        Bits.Writer mask = new Bits.Writer();
        Residuals.Writer others = new Residuals.Writer();
        for (int i = 0; i < records.size(); i++) {
            long residual = plan.residual(records, i);
            if (records.isFirst(i)) {
                firsts.add(residual);
                continue;
            }
            boolean coded = switch (form) {
                case Column.SPARSE -> residual != 0;
                case Column.HELD -> records.now(i)[plan.cell()] != records.last(i)[plan.cell()];
                default -> true;
            };
            mask.add(coded);
            if (coded) {
                others.add(residual);
            }
        }
        firsts.write(directory, streams);
        if (form >= Column.SPARSE) {
            mask.write(directory, streams);
        }
        if (form != Column.KEPT) {
            others.write(directory, streams);
        }
    }
}
