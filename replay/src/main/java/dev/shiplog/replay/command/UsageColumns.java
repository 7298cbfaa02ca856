package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.ContainerUsage;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.Series;
import dev.shiplog.replay.query.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The columns of what containers used over some time. */
final class UsageColumns {
    private static final double PERCENT_DECIMALS = 1e4;

    private UsageColumns() {}

    /** @param whole whether people get ids in full */
    static List<Column<ContainerUsage>> all(boolean whole) {
        List<Column<ContainerUsage>> columns = new ArrayList<>();
        columns.add(Columns.host(ContainerUsage::host));
        columns.add(new Column<>("TIME", "time", usage -> Times.format(usage.from()), usage -> Time.of(usage.from())));
        columns.add(Columns.id("CONTAINER ID", "id", usage -> usage.container().id(), whole));
        columns.add(Columns.text("NAME", "name", usage -> usage.container().name()));
        columns.addAll(
                series("CPU", "cpu_percent", ContainerUsage::cpuPercent, DockerWords::percent, UsageColumns::percent));
        columns.add(new Column<>("CPU TIME", "cpu_ns", usage -> seconds(usage.cpu()), usage -> amount(usage.cpu())));
        columns.addAll(
                series("MEM", "memory_bytes", ContainerUsage::memory, UsageColumns::binary, UsageColumns::bytes));
        columns.addAll(pair(
                "NET I/O", "net_rx_bytes", ContainerUsage::received, "NET TX", "net_tx_bytes", ContainerUsage::sent));
        columns.addAll(pair(
                "BLOCK I/O",
                "block_read_bytes",
                ContainerUsage::read,
                "BLOCK WRITTEN",
                "block_write_bytes",
                ContainerUsage::written));
        columns.add(new Column<>(
                "PIDS", "pids_max", usage -> DockerWords.number(usage.pids()), usage -> amount(usage.pids())));
        columns.add(new Column<>(
                "RESTARTS", "restarts", usage -> String.valueOf(usage.restarts()), ContainerUsage::restarts));
        columns.add(
                new Column<>("SAMPLES", "samples", usage -> String.valueOf(usage.samples()), ContainerUsage::samples));
        columns.add(new Column<>("COVERED", "covered_ns", usage -> seconds(usage.nanos()), ContainerUsage::nanos));
        return columns;
    }

    /**
     * The same for tables that are written in parts: wide enough for docker's words, so that a larger value of a later part
     * does not move the columns behind it.
     *
     * @param whole whether people get ids in full
     */
    static List<Column<ContainerUsage>> inParts(boolean whole) {
        return all(whole).stream()
                .map(column -> column.atLeast(width(column.key())))
                .toList();
    }

    private static int width(String key) {
        return switch (key) {
            case "net_rx_bytes", "block_read_bytes" -> "999.9kB / 999.9kB".length();
            case "cpu_ns", "covered_ns" -> "9999.99s".length();
            default ->
                key.startsWith("memory_bytes")
                        ? "1023.9MiB".length()
                        : key.startsWith("cpu_percent") ? "1600.00%".length() : 0;
        };
    }

    private static List<Column<ContainerUsage>> series(
            String title,
            String key,
            Function<ContainerUsage, Series> of,
            Function<Double, String> shown,
            Function<Double, @Nullable Object> value) {
        List<Column<ContainerUsage>> columns = new ArrayList<>();
        for (String part : List.of("min", "mean", "p95", "max", "last")) {
            ToDoubleFunction<Series> number = switch (part) {
                case "min" -> Series::min;
                case "mean" -> Series::mean;
                case "p95" -> Series::p95;
                case "max" -> Series::max;
                default -> Series::last;
            };
            columns.add(new Column<>(
                    title + " " + part.toUpperCase(Locale.ROOT),
                    key + "_" + part,
                    usage -> shown.apply(number.applyAsDouble(of.apply(usage))),
                    usage -> value.apply(number.applyAsDouble(of.apply(usage)))));
        }
        return columns;
    }

    /** As docker has it, people get both numbers in the first of the two columns. */
    private static List<Column<ContainerUsage>> pair(
            String title,
            String key,
            ToLongFunction<ContainerUsage> first,
            String secondTitle,
            String secondKey,
            ToLongFunction<ContainerUsage> second) {
        return List.of(
                new Column<>(
                        title,
                        key,
                        usage -> decimal(first.applyAsLong(usage)) + " / " + decimal(second.applyAsLong(usage)),
                        usage -> amount(first.applyAsLong(usage))),
                new Column<>(
                        secondTitle,
                        secondKey,
                        usage -> decimal(second.applyAsLong(usage)),
                        usage -> amount(second.applyAsLong(usage))));
    }

    private static String decimal(long bytes) {
        return bytes < 0 ? DockerWords.UNKNOWN : DockerWords.decimalSize((double) bytes);
    }

    private static String binary(double bytes) {
        return Double.isNaN(bytes) ? DockerWords.UNKNOWN : DockerWords.binarySize(bytes);
    }

    private static String seconds(long nanos) {
        return nanos < 0 || nanos == Long.MAX_VALUE
                ? DockerWords.UNKNOWN
                : String.format(Locale.ROOT, "%.2fs", nanos / 1e9);
    }

    /** A number for programs; null if it is not known, or larger than a long. */
    static @Nullable Object amount(long number) {
        return number < 0 || number == Long.MAX_VALUE ? null : number;
    }

    private static @Nullable Object bytes(double number) {
        return Double.isNaN(number) ? null : amount(Math.round(number));
    }

    /** With four decimals, which is more than the counters of an engine can tell; null if it is not known. */
    static @Nullable Object percent(double number) {
        return Double.isNaN(number) ? null : Math.round(number * PERCENT_DECIMALS) / PERCENT_DECIMALS;
    }
}
