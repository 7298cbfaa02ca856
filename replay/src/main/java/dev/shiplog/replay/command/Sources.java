package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The parameters that name what is read, shared by all verbs. */
final class Sources {
    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description =
                    "A journal's directory, a directory of archives, or a single segment or archive. There may be several.")
    private List<String> sources = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /**
     * The paths of the sources. Reports files in a journal's directory that look like segments but will not be read.
     *
     * @throws picocli.CommandLine.ParameterException if one of them is not a path at all
     */
    List<Path> paths(Console console) throws IOException {
        List<Path> paths =
                Usage.of(verb, () -> sources.stream().map(console::path).toList());
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                for (Path misnamed : Catalog.misnamed(path)) {
                    console.say("not read: " + misnamed + ": not named like a segment, such as 20261121-11F.cq4");
                }
            }
        }
        return paths;
    }
}
