package dev.shiplog.timeline.metric;

import dev.shiplog.timeline.metric.Metric.Type;
import dev.shiplog.timeline.metric.Metric.Unit;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The table of metrics. */
public final class Metrics {
    /**
     * A metric that follows from the counters of a sample.
     *
     * @param value in bytes, in ns, or a number; {@link Counters#ABSENT} if the sample does not say
     */
    public record OfCounters(Metric metric, ToLongFunction<Counters> value) {}

    /** What a sample says of the container as a whole. */
    public static final List<OfCounters> OF_COUNTERS = List.of(
            of("container_memory_usage_bytes", Unit.BYTES, Term.USAGE, "Memory in use, with the page cache."),
            of("container_memory_limit_bytes", Unit.BYTES, Term.LIMIT, "Memory that may be used."),
            row("container_memory_cache_bytes", Unit.BYTES, Counters::cache, "Page cache."),
            row("container_memory_rss_bytes", Unit.BYTES, Counters::rss, "Memory that stands for no file."),
            of("container_memory_swap_bytes", Unit.BYTES, Term.TOTAL_SWAP, "Swap in use."),
            row(
                    "container_memory_working_set_bytes",
                    Unit.BYTES,
                    Counters::memory,
                    "Memory in use without the inactive page cache, as docker stats shows it."),
            row(
                    "container_memory_free_bytes",
                    Unit.BYTES,
                    Counters::free,
                    "Memory that may still be used: the limit without the working set."),
            row(
                    "container_memory_failcnt",
                    Unit.NONE,
                    Counters::failures,
                    "How often memory was asked for beyond the limit."),
            row(
                    "container_memory_page_faults_total",
                    Unit.NONE,
                    Counters::faults,
                    "How often a page of memory was missing."),
            row(
                    "container_memory_major_page_faults_total",
                    Unit.NONE,
                    Counters::majorFaults,
                    "How often a page of memory had to be read from a disk."),
            of("container_cpu_usage_seconds_total", Unit.SECONDS, Term.CPU, "CPU time used."),
            of("container_cpu_system_seconds_total", Unit.SECONDS, Term.KERNEL, "CPU time used in the kernel."),
            of("container_cpu_user_seconds_total", Unit.SECONDS, Term.USER, "CPU time used outside the kernel."),
            of(
                    "container_cpu_throttling_periods_total",
                    Unit.NONE,
                    Term.THROTTLED_PERIODS,
                    "Periods in which the CPU limit held the container back."),
            of(
                    "container_cpu_throttled_seconds_total",
                    Unit.SECONDS,
                    Term.THROTTLED_TIME,
                    "How long the CPU limit held the container back."),
            of("container_pids_current", Unit.NONE, Term.PIDS, "Processes and threads."));

    /** What a sample says of each network and each block device. */
    public static final Map<Term, Metric> OF_SERIES = ofSeries();

    public static final Metric LAST_SEEN = new Metric(
            "container_last_seen", Type.GAUGE, Unit.SECONDS, "When the container was last known to be there.", "");
    public static final Metric START_TIME = new Metric(
            "container_start_time_seconds", Type.GAUGE, Unit.SECONDS, "When the container was last started.", "");
    public static final Metric OOM_EVENTS = new Metric(
            "container_oom_events_total",
            Type.COUNTER,
            Unit.NONE,
            "Events that say that the kernel killed a process for lack of memory.",
            "");
    public static final Metric RESTARTS = new Metric(
            "container_restarts_total", Type.COUNTER, Unit.NONE, "Starts after an end of the same container.", "");

    /** All of them. */
    public static final List<Metric> ALL = all();

    private Metrics() {}

    private static OfCounters of(String name, Unit unit, Term term, String help) {
        return row(name, unit, counters -> counters.get(term), help);
    }

    private static OfCounters row(String name, Unit unit, ToLongFunction<Counters> value, String help) {
        Type type = name.endsWith("_total") ? Type.COUNTER : Type.GAUGE;
        return new OfCounters(
                new Metric(name, type, unit, help, ""), name.startsWith("container_memory_") ? ofMemory(value) : value);
    }

    /** Where the kernel does not count memory, engines send 0 of all that there is. */
    private static ToLongFunction<Counters> ofMemory(ToLongFunction<Counters> value) {
        return counters -> counters.countsMemory() ? value.applyAsLong(counters) : Counters.ABSENT;
    }

    private static Map<Term, Metric> ofSeries() {
        Map<Term, Metric> metrics = new EnumMap<>(Term.class);
        put(metrics, Term.RECEIVED, "network_receive_bytes", Unit.BYTES, "Bytes received.", "interface");
        put(metrics, Term.RECEIVED_PACKETS, "network_receive_packets", Unit.NONE, "Packets received.", "interface");
        put(metrics, Term.RECEIVED_ERRORS, "network_receive_errors", Unit.NONE, "Errors of receiving.", "interface");
        put(
                metrics,
                Term.RECEIVED_DROPPED,
                "network_receive_dropped",
                Unit.NONE,
                "Packets dropped on the way in.",
                "interface");
        put(metrics, Term.SENT, "network_transmit_bytes", Unit.BYTES, "Bytes sent.", "interface");
        put(metrics, Term.SENT_PACKETS, "network_transmit_packets", Unit.NONE, "Packets sent.", "interface");
        put(metrics, Term.SENT_ERRORS, "network_transmit_errors", Unit.NONE, "Errors of sending.", "interface");
        put(
                metrics,
                Term.SENT_DROPPED,
                "network_transmit_dropped",
                Unit.NONE,
                "Packets dropped on the way out.",
                "interface");
        put(metrics, Term.READ, "fs_reads_bytes", Unit.BYTES, "Bytes read from a block device.", "device");
        put(metrics, Term.WRITTEN, "fs_writes_bytes", Unit.BYTES, "Bytes written to a block device.", "device");
        put(metrics, Term.READS, "fs_reads", Unit.NONE, "Reads from a block device.", "device");
        put(metrics, Term.WRITES, "fs_writes", Unit.NONE, "Writes to a block device.", "device");
        return Collections.unmodifiableMap(metrics);
    }

    private static void put(
            Map<Term, Metric> metrics, Term term, String counted, Unit unit, String help, String label) {
        metrics.put(term, new Metric("container_" + counted + "_total", Type.COUNTER, unit, help, label));
    }

    private static List<Metric> all() {
        List<Metric> all = new ArrayList<>();
        OF_COUNTERS.forEach(row -> all.add(row.metric()));
        all.addAll(OF_SERIES.values());
        all.addAll(List.of(OOM_EVENTS, RESTARTS, LAST_SEEN, START_TIME));
        return List.copyOf(all);
    }
}
