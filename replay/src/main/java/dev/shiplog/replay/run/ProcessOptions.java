package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.redact.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Adds the options about the process: its streams, variables and check, and which program it is. Not thread safe. */
final class ProcessOptions {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Variables that a shell or the client has for itself: there the value of the container's cannot be given. */
    private static final Pattern OF_THE_SHELL = Pattern.compile(
            "PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|PPID|UID|EUID|IFS|ENV|TERM|LANG|LC_.*|TZ|HOSTNAME|PS[124]|BASH.*|LD_.*"
                    + "|DOCKER_.*|REDACTED_.*|_|SECONDS|RANDOM|SRANDOM|LINENO"
                    + "|OPTIND|SHLVL|GROUPS|DIRSTACK|FUNCNAME|OSTYPE|HOSTTYPE|MACHTYPE|HISTCMD|EPOCH.*");

    private final Draft draft;

    ProcessOptions(Draft draft) {
        this.draft = draft;
    }

    /** Whether the client is not to be attached to the container. */
    boolean isDetached() {
        return !draft.isTrue("Config.AttachStdin")
                && !draft.isTrue("Config.AttachStdout")
                && !draft.isTrue("Config.AttachStderr");
    }

    void addStreams(boolean start) {
        boolean open = draft.isTrue("Config.OpenStdin");
        boolean in = draft.isTrue("Config.AttachStdin");
        boolean out = draft.isTrue("Config.AttachStdout");
        boolean err = draft.isTrue("Config.AttachStderr");
        if (isDetached()) {
            if (start) {
                draft.add("--detach");
            } else {
                draft.note("Config.Attach…: docker create always attaches something");
            }
        } else if (in != open || !out || !err) {
            Map.of("stdin", in, "stdout", out, "stderr", err).entrySet().stream()
                    .filter(Map.Entry::getValue)
                    .map(Map.Entry::getKey)
                    .sorted()
                    .forEach(stream -> draft.add("--attach", stream));
            if (open && !in) {
                draft.note("Config.AttachStdin false: --interactive attaches to it");
            }
        }
        if (draft.isTrue("Config.StdinOnce") != (open && in) && !(isDetached() && !start)) {
            draft.note("Config.StdinOnce " + draft.isTrue("Config.StdinOnce"));
        }
    }

    void addEnvironment() {
        for (String variable : draft.texts("Config.Env")) {
            int equals = variable.indexOf('=');
            String name = variable.substring(0, Math.max(0, equals));
            String value = variable.substring(equals + 1);
            if (equals <= 0) {
                draft.note("Config.Env '" + variable + "': has no name, or no value");
            } else if (!value.equals(Redaction.REDACTED)) {
                draft.add("--env", variable);
            } else if (name.equals("PATH")) {
                draft.note("Config.Env PATH: the value is redacted; the image's own is used");
            } else {
                boolean canBeSet = NAME.matcher(name).matches()
                        && !OF_THE_SHELL.matcher(name).matches();
                draft.addVariable(name, canBeSet ? name : "");
            }
        }
    }

    void addHealth() {
        Json check = draft.member("Config.Healthcheck");
        if (check == null) {
            return;
        }
        Json test = check.get("Test");
        List<String> words = test == null ? List.of() : Draft.texts(test);
        String how = words.isEmpty() ? "" : words.get(0);
        List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
        if (how.equals("NONE")) {
            draft.add("--no-healthcheck");
            return;
        } else if (how.equals("CMD-SHELL")) {
            draft.add("--health-cmd", String.join(" ", rest));
        } else if (!how.isEmpty()) {
            draft.note("Config.Healthcheck.Test without a shell: --health-cmd has the image's shell run it");
            draft.add("--health-cmd", rest.stream().map(ShellWord::of).collect(Collectors.joining(" ")));
        }
        addLength("--health-interval", check, "Interval");
        addLength("--health-timeout", check, "Timeout");
        addLength("--health-start-period", check, "StartPeriod");
        addLength("--health-start-interval", check, "StartInterval");
        if (!Members.isEmpty(check.get("Retries"))) {
            draft.add("--health-retries", Members.text(check, "Retries"));
        }
    }

    private void addLength(String option, Json check, String member) {
        long nanos = Members.number(check.get(member));
        if (nanos != 0) {
            draft.add(option, Members.billionths(nanos) + "s");
        }
    }

    /**
     * Adds the entrypoint, and gives the words that follow the image. An entrypoint is always said: the image may have
     * one of its own, which a container without one was told to leave out.
     */
    List<String> addCommand() {
        List<String> entrypoint = draft.texts("Config.Entrypoint");
        draft.add("--entrypoint", entrypoint.isEmpty() ? "" : entrypoint.get(0));
        List<String> arguments = new ArrayList<>();
        if (entrypoint.size() > 1) {
            draft.note("Config.Entrypoint of " + entrypoint.size()
                    + " words: --entrypoint takes one, the others come first among the arguments");
            arguments.addAll(entrypoint.subList(1, entrypoint.size()));
        }
        arguments.addAll(draft.texts("Config.Cmd"));
        return arguments;
    }
}
