package dev.shiplog.replay.completion;

import java.util.List;
import java.util.stream.Collectors;

/** Writes the completion for fish: a line for each verb, for its operands, and for each of its options. */
final class FishScript {
    private static final String TEMPLATE = """
            # Completion of replay for fish, as 'replay completion fish' prints it.

            # Whether the verb on the command line is this one; without an argument, whether there is none.
            function __replay_verb
                for word in (commandline -opc)[2..]
                    if not string match -q -- '-*' $word
                        test "$word" = "$argv[1]"
                        return
                    end
                end
                test -z "$argv[1]"
            end

            # Asks replay what the journals on the command line hold: names or projects.
            function __replay_ask
                set -l words (commandline -op | string replace -r '^~/' "$HOME/")
                command $words[1] complete $argv[1] -- $words[2..] 2>/dev/null
            end

            # KEY=VALUE, with the keys as arguments.
            function __replay_filter
                set -l typed (string replace -r '^--\\w+=' '' -- (commandline -ct))
                set -l key (string match -r '^.*?=' -- $typed)
                or printf '%s=\\n' $argv
                if string match -qr '^(name|container)!?=$' -- $key
                    printf "$key%s\\n" (__replay_ask names)
                else if string match -qr '^status!?=$' -- $key
                    printf "$key%s\\n" @STATUSES@
                else if string match -qr '^health!?=$' -- $key
                    printf "$key%s\\n" @HEALTHS@
                end
            end

            complete -c replay -f
            complete -c replay -n __replay_verb -s h -l help -d 'Show help'
            complete -c replay -n __replay_verb -s V -l version -d 'Show the version'
            """;

    private FishScript() {}

    static String of(List<CompletedVerb> verbs) {
        StringBuilder script = new StringBuilder(
                TEMPLATE.replace("@STATUSES@", Values.STATUSES).replace("@HEALTHS@", Values.HEALTHS));
        for (CompletedVerb verb : verbs) {
            line(script, "-n __replay_verb", "-a " + verb.name(), verb.about());
        }
        for (CompletedVerb verb : verbs) {
            String there = "-n '__replay_verb " + verb.name() + "'";
            String operands = action(verb.operands());
            if (!operands.isEmpty()) {
                script.append("complete -c replay ")
                        .append(there)
                        .append(operands)
                        .append('\n');
            }
            for (CompletedOption option : verb.options()) {
                String names = option.names().stream().map(FishScript::name).collect(Collectors.joining(" "));
                String value = option.takesValue() ? " -r" + action(option.values()) : "";
                line(script, there, names + value, option.about());
            }
        }
        return script.toString();
    }

    private static void line(StringBuilder script, String where, String what, String about) {
        script.append("complete -c replay ").append(where).append(' ').append(what);
        script.append(" -d ").append(quoted(about)).append('\n');
    }

    private static String name(String name) {
        return name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1);
    }

    private static String action(Values values) {
        return switch (values.kind()) {
            case FLAG -> "";
            case TEXT -> " -f";
            case WORDS -> " -f -a " + quoted(String.join(" ", values.words()));
            case FILES -> " -F";
            case DIRECTORIES -> " -f -a '(__fish_complete_directories (commandline -ct))'";
            case NAMES -> " -f -a '(__replay_ask names)'";
            case PROJECTS -> " -f -a '(__replay_ask projects)'";
            case FILTER -> " -f -a '(__replay_filter " + String.join(" ", values.words()) + ")'";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
