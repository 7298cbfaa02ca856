package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
            OwnText.@Nullable Writer own,
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
                    texts.write(record, now.starts[i], now.ends[i], own, out);
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

    /** Reads the values of the record after {@code model} on {@code track}, which may be the model's own track. */
    static void read(DecoderTrack track, DecoderTrack model, Text.Reader texts, BytesReader in)
            throws UndecodableException {
        Shape shape = track.coded.shape();
        Prediction prediction = track.coded.prediction();
        int slots = shape.slots();
        long[] moving = prediction.moving;
        long[] mask = track.mask;
        Mask.read(mask, slots, in);
        long[] before = model.before;
        long[] last = model.last;
        long[] now = track.spare();
        System.arraycopy(last, 0, now, 0, slots); // most slots are as they were
        for (int w = 0; w < Mask.words(slots); w++) {
            for (long rest = mask[w] | moving[w]; rest != 0; rest &= rest - 1) {
                int i = (w << 6) + Long.numberOfTrailingZeros(rest);
                if (i >= slots) {
                    break; // what fills the last byte of a mask
                }
                boolean differs = (mask[w] >>> i & 1) != 0;
                if (shape.type(i).isNumeric()) {
                    long value = prediction.predict(i, before, last, now);
                    now[i] = differs ? value + readNumber(prediction.scale(i), in) : value;
                } else if (differs) {
                    track.texts[i] = texts.read(track.own, in);
                }
            }
        }
        track.moveOn(now);
    }

    private static long readNumber(long scale, BytesReader in) throws UndecodableException {
        long residual = in.zigZag();
        return residual == UNSCALED ? in.zigZag() : residual * scale;
    }
}
