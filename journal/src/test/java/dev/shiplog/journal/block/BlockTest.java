package dev.shiplog.journal.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.RandomRecords;
import dev.shiplog.journal.codec.SampleRecords;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTest {
    /** A million in the long form. */
    private static final int RANDOM_RECORDS = Integer.getInteger("shiplog.block.records", 40_000);

    private static final int UNKNOWN_KIND = 100;

    /** What a block must give back of a record. */
    record Expected(Record record, boolean restated, int kindCode) {}

    @Test
    void everySampleComesBackByteForByte() throws Exception {
        List<Expected> records = new ArrayList<>();
        for (String name : Samples.NAMES) {
            Kind kind = name.equals(Samples.STATS) ? Kind.STATS : Kind.INSPECT;
            for (byte[] payload : Samples.payloads(name)) {
                Record record = SampleRecords.of(kind, payload, records.size());
                records.add(new Expected(record.withSequence(records.size() + 1), false, kind.code()));
            }
        }
        assertThat(records).hasSizeGreaterThan(8_300);
        assertComesBack(records, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomRecordsComeBack(long seed) throws Exception {
        Random random = new Random(seed);
        RandomRecords records = new RandomRecords(seed);
        for (int left = RANDOM_RECORDS / 4; left > 0; ) {
            List<Expected> batch = new ArrayList<>();
            long sequence = random.nextInt(1_000);
            for (int n = Math.min(left, 1 + random.nextInt(12_000)); n > 0; n--) {
                sequence += 1 + (random.nextInt(50) == 0 ? random.nextInt(1_000) : 0);
                Record record = records.next().withSequence(sequence);
                int kind =
                        random.nextInt(20) == 0 ? UNKNOWN_KIND : record.kind().code();
                batch.add(new Expected(record, random.nextInt(9) == 0, kind));
            }
            left -= batch.size();
            assertComesBack(batch, seed);
        }
    }

    /** Samples in which every prediction misses now and then, clocks step, and payloads break off. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void mutatedSamplesComeBack(long seed) throws Exception {
        Random random = new Random(seed);
        List<byte[]> payloads = Samples.payloads(Samples.STATS);
        List<Expected> records = new ArrayList<>();
        long step = 0;
        for (int i = 0; i < 3_000; i++) {
            Record record = SampleRecords.of(Kind.STATS, payloads.get(i), i);
            byte[] payload = random.nextInt(30) == 0 ? Mutation.of(payloads.get(i), random) : payloads.get(i);
            step = random.nextInt(200) == 0 ? random.nextLong() : step;
            long monotonic = record.monotonic() + step;
            records.add(new Expected(
                    new Record(i, Kind.STATS, record.subject(), record.time(), record.received(), monotonic, payload),
                    false,
                    Kind.STATS.code()));
        }
        assertComesBack(records, seed);
    }

    @Test
    void numbersAtTheEndsOfTheirRangeComeBack() throws Exception {
        long[] values = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 4095, 1_000_000_000_000L};
        Random random = new Random(5);
        List<Expected> records = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long a = values[random.nextInt(values.length)];
            long b = values[random.nextInt(values.length)] & -4096;
            String payload = "{\"a\":" + a + ",\"b\":" + b + ",\"c\":" + (a + b) + ",\"d\":[" + a + "," + b + "]}";
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            Record record = new Record(i * a, Kind.SOCKETS, "s" + i % 3, a, b, a - b, bytes);
            records.add(new Expected(record, false, Kind.SOCKETS.code()));
        }
        assertComesBack(records, 5);
    }

    @Test
    void aBlockOfNothingHoldsNothing() throws Exception {
        BlockDecoder decoder = new BlockDecoder(new BlockEncoder().finish(), 0);
        assertThat(decoder.records()).isZero();
        assertThat(decoder.next()).isFalse();
    }

    @Test
    void theSameRecordsMakeTheSameBlockAgain() {
        BlockEncoder encoder = new BlockEncoder();
        byte[] first = encode(encoder, samples(500));
        assertThat(encoder.size()).isZero();
        assertThat(encode(encoder, samples(500))).isEqualTo(first);
        assertThat(encode(new BlockEncoder(), samples(500))).isEqualTo(first);
    }

    @Test
    void payloadsOfOneShapeHaveOneShapeObject() throws Exception {
        BlockDecoder decoder =
                new BlockDecoder(encode(new BlockEncoder(), samples(3_000)), BlockDecoder.MAX_PAYLOAD_BYTES);
        Map<Integer, Shape> bySlots = new HashMap<>();
        while (decoder.next()) {
            Shape shape = decoder.record().shape();
            assertThat(bySlots.computeIfAbsent(shape.slots(), n -> shape)).isSameAs(shape);
        }
        assertThat(bySlots).hasSize(2);
    }

    @Test
    void aBlockIsFullBeforeItTakesMuchMemory() {
        BlockEncoder encoder = new BlockEncoder();
        Views views = new Views();
        for (int i = 0; !encoder.isFull(); i++) {
            byte[] payload = ("{\"Id\":\"c" + i + "\",\"l\":\"" + i + "v".repeat(70_000) + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            encoder.add(views.of(new Record(i, Kind.INSPECT, "c" + i, 1, 1, 1, payload)));
        }
        assertThat(encoder.size()).isBetween(50, 70);
    }

    /** Records that repeat one text take no room in the block, but in whoever reads it. */
    @Test
    void aBlockIsFullBeforeItsPayloadsAreTooLong() {
        BlockEncoder encoder = new BlockEncoder();
        Views views = new Views();
        byte[] payload = ("{\"l\":\"" + "v".repeat(3 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; !encoder.isFull(); i++) {
            encoder.add(views.of(new Record(i, Kind.EVENT, "c", 1, 1, 1, payload)));
        }
        assertThat((long) encoder.size() * payload.length)
                .isBetween(BlockDecoder.MAX_PAYLOAD_BYTES / 2, BlockDecoder.MAX_PAYLOAD_BYTES / 2 + payload.length);
        encoder.finish();
        encoder.add(views.of(new Record(1, Kind.EVENT, "c", 1, 1, 1, payload)));
        assertThat(encoder.isFull()).isFalse();
    }

    /** Each of many numbers may depend on each other: finding out which must not take long. */
    @Test
    @Timeout(60)
    void aShapeOfManyNumbersIsCodedInTime() throws Exception {
        Random random = new Random(3);
        long[] numbers = new long[600];
        List<Expected> records = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long all = random.nextInt(1_000_000);
            for (int n = 0; n < numbers.length; n++) {
                numbers[n] += all + random.nextInt(1_000);
            }
            byte[] payload = Arrays.toString(numbers).getBytes(StandardCharsets.UTF_8);
            records.add(new Expected(new Record(i, Kind.STATS, "c", i, i, i, payload), false, Kind.STATS.code()));
        }
        assertComesBack(records, 3);
    }

    /** The common measure; the figure is for the benchmarks, this only keeps it from growing unseen. */
    @Test
    void statsSamplesTakeFewBytes() {
        List<Expected> records = samples(Integer.MAX_VALUE);
        assertThat((double) encode(new BlockEncoder(), records).length / records.size())
                .isLessThan(13);
    }

    static List<Expected> samples(int limit) {
        List<Expected> records = new ArrayList<>();
        List<byte[]> payloads = Samples.payloads(Samples.STATS);
        for (byte[] payload : payloads.subList(0, Math.min(limit, payloads.size()))) {
            Record record = SampleRecords.of(Kind.STATS, payload, records.size());
            records.add(new Expected(record.withSequence(records.size() + 1), false, Kind.STATS.code()));
        }
        return records;
    }

    static byte[] encode(BlockEncoder encoder, List<Expected> records) {
        Views views = new Views();
        for (Expected expected : records) {
            encoder.add(views.of(expected.record, expected.restated, expected.kindCode));
        }
        return encoder.finish();
    }

    private static void assertComesBack(List<Expected> records, long seed) throws UndecodableException {
        BlockDecoder decoder = new BlockDecoder(encode(new BlockEncoder(), records), BlockDecoder.MAX_PAYLOAD_BYTES);
        assertThat(decoder.records()).isEqualTo(records.size());
        for (Expected expected : records) {
            assertThat(decoder.next()).isTrue();
            assertSame(expected, decoder.record(), seed);
        }
        assertThat(decoder.next()).isFalse();
    }

    private static void assertSame(Expected expected, RecordView actual, long seed) {
        Record record = expected.record;
        if (!Arrays.equals(record.payload(), actual.payload().toArray())) {
            fail("seed %d, record %d: payload%n%s%ncame back as%n%s"
                    .formatted(
                            seed,
                            record.sequence(),
                            new String(record.payload(), StandardCharsets.ISO_8859_1),
                            new String(actual.payload().toArray(), StandardCharsets.ISO_8859_1)));
        }
        List<Object> all = List.of(
                record.sequence(),
                expected.kindCode,
                record.subject(),
                record.time(),
                record.received(),
                record.monotonic(),
                expected.restated);
        assertThat(List.<Object>of(
                        actual.sequence(),
                        actual.kindCode(),
                        actual.subject(),
                        actual.time(),
                        actual.received(),
                        actual.monotonic(),
                        actual.restated()))
                .as("seed %d", seed)
                .isEqualTo(all);
        assertThat(actual.isOfKnownKind()).isEqualTo(expected.kindCode != UNKNOWN_KIND);
        if (actual.isOfKnownKind()) {
            assertThat(actual.toRecord().payload()).isEqualTo(record.payload());
        }
    }
}
