package dev.shiplog.replay.command;

import dev.shiplog.replay.past.ContainerUsage;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.UsageAt;
import dev.shiplog.replay.past.UsageBook;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.Amounts;
import dev.shiplog.timeline.ContainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what containers used, at a moment as {@code docker stats} would have then, or over a range of time. */
@Command(
        name = "stats",
        description = "Tells what containers used at a moment, as 'docker stats' would have, or over a range.",
        footer = {
            "",
            "CPU %% is of one CPU, between the two samples before the moment; -- is not known: there was",
            "one sample, or records are missing in between. A column KNOWN appears where a sample is old or",
            "missing, or nobody listened. A range gives min, mean, p95 (to 1 %%), max and last of CPU %% and",
            "memory, and totals of I/O; COVERED is how much of it lies between two samples. What was used",
            "between two samples counts where the second is; nothing is counted over a gap. Programs get",
            "all columns, in bytes, ns and percent.",
            "",
            "Examples:",
            "  replay stats --at 03:12 /srv/events",
            "  replay stats --since 03:00 --until 04:00 --filter 'name=web-*' /srv/events",
            "  replay stats --since 03:00 --until 04:00 --every 10s --name web --format csv /srv/archives",
            "",
            ExitCode.HELP
        })
final class StatsCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of(
            "id", "name", "cpu_percent", "memory_bytes", "memory_percent", "net_rx_bytes", "block_read_bytes", "pids");
    private static final List<String> USUAL_OF_RANGE = List.of(
            "id",
            "name",
            "cpu_percent_min",
            "cpu_percent_mean",
            "cpu_percent_p95",
            "cpu_percent_max",
            "cpu_percent_last",
            "memory_bytes_min",
            "memory_bytes_mean",
            "memory_bytes_p95",
            "memory_bytes_max",
            "memory_bytes_last",
            "net_rx_bytes",
            "block_read_bytes",
            "samples",
            "covered_ns");
    private static final List<String> USUAL_OF_STEPS = List.of(
            "time",
            "name",
            "cpu_percent_mean",
            "cpu_percent_max",
            "memory_bytes_mean",
            "memory_bytes_max",
            "net_rx_bytes",
            "block_read_bytes",
            "pids_max",
            "samples");

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private UsageOptions asked = new UsageOptions();

    @Option(
            names = {"-a", "--all"},
            description = "At a moment: also containers that did not run; those that are named are shown anyway.")
    private boolean all;

    @Option(
            names = "--every",
            paramLabel = "LENGTH",
            description = "Of a range: a row for each container and step of this length, such as 10s or 5m.")
    private @Nullable String every;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    StatsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        return asked.answer(console, sources, this::atMoment, this::overRange);
    }

    private int atMoment(List<Path> paths, Report report) throws IOException {
        Usage.check(spec, every == null, "--every is for a range: give --since or --until");
        Usage.of(spec, () -> asked.how().table(UsageAtColumns.all(asked.how().isWhole()), USUAL));
        UsageOptions.AtMoment at = asked.read(console, spec, report, paths, c -> all || isRunning(c));
        List<HostAt> hosts = at.hosts();
        List<UsageAt> rows = at.rows();
        asked.how()
                .table(UsageAtColumns.all(asked.how().isWhole()), usual(hosts, rows))
                .write(rows, console.out());
        int code = Math.max(Moments.reportUnknown(console, hosts), report.summarise());
        return asked.containers().report(code, console, hosts);
    }

    /** As {@code docker stats} has it without {@code -a}. */
    static boolean isRunning(ContainerState container) {
        return container.isAlive() || container.status() == ContainerState.Status.RESTARTING;
    }

    private static List<String> usual(List<HostAt> hosts, List<UsageAt> rows) {
        List<String> usual = new ArrayList<>(USUAL);
        if (hosts.size() > 1) {
            usual.add(0, "host");
        }
        if (rows.stream().anyMatch(row -> !UsageAtColumns.known(row).isEmpty())) {
            usual.add("known");
        }
        return usual;
    }

    private int overRange(List<Path> paths, Report report) throws IOException {
        Usage.check(spec, !all, "--all is for a moment: a range has all containers with samples");
        TimeRange range = Usage.of(spec, () -> asked.when().range(console.clock()));
        String length = every;
        long step = length == null ? 0 : Usage.of(spec, () -> step("--every", length));
        UsageReading reading = Usage.of(spec, () -> new UsageReading(console, report, range, asked.containers()));
        List<String> usual = new ArrayList<>(step == 0 ? USUAL_OF_RANGE : USUAL_OF_STEPS);
        if (Sources.byHost(paths).size() > 1) {
            usual.add(0, "host");
        }
        Table<ContainerUsage> table = Usage.of(
                spec,
                () -> asked.how()
                        .table(
                                step == 0
                                        ? UsageColumns.all(asked.how().isWhole())
                                        : UsageColumns.inParts(asked.how().isWhole()),
                                usual));
        UsageBook book = new UsageBook(
                range,
                step,
                usages -> table.write(
                        usages.stream()
                                .sorted(Comparator.comparing(
                                        usage -> usage.container().name()))
                                .toList(),
                        console.out()));
        int code = reading.read(paths, book);
        table.write(List.of(), console.out()); // the heading, if there is no row
        return code;
    }

    /**
     * The length of a step, in ns.
     *
     * @throws IllegalArgumentException if it is none
     */
    static long step(String option, String text) {
        long nanos;
        try {
            nanos = Amounts.duration(text).toNanos();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(option + " " + text + " is too long", e);
        }
        if (nanos < 1_000_000_000L) {
            throw new IllegalArgumentException(option + " " + text + ": a step is one second at least");
        }
        return nanos;
    }
}
