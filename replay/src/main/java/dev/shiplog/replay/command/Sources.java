package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The parameters that name what is read, shared by all verbs. */
final class Sources {
    /** As docker allows them. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description =
                    "A journal's directory, a directory of archives, or a single segment or archive. There may be several.")
    private List<String> sources = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    /** Whether any is named; some verbs have something to do without. */
    boolean areGiven() {
        return !sources.isEmpty();
    }

    /** Lets a verb be called without, if it has something to do then. */
    static void makeDispensable(CommandSpec verb) {
        PositionalParamSpec sources = verb.positionalParameters().get(0);
        verb.remove(sources);
        verb.addPositional(sources.toBuilder().arity("0..*").required(false).build());
    }

    /** Takes out what comes before the last and is no file, but may be the name of a container. */
    List<String> takeNames(Console console) {
        List<String> before = sources.subList(0, Math.max(0, sources.size() - 1));
        List<String> names = before.stream()
                .filter(text -> NAME.matcher(text).matches() && Files.notExists(console.path(text)))
                .toList();
        before.removeAll(names);
        return names;
    }

    /**
     * The paths of the sources. Reports files in a journal's directory that look like segments but will not be read.
     *
     * @throws picocli.CommandLine.ParameterException if one of them is not a path at all
     * @throws NoSuchFileException if one of several is not there and may be the name of a container
     */
    List<Path> paths(Console console) throws IOException {
        Usage.check(verb, !sources.isEmpty(), "Missing required parameter: 'SOURCE'");
        List<Path> paths =
                Usage.of(verb, () -> sources.stream().map(console::path).toList());
        for (int i = 0; i < paths.size() && paths.size() > 1; i++) {
            refuseName(sources.get(i), paths.get(i));
        }
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                for (Path misnamed : Catalog.misnamed(path)) {
                    console.say("not read: " + misnamed + ": not named like a segment, such as 20261121-11F.cq4");
                }
            }
        }
        return paths;
    }

    /** The name of a container beside a source, as other programs take it, is not one more file that is not there. */
    private void refuseName(String text, Path path) throws IOException {
        OptionSpec name = verb.findOption("--name");
        OptionSpec filter = verb.findOption("--filter");
        boolean choosesNames =
                filter != null && String.join(" ", filter.description()).contains("name=");
        if (NAME.matcher(text).matches() && (name != null || choosesNames) && Files.notExists(path)) {
            throw new NoSuchFileException(
                    path.toString(),
                    null,
                    "no such file or directory; for a container of this name write "
                            + (name != null ? "--name " : "--filter name=") + text);
        }
    }

    /**
     * What the sources hold of one host.
     *
     * @param files to be read
     * @param directories those of the sources that a recorder of the host may write to
     */
    record Host(List<Path> files, List<Path> directories) {
        /** Whether a recorder writes to one of the directories now. */
        boolean isRecorded() {
            for (Path directory : directories) {
                try {
                    if (Files.isDirectory(directory) && JournalLock.isHeld(directory)) {
                        return true;
                    }
                } catch (IOException e) {
                    // Nobody knows: then what is not recorded is not known.
                }
            }
            return false;
        }
    }

    /** The sources host by host, each to be read by itself. */
    static List<Host> byHost(List<Path> sources) throws IOException {
        List<List<Segment>> rows = Catalog.rows(sources);
        if (rows.size() <= 1) {
            return List.of(new Host(sources, sources));
        }
        List<Host> hosts = new ArrayList<>();
        for (List<Segment> row : rows) {
            List<Path> files = row.stream().map(Segment::path).toList();
            List<Path> directories =
                    sources.stream().filter(source -> holdsAny(source, files)).toList();
            hosts.add(new Host(files, directories));
        }
        return hosts;
    }

    private static boolean holdsAny(Path directory, List<Path> files) {
        return files.stream().anyMatch(file -> directory.equals(file.getParent()));
    }
}
