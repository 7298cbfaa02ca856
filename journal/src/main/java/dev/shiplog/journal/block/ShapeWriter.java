package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.PlainShape;
import java.util.List;

/** Writes shapes and their columns as {@link BlockShape} and {@link Column} read them. */
final class ShapeWriter {
    /** With fewer records, what a column costs beside its values is more than it saves. */
    private static final int MIN_RECORDS_OF_COLUMNS = 48;

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
                ColumnWriter.write(records, plan, directory, streams);
            }
        }
    }
}
