package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The values of a record that is coded against no other.
 *
 * <pre>
 * values := for each slot: zigzag value, if it is a number; {@link Text}, if it is a text
 * </pre>
 */
final class Values {
    private Values() {}

    static void write(
            Shape shape, Record record, Slots slots, OwnText.@Nullable Writer own, Text.Writer texts, Bytes out) {
        for (int i = 0; i < shape.slots(); i++) {
            if (shape.type(i).isNumeric()) {
                out.putZigZag(slots.numbers[i]);
            } else {
                texts.write(record, slots.starts[i], slots.ends[i], own, out);
            }
        }
    }

    /** Reads them as the newest values of {@code track}. */
    static void read(DecoderTrack track, Text.Reader texts, BytesReader in) throws UndecodableException {
        Shape shape = track.coded.shape();
        for (int i = 0; i < shape.slots(); i++) {
            if (shape.type(i).isNumeric()) {
                track.last[i] = in.zigZag();
            } else {
                track.texts[i] = texts.read(track.own, in);
            }
        }
    }
}
