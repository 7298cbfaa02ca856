package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.JoinedLogs;
import dev.shiplog.replay.export.LastLogs;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.LineWriter;
import dev.shiplog.replay.export.LogJoin;
import dev.shiplog.replay.export.LogLine;
import dev.shiplog.replay.export.PrintedLogs;
import dev.shiplog.replay.export.RedactedLogs;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what containers logged, as {@code docker logs} does. */
@Command(
        name = "logs",
        description = "Prints what containers logged as 'docker logs' does, also of those that are gone.",
        customSynopsis = {"replay logs [OPTION...] [CONTAINER...] SOURCE..."},
        footer = {
            "",
            "CONTAINER is a name or the beginning of an id; what is a file or a directory is a SOURCE. Lines come",
            "byte for byte, both streams in the order in which they were recorded, and gaps are told on standard",
            "error. Parts of a line that the engine cut are always joined: a line waits up to 5 s for its next part.",
            "",
            "Examples:",
            "  replay logs web /srv/events | grep -c ' 500 '",
            "  replay logs --since 03:00 --until 03:30 --timestamps --prefix web db /srv/events",
            "  replay logs --tail 20 --until 03:12:07 web /srv/archives",
            "  replay logs --join=indent --redact-log 'token=[^ ]+' --filter label=tier=front /srv/events",
            "",
            ExitCode.HELP
        })
final class LogsCommand implements Callable<Integer> {
    private static final String ALL = "all";

    /** The streams, by their names on the command line. */
    enum Stream {
        stdout,
        stderr,
        tty,
        engine
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private RangeOptions range = new RangeOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Only this container, as one before SOURCE; may be repeated. The exit code is 3 if there is none.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--filter",
            paramLabel = "KEY=VALUE",
            description = "Only containers for which it holds; of several with one key any, of several keys each:"
                    + " name=GLOB, container=GLOB|ID, image=GLOB|ID, label=KEY[=GLOB]. KEY!=VALUE takes out what it"
                    + " names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N",
            defaultValue = ALL,
            description = "Only so many lines of each container, the last; all (default).")
    private String tail = ALL;

    @Option(
            names = {"-t", "--timestamps"},
            description = "Begin each line with the engine's time.")
    private boolean times;

    @Option(
            names = "--stream",
            paramLabel = "STREAM",
            split = ",",
            description = "Only lines of this stream: stdout, stderr, tty (of a container with a terminal), engine.")
    private List<Stream> streams = new ArrayList<>();

    @Option(names = "--prefix", description = "Begin each line with the name of its container.")
    private boolean prefix;

    @Option(
            names = {"-f", "--follow"},
            description = "At the end wait for more, until interrupted.")
    private boolean follow;

    @Mixin
    private JoinOption join = new JoinOption();

    @Mixin
    private RedactLogOption redactLog = new RedactLogOption();

    private final Console console;

    LogsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<String> wanted = new ArrayList<>(names);
        wanted.addAll(sources.takeNames(console));
        List<Path> paths = sources.paths(console);
        Query query = Usage.of(
                spec,
                () -> new Query(range.range(console.clock()), filter(wanted), false, follow, Long.MAX_VALUE, true));
        boolean hosts = prefix && Sources.byHost(paths).size() > 1;
        try (Reading reading = Reading.open(paths, query, Map.of(), console.clock());
                Report report = new Report(console);
                LineWriter writer = new LineWriter(Usage.of(spec, () -> format(reading, hosts)), console.out())) {
            ContainerChoice.Missing missing = ContainerChoice.Missing.of(wanted);
            print(reading, report, writer, missing);
            writer.end();
            int code = report.summarise();
            if (missing.report(console, reading.containers().names())) {
                return ExitCode.withGaps(code);
            }
            if (reading.found() == 0 && !follow) {
                console.say("no log is printed: of " + reading.read()
                        + " records that were read, none is one that is asked for; replay ls shows what is there");
            }
            return code;
        }
    }

    private void print(Reading reading, Report report, LineWriter writer, ContainerChoice.Missing missing)
            throws IOException {
        Set<String> wanted = streams.stream().map(Enum::name).collect(Collectors.toSet());
        Steps.each(console, reading, step -> {
            meet(reading, missing);
            if (step instanceof Reading.Found found) {
                if (wanted.isEmpty()
                        || wanted.contains(LogLine.of(found.record()).message().streamName())) {
                    writer.write(found.record());
                }
            } else if (step instanceof Reading.Notice notice) {
                report.add(notice);
            } else if (step instanceof Reading.Waiting waiting) {
                writer.flush();
                report.flush();
                waiting.notices().forEach(report::add);
            } else if (step instanceof Reading.End end) {
                end.notices().forEach(report::add);
            }
        });
    }

    private static void meet(Reading reading, ContainerChoice.Missing missing) {
        RecordView last = reading.last();
        Container container =
                last == null || missing.isEmpty() ? null : reading.containers().get(last.subject());
        if (container != null) {
            missing.meet(container);
        }
    }

    private LineFormat format(Reading reading, boolean hosts) {
        Origin origin = new Origin();
        LineFormat printed = new PrintedLogs(reading.containers(), origin, new PrintedLogs.Style(times, prefix, hosts));
        LineFormat redacted = RedactedLogs.of(printed, redactLog.redaction());
        LineFormat last = tail.equals(ALL) ? redacted : new LastLogs(redacted, tail(), follow, origin);
        return new JoinedLogs(
                last,
                new LogJoin(join.continuation()),
                reading.origin(),
                origin,
                () -> Times.nanos(console.clock().instant()));
    }

    private int tail() {
        try {
            int count = Integer.parseInt(tail);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("--tail '" + tail + "': a number of lines, or all");
    }

    private RecordFilter filter(List<String> wanted) {
        List<String> all = new ArrayList<>(filters);
        wanted.forEach(name -> all.add("container=" + name));
        RecordFilter filter = new RecordFilter(List.of(Kind.LOG.label()), all);
        if (!filter.kinds().equals(EnumSet.of(Kind.LOG))) {
            throw new IllegalArgumentException("--filter chooses containers here, by name, container, image or label");
        }
        return filter;
    }
}
