package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Prints what the journals on a command line hold, for the scripts of {@link CompletionCommand}. It never complains: who
 * completes a line has not finished typing it.
 */
@Command(name = "complete", hidden = true, description = "Prints values for the completion of a command line.")
final class CompleteCommand implements Callable<Integer> {
    /** The snapshot of some thousands of containers, or of fewer ones and what happened to them first. */
    private static final int MAX_RECORDS = 10_000;

    /** As docker allows them. Nothing else is handed to a shell. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    private static final String PROJECT = "com.docker.compose.project";

    /** What is asked for. */
    enum What {
        names,
        projects
    }

    @Parameters(index = "0", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}.")
    private What what = What.names;

    @Parameters(index = "1..*", paramLabel = "WORD", description = "The command line, without its first word.")
    private List<String> words = new ArrayList<>();

    private final Console console;

    CompleteCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Set<String> found = new TreeSet<>();
        for (String word : words) {
            try {
                for (Path newest : newest(console.path(word))) {
                    read(newest, found);
                }
            } catch (IOException | IllegalArgumentException e) {
                // no source, or one that cannot be read: there is nothing to offer
            }
        }
        for (String name : found) {
            console.out().write((name + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return ExitCode.OK;
    }

    /** The newest segment of each journal at {@code source}; of a directory of segments by name, so that one file is read. */
    private static List<Path> newest(Path source) throws IOException {
        if (!Files.isDirectory(source)) {
            return Files.isRegularFile(source) ? List.of(source) : List.of();
        }
        List<SegmentName> names = Catalog.names(source);
        if (!names.isEmpty()) {
            return List.of(source.resolve(names.get(names.size() - 1).text()));
        }
        return Catalog.rows(List.of(source)).stream()
                .map(row -> row.get(row.size() - 1))
                .map(Segment::path)
                .toList();
    }

    private void read(Path segment, Set<String> found) throws IOException {
        ContainerIndex index = new ContainerIndex();
        try (Cursor cursor = Cursor.open(List.of(segment))) {
            Cursor.Step step = cursor.next();
            for (int i = 0; i < MAX_RECORDS && step != Cursor.Step.END; i++) {
                if (step == Cursor.Step.RECORD) {
                    index.apply(cursor.record());
                }
                step = cursor.next();
            }
        }
        for (Container container : index.containers()) {
            String value =
                    what == What.names ? container.name() : container.labels().getOrDefault(PROJECT, "");
            if (NAME.matcher(value).matches()) {
                found.add(value);
            }
        }
    }
}
