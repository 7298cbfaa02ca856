package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.UsageAt;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.Counters;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code docker stats}. What a sample does not say, docker shows as zero, and so do people see it here;
 * programs get null.
 */
final class UsageAtColumns {
    private UsageAtColumns() {}

    /** @param whole whether people get ids in full */
    static List<Column<UsageAt>> all(boolean whole) {
        return List.of(
                Columns.host(row -> row.host().host()),
                Columns.id("CONTAINER ID", "id", UsageAtColumns::id, whole),
                Columns.text("NAME", "name", UsageAtColumns::name),
                percent("CPU %", "cpu_percent", Consumption::cpuPercent),
                pair("MEM USAGE / LIMIT", "memory_bytes", Counters::memory, Counters::limit, DockerWords::binarySize),
                single("LIMIT", "memory_limit_bytes", Counters::limit, DockerWords::binarySize),
                percent("MEM %", "memory_percent", last -> last.now().memoryPercent()),
                pair("NET I/O", "net_rx_bytes", Counters::received, Counters::sent, DockerWords::decimalSize),
                single("NET TX", "net_tx_bytes", Counters::sent, DockerWords::decimalSize),
                pair("BLOCK I/O", "block_read_bytes", Counters::read, Counters::written, DockerWords::decimalSize),
                single("BLOCK WRITTEN", "block_write_bytes", Counters::written, DockerWords::decimalSize),
                single("PIDS", "pids", Counters::pids, number -> DockerWords.number((long) number)),
                new Column<>(
                        "KNOWN",
                        "known",
                        UsageAtColumns::known,
                        row -> row.known().name().toLowerCase(Locale.ROOT)),
                new Column<>(
                        "SAMPLED AT",
                        "sampled_at",
                        row -> row.last() == null ? "" : Times.format(row.last().time()),
                        row -> row.last() == null ? null : Time.of(row.last().time())),
                Columns.time("UNKNOWN SINCE", "unknown_since", UsageAtColumns::unknownSince));
    }

    private static String id(UsageAt row) {
        return row.container().container().id();
    }

    private static String name(UsageAt row) {
        return row.container().container().name();
    }

    private static long unknownSince(UsageAt row) {
        HostAt.Unknown unknown = row.host().unknown();
        return unknown == null ? 0 : unknown.since();
    }

    /** What people should know of the row; empty if the sample is as new as it should be. */
    static String known(UsageAt row) {
        return switch (row.known()) {
            case RECORDED, STOPPED -> "";
            case STALE -> DockerWords.duration(row.age()) + " old";
            case NONE -> "no sample";
            case UNKNOWN -> "unknown since " + Times.formatSeconds(unknownSince(row));
        };
    }

    private static Column<UsageAt> percent(String title, String key, ToDoubleFunction<Consumption> of) {
        return new Column<>(
                title,
                key,
                row -> {
                    Consumption last = row.shown();
                    boolean stopped = row.known() == UsageAt.Known.STOPPED;
                    return DockerWords.percent(stopped ? 0 : last == null ? Double.NaN : of.applyAsDouble(last));
                },
                row -> {
                    Consumption last = row.shown();
                    return last == null ? null : UsageColumns.percent(of.applyAsDouble(last));
                });
    }

    private static Column<UsageAt> single(
            String title, String key, ToLongFunction<Counters> of, DoubleFunction<String> words) {
        return new Column<>(title, key, row -> shown(row, of, words), row -> value(row, of));
    }

    /** People get both numbers, programs the first. */
    private static Column<UsageAt> pair(
            String title,
            String key,
            ToLongFunction<Counters> first,
            ToLongFunction<Counters> second,
            DoubleFunction<String> words) {
        return new Column<>(
                title,
                key,
                row -> shown(row, first, words) + " / " + shown(row, second, words),
                row -> value(row, first));
    }

    private static String shown(UsageAt row, ToLongFunction<Counters> of, DoubleFunction<String> words) {
        Consumption last = row.shown();
        boolean known = last != null || row.known() == UsageAt.Known.STOPPED;
        return known
                ? words.apply(last == null ? 0 : (double) Math.max(0, of.applyAsLong(last.now())))
                : DockerWords.UNKNOWN;
    }

    private static @Nullable Object value(UsageAt row, ToLongFunction<Counters> of) {
        Consumption last = row.shown();
        return last == null ? null : UsageColumns.amount(of.applyAsLong(last.now()));
    }
}
