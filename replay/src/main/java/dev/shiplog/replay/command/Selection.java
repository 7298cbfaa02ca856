package dev.shiplog.replay.command;

import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeGrammar;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose records, shared by all verbs that read them. */
final class Selection {
    @Option(names = "--since", paramLabel = "TIME", description = "From this moment on: " + TimeGrammar.FORMS + ".")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Before this moment, in the same forms.")
    private @Nullable String until;

    @Option(
            names = "--tz",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "Time zone of times that name none: UTC (default), Europe/Berlin, +02:00, local.")
    private String zone = "UTC";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            description = "Only these kinds: event, stats, log, inspect, host, engine-metrics, sockets, mark.")
    private List<String> kinds = new ArrayList<>();

    @Option(
            names = "--filter",
            paramLabel = "KEY=VALUE",
            description = "Only records for which it holds; of several with one key any, of several keys each:"
                    + " name=GLOB, container=GLOB|ID, image=GLOB|ID, label=KEY[=GLOB], kind=KIND, event=GLOB,"
                    + " type=GLOB, scope=GLOB, exitCode=GLOB, network=GLOB|ID, volume=GLOB|ID. KEY!=VALUE takes out"
                    + " what it names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

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
        TimeGrammar grammar = new TimeGrammar(clock, zone(zone));
        long from = since == null ? Long.MIN_VALUE : grammar.parse(since);
        long to = until == null ? Long.MAX_VALUE : grammar.parse(until);
        if (from > to) {
            throw new IllegalArgumentException("--since " + since + " is after --until " + until);
        }
        return new TimeRange(from, to);
    }

    /** The options as they may be given again, with the times of {@code range}. */
    String described(TimeRange range) {
        List<String> words = new ArrayList<>();
        if (range.since() != Long.MIN_VALUE) {
            words.add("--since " + Times.format(range.since()));
        }
        if (range.until() != Long.MAX_VALUE) {
            words.add("--until " + Times.format(range.until()));
        }
        kinds.forEach(kind -> words.add("--kind " + kind));
        filters.forEach(filter -> words.add("--filter " + filter));
        return String.join(" ", words);
    }

    /**
     * The time zone that an option {@code --tz} names.
     *
     * @throws IllegalArgumentException if there is none
     */
    static ZoneId zone(String name) {
        try {
            return name.equals("local") ? ZoneId.systemDefault() : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "--tz '" + name + "': no such time zone; write UTC, Europe/Berlin or +02:00", e);
        }
    }
}
