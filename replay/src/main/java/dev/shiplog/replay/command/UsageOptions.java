package dev.shiplog.replay.command;

import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.past.UsageAt;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** The options of the verbs that tell what containers used, at a moment or over a range. */
final class UsageOptions {
    @Mixin
    private MomentOrRange when = new MomentOrRange();

    @Mixin
    private ContainerChoice containers = new ContainerChoice();

    @Mixin
    private TableOptions how = new TableOptions();

    /** Answers for a moment, or for a range. */
    @FunctionalInterface
    interface Answer {
        /** Gives the exit code. */
        int give(List<Path> sources, Report report) throws IOException;
    }

    /**
     * What containers used at a moment.
     *
     * @param hosts in the order of the sources
     * @param rows of those containers that are asked for
     */
    record AtMoment(List<HostAt> hosts, List<UsageAt> rows) {}

    MomentOrRange when() {
        return when;
    }

    ContainerChoice containers() {
        return containers;
    }

    TableOptions how() {
        return how;
    }

    /** Gives the answer that is asked for, and the exit code. */
    int answer(Console console, Sources sources, Answer atMoment, Answer overRange) throws IOException {
        List<Path> paths = sources.paths(console);
        try (Report report = new Report(console)) {
            return (when.isRange() ? overRange : atMoment).give(paths, report);
        }
    }

    /**
     * Reads what containers used at the moment, those that are {@code wanted}, or named, and chosen by the options.
     */
    AtMoment read(
            Console console, CommandSpec verb, Report report, List<Path> sources, Predicate<ContainerState> wanted)
            throws IOException {
        long moment = Usage.of(verb, () -> when.moment(console.clock()));
        StateFilter filter = Usage.of(verb, containers::ofMoment);
        Branch<ConsumptionMeter> meter =
                new Branch<>(ConsumptionMeter.ofUsage(), ConsumptionMeter::apply, ConsumptionMeter::copy);
        List<HostAt> hosts = Moments.read(console, report, sources, moment, meter);
        return new AtMoment(
                hosts,
                UsageAt.of(hosts, meter.get(), c -> (containers.isNamed() || wanted.test(c)) && filter.wants(c)));
    }
}
