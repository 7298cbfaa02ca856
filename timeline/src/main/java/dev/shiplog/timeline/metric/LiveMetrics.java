package dev.shiplog.timeline.metric;

import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.metric.Metric.Type;
import dev.shiplog.timeline.metric.Metric.Unit;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.Counters.Term;
import dev.shiplog.timeline.payload.SocketsView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The part of the table of metrics that only a running recorder has: what is true now, beside the {@link Metrics}. */
public final class LiveMetrics {
    /**
     * A metric that follows from the newest sample and the one before.
     *
     * @param value NaN if they do not say
     */
    public record OfConsumption(Metric metric, ToDoubleFunction<Consumption> value) {}

    /**
     * A metric that follows from what was read of sockets.
     *
     * @param value NaN if it does not say
     */
    public record OfSockets(Metric metric, ToDoubleFunction<SocketsView> value) {}

    private static final List<Metric> TABLE = new ArrayList<>();

    /** Rates and shares. */
    public static final List<OfConsumption> OF_CONSUMPTION = List.of(
            percent("cpu_usage", Consumption::cpuPercent, "CPU time used, 100 is one CPU, as docker stats shows it."),
            percent("cpu_usage_host", Consumption::percentOfHost, "CPU time used, 100 is all CPUs of the host."),
            percent("cpu_system", used -> used.percent(used.used().get(Term.KERNEL)), "CPU time used in the kernel."),
            percent("cpu_user", used -> used.percent(used.used().get(Term.USER)), "CPU time used outside the kernel."),
            percent("memory_working_set", used -> ofLimit(used.now()), "The working set in parts of the limit."),
            percent("memory_free", used -> 100.0 - ofLimit(used.now()), "What is left of the limit."),
            rate("network_receive", used -> used.perSecond(used.received()), "Bytes received, over all networks."),
            rate("network_transmit", used -> used.perSecond(used.sent()), "Bytes sent, over all networks."));

    /** Rates of block devices, for a sample that names one: a kernel that counts none looks like a container that did nothing. */
    public static final List<OfConsumption> OF_DEVICES = List.of(
            rate("fs_reads", used -> used.perSecond(used.read()), "Bytes read from all block devices."),
            rate("fs_writes", used -> used.perSecond(used.written()), "Bytes written to all block devices."));

    public static final Metric TCP =
            gauge("container_tcp_connections", Unit.NONE, "state", "TCP sockets of its network, by state.");

    /** Shared memory. */
    public static final List<OfSockets> OF_SOCKETS = List.of(
            shm("size_bytes", Unit.BYTES, SocketsView::shmSize, "What its /dev/shm may take."),
            shm("used_bytes", Unit.BYTES, SocketsView::shmUsed, "What is in its /dev/shm."),
            shm("free_bytes", Unit.BYTES, SocketsView::shmFree, "What its /dev/shm has room for."),
            shm(
                    "used_percent",
                    Unit.PERCENT,
                    SocketsView::shmPercent,
                    "What is in its /dev/shm, in parts of its size."));

    public static final Metric MEMORY_PEAK =
            gauge("container_memory_peak_bytes", Unit.BYTES, "", "The most memory of the samples of the last 60 s.");
    public static final Metric MEMORY_LIMIT_PERCENT =
            gauge("container_memory_limit_percent", Unit.PERCENT, "", "The limit in parts of the host's memory.");
    public static final Metric UPTIME =
            gauge("container_uptime_seconds", Unit.SECONDS, "", "Since when the container has been running.");
    public static final Metric INFO = gauge(
            "container_info", Unit.NONE, "container_id status health_status started_at", "What the container is.");
    public static final Metric HEALTH =
            gauge("container_health_status", Unit.NONE, "", "0 without a check, 1 starting, 2 healthy, 3 unhealthy.");
    public static final Metric RESTART_COUNT =
            gauge("container_restart_count", Unit.NONE, "", "How often the restart policy started it, by the engine.");
    public static final Metric EXIT_CODE =
            gauge("container_exit_code", Unit.NONE, "", "The exit code of its last end.");

    public static final Metric CONTAINERS =
            gauge("docker_containers_total", Unit.NONE, "state", "Containers that are recorded.");
    /** By what is counted, in the words of the engine's API. */
    public static final Map<String, Metric> INVENTORY = inventory("images", "volumes", "networks");

    public static final Metric EVENTS =
            counter("docker_events_total", "type action", "Events that the journal has, since it began.");
    public static final Metric UP =
            gauge("docker_up", Unit.NONE, "", "1 if the events of the engine are followed, else 0.");
    public static final Metric EXPORTER_UP = gauge("exporter_up", Unit.NONE, "", "The same.");
    public static final Metric BUILD =
            gauge("exporter_build_info", Unit.NONE, "version commit build_date java_version", "The program that runs.");
    public static final Metric SCRAPE =
            gauge("exporter_scrape_duration_seconds", Unit.SECONDS, "", "How long this page took to gather.");
    public static final Metric SCRAPE_ERRORS =
            counter("exporter_scrape_errors_total", "collector", "How often what is collected could not be read.");

    public static final Metric QUEUE =
            gauge("shiplog_queue_records", Unit.NONE, "", "Records that wait for the writer.");
    public static final Metric LAG =
            gauge("shiplog_writer_lag_seconds", Unit.SECONDS, "", "How long the oldest of these waits.");
    public static final Metric UNFORCED =
            gauge("shiplog_unforced_seconds", Unit.SECONDS, "", "How long the oldest record is not forced to disk.");
    public static final Metric RECORDS = counter("shiplog_records_total", "kind", "Records appended by this run.");
    public static final Metric PAYLOADS =
            counter("shiplog_payload_bytes_total", "kind", "Bytes of their payloads, as the engine sent them.");
    public static final Metric APPENDED =
            counter("shiplog_journal_bytes_total", "", "Bytes that this run appended to the journal.");
    public static final Metric DROPPED =
            counter("shiplog_dropped_records_total", "kind reason", "Records that this run dropped.");
    public static final Metric GAPS = counter("shiplog_gaps_total", "kind", "Gaps that this run stated.");
    public static final Metric DUPLICATES =
            counter("shiplog_duplicate_events_total", "", "Events that the engine repeated, and were left out.");
    public static final Metric RECONNECTS =
            counter("shiplog_reconnects_total", "reason", "How often the event stream was opened again in this run.");
    public static final Metric SAMPLE_RATE =
            gauge("shiplog_samples_per_second", Unit.NONE, "", "Samples appended, over the last minute.");
    public static final Metric CPU_PER_SAMPLE =
            gauge("shiplog_cpu_seconds_per_sample", Unit.NONE, "", "CPU time of this run for each sample appended.");
    public static final Metric CPU = counter("process_cpu_seconds_total", "", "CPU time of the recorder's process.");
    public static final Metric STARTED = gauge("process_start_time_seconds", Unit.SECONDS, "", "When this run began.");
    public static final Metric SEGMENT =
            gauge("shiplog_segment_info", Unit.NONE, "segment", "The segment that is written to.");
    public static final Metric NEWEST =
            gauge("shiplog_newest_record_seconds", Unit.SECONDS, "", "When the newest record was received.");
    public static final Metric FREE = gauge("shiplog_disk_free_bytes", Unit.BYTES, "", "Free on the journal's disk.");
    public static final Metric DAYS_LEFT =
            gauge("shiplog_disk_days_left", Unit.NONE, "", "Days until the disk is full if nothing is deleted.");
    public static final Metric DISK_FULL =
            gauge("shiplog_disk_full", Unit.NONE, "", "1 if the last attempt to write met a full disk, else 0.");
    public static final Metric KEEP_BYTES =
            gauge("shiplog_keep_bytes", Unit.BYTES, "", "The most disk space the journal may take; 0 for no limit.");
    public static final Metric KEEP_FOR =
            gauge("shiplog_keep_for_seconds", Unit.SECONDS, "", "How long records are kept; 0 for no limit.");

    /** All of them. */
    public static final List<Metric> ALL = List.copyOf(TABLE);

    private LiveMetrics() {}

    private static double ofLimit(Counters now) {
        return now.countsMemory() && now.limit() > 0 ? now.memoryPercent() : Double.NaN;
    }

    private static OfConsumption percent(String of, ToDoubleFunction<Consumption> value, String help) {
        return new OfConsumption(gauge("container_" + of + "_percent", Unit.PERCENT, "", help), value);
    }

    private static OfSockets shm(String of, Unit unit, ToDoubleFunction<SocketsView> value, String help) {
        return new OfSockets(gauge("container_shm_" + of, unit, "", help), value);
    }

    private static OfConsumption rate(String of, ToDoubleFunction<Consumption> value, String help) {
        return new OfConsumption(
                gauge("container_" + of + "_bytes_per_second", Unit.BYTES_PER_SECOND, "", help), value);
    }

    private static Map<String, Metric> inventory(String... sorts) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        for (String sort : sorts) {
            String help = sort.substring(0, 1).toUpperCase(Locale.ROOT) + sort.substring(1) + " that the engine has.";
            metrics.put(sort, gauge("docker_" + sort + "_total", Unit.NONE, "", help));
        }
        return Collections.unmodifiableMap(metrics);
    }

    private static Metric gauge(String name, Unit unit, String labels, String help) {
        return add(new Metric(name, Type.GAUGE, unit, help, labels));
    }

    private static Metric counter(String name, String labels, String help) {
        Unit unit =
                name.endsWith("_bytes_total") ? Unit.BYTES : name.endsWith("_seconds_total") ? Unit.SECONDS : Unit.NONE;
        return add(new Metric(name, Type.COUNTER, unit, help, labels));
    }

    private static Metric add(Metric metric) {
        TABLE.add(metric);
        return metric;
    }
}
