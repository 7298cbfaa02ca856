package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints events, as {@code docker events} does, and among them what the recorder has to say. */
@Command(
        name = "events",
        description = "Prints events as 'docker events' does, and what was missed at its place among them.",
        footer = {
            "",
            "Times are printed in --tz. Lines of the type 'shiplog' are the recorder's: start, clean-stop,",
            "unclean-stop, engine-up, engine-down, synthetic (a change found in a list of containers, that",
            "no event told of), execs (what ran in a container, counted), clock-step, retention, damage; and gap",
            "and loss, where events are missing. An exec_die has its command, if its beginning was read.",
            "With a filter on events, only those lines of the recorder that tell of missing ones stay.",
            "Their time is when it happened or began. Lines of several hosts are merged by time, with --follow",
            "they come as they are found; each line of the table begins with the host's name.",
            "",
            "Examples:",
            "  replay events /srv/events",
            "  replay events --since 03:00 --until 03:30 --filter container=web /srv/events",
            "  replay events --engine-only --format json /srv/events | jq .Actor.Attributes",
            "",
            ExitCode.HELP
        })
final class EventsCommand implements Callable<Integer> {
    private static final int PIECE_BYTES = 1 << 16;

    /** The formats, by their names on the command line. */
    enum Format {
        table,
        json
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private RangeOptions range = new RangeOptions();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (default): docker's lines. json: the engine's own bytes, an event a line; what the"
                    + " recorder says has the same members.")
    private Format format = Format.table;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "KEY=VALUE",
            description = "Only events for which it holds; of several with one key any, of several keys each:"
                    + " container=GLOB|ID, name=GLOB, image=GLOB|ID, label=KEY[=GLOB], event=GLOB, type=GLOB,"
                    + " scope=GLOB, exitCode=GLOB, network=GLOB|ID, volume=GLOB|ID. KEY!=VALUE takes out what it"
                    + " names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--engine-only", description = "Only what the engine said; gaps are told on standard error.")
    private boolean engineOnly;

    @Option(
            names = "--follow",
            description = "At the end wait for more, until interrupted. As in docker events, -f is --filter.")
    private boolean follow;

    private final Console console;
    private final Bytes ready = new Bytes(2 * PIECE_BYTES);

    EventsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        Query query = Usage.of(
                spec, () -> new Query(range.range(console.clock()), filter(), false, follow, Long.MAX_VALUE, false));
        ZoneId zone = Usage.of(spec, range::zone);
        List<Sources.Host> hosts = Sources.byHost(paths);
        EventLines.Style style = new EventLines.Style(format == Format.json, engineOnly, zone, hosts.size() > 1);
        try (Report report = new Report(console)) {
            if (follow) {
                print(new Sources.Host(paths, paths), query, style, report);
            } else if (hosts.size() == 1) {
                print(hosts.get(0), query, style, report);
            } else {
                merge(hosts, query, style, report);
            }
            return report.summarise();
        }
    }

    private void print(Sources.Host host, Query query, EventLines.Style style, Report report) throws IOException {
        try (Reading reading = Reading.open(host.files(), query, Map.of(), console.clock())) {
            EventLines lines = new EventLines(reading, report, style);
            Steps.each(console, reading, step -> {
                lines.take(step);
                for (EventLines.Line line = lines.ready().poll();
                        line != null;
                        line = lines.ready().poll()) {
                    print(line);
                }
                if (step instanceof Reading.Waiting || step instanceof Reading.End) {
                    flush();
                }
            });
        }
    }

    /** The lines of one host, and how to get more. */
    private record Host(EventLines lines, Steps steps) {
        /** Its next line; null if there is none any more. */
        EventLines.@Nullable Line peek() throws IOException {
            while (lines.ready().isEmpty() && steps.next()) {
                // Until one is ready.
            }
            return lines.ready().peek();
        }
    }

    /**
     * Prints the lines of all hosts by time. Those of each host stay in their order: of the next lines of all hosts, the
     * earliest comes first. Only these, and what a host holds back after a break, are in memory.
     */
    private void merge(List<Sources.Host> of, Query query, EventLines.Style style, Report report) throws IOException {
        try (Readings readings = new Readings()) {
            List<Host> hosts = new ArrayList<>();
            for (Sources.Host each : of) {
                Reading reading = readings.add(Reading.open(each.files(), query, Map.of(), console.clock()));
                EventLines lines = new EventLines(reading, report, style);
                hosts.add(new Host(lines, new Steps(console, reading, lines::take)));
            }
            for (Host next = earliest(hosts); next != null; next = earliest(hosts)) {
                print(next.lines.ready().remove());
            }
            flush();
        }
    }

    /** The host whose next line is the earliest; null if there are no lines any more. Those without are taken out. */
    private static @Nullable Host earliest(List<Host> hosts) throws IOException {
        Host earliest = null;
        long time = 0;
        for (Iterator<Host> each = hosts.iterator(); each.hasNext(); ) {
            Host host = each.next();
            EventLines.Line line = host.peek();
            if (line == null) {
                each.remove();
            } else if (earliest == null || line.time() < time) {
                earliest = host;
                time = line.time();
            }
        }
        return earliest;
    }

    /** Readings that are closed together. */
    private static final class Readings implements Closeable {
        private final List<Reading> all = new ArrayList<>();

        Reading add(Reading reading) {
            all.add(reading);
            return reading;
        }

        @Override
        public void close() throws IOException {
            for (Reading reading : all) {
                reading.close();
            }
        }
    }

    private RecordFilter filter() {
        RecordFilter filter = new RecordFilter(List.of(Kind.EVENT.label()), filters);
        if (filter.kinds().isEmpty()) {
            throw new IllegalArgumentException("--filter kind chooses no events, and nothing else is printed here");
        }
        return filter;
    }

    private void print(EventLines.Line line) throws IOException {
        ready.put(line.text());
        ready.put('\n');
        if (ready.length() >= PIECE_BYTES) {
            flush();
        }
    }

    private void flush() throws IOException {
        console.out().write(ready.array(), 0, ready.length());
        console.out().flush();
        ready.clear();
    }
}
