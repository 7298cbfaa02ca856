package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.Shape;
import java.util.Arrays;

/**
 * The values of a record that is coded against another: those that differ from their {@link Prediction}. A text is
 * predicted to be the one of the other record.
 *
 * <pre>
 * residuals := {@link Mask}, then for each slot in it
 *                number: zigzag r, not 0:  value = predicted + r × scale
 *                        byte 0, zigzag r: value = predicted + r, where the scale does not divide r
 *                text:   {@link Text}
 * </pre>
 */
final class Residuals {
    private static final int UNSCALED = 0;

    /** Of the numbers of the record that is written. */
    private long[] residuals = new long[128];

    /** Writes {@code now}, the values of {@code record}, as they differ from what is predicted after {@code model}. */
    void write(
            Record record,
            CodedShape coded,
            EncoderTrack model,
            long[] oldMask,
            Slots now,
            Text.Writer texts,
            Bytes out) {
        Shape shape = coded.shape();
        Prediction prediction = coded.prediction();
        int slots = shape.slots();
        long[] mask = now.mask;
        compare(shape, prediction, model, now);
        Mask.write(oldMask, mask, slots, out);
        for (int w = 0; w < Mask.words(slots); w++) {
            for (long rest = mask[w]; rest != 0; rest &= rest - 1) {
                int i = (w << 6) + Long.numberOfTrailingZeros(rest);
                if (shape.type(i).isNumeric()) {
                    writeNumber(residuals[i], prediction.scale(i), out);
                } else {
                    texts.write(record, now.starts[i], now.ends[i], out);
                }
            }
        }
    }

    /** Finds the residuals, and makes the mask of {@code now}. */
    private void compare(Shape shape, Prediction prediction, EncoderTrack model, Slots now) {
        int slots = shape.slots();
        if (residuals.length < slots) {
            residuals = new long[slots];
        }
        Slots last = model.last;
        long[] lastNumbers = last.numbers;
        long[] before = model.before;
        long[] numbers = now.numbers;
        long[] mask = now.mask;
        Arrays.fill(mask, 0);
        for (int i = 0; i < slots; i++) {
            boolean hit;
            if (shape.type(i).isNumeric()) {
                residuals[i] = numbers[i] - prediction.predict(i, before, lastNumbers, numbers);
                hit = residuals[i] == 0;
            } else {
                hit = Arrays.equals(
                        now.payload, now.starts[i], now.ends[i], last.payload, last.starts[i], last.ends[i]);
            }
            if (!hit) {
                mask[i >> 6] |= 1L << i;
            }
        }
    }

    private static void writeNumber(long residual, long scale, Bytes out) {
        if (residual % scale == 0) {
            out.putZigZag(residual / scale);
        } else {
            out.put(UNSCALED);
            out.putZigZag(residual);
        }
    }

    /** Reads the values of the record after {@code model} on {@code track}, whose {@code before} is the model's. */
    static void read(DecoderTrack track, DecoderTrack model, Text.Reader texts, BytesReader in)
            throws UndecodableException {
        Shape shape = track.coded.shape();
        Prediction prediction = track.coded.prediction();
        int slots = shape.slots();
        long[] mask = track.mask;
        Mask.read(mask, slots, in);
        long[] last = model.last;
        long[] now = track.before; // each slot of it is read for its own prediction before it is written
        for (int i = 0; i < slots; i++) {
            boolean differs = (mask[i >> 6] >>> i & 1) != 0;
            if (shape.type(i).isNumeric()) {
                long value = prediction.predict(i, now, last, now);
                now[i] = differs ? value + readNumber(prediction.scale(i), in) : value;
            } else if (differs) {
                track.texts[i] = texts.read(in);
            }
        }
        track.before = track.last;
        track.last = now;
    }

    private static long readNumber(long scale, BytesReader in) throws UndecodableException {
        long residual = in.zigZag();
        return residual == UNSCALED ? in.zigZag() : residual * scale;
    }
}
