package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Where the slots of a shape are in one payload of it. Immutable. */
public final class SlotMap {
    private final Shape shape;
    private final int[] starts;
    private final int[] ends;
    private final Map<Integer, Integer> slotByStart = new HashMap<>();

    /** Appends the payload of {@code record}, which is of {@code shape}, and notes where its slots are. */
    public SlotMap(RecordView record, Shape shape, Bytes out) {
        this(shape, out, slot -> {
            switch (shape.type(slot)) {
                case INTEGER -> out.putDecimal(record.number(slot));
                case TIME -> out.putTime(record.number(slot));
                case NANO_TIME -> out.putNanoTime(record.number(slot));
                case NUMBER, STRING -> out.put(record.text(slot));
            }
        });
    }

    /** Appends a payload of {@code shape}, with what {@code putValue} appends for each slot. */
    SlotMap(Shape shape, Bytes out, IntConsumer putValue) {
        this.shape = shape;
        starts = new int[shape.slots()];
        ends = new int[shape.slots()];
        for (int slot = 0; slot < ends.length; slot++) {
            out.put(shape.literal(slot));
            starts[slot] = out.length();
            slotByStart.put(out.length(), slot);
            putValue.accept(slot);
            ends[slot] = out.length();
        }
        out.put(shape.literal(ends.length));
    }

    public Shape shape() {
        return shape;
    }

    /** The slot that holds exactly these bytes, or -1. */
    public int slotAt(int from, int to) {
        int slot = slotByStart.getOrDefault(from, -1);
        return slot >= 0 && ends[slot] == to ? slot : -1;
    }

    /** The slots between two positions, in order. */
    int[] slotsIn(int from, int to) {
        return IntStream.range(0, ends.length)
                .filter(slot -> starts[slot] >= from && ends[slot] <= to)
                .toArray();
    }

    /** Where the slot begins. */
    int start(int slot) {
        return starts[slot];
    }

    /** The position after the slot. */
    int end(int slot) {
        return ends[slot];
    }

    /** Whether each slot is a value of {@code json}, the payload: only then have all payloads of the shape its structure. */
    public boolean isCoveredBy(Json json) {
        return count(json) == ends.length;
    }

    private int count(Json json) {
        if (json.type() == Json.Type.OBJECT || json.type() == Json.Type.ARRAY) {
            return json.children().stream().mapToInt(this::count).sum();
        }
        return slotAt(json.from(), json.to()) >= 0 ? 1 : 0;
    }
}
