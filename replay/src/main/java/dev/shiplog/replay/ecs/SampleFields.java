package dev.shiplog.replay.ecs;

import static dev.shiplog.timeline.payload.Counters.ABSENT;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a sample. Shares and rates follow from the counters of two samples that were recorded, as Metricbeat
 * computes them from two that it was given: 1 is one CPU. The engine's own {@code precpu_stats} have no part in it. Not
 * thread safe.
 */
final class SampleFields {
    private static final double SECOND = 1e9;
    private static final double PERCENT = 100;

    /** A field that is a number of the sample, or what came to one. */
    private record Row(String name, Term term) {}

    /** A field that is the sum of both ways, unless the sample has one. */
    private record Both(String name, Term total, Term read, Term write) {}

    private static final List<Row> COUNTERS = List.of(
            new Row("docker.cpu.kernel.ticks", Term.KERNEL),
            new Row("docker.cpu.user.ticks", Term.USER),
            new Row("docker.cpu.system.ticks", Term.SYSTEM),
            new Row("shiplog.cpu.periods", Term.PERIODS),
            new Row("shiplog.cpu.throttled_periods", Term.THROTTLED_PERIODS),
            new Row("shiplog.cpu.throttled_time", Term.THROTTLED_TIME),
            new Row("docker.memory.limit", Term.LIMIT),
            new Row("docker.memory.usage.max", Term.MAX_USAGE),
            new Row("docker.memory.fail.count", Term.FAILURES),
            new Row("shiplog.pids.current", Term.PIDS),
            new Row("shiplog.pids.limit", Term.PIDS_LIMIT),
            new Row("docker.network.inbound.bytes", Term.RECEIVED),
            new Row("docker.network.inbound.packets", Term.RECEIVED_PACKETS),
            new Row("docker.network.inbound.dropped", Term.RECEIVED_DROPPED),
            new Row("docker.network.inbound.errors", Term.RECEIVED_ERRORS),
            new Row("docker.network.outbound.bytes", Term.SENT),
            new Row("docker.network.outbound.packets", Term.SENT_PACKETS),
            new Row("docker.network.outbound.dropped", Term.SENT_DROPPED),
            new Row("docker.network.outbound.errors", Term.SENT_ERRORS),
            new Row("docker.diskio.read.bytes", Term.READ),
            new Row("docker.diskio.read.ops", Term.READS),
            new Row("docker.diskio.read.service_time", Term.READ_TIME),
            new Row("docker.diskio.read.wait_time", Term.READ_WAIT),
            new Row("docker.diskio.read.queued", Term.QUEUED_READS),
            new Row("docker.diskio.write.bytes", Term.WRITTEN),
            new Row("docker.diskio.write.ops", Term.WRITES),
            new Row("docker.diskio.write.service_time", Term.WRITE_TIME),
            new Row("docker.diskio.write.wait_time", Term.WRITE_WAIT),
            new Row("docker.diskio.write.queued", Term.QUEUED_WRITES));

    private static final List<Both> SUMMARIES = List.of(
            new Both("docker.diskio.summary.bytes", Term.TRANSFERRED, Term.READ, Term.WRITTEN),
            new Both("docker.diskio.summary.ops", Term.OPERATIONS, Term.READS, Term.WRITES),
            new Both("docker.diskio.summary.service_time", Term.OPERATION_TIME, Term.READ_TIME, Term.WRITE_TIME),
            new Both("docker.diskio.summary.wait_time", Term.OPERATION_WAIT, Term.READ_WAIT, Term.WRITE_WAIT),
            new Both("docker.diskio.summary.queued", Term.QUEUED_OPERATIONS, Term.QUEUED_READS, Term.QUEUED_WRITES));

    private static final List<Row> SINCE_LAST = List.of(
            new Row("container.disk.read.bytes", Term.READ),
            new Row("container.disk.write.bytes", Term.WRITTEN),
            new Row("container.network.ingress.bytes", Term.RECEIVED),
            new Row("container.network.egress.bytes", Term.SENT));

    private static final List<Row> PER_SECOND = List.of(
            new Row("docker.network.in.bytes", Term.RECEIVED),
            new Row("docker.network.in.packets", Term.RECEIVED_PACKETS),
            new Row("docker.network.in.dropped", Term.RECEIVED_DROPPED),
            new Row("docker.network.in.errors", Term.RECEIVED_ERRORS),
            new Row("docker.network.out.bytes", Term.SENT),
            new Row("docker.network.out.packets", Term.SENT_PACKETS),
            new Row("docker.network.out.dropped", Term.SENT_DROPPED),
            new Row("docker.network.out.errors", Term.SENT_ERRORS),
            new Row("docker.diskio.read.rate", Term.READS),
            new Row("docker.diskio.write.rate", Term.WRITES));

    private final CounterReader reader = new CounterReader();
    private final SampleParts parts = new SampleParts();

    /**
     * Writes {@code head} and the fields.
     *
     * @param consumption up to this sample; null if that is not known
     * @return false if the payload is no JSON object; then nothing is written
     */
    boolean write(RecordView record, byte[] head, @Nullable Consumption consumption, Document document) {
        SampleParts.Plan plan = parts.plan(record);
        if (plan == null) {
            return false;
        }
        document.out().put(head);
        Counters now = consumption == null ? reader.read(record) : consumption.now();
        if (consumption != null) {
            writeCpu(consumption, document);
            SINCE_LAST.forEach(
                    row -> document.number(row.name, consumption.used().get(row.term)));
            if (consumption.nanos() > 0) {
                writeRates(consumption, document);
            }
        }
        document.number("shiplog.cpu.online", now.cpus());
        writeMemory(now, document);
        for (Row row : COUNTERS) {
            document.number(row.name, now.get(row.term));
        }
        for (Both row : SUMMARIES) {
            document.number(row.name, total(now, row));
        }
        plan.write(record, document.out());
        return true;
    }

    private static void writeCpu(Consumption consumption, Document document) {
        Counters used = consumption.used();
        long cpus = consumption.now().cpus();
        writeCpu("total", consumption.percent(used.cpu()) / PERCENT, cpus, document);
        writeCpu("kernel", consumption.percent(used.get(Term.KERNEL)) / PERCENT, cpus, document);
        writeCpu("user", consumption.percent(used.get(Term.USER)) / PERCENT, cpus, document);
        writeCpu(
                "system",
                used.system() > 0 ? consumption.percent(used.system()) / PERCENT : Double.NaN,
                cpus,
                document);
        if (cpus > 0) {
            document.decimal("container.cpu.usage", consumption.cpuPercent() / PERCENT / cpus);
        }
    }

    private static void writeCpu(String of, double share, long cpus, Document document) {
        document.decimal("docker.cpu." + of + ".pct", share);
        if (cpus > 0) {
            document.decimal("docker.cpu." + of + ".norm.pct", share / cpus);
        }
    }

    private static void writeRates(Consumption consumption, Document document) {
        double seconds = consumption.nanos() / SECOND;
        for (Row row : PER_SECOND) {
            writeRate(row.name, consumption.used().get(row.term), seconds, document);
        }
        Both operations = SUMMARIES.get(1);
        writeRate("docker.diskio.summary.rate", total(consumption.used(), operations), seconds, document);
    }

    private static void writeRate(String name, long amount, double seconds, Document document) {
        document.decimal(name, amount < 0 ? Double.NaN : amount / seconds);
    }

    private static void writeMemory(Counters now, Document document) {
        long used = now.get(Term.USAGE) == Long.MAX_VALUE ? ABSENT : now.memory();
        document.number("docker.memory.usage.total", used);
        document.number("docker.memory.rss.total", now.rss());
        double usage = share(used, now.limit());
        document.decimal("docker.memory.usage.pct", usage);
        document.decimal("container.memory.usage", usage);
        document.decimal("docker.memory.rss.pct", share(now.rss(), now.limit()));
    }

    private static double share(long amount, long limit) {
        return amount < 0 || limit <= 0 || limit == Long.MAX_VALUE ? Double.NaN : (double) amount / limit;
    }

    /** cgroup v1 has a total, with whatever else devices do; v2 has both ways alone. */
    private static long total(Counters counters, Both of) {
        long total = counters.get(of.total);
        long read = counters.get(of.read);
        long write = counters.get(of.write);
        boolean unknown = read < 0 || write < 0 || read > Long.MAX_VALUE - write;
        return total >= 0 ? total : unknown ? ABSENT : read + write;
    }
}
