package dev.shiplog.journal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSplitterTest {
    private final RecordSplitter splitter = new RecordSplitter();

    /** What shape and values say the payload is. */
    private static byte[] joined(RecordView view) {
        Shape shape = view.shape();
        if (shape == null) {
            return view.payload().toArray();
        }
        Bytes out = new Bytes(64);
        for (int i = 0; i < shape.slots(); i++) {
            out.put(shape.literal(i));
            switch (shape.type(i)) {
                case INTEGER -> out.putDecimal(view.number(i));
                case TIME -> out.putTime(view.number(i));
                case NANO_TIME -> out.putNanoTime(view.number(i));
                case NUMBER, STRING -> out.put(view.text(i));
            }
        }
        out.put(shape.literal(shape.slots()));
        return out.toArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void piecesMakeThePayloadAgain(long seed) {
        RandomRecords records = new RandomRecords(seed);
        int split = 0;
        for (int i = 0; i < 5_000; i++) {
            Record record = records.next();
            int kindCode = i % 50 == 0 ? 99 : record.kind().code();
            RecordView view = splitter.split(record, kindCode, i % 7 == 0);
            String as = "seed " + seed + ", record " + i;
            assertThat(joined(view)).as(as).isEqualTo(record.payload());
            assertThat(view.payload().toArray()).as(as).isEqualTo(record.payload());
            assertThat(view.kindCode()).as(as).isEqualTo(kindCode);
            assertThat(view.isOfKnownKind()).as(as).isEqualTo(kindCode != 99);
            assertThat(view.restated()).as(as).isEqualTo(i % 7 == 0);
            split += view.shape() == null ? 0 : 1;
        }
        assertThat(split).as("seed %d", seed).isGreaterThan(2_000);
    }

    /** Whoever exports keeps what it knows of a shape, by the object. */
    @Test
    void samplesHaveFewShapeObjects() {
        Set<Integer> shapes = new HashSet<>();
        List<byte[]> payloads = Samples.payloads(Samples.STATS);
        for (byte[] payload : payloads) {
            Record record = SampleRecords.of(Kind.STATS, payload, 1);
            RecordView view = splitter.split(record, Kind.STATS.code(), false);
            assertThat(joined(view)).isEqualTo(payload);
            shapes.add(System.identityHashCode(view.shape()));
        }
        assertThat(shapes).hasSizeLessThan(40);
    }

    /** What is compared with takes bounded memory, whatever the subjects are: it is forgotten, and splitting goes on. */
    @Test
    void manyLargePayloadsAreStillSplit() {
        String large = "v".repeat(200_000);
        for (int i = 0; i < 200; i++) {
            byte[] payload = ("{\"i\":" + i + ",\"l\":\"" + large + "\"}").getBytes(StandardCharsets.UTF_8);
            RecordView view = splitter.split(new Record(i, Kind.INSPECT, "c" + i, 1, 1, 1, payload), 3, false);
            assertThat(view.shape()).isNotNull();
            assertThat(view.number(0)).isEqualTo(i);
        }
    }
}
