package dev.shiplog.replay.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is read: shared by all verbs. */
final class Sources {
    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "A journal's directory, or a segment's file; several are read one after the other.")
    private List<String> sources = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /** @throws ParameterException if one of them is no path at all */
    List<Path> paths(Console console) {
        try {
            return sources.stream().map(console::path).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(verb.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
