package dev.shiplog.benchmarks;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Real stats samples into a journal and out of it again, each with all that stands between: framing, CRC, files. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"
        })
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
public class JournalBenchmark {
    private final List<Record> records = StatsSamples.records();
    private final Bytes payload = new Bytes(4096);

    private Path directory = Path.of("");
    private Path ready = Path.of("");

    @Setup(Level.Trial)
    public void writeOnce() throws IOException {
        ready = Files.createTempDirectory("shiplog-ready");
        StatsSamples.writeJournal(ready, 1);
    }

    @Setup(Level.Invocation)
    public void make() throws IOException {
        directory = Files.createTempDirectory("shiplog-append");
    }

    @TearDown(Level.Invocation)
    public void drop() throws IOException {
        StatsSamples.delete(directory);
    }

    @TearDown(Level.Trial)
    public void dropReady() throws IOException {
        StatsSamples.delete(ready);
    }

    /** Ten times all samples into a new journal, its opening and closing included. */
    @Benchmark
    @OperationsPerInvocation(10 * StatsSamples.COUNT)
    public void encodeAndAppend() throws IOException {
        try (Appender appender = StatsSamples.open(directory)) {
            for (int round = 0; round < 10; round++) {
                for (Record record : records) {
                    appender.append(record);
                }
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void readAndDecode(Blackhole blackhole) throws IOException {
        try (Cursor cursor = Cursor.open(List.of(ready))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                blackhole.consume(cursor.record());
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void readDecodeAndRender(Blackhole blackhole) throws IOException {
        try (Cursor cursor = Cursor.open(List.of(ready))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                payload.clear();
                cursor.record().payload(payload);
                blackhole.consume(payload);
            }
        }
    }
}
