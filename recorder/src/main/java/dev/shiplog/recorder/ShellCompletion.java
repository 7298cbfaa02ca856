package dev.shiplog.recorder;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Writes scripts by which shells complete the recorder's options. */
final class ShellCompletion {
    static final String OPTION = "--completion";
    static final String[] SHELLS = {"bash", "zsh", "fish"};

    private ShellCompletion() {}

    /** @throws UsageException if there is none for this shell */
    static String script(CommandLine line, String shell) throws UsageException {
        return switch (shell) {
            case "bash", "zsh" -> AutoComplete.bash("recorder", line); // zsh reads it as it is
            case "fish" ->
                line.getCommandSpec().options().stream()
                        .map(ShellCompletion::fish)
                        .collect(Collectors.joining());
            default ->
                throw new UsageException(
                        OPTION + ": \"" + shell + "\" is not one of " + String.join(", ", List.of(SHELLS)));
        };
    }

    private static String fish(OptionSpec option) {
        StringBuilder text = new StringBuilder("complete -c recorder");
        for (String name : option.names()) {
            text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.completionCandidates() != null) {
            text.append(" -x -a '")
                    .append(StreamSupport.stream(option.completionCandidates().spliterator(), false)
                            .collect(Collectors.joining(" ")))
                    .append('\'');
        } else if (option.arity().max() > 0) {
            text.append(" -r");
        }
        String about =
                String.join(" ", option.description()).split("[(:;%]", 2)[0].strip();
        return text.append(" -d '")
                .append(about.replace("'", "\\'"))
                .append("'\n")
                .toString();
    }
}
