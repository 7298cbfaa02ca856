package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose records, shared by all verbs that read them. */
final class Selection {
    @Mixin
    private RangeOptions range = new RangeOptions();

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            completionCandidates = Kinds.class,
            description = "Only these kinds: event, stats, log, inspect, host, engine-metrics, sockets, mark,"
                    + " image, disk.")
    private List<String> kinds = new ArrayList<>();

    @Option(
            names = "--filter",
            paramLabel = "KEY=VALUE",
            description = "Only records for which it holds; of several with one key any, of several keys each:"
                    + " name=GLOB, container=GLOB|ID, image=GLOB|ID, label=KEY[=GLOB], kind=KIND, event=GLOB,"
                    + " type=GLOB, scope=GLOB, exitCode=GLOB, network=GLOB|ID, volume=GLOB|ID. KEY!=VALUE takes out"
                    + " what it names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    /** What may stand behind {@code --kind}. */
    private static final class Kinds extends AbstractList<String> {
        @Override
        public String get(int i) {
            return Kind.values()[i].label();
        }

        @Override
        public int size() {
            return Kind.values().length;
        }
    }

    /** @throws IllegalArgumentException if an option makes no sense */
    RecordFilter filter() {
        return new RecordFilter(kinds, filters);
    }

    /** What the filters call the containers that they choose; empty if they choose none by name or id. */
    List<String> containers() {
        return filters.stream()
                .filter(filter -> filter.startsWith("name=") || filter.startsWith("container="))
                .map(filter -> filter.substring(filter.indexOf('=') + 1))
                .toList();
    }

    /** @throws IllegalArgumentException if an option makes no sense */
    TimeRange range(InstantSource clock) {
        return range.range(clock);
    }

    /** The options as they may be given again, with the times of {@code of}. */
    String described(TimeRange of) {
        List<String> words = new ArrayList<>();
        if (of.since() != Long.MIN_VALUE) {
            words.add("--since " + Times.format(of.since()));
        }
        if (of.until() != Long.MAX_VALUE) {
            words.add("--until " + Times.format(of.until()));
        }
        kinds.forEach(kind -> words.add("--kind " + kind));
        filters.forEach(filter -> words.add("--filter " + filter));
        return String.join(" ", words);
    }
}
