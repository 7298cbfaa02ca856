package dev.shiplog.replay.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Shows the help of one verb, or lists all verbs. */
@Command(name = "help", description = "Tells more of a verb, as 'replay VERB --help' does.")
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..1", paramLabel = "VERB", description = "One of the verbs; without one they are listed.")
    private @Nullable String verb;

    @Override
    public Integer call() {
        CommandLine all = spec.parent().commandLine();
        CommandLine asked = verb == null ? all : all.getSubcommands().get(verb);
        if (asked == null) {
            throw new UnmatchedArgumentException(all, List.of(String.valueOf(verb)));
        }
        asked.usage(all.getOut());
        return ExitCode.OK;
    }
}
