package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.past.ContainerUsage;
import dev.shiplog.replay.past.Series;
import dev.shiplog.replay.window.Window;
import dev.shiplog.timeline.payload.Counters;

/**
 * Writes what a container used in a window of time as one document. Fields that a sample has too keep their names, so that
 * dashboards go on working: of CPU and memory they are means, of networks and devices rates over the time that samples cover.
 * What else there is of the window is in {@code shiplog.window}. Not thread safe.
 */
public final class WindowFormat {
    private static final double SECOND = 1e9;
    private static final double PERCENT = 100;

    private final Document document = new Document();

    /** Appends the document. */
    public void write(Window window, Bytes out) {
        ContainerUsage usage = window.usage();
        document.open(out);
        document.time("@timestamp", window.from());
        Heads.write(document, "metric", "docker.stats_window", usage.host());
        document.text("shiplog.kind", "stats");
        document.text("shiplog.journal", window.journal());
        document.signed("shiplog.sequence", window.sequence());
        Heads.write(document, usage.container().id(), usage.container());
        writeWindow(window, usage);
        writeMeans(window, usage);
        writeFlows(window, usage);
        document.close();
    }

    private void writeWindow(Window window, ContainerUsage usage) {
        long covered = Math.min(usage.nanos(), window.length());
        document.time("shiplog.window.end", window.from() + window.length());
        document.decimal("shiplog.window.seconds", window.length() / SECOND);
        document.decimal("shiplog.window.covered", covered / SECOND);
        document.decimal("shiplog.window.gap", (window.length() - covered) / SECOND);
        document.number("shiplog.window.samples", usage.samples());
        document.number("shiplog.window.pids.max", usage.pids());
        Series cpu = usage.cpuPercent();
        document.decimal("shiplog.window.cpu.pct.min", cpu.min() / PERCENT);
        document.decimal("shiplog.window.cpu.pct.max", cpu.max() / PERCENT);
        document.decimal("shiplog.window.cpu.pct.last", cpu.last() / PERCENT);
        Series memory = usage.memory();
        document.number("shiplog.window.memory.min", whole(memory.min()));
        document.number("shiplog.window.memory.max", whole(memory.max()));
        document.number("shiplog.window.memory.last", whole(memory.last()));
        document.decimal("shiplog.window.cpu.seconds", usage.cpu() < 0 ? Double.NaN : usage.cpu() / SECOND);
    }

    private static long whole(double number) {
        return Double.isNaN(number) ? Counters.ABSENT : Math.round(number);
    }

    private void writeMeans(Window window, ContainerUsage usage) {
        double cpu = usage.cpuPercent().mean() / PERCENT;
        document.decimal("docker.cpu.total.pct", cpu);
        if (window.cpus() > 0) {
            document.decimal("docker.cpu.total.norm.pct", cpu / window.cpus());
            document.decimal("container.cpu.usage", cpu / window.cpus());
        }
        double memory = usage.memory().mean();
        document.number("docker.memory.usage.total", whole(memory));
        document.number("docker.memory.limit", window.limit());
        if (window.limit() > 0 && window.limit() != Long.MAX_VALUE) {
            document.decimal("docker.memory.usage.pct", memory / window.limit());
            document.decimal("container.memory.usage", memory / window.limit());
            document.decimal("shiplog.window.memory.pct.max", usage.memory().max() / window.limit());
        }
    }

    private void writeFlows(Window window, ContainerUsage usage) {
        document.number("container.network.ingress.bytes", usage.received());
        document.number("container.network.egress.bytes", usage.sent());
        document.number("container.disk.read.bytes", usage.read());
        document.number("container.disk.write.bytes", usage.written());
        document.decimal("docker.network.in.bytes", window.received());
        document.decimal("docker.network.out.bytes", window.sent());
        document.decimal("shiplog.window.read.bytes", window.read());
        document.decimal("shiplog.window.written.bytes", window.written());
    }
}
