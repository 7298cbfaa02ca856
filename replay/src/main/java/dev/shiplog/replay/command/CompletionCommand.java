package dev.shiplog.replay.command;

import dev.shiplog.replay.completion.CompletedOption;
import dev.shiplog.replay.completion.CompletedVerb;
import dev.shiplog.replay.completion.Shell;
import dev.shiplog.replay.completion.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete the command line, from the verbs and options that there are. */
@Command(
        name = "completion",
        description = "Prints a script by which a shell completes verbs, options and names of containers.",
        footer = {
            "",
            "Names come from the newest segment of each SOURCE on the command line: type SOURCE first, then",
            "--name or --filter name=, and TAB. As long as no SOURCE is there, no name can be known.",
            "",
            "Examples:",
            "  source <(replay completion bash)",
            "  replay completion zsh > ~/.zfunc/_replay",
            "  replay completion fish > ~/.config/fish/completions/replay.fish",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage."
        })
final class CompletionCommand implements Callable<Integer> {
    /** Keys as the help of {@code --filter} names them: {@code name=GLOB}. */
    private static final Pattern FILTER_KEY = Pattern.compile("\\b([a-z]\\w*)=[A-Z]", Pattern.UNICODE_CHARACTER_CLASS);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.bash;

    private final Console console;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        CommandLine all = spec.parent().commandLine();
        List<CompletedVerb> verbs = all.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(verb -> !verb.usageMessage().hidden())
                .map(CompletionCommand::verb)
                .toList();
        console.out().write(shell.script(verbs).getBytes(StandardCharsets.UTF_8));
        return ExitCode.OK;
    }

    private static CompletedVerb verb(CommandSpec verb) {
        List<CompletedOption> options = verb.options().stream()
                .filter(option -> !option.hidden())
                .map(option ->
                        new CompletedOption(Arrays.asList(option.names()), about(option.description()), values(option)))
                .toList();
        Values operands = verb.positionalParameters().stream()
                .findFirst()
                .map(CompletionCommand::values)
                .orElse(Values.of(Values.Kind.TEXT));
        if (verb.name().equals("help")) {
            operands = new Values(Values.Kind.WORDS, visible(verb.parent()));
        }
        return new CompletedVerb(verb.name(), about(verb.usageMessage().description()), options, operands);
    }

    private static List<String> visible(CommandSpec all) {
        List<String> names = new ArrayList<>();
        all.subcommands().forEach((name, verb) -> {
            if (!verb.getCommandSpec().usageMessage().hidden()) {
                names.add(name);
            }
        });
        return names;
    }

    private static Values values(ArgSpec of) {
        if (of instanceof OptionSpec && of.arity().max() == 0) {
            return Values.of(Values.Kind.FLAG);
        }
        if (of.completionCandidates() != null) {
            List<String> words = StreamSupport.stream(of.completionCandidates().spliterator(), false)
                    .toList();
            return new Values(Values.Kind.WORDS, words);
        }
        if (of instanceof OptionSpec option && option.longestName().equals("--project")) {
            return Values.of(Values.Kind.PROJECTS);
        }
        return switch (of.paramLabel()) {
            case "SOURCE", "JOURNAL", "FILE", "KEYFILE" -> Values.of(Values.Kind.FILES);
            case "DIR" -> Values.of(Values.Kind.DIRECTORIES);
            case "NAME" -> Values.of(Values.Kind.NAMES);
            case "KEY=VALUE" -> new Values(Values.Kind.FILTER, filterKeys(of));
            default -> Values.of(Values.Kind.TEXT);
        };
    }

    private static List<String> filterKeys(ArgSpec filter) {
        return FILTER_KEY
                .matcher(String.join(" ", filter.description()))
                .results()
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .toList();
    }

    /** The first clause: a shell has one line for it. */
    private static String about(String[] description) {
        return String.join(" ", description).split("[.:;]( |$)", 2)[0];
    }
}
