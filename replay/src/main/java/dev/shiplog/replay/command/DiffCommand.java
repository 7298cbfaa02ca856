package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.Change;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.HostDiff;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.query.TimeGrammar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells what changed between two moments. */
@Command(
        name = "diff",
        description = "Tells what changed between two moments: containers, images, states, limits, networks.",
        footer = {
            "",
            "A row is one change: a container that is come, gone, re-created (another container has its name,",
            "or is the same instance of its compose service) or renamed, or what is different of one: image,",
            "image id (with the tag, if that was moved), state, exit code, limits, mounts, ports, networks,",
            "labels, command, and so on. Of environment variables the names are told, and that a value",
            "changed, never the value. Where the recorder redacted a value, it is 'not known' whether it",
            "changed. What happened in between and was undone is no change: 'replay events' has it. If the",
            "state at a moment is unknown, a row says since when; the others compare what was known last,",
            "and KNOWN says that it may be another by then. More columns: key, id_before, id_after, known,",
            "host.",
            "",
            "Examples:",
            "  replay diff --at 'yesterday 12:00' --at 12:00 /srv/events",
            "  replay diff --at 03:00 --at 03:30 --name web /srv/events",
            "  replay diff --at 3h --at now --format json /srv/archives | jq 'select(.change == \"memory\")'",
            "",
            ExitCode.HELP
        })
final class DiffCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of("container", "change", "before", "after");
    private static final String NOT_KNOWN = "not known";
    private static final int WIDTH = 60;

    @Mixin
    private Sources sources = new Sources();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "The two moments, the earlier first: " + TimeGrammar.FORMS + ".")
    private List<String> moments = new ArrayList<>();

    @Mixin
    private ZoneOption zone = new ZoneOption();

    @Mixin
    private ContainerChoice containers = new ContainerChoice();

    @Mixin
    private TableOptions how = new TableOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    DiffCommand(Console console) {
        this.console = console;
    }

    /** A change in its host. */
    private record Row(String host, Change change) {}

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        long[] at = Usage.of(spec, this::moments);
        StateFilter filter = Usage.of(spec, containers::ofMoment);
        Usage.of(spec, () -> how.table(columns(), USUAL));
        try (Report report = Report.ofSeveralReadings(console)) {
            List<HostAt> before = Moments.read(console, report, paths, at[0], Branch.none());
            List<HostAt> after = Moments.read(console, report, paths, at[1], Branch.none());
            List<Row> rows = new ArrayList<>();
            int hosts = Math.min(before.size(), after.size());
            for (int i = 0; i < hosts; i++) {
                String host = after.get(i).host();
                HostDiff.of(before.get(i), after.get(i), filter::wants)
                        .forEach(change -> rows.add(new Row(host, change)));
            }
            how.table(columns(), usual(hosts, rows)).write(rows, console.out());
            int code = Moments.reportUnknown(
                    console, Stream.concat(before.stream(), after.stream()).toList());
            code = Math.max(code, report.summarise());
            return reportMissing(code, before, after);
        }
    }

    /** @throws IllegalArgumentException if they are not two, or not in order */
    private long[] moments() {
        if (moments.size() != 2) {
            throw new IllegalArgumentException("--at is needed twice: --at EARLIER --at LATER");
        }
        TimeGrammar grammar = new TimeGrammar(console.clock(), zone.zone());
        long[] at = {grammar.parse(moments.get(0)), grammar.parse(moments.get(1))};
        if (at[0] > at[1]) {
            throw new IllegalArgumentException(
                    "--at " + moments.get(0) + " is after --at " + moments.get(1) + ": give the earlier moment first");
        }
        return at;
    }

    private int reportMissing(int code, List<HostAt> before, List<HostAt> after) {
        ContainerChoice.Missing missing = containers.missing();
        List<String> known = Stream.concat(before.stream(), after.stream())
                .flatMap(host -> host.state().containers().stream())
                .peek(container -> missing.meet(container.container()))
                .map(container -> container.container().name())
                .distinct()
                .toList();
        return missing.report(code, console, known);
    }

    private static List<String> usual(int hosts, List<Row> rows) {
        List<String> usual = new ArrayList<>(USUAL);
        if (hosts > 1) {
            usual.add(0, "host");
        }
        if (rows.stream().anyMatch(row -> row.change().what().equals("unknown"))) {
            usual.add("known");
        }
        return usual;
    }

    private List<Column<Row>> columns() {
        return List.of(
                new Column<>("HOST", "host", Row::host, Row::host),
                text("CONTAINER", "container", Change::container),
                new Column<>(
                        "CHANGE",
                        "change",
                        row -> (row.change().what() + " " + cut(row.change().key())).strip(),
                        row -> row.change().what()),
                text("KEY", "key", Change::key),
                value("BEFORE", "before", Change::before),
                value("AFTER", "after", Change::after),
                id("ID BEFORE", "id_before", Change::idBefore),
                id("ID AFTER", "id_after", Change::idAfter),
                new Column<>(
                        "KNOWN",
                        "known",
                        row -> row.change().isKnown() ? "" : NOT_KNOWN,
                        row -> row.change().isKnown()));
    }

    private static Column<Row> text(String title, String key, Function<Change, String> of) {
        return new Column<>(title, key, row -> of.apply(row.change()), row -> of.apply(row.change()));
    }

    private Column<Row> id(String title, String key, Function<Change, String> of) {
        return new Column<>(title, key, row -> id(of.apply(row.change())), row -> of.apply(row.change()));
    }

    private String id(String id) {
        return how.isWhole() ? id : DockerWords.shortId(id);
    }

    private Column<Row> value(String title, String key, Function<Change, Change.@Nullable Told> of) {
        return new Column<>(title, key, row -> shown(row.change(), of.apply(row.change())), row -> {
            Change.Told told = of.apply(row.change());
            return told == null ? null : told.value();
        });
    }

    private String shown(Change change, Change.@Nullable Told told) {
        if (told == null) {
            return "";
        }
        String value = told.value();
        return how.isWhole() && change.isOfIds() && value != null ? value : cut(told.shown());
    }

    private String cut(String text) {
        boolean isLong = !how.isWhole() && text.codePointCount(0, text.length()) > WIDTH;
        return isLong ? text.substring(0, text.offsetByCodePoints(0, WIDTH - 1)) + "…" : text;
    }
}
