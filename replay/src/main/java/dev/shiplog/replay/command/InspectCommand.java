package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.query.Times;
import dev.shiplog.replay.run.RunCommand;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints how containers were described at a moment, as {@code docker inspect} would have, or how to make them again. */
@Command(
        name = "inspect",
        description = "Prints containers of a moment as 'docker inspect' did, or the commands to run them.",
        footer = {
            "",
            "The description is the newest that was recorded; a line on stderr says if the container changed",
            "since. --format run says what only restates the image, too: a description does not tell the two",
            "apart. Comments name what no option says, and what is redacted: set these variables first, those",
            "of the environment to nothing where the image sets them. JSON has the engine's bytes; where it",
            "goes to a terminal, characters that could control that are escaped, as in \\u009b.",
            "",
            "Examples:",
            "  replay inspect --name web --at 03:12 /srv/events",
            "  replay inspect --filter label=tier=front --at yesterday --format json /srv/events | jq '.[].Name'",
            "  replay inspect --name web --at 03:12 --format run /srv/events > again.sh",
            "",
            ExitCode.HELP
        })
final class InspectCommand implements Callable<Integer> {
    /** The formats, by their names on the command line. */
    private enum Format {
        pretty,
        json,
        run,
        create
    }

    private static final int MAX_NAMES = 10;

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private MomentOptions when = new MomentOptions();

    @Mixin
    private ContainerChoice containers = new ContainerChoice();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "pretty",
            description = "pretty (default): as docker prints it, the engine's own JSON with a line for each member."
                    + " json: the same on one line. run: the docker run command that makes the container again, for sh."
                    + " create: the same with docker create, which does not start it.")
    private Format format = Format.pretty;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    InspectCommand(Console console) {
        this.console = console;
    }

    /** A container in its host. */
    private record Found(HostAt host, ContainerState container) {}

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        long moment = Usage.of(spec, () -> when.moment(console.clock()));
        StateFilter filter = Usage.of(spec, containers::ofMoment);
        try (Report report = new Report(console)) {
            List<HostAt> hosts = Moments.read(console, report, paths, moment, Branch.none());
            Usage.check(spec, containers.isGiven(), "choose containers by --name or --filter; " + there(hosts));
            ContainerChoice.Missing missing = containers.missing();
            List<Found> found = new ArrayList<>();
            for (HostAt host : hosts) {
                for (ContainerState container : host.state().containers()) {
                    if (filter.wants(container)) {
                        missing.meet(container.container());
                        found.add(new Found(host, container));
                    }
                }
            }
            boolean whole = !missing.report(console, names(hosts));
            if (whole && found.isEmpty()) {
                console.say("no container matched then; " + there(hosts));
            }
            for (Found one : List.copyOf(found)) {
                if (!say(one, hosts.size() > 1)) {
                    found.remove(one);
                    whole = false;
                }
            }
            print(found);
            int code = Math.max(Moments.reportUnknown(console, hosts), report.summarise());
            return whole ? code : ExitCode.withGaps(code);
        }
    }

    private static List<String> names(List<HostAt> hosts) {
        return hosts.stream()
                .flatMap(host -> host.state().containers().stream())
                .map(container -> container.container().name())
                .sorted()
                .toList();
    }

    private static String there(List<HostAt> hosts) {
        List<String> names = names(hosts);
        return names.isEmpty()
                ? "none is known then"
                : "there are "
                        + String.join(", ", names.subList(0, Math.min(MAX_NAMES, names.size())))
                        + (names.size() > MAX_NAMES ? ", …" : "");
    }

    /** Says what there is to know of a description; false if there is none. */
    private boolean say(Found found, boolean amongHosts) {
        ContainerState container = found.container;
        String name = name(container) + (amongHosts ? " on " + found.host.host() : "");
        if (container.description().length == 0) {
            console.say(name + ": was not described before");
            return false;
        } else if (container.isChangedSinceDescribed()) {
            console.say(name + ": described at " + Times.format(container.described()) + ", changed since"
                    + (container.changed() > container.described() ? " at " + Times.format(container.changed()) : ""));
        } else if (amongHosts) {
            console.say(name + ": described at " + Times.format(container.described()));
        }
        return true;
    }

    private static String name(ContainerState container) {
        String name = container.container().name();
        return name.isEmpty() ? DockerWords.shortId(container.container().id()) : name;
    }

    private void print(List<Found> found) throws IOException {
        Bytes out = new Bytes(4096);
        if (format == Format.run || format == Format.create) {
            for (int i = 0; i < found.size(); i++) {
                out.putUtf8(i == 0 ? "" : "\n");
                putCommand(found.get(i), out);
            }
        } else {
            Bytes array = new Bytes(4096);
            for (Found one : found) {
                array.put(array.length() == 0 ? '[' : ',');
                array.put(one.container.description());
            }
            array.putAscii(found.isEmpty() ? "[]" : "]");
            if (format == Format.json) {
                JsonLayout.compact(array.toArray(), out);
            } else {
                JsonLayout.indent(array.toArray(), out);
            }
            out.put('\n');
        }
        console.out().write(out.array(), 0, out.length());
        console.out().flush();
    }

    private void putCommand(Found found, Bytes out) {
        ContainerState container = found.container;
        String host = found.host.host();
        Json description = Objects.requireNonNull(Json.parse(container.description()), "was JSON when it was read");
        String image = description.text("Image");
        out.putUtf8("# "
                + Console.printable(name(container) + (host.isEmpty() ? "" : " on " + host) + ", described at "
                        + Times.format(container.described()) + (image.isEmpty() ? "" : ", image " + image))
                + "\n");
        out.putUtf8(RunCommand.of(description, format == Format.run, host, id -> {
            ContainerState other = found.host.state().get(id);
            return other == null ? id : name(other);
        }));
    }
}
