package dev.shiplog.replay.completion;

import java.util.List;
import java.util.stream.Collectors;

/** Writes the completion for zsh, by its own {@code _arguments}, which shows what each option does. */
final class ZshScript {
    private static final String TEMPLATE = """
            #compdef replay
            # Completion of replay for zsh, as 'replay completion zsh' prints it.

            # Asks replay what the journals on the command line hold: names or projects.
            _replay_ask() {
                local -a asked=("${(@Q)typed}")
                "${asked[1]/#\\~\\//$HOME/}" complete $1 -- "${(@)asked[2,-1]/#\\~\\//$HOME/}" 2>/dev/null
            }

            _replay_names() {
                local -a found=("${(@f)$(_replay_ask names)}")
                compadd -- "${(@)found:#}"
            }

            _replay_projects() {
                local -a found=("${(@f)$(_replay_ask projects)}")
                compadd -- "${(@)found:#}"
            }

            # KEY=VALUE, with the keys as arguments.
            _replay_filter() {
                if compset -P '(name|container)(!|)='; then
                    _replay_names
                elif compset -P 'status(!|)='; then
                    compadd -- @STATUSES@
                elif compset -P 'health(!|)='; then
                    compadd -- @HEALTHS@
                elif ! compset -P '*='; then
                    compadd -S '' -- "${@/%/=}"
                fi
            }

            _replay() {
                local context state line curcontext="$curcontext"
                local -A opt_args
                local -a typed=("${words[@]}") verbs=(
            @VERBS@    )
                _arguments -C '(- : *)'{-h,--help}'[Show help]' '(- : *)'{-V,--version}'[Show the version]' \\
                    '1: :->verb' '*:: :->rest'
                if [[ $state = verb ]]; then
                    _describe -t verbs verb verbs
                    return
                fi
                case $words[1] in
            @CASES@    esac
            }

            if [[ $funcstack[1] = _replay ]]; then
                _replay "$@"
            else
                compdef _replay replay
            fi
            """;

    private ZshScript() {}

    static String of(List<CompletedVerb> verbs) {
        String names = verbs.stream()
                .map(verb -> "        '" + verb.name() + ":" + plain(verb.about()) + "'\n")
                .collect(Collectors.joining());
        return TEMPLATE.replace("@STATUSES@", Values.STATUSES)
                .replace("@HEALTHS@", Values.HEALTHS)
                .replace("@VERBS@", names)
                .replace("@CASES@", verbs.stream().map(ZshScript::arguments).collect(Collectors.joining()));
    }

    private static String arguments(CompletedVerb verb) {
        StringBuilder lines = new StringBuilder("    " + verb.name() + ")\n        _arguments");
        for (CompletedOption option : verb.options()) {
            for (String name : option.names()) {
                String about = plain(option.about()).replace("[", "\\[").replace("]", "\\]");
                // An option may be repeated: some add up, and the last of the others counts.
                String value = option.takesValue() ? (name.startsWith("--") ? "=" : "") : "";
                lines.append(" \\\n            '*")
                        .append(name)
                        .append(value)
                        .append('[')
                        .append(about)
                        .append(']');
                lines.append(option.takesValue() ? ":value:" + action(option.values()) : "")
                        .append('\'');
            }
        }
        lines.append(" \\\n            '*:source:")
                .append(action(verb.operands()))
                .append("'\n        ;;\n");
        return lines.toString();
    }

    private static String action(Values values) {
        return switch (values.kind()) {
            case FLAG, TEXT -> " ";
            case WORDS -> "(" + String.join(" ", values.words()) + ")";
            case FILES -> "_files";
            case DIRECTORIES -> "_files -/";
            case NAMES -> "_replay_names";
            case PROJECTS -> "_replay_projects";
            // With a blank before it, zsh passes no arguments of its own.
            case FILTER -> " _replay_filter " + String.join(" ", values.words());
        };
    }

    /** Within single quotes, where a colon ends a part. */
    private static String plain(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:").replace("'", "'\\''");
    }
}
