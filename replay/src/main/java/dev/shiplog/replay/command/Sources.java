package dev.shiplog.replay.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** What is read: shared by all verbs. */
final class Sources {
    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "A journal's directory, or a segment's file; several are read one after the other.")
    private List<String> sources = new ArrayList<>();

    List<Path> paths(Console console) {
        return sources.stream().map(console.directory()::resolve).toList();
    }
}
