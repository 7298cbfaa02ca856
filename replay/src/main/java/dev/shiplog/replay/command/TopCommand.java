package dev.shiplog.replay.command;

import dev.shiplog.replay.past.ContainerUsage;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.UsageAt;
import dev.shiplog.replay.past.UsageBook;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.Consumption;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells which containers used most, at a moment, over a range of time, or in each step of it. */
@Command(
        name = "top",
        description = "Tells which containers used most, at a moment, over a range, or in each step of it.",
        footer = {
            "",
            "At a moment it is what they used between the two samples before it, COVERED says how long that",
            "was, and network and disk are ordered by rate. Over a range they are ordered by CPU time, the",
            "most memory at any sample, the bytes, the most processes, or the starts after the first.",
            "-- is not known.",
            "",
            "Examples:",
            "  replay top --at 03:12 /srv/events",
            "  replay top --since 03:00 --until 04:00 --by memory -n 5 /srv/events",
            "  replay top --since 03:10 --until 03:14 --step 10s /srv/events",
            "",
            ExitCode.HELP
        })
final class TopCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of(
            "id",
            "name",
            "cpu_percent_mean",
            "cpu_ns",
            "memory_bytes_max",
            "net_rx_bytes",
            "block_read_bytes",
            "pids_max",
            "restarts",
            "covered_ns");

    /** What to order by, by its name on the command line. */
    enum By {
        cpu,
        memory,
        net,
        disk,
        pids,
        restarts
    }

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private UsageOptions asked = new UsageOptions();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            defaultValue = "cpu",
            description = "cpu (default), memory, net, disk, pids or restarts.")
    private By by = By.cpu;

    @Option(names = "-n", paramLabel = "COUNT", defaultValue = "10", description = "So many containers; 10 by default.")
    private long most = 10;

    @Option(
            names = "--step",
            paramLabel = "LENGTH",
            description = "Of a range: a table for each step of this length, such as 10s or 5m.")
    private @Nullable String step;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    TopCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Usage.check(spec, most > 0, "-n " + most + " is less than one");
        return asked.answer(console, sources, this::atMoment, this::overRange);
    }

    private int atMoment(List<Path> paths, Report report) throws IOException {
        Usage.check(spec, step == null, "--step is for a range: give --since or --until");
        Table<ContainerUsage> table = table(paths, false);
        UsageOptions.AtMoment at = asked.read(console, spec, report, paths, StatsCommand::isRunning);
        List<HostAt> hosts = at.hosts();
        List<UsageAt> rows = at.rows();
        table.write(first(rows.stream().map(TopCommand::usage).toList(), true), console.out());
        long unsampled = rows.stream()
                .filter(row -> row.known() == UsageAt.Known.STALE || row.known() == UsageAt.Known.NONE)
                .count();
        if (unsampled > 0) {
            console.say(Report.count(unsampled, "container", "containers")
                    + " ran then without a new sample: what they used is not known; see replay stats");
        }
        int code = Math.max(Moments.reportUnknown(console, hosts), report.summarise());
        return asked.containers().report(code, console, hosts);
    }

    private static ContainerUsage usage(UsageAt row) {
        ContainerUsage usage = new ContainerUsage(
                row.host().host(), row.container().container(), row.host().moment());
        Consumption last = row.last();
        if (row.known() == UsageAt.Known.RECORDED && last != null) {
            usage.add(last);
        }
        usage.addRestarts(row.container().restarts());
        return usage;
    }

    private int overRange(List<Path> paths, Report report) throws IOException {
        TimeRange range = Usage.of(spec, () -> asked.when().range(console.clock()));
        String length = step;
        long nanos = length == null ? 0 : Usage.of(spec, () -> StatsCommand.step("--step", length));
        UsageReading reading = Usage.of(spec, () -> new UsageReading(console, report, range, asked.containers()));
        Table<ContainerUsage> table = table(paths, nanos != 0);
        UsageBook book = new UsageBook(range, nanos, usages -> {
            table.newPage(console.out());
            table.write(first(usages, false), console.out());
        });
        int code = reading.read(paths, book);
        table.write(List.of(), console.out()); // the heading, if there is no row
        return code;
    }

    private Table<ContainerUsage> table(List<Path> paths, boolean inSteps) throws IOException {
        List<String> usual = new ArrayList<>(USUAL);
        if (inSteps) {
            usual.add(0, "time");
        }
        if (Sources.byHost(paths).size() > 1) {
            usual.add(0, "host");
        }
        return Usage.of(
                spec,
                () -> asked.how()
                        .table(
                                inSteps
                                        ? UsageColumns.inParts(asked.how().isWhole())
                                        : UsageColumns.all(asked.how().isWhole()),
                                usual));
    }

    /** The first rows of the table. Those of which nothing is known come last. */
    private List<ContainerUsage> first(Collection<ContainerUsage> usages, boolean byRate) {
        ToDoubleFunction<ContainerUsage> used = usage -> {
            double amount = amount(usage, byRate);
            return Double.isNaN(amount) ? -1 : amount;
        };
        return usages.stream()
                .sorted(Comparator.comparingDouble(used)
                        .reversed()
                        .thenComparing(usage -> usage.container().name()))
                .limit(most)
                .toList();
    }

    private double amount(ContainerUsage usage, boolean byRate) {
        double length = !byRate ? 1 : usage.nanos() == 0 ? Double.NaN : usage.nanos();
        return switch (by) {
            case cpu -> byRate ? usage.cpuPercent().mean() : usage.cpu();
            case memory -> usage.memory().max();
            case net -> both(usage.received(), usage.sent()) / length;
            case disk -> both(usage.read(), usage.written()) / length;
            case pids -> usage.pids();
            case restarts -> usage.restarts();
        };
    }

    /** The sum of what is known of both; below zero if nothing is. */
    private static double both(long in, long out) {
        return in < 0 && out < 0 ? -1 : (double) Math.max(0, in) + (double) Math.max(0, out);
    }
}
