package dev.shiplog.replay.completion;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the completion for bash, from 3.2 on, which macOS has. */
final class BashScript {
    /** The words that bash makes of {@code --filter name=web} are four, with the {@code =} among them. */
    private static final String TEMPLATE = """
            # Completion of replay for bash, as 'replay completion bash' prints it.

            # Asks replay what the journals on the command line hold: names or projects.
            _replay_ask() {
                local word words=()
                for word in "${COMP_WORDS[@]}"; do
                    word=${word//[\\\\\\"\\']/}
                    words+=("${word/#\\~\\//$HOME/}")
                done
                "${words[0]}" complete "$1" -- "${words[@]:1}" 2>/dev/null
            }

            # Which words fit what is typed; nothing is offered instead of them.
            _replay_words() {
                type compopt &>/dev/null && compopt +o default
                COMPREPLY=($(compgen -W "$1" -- "$current"))
            }

            # The beginning of KEY=VALUE, or a value of the key before it.
            _replay_filter() {
                case $key in
                name | container) _replay_words "$(_replay_ask names)" ;;
                status) _replay_words '@STATUSES@' ;;
                health) _replay_words '@HEALTHS@' ;;
                '')
                    type compopt &>/dev/null && compopt -o nospace
                    _replay_words "$1"
                    ;;
                *) _replay_words '' ;;
                esac
            }

            _replay_directories() {
                type compopt &>/dev/null && compopt -o dirnames +o default
            }

            _replay() {
                local current=${COMP_WORDS[COMP_CWORD]} before=("${COMP_WORDS[@]:0:COMP_CWORD}")
                local count=$COMP_CWORD verb= option= key= word
                COMPREPLY=()
                for word in "${before[@]:1}"; do
                    case $word in -*) ;; *) verb=$word && break ;; esac
                done
                if [ "$current" = = ]; then
                    current= before[count]='=' count=$((count + 1))
                fi
                option=${before[count - 1]}
                if [ "$option" = = ]; then
                    option=${before[count - 2]}
                    case $option in
                    -*) ;;
                    *)
                        key=${option%!} option=${before[count - 3]}
                        [ "$option" != = ] || option=${before[count - 4]}
                        ;;
                    esac
                fi
                case "$verb $option" in
            @VALUES@    esac
                case "$verb/$current" in
                /*) _replay_words '@VERBS@' ;;
            @OPTIONS@@OPERANDS@    esac
            }

            complete -o default -F _replay replay
            """;

    private BashScript() {}

    static String of(List<CompletedVerb> verbs) {
        return TEMPLATE.replace("@STATUSES@", Values.STATUSES)
                .replace("@HEALTHS@", Values.HEALTHS)
                .replace("@VALUES@", values(verbs))
                .replace(
                        "@VERBS@",
                        verbs.stream().map(CompletedVerb::name).collect(Collectors.joining(" ")) + " --help --version")
                .replace("@OPTIONS@", options(verbs))
                .replace("@OPERANDS@", operands(verbs));
    }

    /** A line for all options, of whatever verb, that take the same values. */
    private static String values(List<CompletedVerb> verbs) {
        Map<Values, List<String>> patterns = new LinkedHashMap<>();
        for (CompletedVerb verb : verbs) {
            for (CompletedOption option : verb.options()) {
                if (option.takesValue()) {
                    List<String> same = patterns.computeIfAbsent(option.values(), v -> new ArrayList<>());
                    option.names().forEach(name -> same.add("'" + verb.name() + " " + name + "'"));
                }
            }
        }
        StringBuilder lines = new StringBuilder();
        patterns.forEach((values, same) -> lines.append("    ")
                .append(String.join(" | ", same))
                .append(") ")
                .append(complete(values))
                .append("return ;;\n"));
        return lines.toString();
    }

    private static String complete(Values values) {
        return switch (values.kind()) {
            case FLAG, FILES -> ""; // what bash does by default
            case TEXT -> "_replay_words ''; ";
            case WORDS -> "_replay_words '" + String.join(" ", values.words()) + "'; ";
            case DIRECTORIES -> "_replay_directories; ";
            case NAMES -> "_replay_words \"$(_replay_ask names)\"; ";
            case PROJECTS -> "_replay_words \"$(_replay_ask projects)\"; ";
            case FILTER -> "_replay_filter '" + keys(values) + "'; ";
        };
    }

    private static String keys(Values values) {
        return values.words().stream().map(key -> key + "=").collect(Collectors.joining(" "));
    }

    private static String options(List<CompletedVerb> verbs) {
        StringBuilder lines = new StringBuilder();
        for (CompletedVerb verb : verbs) {
            String names = verb.options().stream()
                    .flatMap(option -> option.names().stream())
                    .collect(Collectors.joining(" "));
            lines.append("    ")
                    .append(verb.name())
                    .append("/-*) _replay_words '")
                    .append(names)
                    .append("' ;;\n");
        }
        return lines.toString();
    }

    private static String operands(List<CompletedVerb> verbs) {
        StringBuilder lines = new StringBuilder();
        for (CompletedVerb verb : verbs) {
            if (verb.operands().kind() != Values.Kind.FILES) {
                lines.append("    ")
                        .append(verb.name())
                        .append("/*) ")
                        .append(complete(verb.operands()))
                        .append("return ;;\n");
            }
        }
        return lines.toString();
    }
}
