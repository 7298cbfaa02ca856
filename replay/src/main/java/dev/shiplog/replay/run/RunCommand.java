package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code docker run} command that makes a container again, from its description alone, for a POSIX shell.
 *
 * <p>The engine merges what the image asks for into the description, so what only restates the image is said, too. What
 * no option can say is named in a comment, also members that this version does not know. What the recorder has redacted is
 * a variable, which must be set before. Pure.
 */
public final class RunCommand {
    /** Members that say nothing about how to make the container, or that other classes of this package read. */
    private static final Set<String> OTHERS = Set.of(
            // read elsewhere
            "Config.Hostname",
            "Config.AttachStdin",
            "Config.AttachStdout",
            "Config.AttachStderr",
            "Config.ExposedPorts",
            "Config.StdinOnce",
            "Config.Env",
            "Config.Cmd",
            "Config.Healthcheck",
            "Config.Image",
            "Config.Volumes",
            "Config.Entrypoint",
            "HostConfig.Binds",
            "HostConfig.LogConfig",
            "HostConfig.NetworkMode",
            "HostConfig.PortBindings",
            "HostConfig.CgroupnsMode",
            "HostConfig.IpcMode",
            "HostConfig.PidMode",
            "HostConfig.Links",
            "HostConfig.SecurityOpt",
            "HostConfig.Tmpfs",
            "HostConfig.DeviceRequests",
            "HostConfig.MemorySwap",
            "HostConfig.Mounts",
            "HostConfig.MaskedPaths",
            "HostConfig.ReadonlyPaths",
            // from the image, or of no effect
            "Config.OnBuild",
            "Config.Shell",
            "Config.ArgsEscaped",
            "HostConfig.ConsoleSize",
            "HostConfig.Cgroup");

    private final Draft draft;
    private final String head;
    private final List<String> words = new ArrayList<>();
    private final List<String> after = new ArrayList<>();

    private RunCommand(Json description, boolean start, String host, UnaryOperator<String> names) {
        draft = new Draft(description);
        ProcessOptions process = new ProcessOptions(draft);
        process.addStreams(start);
        String plainName = draft.text("Name").replaceFirst("^/", "");
        if (!plainName.isEmpty()) {
            draft.add("--name", plainName);
        }
        NetworkOptions networks = new NetworkOptions(draft, names);
        networks.add(host);
        addPlatform();
        process.addEnvironment();
        process.addHealth();
        new PortOptions(draft).add();
        new StorageOptions(draft).add();
        OptionTable.add(draft);
        DeviceOptions.addRequests(draft);
        new HostOptions(draft, names).add();
        List<String> arguments = process.addCommand();
        String image = draft.text("Config.Image").isEmpty() ? draft.text("Image") : draft.text("Config.Image");
        if (image.startsWith("-")) {
            words.add("--"); // else it would be read as an option
        }
        words.add(draft.word(image, "the image"));
        arguments.forEach(argument -> words.add(draft.word(argument, "an argument")));
        for (String object : List.of("Config", "HostConfig")) {
            noteUnknown(object, description);
            noteStrange(object, description.get(object));
        }
        String container = draft.word(plainName, "--name");
        after.addAll(networks.others(container));
        boolean connectFirst = start && !after.isEmpty() && !process.isDetached();
        if (connectFirst) { // a run would return when the container has ended
            String streams = draft.isTrue("Config.AttachStdin") ? "--attach --interactive " : "--attach ";
            after.add("docker start " + streams + container);
        }
        head = start && !connectFirst ? "docker run" : "docker create";
    }

    /**
     * The commands, with comments before and the networks beyond the first after; ends in a line feed. Control characters
     * never come out as they are, but for the line feeds and tabs that a value has.
     *
     * @param description what the engine answered to an inspect
     * @param start whether the container is to be started, too: {@code docker run}, else {@code docker create}
     * @param host name of the engine's host; empty if it is not known
     * @param names the name of the container with an id; the id itself if it is not known
     */
    public static String of(Json description, boolean start, String host, UnaryOperator<String> names) {
        return new RunCommand(description, start, host, names).text();
    }

    /** Newer engines say which of an image's platforms it is. */
    private void addPlatform() {
        Json platform = draft.member("ImageManifestDescriptor.platform");
        if (platform != null) {
            String variant = platform.text("variant");
            draft.add(
                    "--platform",
                    platform.text("os") + "/" + platform.text("architecture")
                            + (variant.isEmpty() ? "" : "/" + variant));
        }
    }

    private void noteUnknown(String object, Json description) {
        Set<String> known = new HashSet<>(OTHERS);
        known.addAll(OptionTable.members());
        List<String> names = known.stream()
                .filter(member -> member.startsWith(object + "."))
                .map(member -> member.substring(object.length() + 1))
                .toList();
        Members.unknown(description.get(object), names).forEach(member -> draft.note(object + "." + member));
    }

    /** No engine gives a member twice, nor U+0000 in a text. */
    private void noteStrange(String path, @Nullable Json value) {
        if (value == null) {
            return;
        }
        if (value.type() == Json.Type.STRING && value.text().indexOf('\0') >= 0) {
            draft.note(path + " with U+0000, which no word of a command can hold: it is left out");
        }
        for (int i = 0; i < value.children().size(); i++) {
            String name = value.names().isEmpty() ? "" : "." + value.names().get(i);
            if (!name.isEmpty() && value.names().indexOf(name.substring(1)) < i) {
                draft.note(path + name + " once more: the first counts");
            }
            noteStrange(path + name, value.children().get(i));
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        draft.notes().forEach(note -> comment(text, "not said: " + note));
        Map<String, String> variables = draft.variables();
        if (!variables.isEmpty()) {
            variables.forEach((name, what) -> comment(text, "redacted: ${" + name + "}" + what));
            text.append(variables.keySet().stream()
                            .map(name -> "\"${" + name + "?}\"")
                            .collect(Collectors.joining(" ", ": ", "")))
                    .append('\n');
        }
        text.append(head);
        draft.options().forEach(option -> text.append(" \\\n  ").append(option));
        text.append(" \\\n  ").append(String.join(" ", words)).append('\n');
        after.forEach(command -> text.append(command).append('\n'));
        return text.toString();
    }

    private static void comment(StringBuilder text, String comment) {
        text.append("# ").append(ShellWord.comment(comment)).append('\n');
    }
}
