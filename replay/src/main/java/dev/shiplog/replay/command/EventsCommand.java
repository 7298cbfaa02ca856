package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.past.EventLine;
import dev.shiplog.replay.past.EventOrder;
import dev.shiplog.replay.past.RecorderEvents;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
            "no event told of), clock-step, retention, damage; and gap and loss, where events are missing.",
            "Their time is when it happened or began. Of several hosts, one comes after the other, and",
            "each line of the table begins with the host's name.",
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
            names = "--filter",
            paramLabel = "KEY=VALUE",
            description = "Only events for which it holds; of several with one key any, of several keys each:"
                    + " container=GLOB|ID, name=GLOB, image=GLOB|ID, label=KEY[=GLOB], event=GLOB, type=GLOB,"
                    + " scope=GLOB, exitCode=GLOB, network=GLOB|ID, volume=GLOB|ID. KEY!=VALUE takes out what it"
                    + " names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--engine-only", description = "Only what the engine said; gaps are told on standard error.")
    private boolean engineOnly;

    @Option(
            names = {"-f", "--follow"},
            description = "At the end wait for more, until interrupted.")
    private boolean follow;

    private final Console console;

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
        try (Report report = new Report(console)) {
            for (Sources.Host host : follow ? List.of(new Sources.Host(paths, paths)) : hosts) {
                try (Reading reading = Reading.open(host.files(), query, Map.of(), console.clock())) {
                    Printer printer = new Printer(reading, report, zone, hosts.size() > 1);
                    Steps.each(console, reading, printer::take);
                }
            }
            return report.summarise();
        }
    }

    private RecordFilter filter() {
        RecordFilter filter = new RecordFilter(List.of(Kind.EVENT.label()), filters);
        if (filter.kinds().isEmpty()) {
            throw new IllegalArgumentException("--filter kind chooses no events, and nothing else is printed here");
        }
        return filter;
    }

    /** Prints what one reading finds. */
    private final class Printer {
        private final Reading reading;
        private final Report report;
        private final ZoneId zone;
        private final boolean namesHost;
        private final EventOrder<byte[]> order = new EventOrder<>();
        private final LineFormat raw = LineFormat.raw();
        private final Bytes ready = new Bytes(2 * PIECE_BYTES);
        private final Bytes line = new Bytes(1024);
        private String journal = "";

        Printer(Reading reading, Report report, ZoneId zone, boolean namesHost) {
            this.reading = reading;
            this.report = report;
            this.zone = zone;
            this.namesHost = namesHost;
        }

        void take(Reading.Step step) throws IOException {
            if (step instanceof Reading.Notice notice) {
                notice(notice);
            }
            RecordView last = reading.last();
            if (last != null && !(step instanceof Reading.Missing)) {
                record(last, step instanceof Reading.Found);
            }
            if (step instanceof Reading.Waiting waiting) {
                waiting.notices().forEach(this::notice);
                report.flush();
                print(order.all());
                flush();
            } else if (step instanceof Reading.End end) {
                end.notices().forEach(this::notice);
                print(order.all());
                flush();
            }
        }

        private void record(RecordView record, boolean isWanted) throws IOException {
            if (!reading.origin().place().journal().equals(journal)) {
                journal = reading.origin().place().journal();
                print(order.all());
            }
            if (isWanted) {
                EventView event = EventView.scan(record.payload().toArray());
                order.addEvent(format == Format.table ? text(event) : bytesOf(record), record.time());
            } else if (!engineOnly && record.kind() == Kind.MARK && !record.restated()) {
                mark(record.toRecord());
            }
            print(engineOnly ? order.all() : order.ready(reading.coverage()));
        }

        private void mark(Record mark) throws IOException {
            EventView event = RecorderEvents.of(mark);
            EventView change = event == null ? null : RecorderEvents.change(mark);
            if (event == null
                    || !reading.query().range().contains(event.time())
                    || change != null && !reading.query().filter().wantsEvent(change, reading.containers())) {
                return;
            }
            if (event.action().equals(MarkType.CLOCK_STEP.label())) {
                print(order.all()); // times before and after it do not compare
            }
            order.addMark(text(event), event.time());
        }

        private void notice(Reading.Notice notice) {
            if (engineOnly) {
                report.add(notice);
            } else if (notice instanceof Reading.Missing missing
                    && missing.gap().type() != Gap.Type.UNKNOWN) {
                report.countGap();
                order.addMark(
                        text(RecorderEvents.of(missing.gap())), missing.gap().from());
            } else {
                report.add(notice);
                if (notice instanceof Reading.Damaged damaged) {
                    EventView loss = RecorderEvents.of(damaged.loss());
                    order.addMark(text(loss), loss.time());
                }
            }
        }

        private byte[] bytesOf(RecordView record) {
            line.clear();
            raw.write(record, line);
            return line.toArray();
        }

        private byte[] text(EventView event) {
            line.clear();
            if (format == Format.json) {
                EventLine.putJson(event, line);
            } else {
                String host = namesHost ? reading.origin().place().host() + " " : "";
                line.putUtf8(Console.printable(host + EventLine.of(event, zone)));
            }
            return line.toArray();
        }

        private void print(List<byte[]> lines) throws IOException {
            for (byte[] each : lines) {
                ready.put(each);
                ready.put('\n');
                if (ready.length() >= PIECE_BYTES) {
                    flush();
                }
            }
        }

        private void flush() throws IOException {
            console.out().write(ready.array(), 0, ready.length());
            console.out().flush();
            ready.clear();
        }
    }
}
