package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the containers of a moment, as {@code docker ps} would have then. */
@Command(
        name = "ps",
        description = "Lists the containers that ran at a moment, as 'docker ps' would have listed them then.",
        footer = {
            "",
            "CREATED and STATUS count from the moment. Where nobody listened at that moment, STATUS is",
            "'Unknown since', with what was known last; what was found later, in a list, and reported by no",
            "event, is marked 'listed'. More columns: created_at, started_at, finished_at, exit_code,",
            "oom_killed, health, restarts, image_id, labels, known, unknown_since, host.",
            "",
            "Examples:",
            "  replay ps --at 03:12 /srv/events",
            "  replay ps -a --at 'yesterday 03:12' --tz local /srv/events",
            "  replay ps -a --filter status=exited --format json /srv/archives | jq .name",
            "",
            ExitCode.HELP
        })
final class PsCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of("id", "image", "command", "created", "status", "ports", "name");
    private static final int COMMAND_WIDTH = 20;

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private MomentOptions when = new MomentOptions();

    @Mixin
    private TableOptions how = new TableOptions();

    @Option(
            names = {"-a", "--all"},
            description = "Also containers that did not run.")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print ids only.")
    private boolean quiet;

    @Option(
            names = "--filter",
            paramLabel = "KEY=VALUE",
            description = "Only containers for which it holds; of several with one key any, of several keys each:"
                    + " name=GLOB, container=GLOB|ID, image=GLOB|ID, label=KEY[=GLOB], status=STATUS, health=HEALTH,"
                    + " exited=CODE. KEY!=VALUE takes out what it names; ~REGEX may stand for GLOB. --filter status"
                    + " and exited imply -a.")
    private List<String> filters = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    PsCommand(Console console) {
        this.console = console;
    }

    /** A container in its host. */
    private record Row(
            HostAt host, ContainerState container, @Nullable Json description) {}

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        long moment;
        StateFilter filter;
        try {
            moment = when.moment(console.clock());
            filter = StateFilter.of(filters);
            how.table(columns(), USUAL);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try (Report report = new Report(console)) {
            List<HostAt> hosts = Moments.read(console, report, paths, moment, record -> {});
            List<Row> rows = rows(hosts, filter);
            if (quiet) {
                for (Row row : rows) {
                    console.out().write((id(row) + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            } else {
                how.table(columns(), usual(hosts.size())).write(rows, console.out());
            }
            return Math.max(Moments.reportUnknown(console, hosts), report.summarise());
        }
    }

    private static List<String> usual(int hosts) {
        List<String> usual = new ArrayList<>(USUAL);
        if (hosts > 1) {
            usual.add(0, "host");
        }
        return usual;
    }

    /** Newest first, as docker has them. */
    private List<Row> rows(List<HostAt> hosts, StateFilter filter) {
        boolean any = all || filters.stream().anyMatch(f -> f.startsWith("status") || f.startsWith("exited"));
        List<Row> rows = new ArrayList<>();
        for (HostAt host : hosts) {
            host.state().containers().stream()
                    .filter(container -> any || container.isAlive() || isRestarting(container))
                    .filter(filter::wants)
                    .sorted(Comparator.comparingLong(ContainerState::created).reversed())
                    .forEach(container -> rows.add(new Row(host, container, Json.parse(container.description()))));
        }
        return rows;
    }

    private static boolean isRestarting(ContainerState container) {
        return container.status() == ContainerState.Status.RESTARTING;
    }

    private List<Column<Row>> columns() {
        return List.of(
                new Column<>(
                        "HOST",
                        "host",
                        row -> row.host().host(),
                        row -> row.host().host()),
                new Column<>(
                        "CONTAINER ID",
                        "id",
                        this::id,
                        row -> row.container().container().id()),
                new Column<>("IMAGE", "image", PsCommand::image, PsCommand::image),
                new Column<>("COMMAND", "command", this::command, row -> DockerWords.command(row.description())),
                new Column<>(
                        "CREATED",
                        "created",
                        row -> DockerWords.ago(
                                row.container().created(), row.host().moment()),
                        row -> Time.of(row.container().created())),
                new Column<>("STATUS", "status", PsCommand::status, row -> word(row.container())),
                new Column<>("PORTS", "ports", PsCommand::ports, PsCommand::ports),
                new Column<>("NAMES", "name", PsCommand::name, PsCommand::name),
                time("STARTED AT", "started_at", ContainerState::started),
                time("FINISHED AT", "finished_at", ContainerState::finished),
                new Column<>(
                        "EXIT CODE",
                        "exit_code",
                        row -> row.container().exitCode() == null
                                ? ""
                                : row.container().exitCode().toString(),
                        row -> row.container().exitCode()),
                new Column<>(
                        "OOM KILLED",
                        "oom_killed",
                        row -> String.valueOf(row.container().oomKilled()),
                        row -> row.container().oomKilled()),
                new Column<>(
                        "HEALTH",
                        "health",
                        row -> row.container().health(),
                        row -> row.container().health()),
                new Column<>(
                        "RESTARTS",
                        "restarts",
                        row -> String.valueOf(row.container().restarts()),
                        row -> row.container().restarts()),
                new Column<>(
                        "IMAGE ID",
                        "image_id",
                        this::imageId,
                        row -> row.container().container().imageId()),
                new Column<>("LABELS", "labels", row -> String.join(",", labels(row)), PsCommand::labels),
                new Column<>("KNOWN", "known", PsCommand::known, PsCommand::known),
                new Column<>(
                        "UNKNOWN SINCE",
                        "unknown_since",
                        row -> row.host().unknown() == null
                                ? ""
                                : Times.format(row.host().unknown().since()),
                        row -> row.host().unknown() == null
                                ? null
                                : Time.of(row.host().unknown().since())));
    }

    private static Column<Row> time(String title, String key, java.util.function.ToLongFunction<ContainerState> of) {
        return new Column<>(
                title,
                key,
                row -> of.applyAsLong(row.container()) == 0 ? "" : Times.formatSeconds(of.applyAsLong(row.container())),
                row -> Time.of(of.applyAsLong(row.container())));
    }

    private String id(Row row) {
        String id = row.container().container().id();
        return how.isWhole() ? id : DockerWords.shortId(id);
    }

    private String imageId(Row row) {
        String id = row.container().container().imageId();
        return how.isWhole() ? id : DockerWords.shortId(id);
    }

    private static String image(Row row) {
        String image = row.container().container().image();
        return image.isEmpty() ? DockerWords.shortId(row.container().container().imageId()) : image;
    }

    private String command(Row row) {
        String command = DockerWords.command(row.description());
        boolean cut = !how.isWhole() && command.codePointCount(0, command.length()) > COMMAND_WIDTH;
        return DockerWords.quoted(
                cut ? command.substring(0, command.offsetByCodePoints(0, COMMAND_WIDTH - 1)) + "…" : command);
    }

    private static String status(Row row) {
        ContainerState container = row.container();
        HostAt.Unknown unknown = row.host().unknown();
        if (unknown != null) {
            return unknown.since() == 0
                    ? "Unknown"
                    : "Unknown since " + Times.formatSeconds(unknown.since()) + " (was "
                            + DockerWords.status(container, unknown.since()) + ")";
        }
        return DockerWords.status(container, row.host().moment()) + (container.isListed() ? " (listed)" : "");
    }

    private static String word(ContainerState container) {
        return container.status().name().toLowerCase(Locale.ROOT);
    }

    private static String ports(Row row) {
        return row.container().isAlive() ? DockerWords.ports(row.description()) : "";
    }

    private static String name(Row row) {
        return row.container().container().name();
    }

    private static List<String> labels(Row row) {
        return row.container().container().labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .sorted()
                .toList();
    }

    private static String known(Row row) {
        return row.host().unknown() != null ? "unknown" : row.container().isListed() ? "listed" : "recorded";
    }
}
