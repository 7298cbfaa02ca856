package dev.shiplog.benchmarks;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.ecs.EcsFormat;
import dev.shiplog.replay.export.Form;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.LineWriter;
import dev.shiplog.replay.export.OutputFormat;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerIndex;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/**
 * Real stats samples from a journal to a file of flattened JSON, per sample, beside a plain Jackson tree program that
 * writes the same and begins with the JSON at hand in memory, and beside the least there is to do: writing as many bytes
 * to a file. What ends {@code Nowhere} leaves the file out, and with it the file system, which takes as long for all.
 */
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
public class ExportBenchmark {
    private static final int PIECE = 1 << 16;

    private final List<Record> records = StatsSamples.records();
    private final JacksonTree jackson = new JacksonTree();

    private Path journal = Path.of("");
    private Path output = Path.of("");
    private byte[] exported = {};

    @Setup(Level.Trial)
    public void prepare() throws IOException {
        journal = Files.createTempDirectory("shiplog-export");
        output = Files.createTempFile("shiplog-export", ".ndjson");
        StatsSamples.writeJournal(journal, 1);
        flat();
        exported = Files.readAllBytes(output);
    }

    /** A new file each time: to free the pages of the one before costs more than to write, and no export does it. */
    @Setup(Level.Invocation)
    public void forget() throws IOException {
        Files.deleteIfExists(output);
    }

    @TearDown(Level.Trial)
    public void drop() throws IOException {
        StatsSamples.delete(journal);
        Files.deleteIfExists(output);
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void flat() throws IOException {
        try (OutputStream out = Files.newOutputStream(output)) {
            export(OutputFormat.flat, false, out);
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void flatNowhere() throws IOException {
        export(OutputFormat.flat, false, OutputStream.nullOutputStream());
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void bareNowhere() throws IOException {
        export(OutputFormat.flat, true, OutputStream.nullOutputStream());
    }

    /** With what containers used from sample to sample. */
    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void ecsNowhere() throws IOException {
        ContainerIndex containers = new ContainerIndex();
        Origin origin = new Origin();
        ConsumptionMeter meter = new ConsumptionMeter();
        @Nullable Consumption[] used = new @Nullable Consumption[1];
        LineFormat lines = new EcsFormat(containers, origin, () -> used[0], false);
        try (Cursor cursor = Cursor.open(List.of(journal));
                LineWriter writer = new LineWriter(lines, OutputStream.nullOutputStream())) {
            while (cursor.next() == Cursor.Step.RECORD) {
                origin.observe(cursor);
                containers.apply(cursor.record());
                used[0] = meter.apply(cursor.record());
                writer.write(cursor.record());
            }
            writer.flush();
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void openmetricsNowhere() throws IOException {
        export(OutputFormat.openmetrics, false, OutputStream.nullOutputStream());
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void raw() throws IOException {
        try (OutputStream out = Files.newOutputStream(output)) {
            export(OutputFormat.raw, false, out);
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void rawNowhere() throws IOException {
        export(OutputFormat.raw, false, OutputStream.nullOutputStream());
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void envelopeNowhere() throws IOException {
        export(OutputFormat.envelope, false, OutputStream.nullOutputStream());
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void rivalJacksonTree() throws IOException {
        try (OutputStream out = Files.newOutputStream(output)) {
            flattenByJackson(out);
        }
    }

    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void rivalJacksonTreeNowhere() throws IOException {
        flattenByJackson(OutputStream.nullOutputStream());
    }

    /** The limit: the exported bytes, ready in memory, to the same file. */
    @Benchmark
    @OperationsPerInvocation(StatsSamples.COUNT)
    public void limitWriteOnly() throws IOException {
        try (OutputStream out = Files.newOutputStream(output)) {
            for (int at = 0; at < exported.length; at += PIECE) {
                out.write(exported, at, Math.min(PIECE, exported.length - at));
            }
        }
    }

    private void export(OutputFormat format, boolean bare, OutputStream out) throws IOException {
        Origin origin = new Origin();
        LineFormat lines = format.lines(new ContainerIndex(), origin, new Form(bare, false));
        try (Cursor cursor = Cursor.open(List.of(journal));
                LineWriter writer = new LineWriter(lines, out)) {
            while (cursor.next() == Cursor.Step.RECORD) {
                origin.observe(cursor);
                writer.write(cursor.record());
            }
            writer.flush();
        }
    }

    private void flattenByJackson(OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        for (Record record : records) {
            jackson.flatten(record.payload(), writer);
        }
        writer.flush();
    }
}
