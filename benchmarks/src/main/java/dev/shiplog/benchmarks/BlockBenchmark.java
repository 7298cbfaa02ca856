package dev.shiplog.benchmarks;

import dev.shiplog.journal.block.BlockDecoder;
import dev.shiplog.journal.block.BlockEncoder;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Record;
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

/** The coding of blocks, per real stats sample; {@link CodecBenchmark} has the same of a journal. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class BlockBenchmark {
    private final List<Record> records = StatsSamples.records();
    private final Bytes payload = new Bytes(4096);
    private byte[] block = {};

    @Setup
    public void encodeOnce() throws UndecodableException {
        block = encode();
    }

    /** From what a journal holds to a block. */
    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public byte[] encode() throws UndecodableException {
        Encoder encoder = new Encoder();
        Decoder decoder = new Decoder();
        Bytes coded = new Bytes(4096);
        BlockEncoder blockEncoder = new BlockEncoder();
        for (int i = 0; i < StatsSamples.COUNT; i++) {
            if (i % Encoder.MAX_GROUP == 0) {
                encoder.startGroup();
                decoder.startGroup(i);
            }
            coded.clear();
            encoder.encode(records.get(i), coded);
            blockEncoder.add(decoder.decode(coded.array(), 0, coded.length()));
        }
        return blockEncoder.finish();
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void decode(Blackhole blackhole) throws UndecodableException {
        BlockDecoder decoder = new BlockDecoder(block, BlockDecoder.MAX_PAYLOAD_BYTES);
        while (decoder.next()) {
            blackhole.consume(decoder.record());
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void decodeAndRender(Blackhole blackhole) throws UndecodableException {
        BlockDecoder decoder = new BlockDecoder(block, BlockDecoder.MAX_PAYLOAD_BYTES);
        while (decoder.next()) {
            payload.clear();
            decoder.record().payload(payload);
            blackhole.consume(payload);
        }
    }
}
