package dev.shiplog.timeline.payload;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import dev.shiplog.timeline.payload.SeriesReader.Series;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a sample count what for a network or a block device. Networks are members of an object, so a shape says
 * which there are; the numbers of a device are values. Not thread safe.
 */
final class SeriesPlan {
    /** A value of a sample: a slot of its shape or, if the sample has none, where it stands. */
    private interface Value {
        long number(RecordView sample);

        /** The inside of a string. */
        byte[] text(RecordView sample);
    }

    private record Slot(Shape shape, int slot) implements Value {
        @Override
        public long number(RecordView sample) {
            return shape.type(slot).isNumeric()
                    ? sample.number(slot)
                    : CounterLayout.number(new String(sample.text(slot), StandardCharsets.US_ASCII));
        }

        @Override
        public byte[] text(RecordView sample) {
            return shape.type(slot).isNumeric() ? new byte[0] : sample.text(slot);
        }
    }

    private record Parsed(Json json) implements Value {
        @Override
        public long number(RecordView sample) {
            return CounterLayout.number(json.text());
        }

        @Override
        public byte[] text(RecordView sample) {
            return json.text().getBytes(StandardCharsets.UTF_8);
        }
    }

    private record Network(Series series, Value value) {}

    /** What one device did in one way. */
    private static final class Operation {
        final Value major;
        final Value minor;
        final Value way;
        final Value value;
        final Term read;
        final Term write;
        /** The device of the sample before: mostly that of the next. */
        private long lastMajor = -1;

        private long lastMinor = -1;
        private Series reads;
        private Series writes;

        Operation(Value major, Value minor, Value way, Value value, Term read, Term write) {
            this.major = major;
            this.minor = minor;
            this.way = way;
            this.value = value;
            this.read = read;
            this.write = write;
            reads = new Series(read, "");
            writes = new Series(write, "");
        }

        @Nullable
        Series series(RecordView sample) {
            long nowMajor = major.number(sample);
            long nowMinor = minor.number(sample);
            if (nowMajor != lastMajor || nowMinor != lastMinor) {
                lastMajor = nowMajor;
                lastMinor = nowMinor;
                reads = new Series(read, nowMajor + ":" + nowMinor);
                writes = new Series(write, nowMajor + ":" + nowMinor);
            }
            byte[] text = way.text(sample);
            return switch (text.length == 0 ? ' ' : text[0]) {
                case 'r', 'R' -> reads;
                case 'w', 'W' -> writes;
                default -> null;
            };
        }
    }

    private final List<Network> networks = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();

    private SeriesPlan(Json sample, Function<Json, Value> values) {
        Json all = sample.get("networks");
        if (all != null && all.type() == Json.Type.OBJECT) {
            for (int i = 0; i < all.names().size(); i++) {
                add(all.names().get(i), all.children().get(i), values);
            }
        }
        Json lists = sample.get("blkio_stats");
        if (lists != null) {
            add(lists.get("io_service_bytes_recursive"), Term.READ, Term.WRITTEN, values);
            add(lists.get("io_serviced_recursive"), Term.READS, Term.WRITES, values);
        }
    }

    /** The plan for this very sample. */
    static SeriesPlan of(Json sample) {
        return new SeriesPlan(sample, Parsed::new);
    }

    /**
     * The plan for samples of this shape; null if each has to be parsed.
     *
     * @param example overwritten
     */
    static @Nullable SeriesPlan of(Shape shape, RecordView record, Bytes example) {
        example.clear();
        int[] starts = new int[shape.slots()];
        for (int slot = 0; slot < starts.length; slot++) {
            example.put(shape.literal(slot));
            starts[slot] = example.length();
            switch (shape.type(slot)) {
                case INTEGER -> example.putDecimal(record.number(slot));
                case TIME -> example.putTime(record.number(slot));
                case NANO_TIME -> example.putNanoTime(record.number(slot));
                case NUMBER, STRING -> example.put(record.text(slot));
            }
        }
        example.put(shape.literal(starts.length));
        Json json = Json.parse(example.array(), 0, example.length());
        return json == null || CounterPlan.values(json) != starts.length
                ? null
                : new SeriesPlan(json, value -> new Slot(shape, Arrays.binarySearch(starts, value.from())));
    }

    private void add(String name, Json network, Function<Json, Value> values) {
        for (String member : network.names()) {
            Term term = CounterLayout.NETWORK_TERMS.get(member);
            Json number = network.get(member);
            if (term != null && is(number, Json.Type.NUMBER)) {
                networks.add(new Network(new Series(term, name), values.apply(number)));
            }
        }
    }

    private void add(@Nullable Json list, Term read, Term write, Function<Json, Value> values) {
        if (list == null || list.type() != Json.Type.ARRAY) {
            return;
        }
        for (Json entry : list.children()) {
            Json major = entry.get("major");
            Json minor = entry.get("minor");
            Json way = entry.get("op");
            Json value = entry.get("value");
            if (is(major, Json.Type.NUMBER)
                    && is(minor, Json.Type.NUMBER)
                    && is(way, Json.Type.STRING)
                    && is(value, Json.Type.NUMBER)) {
                operations.add(new Operation(
                        values.apply(major), values.apply(minor), values.apply(way), values.apply(value), read, write));
            }
        }
    }

    private static boolean is(@Nullable Json value, Json.Type type) {
        return value != null && value.type() == type;
    }

    /** Adds what the sample counts. */
    void read(RecordView sample, Map<Series, Long> counted) {
        for (Network network : networks) {
            counted.merge(network.series, network.value.number(sample), CounterLayout::sum);
        }
        for (Operation operation : operations) {
            Series series = operation.series(sample);
            if (series != null) {
                counted.merge(series, operation.value.number(sample), CounterLayout::sum);
            }
        }
    }
}
