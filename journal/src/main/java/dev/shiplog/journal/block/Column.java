package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import org.jspecify.annotations.Nullable;

/**
 * One cell of all records of a shape, as a decoder reads it. Cells without a column are as in the last record of the
 * track.
 *
 * <pre>
 * column := varint cell, byte form, {@link Predictor}, {@link Residuals} of the first record of each track,
 *           and of the others, if the form is not 0: [{@link Bits}, in forms 2 and 3], {@link Residuals}
 * form   := 0 kept    the value is as it was on the track
 *           1 dense   each record has a residual
 *           2 sparse  each record has a bit: 0 means that the value is as predicted, 1 that there is a residual
 *           3 held    each record has a bit: 0 means that the value is as it was on the track, 1 that there is a residual
 * value  := predicted + residual × unit
 * </pre>
 */
final class Column {
    static final int KEPT = 0;
    static final int DENSE = 1;
    static final int SPARSE = 2;
    static final int HELD = 3;

    final int cell;
    final int form;
    final Predictor predictor;
    final Bits.@Nullable Reader mask;
    final Residuals.Reader firsts;
    final Residuals.@Nullable Reader others;
    /** The number of texts if the cell holds a text, else 0. */
    private final int texts;

    private Column(
            int cell,
            int form,
            Predictor predictor,
            Residuals.Reader firsts,
            Bits.@Nullable Reader mask,
            Residuals.@Nullable Reader others,
            int texts) {
        this.cell = cell;
        this.form = form;
        this.predictor = predictor;
        this.firsts = firsts;
        this.mask = mask;
        this.others = others;
        this.texts = texts;
    }

    /** Sets the cell of {@code now}; the parameters are those of {@link Predictor#predict}. */
    void read(long[] now, long[] last, long[] before, boolean first) throws UndecodableException {
        Residuals.Reader residuals = first ? firsts : others;
        if (residuals == null) {
            return;
        }
        boolean coded = first || mask == null || mask.next();
        if (!coded && form == HELD) {
            return;
        }
        long value = predictor.predict(now, last, before);
        if (coded) {
            value += residuals.next() * predictor.unit;
        }
        if (texts != 0 && (value < 0 || value >= texts)) {
            throw new UndecodableException("no text has the number " + value);
        }
        now[cell] = value;
    }

    int termCells() {
        return predictor.termCells();
    }

    /** Reads the description of a column of {@code shape}. */
    static Column read(BlockShape shape, int texts, BytesReader directory, Content content)
            throws UndecodableException {
        int cell = directory.varintUpTo(shape.cells() - 1);
        int form = directory.unsignedByte();
        if (form > HELD || cell == Cells.SUBJECT) {
            throw new UndecodableException("a column of form " + form + " of cell " + cell);
        }
        Predictor predictor = Predictor.read(shape.cells(), directory);
        if (shape.initial[cell] % predictor.unit != 0) {
            throw new UndecodableException(shape.initial[cell] + " in units of " + predictor.unit);
        }
        Residuals.Reader firsts = new Residuals.Reader(directory, content);
        Bits.Reader mask = form >= SPARSE ? new Bits.Reader(directory, content) : null;
        Residuals.Reader others = form == KEPT ? null : new Residuals.Reader(directory, content);
        int limit = Cells.isText(shape.shape, cell) ? texts : 0;
        return new Column(cell, form, predictor, firsts, mask, others, limit);
    }
}
