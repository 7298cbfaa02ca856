package dev.shiplog.timeline.payload;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which slots of a shape add up to which counter: it reads a sample without rendering or parsing it. Immutable.
 */
final class CounterPlan {
    /** A slot whose text decides what other slots count, and that text. */
    private record Operation(int slot, byte[] text) {}

    private static final int[] ABSENT = {-1};

    /** By the ordinal of the term. */
    private final int[][] slots;

    /** The ordinals of the terms that have slots, or add up nothing. */
    private final int[] present;

    private final int cpus;
    private final List<Operation> operations;

    private CounterPlan(int[][] slots, int cpus, List<Operation> operations) {
        this.slots = slots;
        present = IntStream.range(0, slots.length)
                .filter(term -> slots[term] != ABSENT)
                .toArray();
        this.cpus = cpus;
        this.operations = operations;
    }

    /** The plan for samples like this one; null if they have to be parsed. */
    static @Nullable CounterPlan of(Shape shape, RecordView record, Set<Term> wanted) {
        Bytes example = new Bytes(1 << 12);
        int[] starts = new int[shape.slots()];
        for (int slot = 0; slot < starts.length; slot++) {
            example.put(shape.literal(slot));
            starts[slot] = example.length();
            switch (shape.type(slot)) {
                // Each number is that of its slot: so the layout of the example says where the counters are.
                case INTEGER, NUMBER -> example.putDecimal(slot);
                case TIME, NANO_TIME -> example.putTime(0);
                case STRING -> example.put(record.text(slot));
            }
        }
        example.put(shape.literal(starts.length));
        Json json = Json.parse(example.array(), 0, example.length());
        return json == null || values(json) != starts.length
                ? null
                : of(CounterLayout.of(json, wanted), starts, record);
    }

    /** How many strings and numbers it has. */
    static int values(Json json) {
        return switch (json.type()) {
            case OBJECT, ARRAY ->
                json.children().stream().mapToInt(CounterPlan::values).sum();
            case STRING, NUMBER -> 1;
            case TRUE, FALSE, NULL -> 0;
        };
    }

    private static CounterPlan of(CounterLayout layout, int[] starts, RecordView record) {
        int[][] slots = new int[Term.values().length][];
        Arrays.fill(slots, ABSENT);
        layout.terms()
                .forEach((term, numbers) -> slots[term.ordinal()] = numbers.stream()
                        .mapToInt(n -> Integer.parseInt(n.text()))
                        .toArray());
        List<Operation> operations = new ArrayList<>();
        for (Json operation : layout.operations()) {
            int slot = Arrays.binarySearch(starts, operation.from());
            operations.add(new Operation(slot, record.text(slot).clone()));
        }
        return new CounterPlan(slots, layout.cpus(), operations);
    }

    /** Whether the slots of this sample, which is of the plan's shape, count what the plan takes them for. */
    boolean fits(RecordView record) {
        for (Operation operation : operations) {
            if (!Arrays.equals(record.text(operation.slot), operation.text)) {
                return false;
            }
        }
        return true;
    }

    /** The counters of a sample that it fits. */
    Counters read(Shape shape, RecordView record) {
        long[] values = Counters.absent();
        for (int term : present) {
            values[term] = sum(term, shape, record);
        }
        values[Term.LISTED_CPUS.ordinal()] = cpus == 0 ? Counters.ABSENT : cpus;
        return new Counters(values);
    }

    /** Those of the {@linkplain Term#OF_MEMORY memory}, of any sample of the plan's shape. */
    Counters memory(Shape shape, RecordView record) {
        long[] values = Counters.absent();
        for (int term : Term.OF_MEMORY) {
            values[term] = sum(term, shape, record);
        }
        return new Counters(values);
    }

    private long sum(int term, Shape shape, RecordView record) {
        long sum = 0;
        for (int slot : slots[term]) {
            sum = CounterLayout.sum(sum, number(shape, record, slot));
        }
        return sum;
    }

    private static long number(Shape shape, RecordView record, int slot) {
        if (slot < 0) {
            return Counters.ABSENT;
        }
        return shape.type(slot).isNumeric()
                ? record.number(slot)
                : CounterLayout.number(new String(record.text(slot), StandardCharsets.US_ASCII));
    }
}
