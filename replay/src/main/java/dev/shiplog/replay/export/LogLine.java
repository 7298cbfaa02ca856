package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.record.Shape.SlotType;
import dev.shiplog.timeline.payload.LogMessage;
import java.util.Arrays;
import java.util.Base64;

/**
 * The line of a log record, where it stands: in a slot of its payload, so that nothing is put together, or in the payload.
 * Valid as long as the record.
 *
 * @param bytes not to be changed
 * @param message where the parts are in them; if they are a slot, they begin with the line
 */
public record LogLine(byte[] bytes, LogMessage message) {
    /** The line of a record of kind log. */
    public static LogLine of(RecordView record) {
        Shape shape = record.shape();
        if (shape != null && isMessage(shape)) {
            byte[] text = record.text(1);
            return new LogLine(text, LogMessage.of(shape.literal(0)[0] & 0xff, text, 0, text.length));
        }
        Bytes payload = record.payload();
        return new LogLine(payload.array(), LogMessage.of(payload.array(), payload.length()));
    }

    /** Whether payloads of the shape are stream, time, space, and line. */
    private static boolean isMessage(Shape shape) {
        return shape.slots() == 2
                && shape.type(0) == SlotType.NANO_TIME
                && shape.type(1) == SlotType.STRING
                && shape.literal(0).length == 1
                && shape.literal(2).length == 0;
    }

    /** Whether the line is text. */
    public boolean isUtf8() {
        return JsonString.isUtf8(bytes, message.from(), message.to());
    }

    /** The line without its line end. */
    byte[] copy() {
        return Arrays.copyOfRange(bytes, message.from(), message.to());
    }

    /** Appends the line as a JSON string, without its line end: UTF-8 as it is, anything else in base64. */
    public void putJson(boolean utf8, Bytes out) {
        if (utf8) {
            JsonString.put(bytes, message.from(), message.to(), out);
        } else {
            out.put('"');
            out.put(Base64.getEncoder().encode(copy()));
            out.put('"');
        }
    }

    /** Appends the line as it was written, with its line end, if it has one. */
    public void putRaw(Bytes out) {
        out.put(bytes, message.from(), message.end() - message.from());
    }
}
