package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.SizeReader;
import dev.shiplog.replay.past.Sizes;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what records take, by kind and by container. */
@Command(
        name = "size",
        description = "Says what records take, by kind and by container, and what a day costs at this rate.",
        footer = {
            "",
            "PAYLOAD is what the engine sent. STORED is what it takes in the files: in a segment that of each",
            "record as it is coded; in an archive a block's bytes, shared out by payload. Indexes and headers",
            "of files are (files): up to the end of the last record, without what is preallocated after it.",
            "What segments repeat at their heads is counted. Of a range, a file counts by its part in it.",
            "More columns: id, host, by.",
            "",
            "Examples:",
            "  replay size /srv/events",
            "  replay size --by container --since 24h /srv/events | head",
            "  replay size --by kind --format json /srv/archives",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 4 damage met and skipped,",
            "5 an archive does not match its manifest."
        })
final class SizeCommand implements Callable<Integer> {
    private static final double DAY_NANOS = 86_400e9;
    private static final long SHORTEST_NANOS = 1_000_000_000L;

    /** What rows are about, by the names on the command line. */
    enum By {
        kind,
        container
    }

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private RangeOptions when = new RangeOptions();

    @Mixin
    private TableOptions how = new TableOptions();

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            description = "A row for each kind, or for each container. Without it: both, one after the other.")
    private @Nullable By by;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    SizeCommand(Console console) {
        this.console = console;
    }

    /**
     * A row.
     *
     * @param all what the whole host takes
     */
    private record Row(
            Sizes of, String by, String name, String id, long records, long payload, double stored, double all) {
        static Row of(Sizes of, String by, String name, String id, List<Sizes.Share> shares, double all) {
            return new Row(
                    of,
                    by,
                    name,
                    id,
                    shares.stream().mapToLong(Sizes.Share::records).sum(),
                    shares.stream().mapToLong(Sizes.Share::payloadBytes).sum(),
                    shares.stream().mapToDouble(Sizes.Share::storedBytes).sum(),
                    all);
        }

        double share() {
            return all == 0 ? 0 : stored / all;
        }

        /** -1 if the range is too short to tell. */
        long perDay() {
            return of.nanos() < SHORTEST_NANOS ? -1 : Math.round(stored * DAY_NANOS / of.nanos());
        }

        long perRecord() {
            return records == 0 ? -1 : Math.round(stored / records);
        }
    }

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        TimeRange range;
        try {
            range = when.range(console.clock());
            how.table(columns("NAME"), List.of());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        List<Sources.Host> hosts = Sources.byHost(paths);
        try (Report report = new Report(console)) {
            List<Sizes> all = new ArrayList<>();
            for (Sources.Host host : hosts) {
                all.add(read(host, range, report));
            }
            write(all);
            if (all.stream().anyMatch(Sizes::isShared)) {
                console.say("what is stored of an archive is shared out among the records of each block by payload");
            }
            return report.summarise();
        }
    }

    private Sizes read(Sources.Host host, TimeRange range, Report report) throws IOException {
        SizeReader sizes = new SizeReader(range);
        try (Reading reading = Reading.open(host.files(), SizeReader.query(range), Map.of(), console.clock())) {
            Steps.notices(console, reading, step -> sizes.step(step, reading), notice -> {
                if (!(notice instanceof Reading.Missing)) {
                    report.add(notice);
                }
            });
            return sizes.result(reading.containers());
        }
    }

    private void write(List<Sizes> all) throws IOException {
        List<Row> kinds = new ArrayList<>();
        List<Row> containers = new ArrayList<>();
        for (Sizes of : all) {
            kinds.addAll(byKind(of));
            containers.addAll(byContainer(of));
        }
        if (how.format() != Table.Format.table) {
            List<Row> rows = new ArrayList<>(by == By.container ? List.of() : kinds);
            rows.addAll(by == By.kind ? List.of() : containers);
            how.table(columns("NAME"), List.of()).write(rows, console.out());
            return;
        }
        if (by != By.container) {
            table("KIND", kinds, all.size());
        }
        if (by == null) {
            console.out().write('\n');
        }
        if (by != By.kind) {
            table("CONTAINER", containers, all.size());
        }
    }

    private void table(String title, List<Row> rows, int hosts) throws IOException {
        List<String> usual =
                new ArrayList<>(List.of("name", "records", "payload", "stored", "share", "per_record", "per_day"));
        if (hosts > 1) {
            usual.add(0, "host");
        }
        how.table(columns(title), usual).write(rows, console.out());
    }

    private static List<Row> byKind(Sizes of) {
        double all = total(of);
        List<Row> rows = of.shares().stream().collect(Collectors.groupingBy(Sizes.Share::kind)).entrySet().stream()
                .map(kind -> Row.of(of, By.kind.name(), kind.getKey().label(), "", kind.getValue(), all))
                .collect(Collectors.toCollection(ArrayList::new));
        rows.add(new Row(of, By.kind.name(), "(files)", "", 0, 0, of.filesBytes(), all));
        rows.sort(largestFirst());
        Row records = Row.of(of, By.kind.name(), "", "", of.shares(), all);
        rows.add(new Row(of, "all", "(all)", "", records.records(), records.payload(), all, all));
        return rows;
    }

    private static List<Row> byContainer(Sizes of) {
        double all = total(of);
        return of.shares().stream().collect(Collectors.groupingBy(SizeCommand::id)).entrySet().stream()
                .map(container -> Row.of(
                        of,
                        By.container.name(),
                        name(container.getValue().get(0)),
                        container.getKey(),
                        container.getValue(),
                        all))
                .sorted(largestFirst())
                .toList();
    }

    private static Comparator<Row> largestFirst() {
        return Comparator.comparingDouble(Row::stored).reversed().thenComparing(Row::name);
    }

    private static double total(Sizes of) {
        return of.filesBytes()
                + of.shares().stream().mapToDouble(Sizes.Share::storedBytes).sum();
    }

    private static String id(Sizes.Share share) {
        Container container = share.container();
        return container == null ? "" : container.id();
    }

    private static String name(Sizes.Share share) {
        Container container = share.container();
        return container == null
                ? "(no container)"
                : container.name().isEmpty() ? DockerWords.shortId(container.id()) : container.name();
    }

    private static List<Column<Row>> columns(String title) {
        return List.of(
                Columns.host(row -> row.of().host()),
                Columns.text("BY", "by", Row::by),
                Columns.text(title, "name", Row::name),
                Columns.id("ID", "id", Row::id, false),
                new Column<>("RECORDS", "records", row -> String.valueOf(row.records()), Row::records),
                bytes("PAYLOAD", "payload", Row::payload),
                bytes("STORED", "stored", row -> Math.round(row.stored())),
                new Column<>(
                        "SHARE",
                        "share",
                        row -> String.format(java.util.Locale.ROOT, "%.1f%%", 100 * row.share()),
                        row -> Math.round(row.share() * 1e6) / 1e6),
                bytes("PER RECORD", "per_record", Row::perRecord),
                bytes("PER DAY", "per_day", Row::perDay));
    }

    private static Column<Row> bytes(String title, String key, ToLongFunction<Row> of) {
        return new Column<>(
                title,
                key,
                row -> of.applyAsLong(row) < 0 ? "" : DockerWords.decimalSize((double) of.applyAsLong(row)),
                row -> of.applyAsLong(row) < 0 ? null : of.applyAsLong(row));
    }
}
