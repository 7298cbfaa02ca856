package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonText;
import java.util.IdentityHashMap;

/**
 * Writes payloads as they are, but each in one line: a line feed or carriage return becomes a space. JSON has these
 * between tokens only, so its value stays the same. Whether payloads are JSON is found out once per shape, since it does
 * not depend on the values as long as these are valid. Of a log it is the line, without stream and time. Not thread safe.
 */
final class OneLine {
    /** More than the containers of a host have; beyond it shapes are examined anew as needed. */
    private static final int MAX_SHAPES = 4096;

    /**
     * What holds for all payloads of a shape.
     *
     * @param json whether they are JSON, if each number and string in them is valid
     * @param broken whether the shape itself has line ends
     */
    private record Known(boolean json, boolean broken) {
        static Known of(Shape shape) {
            Bytes example = new Bytes(1 << 12);
            SlotMap slots = new SlotMap(shape, example, slot -> example.put(isNumeric(shape.type(slot)) ? '0' : 'x'));
            Json json = Json.parse(example.array(), 0, example.length());
            return new Known(json != null && slots.isCoveredBy(json), isBroken(example.array(), 0, example.length()));
        }

        private static boolean isNumeric(Shape.SlotType type) {
            return type == Shape.SlotType.INTEGER || type == Shape.SlotType.NUMBER;
        }
    }

    private final IdentityHashMap<Shape, Known> byShape = new IdentityHashMap<>();

    /** Appends the payload of {@code record}. If it is not JSON, line ends in it are lost. */
    void write(RecordView record, Bytes out) {
        int from = out.length();
        if (record.kind() == Kind.LOG) {
            LogLine line = LogLine.of(record);
            out.put(
                    line.bytes(),
                    line.message().from(),
                    line.message().to() - line.message().from());
            joinLines(out, from);
            return;
        }
        record.payload(out);
        Shape shape = record.shape();
        if (shape == null || known(shape).broken || hasBrokenValue(record, shape)) {
            joinLines(out, from);
        }
    }

    /** Appends the payload of {@code record} if it is JSON; returns false, and appends nothing, if it is not. */
    boolean writeJson(RecordView record, Bytes out) {
        int from = out.length();
        record.payload(out);
        Shape shape = record.shape();
        Known known = shape == null ? null : known(shape);
        if (shape != null && known != null && known.json && hasJsonValues(record, shape)) {
            if (known.broken) {
                joinLines(out, from);
            }
            return true;
        }
        if (Json.parse(out.array(), from, out.length()) == null) {
            out.length(from);
            return false;
        }
        joinLines(out, from);
        return true;
    }

    private Known known(Shape shape) {
        Known known = byShape.get(shape);
        if (known == null) {
            if (byShape.size() >= MAX_SHAPES) {
                byShape.clear();
            }
            known = Known.of(shape);
            byShape.put(shape, known);
        }
        return known;
    }

    private static boolean hasJsonValues(RecordView record, Shape shape) {
        for (int slot = 0; slot < shape.slots(); slot++) {
            boolean json = switch (shape.type(slot)) {
                case INTEGER, TIME, NANO_TIME -> true;
                case NUMBER -> JsonText.isNumber(record.text(slot));
                case STRING -> JsonText.isInsideOfString(record.text(slot));
            };
            if (!json) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasBrokenValue(RecordView record, Shape shape) {
        for (int slot = 0; slot < shape.slots(); slot++) {
            if (shape.type(slot) == Shape.SlotType.STRING) {
                byte[] text = record.text(slot);
                if (isBroken(text, 0, text.length)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isBroken(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                return true;
            }
        }
        return false;
    }

    private static void joinLines(Bytes out, int from) {
        byte[] array = out.array();
        for (int i = from; i < out.length(); i++) {
            if (array[i] == '\n' || array[i] == '\r') {
                array[i] = ' ';
            }
        }
    }
}
