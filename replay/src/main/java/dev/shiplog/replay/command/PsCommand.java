package dev.shiplog.replay.command;

import dev.shiplog.replay.command.PsColumns.Row;
import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.HostOver;
import dev.shiplog.replay.past.Life;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.ContainerState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the containers of a moment, as {@code docker ps} would have then, or those that lived in a range of time. */
@Command(
        name = "ps",
        description = "Lists the containers of a moment, as 'docker ps' does, or all that ran in a range.",
        footer = {
            "",
            "CREATED and STATUS count from the moment. Where nobody listened at that moment, STATUS is",
            "'Unknown since', with what was known last; what was found later, in a list, and reported by no",
            "event, is marked 'listed'. More columns: started_at, finished_at, exit_code, oom_killed, health,",
            "restarts, image_id, labels, known, unknown_since, host.",
            "",
            "A range has a row for each container that ran in it, the newest first: when it was BORN; when",
            "its last run ENDED, and how; its STATUS at the end of the range (without --until: now, or where",
            "the journal ends). One that never ran ended when it was removed. What ended while nobody",
            "listened ended at an unknown time between two that are known. More columns: ended_after,",
            "ended_before, removed_at, ports and those of a moment. Filters by status, health and exit code",
            "are for the end of the range; what was removed before has the status removed.",
            "",
            "Examples:",
            "  replay ps --at 03:12 /srv/events",
            "  replay ps --name web --at 'yesterday 03:12' --tz local /srv/events",
            "  replay ps -a --filter status=exited --format json /srv/archives | jq .name",
            "  replay ps --since yesterday --until today --filter exited=137 /srv/events",
            "",
            ExitCode.HELP
        })
final class PsCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of("id", "image", "command", "created", "status", "ports", "name");
    private static final List<String> USUAL_OF_RANGE =
            List.of("id", "image", "command", "born", "ended", "exit_code", "status", "name");

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private MomentOrRange when = new MomentOrRange();

    @Mixin
    private TableOptions how = new TableOptions();

    @Option(
            names = {"-a", "--all"},
            description =
                    "Also containers that existed and did not run; --name and --filter status and exited imply it.")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print ids only.")
    private boolean quiet;

    @Mixin
    private ContainerChoice containers = new ContainerChoice();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    PsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        StateFilter filter = Usage.of(spec, containers::ofMoment);
        try (Report report = new Report(console)) {
            return when.isRange() ? overRange(paths, filter, report) : atMoment(paths, filter, report);
        }
    }

    private int atMoment(List<Path> paths, StateFilter filter, Report report) throws IOException {
        long moment = Usage.of(spec, () -> when.moment(console.clock()));
        List<Column<Row>> columns = new PsColumns(how.isWhole()).ofMoment();
        Usage.of(spec, () -> how.table(columns, USUAL));
        List<HostAt> hosts = Moments.read(console, report, paths, moment, Branch.none());
        List<Row> rows = new ArrayList<>();
        for (HostAt host : hosts) {
            host.state().containers().stream()
                    .filter(container -> isAll() || container.isAlive() || isRestarting(container))
                    .filter(filter::wants)
                    .sorted(Comparator.comparingLong(ContainerState::created).reversed())
                    .forEach(container ->
                            rows.add(new Row(host, Life.at(container)))); // newest first, as docker has them
        }
        write(rows, columns, usual(USUAL, hosts.size()));
        int code = Math.max(Moments.reportUnknown(console, hosts), report.summarise());
        return containers.report(code, console, hosts);
    }

    private int overRange(List<Path> paths, StateFilter filter, Report report) throws IOException {
        TimeRange range = Usage.of(spec, () -> when.range(console.clock()));
        List<Column<Row>> columns = new PsColumns(how.isWhole()).ofRange();
        Usage.of(spec, () -> how.table(columns, USUAL_OF_RANGE));
        List<HostOver> hosts = Moments.lives(console, report, paths, range);
        List<Row> rows = new ArrayList<>();
        ContainerChoice.Missing missing = containers.missing();
        List<String> known = new ArrayList<>();
        for (HostOver host : hosts) {
            for (Life life : host.containers()) {
                missing.meet(life.container().container());
                known.add(life.container().container().name());
                if ((isAll() || life.ran()) && filter.wants(life.container())) {
                    rows.add(new Row(host.end(), life));
                }
            }
        }
        write(rows, columns, usual(USUAL_OF_RANGE, hosts.size()));
        int code =
                Moments.reportUnknown(console, hosts.stream().map(HostOver::end).toList());
        return missing.report(Math.max(code, report.summarise()), console, known);
    }

    private boolean isAll() {
        return all || containers.isNamed() || containers.hasFilterBy("status", "exited");
    }

    private void write(List<Row> rows, List<Column<Row>> columns, List<String> usual) throws IOException {
        if (!quiet) {
            how.table(columns, usual).write(rows, console.out());
            return;
        }
        StringBuilder ids = new StringBuilder();
        for (Row row : rows) {
            String id = row.who().id();
            ids.append(how.isWhole() ? id : DockerWords.shortId(id)).append('\n');
        }
        console.out().write(ids.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> usual(List<String> of, int hosts) {
        List<String> usual = new ArrayList<>(of);
        if (hosts > 1) {
            usual.add(0, "host");
        }
        return usual;
    }

    private static boolean isRestarting(ContainerState container) {
        return container.status() == ContainerState.Status.RESTARTING;
    }
}
