package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;

/**
 * How the value of a cell is predicted: from a record that is known already, and from how other cells of the record at hand
 * differ from that.
 *
 * <pre>
 * predictor := byte reference                 0 zeros · 1 the last record of the track · 2 the last record of the shape
 *              varint of                      the cell of the reference that the prediction begins with
 *              varint unit                    at least 1; divides all values of the cell
 *              varint terms                   if there are any, byte shift follows, and for each term:
 *                varint cell, varint count, zigzag factor
 * predicted := floor(p / unit) × unit, where p = reference[of] + floor(sum / 2^shift)
 * sum       := of factor × (record[c] - reference[c]), over all terms and their cells c, from cell to cell + count - 1
 * </pre>
 *
 * <p>All arithmetic is that of signed 64-bit integers which wrap around.
 */
final class Predictor {
    static final int ZEROS = 0;
    static final int TRACK = 1;
    static final int SHAPE = 2;

    private static final int MAX_SHIFT = 32;
    private static final Term[] NONE = {};

    /** So many cells in a row, each multiplied with {@code factor}. */
    record Term(int cell, int count, long factor) {}

    final int reference;
    final int of;
    final long unit;
    final int shift;
    final Term[] terms;

    Predictor(int reference, int of, long unit, int shift, Term... terms) {
        this.reference = reference;
        this.of = of;
        this.unit = unit;
        this.shift = shift;
        this.terms = terms;
    }

    /** As it was in {@code reference}. */
    static Predictor of(int reference, int of) {
        return new Predictor(reference, of, 1, 0, NONE);
    }

    Predictor withUnit(long newUnit) {
        return new Predictor(reference, of, newUnit, shift, terms);
    }

    /**
     * The value predicted.
     *
     * @param now the record at hand, as far as it is known
     * @param last the last one of its track
     * @param before the last one of its shape
     */
    long predict(long[] now, long[] last, long[] before) {
        long predicted = switch (reference) {
            case TRACK -> last[of] + moved(now, last);
            case SHAPE -> before[of] + moved(now, before);
            default -> sum(now);
        };
        return unit == 1 ? predicted : predicted - Math.floorMod(predicted, unit);
    }

    private long moved(long[] now, long[] from) {
        long sum = 0;
        for (Term term : terms) {
            for (int c = term.cell; c < term.cell + term.count; c++) {
                sum += term.factor * (now[c] - from[c]);
            }
        }
        return sum >> shift;
    }

    private long sum(long[] now) {
        long sum = 0;
        for (Term term : terms) {
            for (int c = term.cell; c < term.cell + term.count; c++) {
                sum += term.factor * now[c];
            }
        }
        return sum >> shift;
    }

    void write(Bytes out) {
        out.put(reference);
        out.putVarint(of);
        out.putVarint(unit);
        out.putVarint(terms.length);
        if (terms.length > 0) {
            out.put(shift);
        }
        for (Term term : terms) {
            out.putVarint(term.cell);
            out.putVarint(term.count);
            out.putZigZag(term.factor);
        }
    }

    /** How many cells the terms have, together. */
    int termCells() {
        int sum = 0;
        for (Term term : terms) {
            sum += term.count;
        }
        return sum;
    }

    static Predictor read(int cells, BytesReader in) throws UndecodableException {
        int reference = in.unsignedByte();
        int of = in.varintUpTo(cells - 1);
        long unit = in.varint();
        if (reference > SHAPE || unit < 1) {
            throw new UndecodableException("reference " + reference + " in units of " + unit);
        }
        Term[] terms = new Term[in.varintUpTo(cells)];
        int shift = terms.length == 0 ? 0 : in.unsignedByte();
        if (shift > MAX_SHIFT) {
            throw new UndecodableException("a shift of " + shift);
        }
        for (int i = 0; i < terms.length; i++) {
            int cell = in.varintUpTo(cells - 1);
            terms[i] = new Term(cell, in.varintUpTo(cells - cell), in.zigZag());
        }
        return new Predictor(reference, of, unit, shift, terms);
    }
}
