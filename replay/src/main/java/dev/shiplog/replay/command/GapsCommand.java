package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.GapReader;
import dev.shiplog.replay.past.GapReport;
import dev.shiplog.replay.past.MissingStretch;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists what was not recorded, or is gone. */
@Command(
        name = "gaps",
        description = "Lists what was not recorded, or is gone: from when to when, of what, why, how much.",
        footer = {
            "",
            "WHAT is gap, possible-gap (nobody knows whether anything is missing), dropped (the recorder had",
            "no room), oversized (one message, too long), loss (damage took it), retention (deleted as the",
            "journal's limits ask), unclean-stop (the recorder was killed). 'some' numbers are estimates by",
            "the rate before the gap and by how long the containers ran meanwhile; one that ended nobody",
            "knows when counts half. The lines at the end, which csv does not have, add up the range: how",
            "long events were recorded, at most if the recorder was killed or a length is unknown, as where",
            "the clock was set back meanwhile; and how many samples. More columns: container_id, segment,",
            "estimated, host.",
            "",
            "Examples:",
            "  replay gaps /srv/events",
            "  replay gaps --since yesterday --until today --format csv /srv/archives > monday.csv",
            "",
            "Exit codes: 0 fine, also with gaps, 1 failed, 2 wrong usage, 4 damage met and skipped,",
            "5 an archive does not match its manifest."
        })
final class GapsCommand implements Callable<Integer> {
    private static final List<String> USUAL =
            List.of("from", "to", "seconds", "what", "kind", "container", "missing", "reason");

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private RangeOptions when = new RangeOptions();

    @Mixin
    private TableOptions how = new TableOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    GapsCommand(Console console) {
        this.console = console;
    }

    /** A stretch in its host. */
    private record Row(GapReport of, MissingStretch stretch) {
        @Nullable
        Container container() {
            return of.containers().get(stretch.subject());
        }

        long length() {
            return stretch.length(of.range().until());
        }
    }

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        TimeRange range = Usage.of(spec, () -> when.range(console.clock()));
        Usage.of(spec, () -> how.table(columns(), USUAL));
        List<Sources.Host> hosts = Sources.byHost(paths);
        try (Report report = new Report(console)) {
            List<GapReport> all = new ArrayList<>();
            for (Sources.Host host : hosts) {
                all.add(read(host, range, report));
            }
            List<Row> rows = all.stream()
                    .flatMap(of -> of.stretches().stream().map(stretch -> new Row(of, stretch)))
                    .toList();
            how.table(columns(), usual(hosts.size())).write(rows, console.out());
            if (how.format() != Table.Format.csv) {
                for (GapReport of : all) {
                    write(how.format() == Table.Format.json ? GapSum.json(of) : GapSum.text(of, hosts.size() > 1));
                }
            }
            return report.summarise();
        }
    }

    private GapReport read(Sources.Host host, TimeRange range, Report report) throws IOException {
        GapReader stretches = new GapReader(range);
        try (Reading reading = Reading.open(host.files(), GapReader.query(range), Map.of(), console.clock())) {
            Steps.notices(console, reading, step -> stretches.step(step, reading), notice -> add(notice, report));
        }
        long now = TimeUnit.MILLISECONDS.toNanos(console.clock().millis());
        return stretches.result(now, host.isRecorded());
    }

    /** Gaps are the answer, and no trouble. */
    private static void add(Reading.Notice notice, Report report) {
        boolean isGap = notice instanceof Reading.Missing
                || notice instanceof Reading.Damaged damaged && damaged.loss().cause() == Loss.Cause.DELETED;
        if (!isGap) {
            report.add(notice);
        }
    }

    private void write(String line) throws IOException {
        console.out().write((Console.printable(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> usual(int hosts) {
        List<String> usual = new ArrayList<>(USUAL);
        if (hosts > 1) {
            usual.add(0, "host");
        }
        return usual;
    }

    private List<Column<Row>> columns() {
        return List.of(
                Columns.host(row -> row.of().host()),
                new Column<>(
                        "FROM",
                        "from",
                        row -> Times.formatSeconds(row.stretch().from()),
                        row -> Time.of(row.stretch().from())),
                new Column<>(
                        "TO",
                        "to",
                        GapsCommand::to,
                        row -> isOpen(row) ? null : Time.of(row.stretch().to())),
                new Column<>(
                        "LASTED",
                        "seconds",
                        row -> row.stretch().isLengthKnown() ? GapSum.duration(row.length()) : "unknown",
                        row -> row.stretch().isLengthKnown() ? row.length() / 1e9 : null),
                Columns.text("WHAT", "what", row -> row.stretch().what().label()),
                Columns.text("KIND", "kind", row -> kind(row.stretch())),
                new Column<>("CONTAINER", "container", this::container, GapsCommand::name),
                Columns.id("CONTAINER ID", "container_id", row -> row.stretch().subject(), how.isWhole()),
                new Column<>(
                        "MISSING",
                        "missing",
                        row -> missing(row.stretch()),
                        row -> row.stretch().missing().records() < 0
                                ? null
                                : row.stretch().missing().records()),
                new Column<>(
                        "ESTIMATED",
                        "estimated",
                        row -> String.valueOf(row.stretch().missing().isEstimate()),
                        row -> row.stretch().missing().isEstimate()),
                Columns.text("SEGMENT", "segment", row -> row.stretch().segment()),
                Columns.text("WHY", "reason", row -> row.stretch().reason()));
    }

    private static boolean isOpen(Row row) {
        return row.stretch().to() == Long.MAX_VALUE;
    }

    private static String to(Row row) {
        return isOpen(row) ? "not over" : Times.formatSeconds(row.stretch().to());
    }

    private static String kind(MissingStretch stretch) {
        return stretch.kind().isEmpty() ? "everything" : stretch.kind();
    }

    private static String name(Row row) {
        Container container = row.container();
        return container == null ? "" : container.name();
    }

    private String container(Row row) {
        String name = name(row);
        return name.isEmpty() ? id(row.stretch()) : name;
    }

    private String id(MissingStretch stretch) {
        return how.isWhole() ? stretch.subject() : DockerWords.shortId(stretch.subject());
    }

    /** How many, and of what. */
    private static String missing(MissingStretch stretch) {
        MissingStretch.Count count = stretch.missing();
        if (count.records() < 0) {
            return "unknown";
        }
        String unit = stretch.kind().equals(Kind.STATS.label())
                ? "sample"
                : stretch.kind().equals(Kind.EVENT.label()) ? "event" : "record";
        String some =
                !count.isEstimate() ? "" : stretch.what() == MissingStretch.What.POSSIBLE_GAP ? "up to some " : "some ";
        return some + Report.count(count.records(), unit, unit + "s");
    }
}
