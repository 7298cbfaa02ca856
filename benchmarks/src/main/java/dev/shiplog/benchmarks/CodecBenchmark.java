package dev.shiplog.benchmarks;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** The coding alone, per real stats sample, beside the least that any way could cost: copying it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CodecBenchmark {
    private final List<Record> records = StatsSamples.records();
    private final Encoder encoder = new Encoder();
    private final Bytes coded = new Bytes(1 << 20);
    private final int[] ends = new int[StatsSamples.COUNT];
    private final Bytes payload = new Bytes(4096);

    @Setup
    public void encodeOnce() {
        encode();
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public Bytes encode() {
        encoder.startGroup(); // keeps what it learned, as in a recorder that runs for long
        coded.clear();
        for (int i = 0; i < StatsSamples.COUNT; i++) {
            if (encoder.size() == Encoder.MAX_GROUP) {
                encoder.startGroup();
            }
            encoder.encode(records.get(i), coded);
            ends[i] = coded.length();
        }
        return coded;
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void decode(Blackhole blackhole) throws UndecodableException {
        Decoder decoder = new Decoder();
        for (int i = 0; i < StatsSamples.COUNT; i++) {
            if (i % Encoder.MAX_GROUP == 0) {
                decoder.startGroup(i);
            }
            blackhole.consume(decoder.decode(coded.array(), i == 0 ? 0 : ends[i - 1], ends[i]));
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void decodeAndRender(Blackhole blackhole) throws UndecodableException {
        Decoder decoder = new Decoder();
        for (int i = 0; i < StatsSamples.COUNT; i++) {
            if (i % Encoder.MAX_GROUP == 0) {
                decoder.startGroup(i);
            }
            RecordView decoded = decoder.decode(coded.array(), i == 0 ? 0 : ends[i - 1], ends[i]);
            payload.clear();
            decoded.payload(payload);
            blackhole.consume(payload);
        }
    }

    /** The limit: the bytes of the payloads moved once. */
    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void copy(Blackhole blackhole) {
        for (Record record : records) {
            payload.clear();
            payload.put(record.payload());
            blackhole.consume(payload);
        }
    }
}
