package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.Coding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of a verb that makes an archive outside of any chain. */
final class NewArchive {
    private static final String SUFFIX = ".tar";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The new archive: a file that ends in .tar and is not there yet.")
    private String output = "";

    @Option(
            names = "--portable",
            description = "Write records as lines of JSON under zstd: larger, and readable without this program.")
    private boolean portable;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    Coding coding() {
        return portable ? Coding.PORTABLE : Coding.COLUMNS;
    }

    /**
     * The archive's file, which is not there yet.
     *
     * @throws picocli.CommandLine.ParameterException if an archive cannot be called so, or would be in a journal
     */
    Path file(Console console) throws IOException {
        Path file = Usage.of(verb, () -> {
            Path named = console.path(output);
            if (!output.endsWith(SUFFIX)) {
                throw new IllegalArgumentException("-o " + output + ": an archive must end in " + SUFFIX);
            }
            return named;
        });
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IOException(file + ": cannot be written: " + directory + " is no directory");
        }
        Usage.refuseJournal(verb, "-o " + output, directory);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw isThere(file.toString());
        }
        return file;
    }

    /** The same, or a directory for it. */
    Path fileOrDirectory(Console console) throws IOException {
        Path target = Usage.of(verb, () -> console.path(output));
        if (!Files.isDirectory(target)) {
            return file(console);
        }
        Usage.refuseJournal(verb, "-o " + output, target);
        return target;
    }

    /** The error that a file is there that must not be. */
    IOException isThere(String file) {
        return new IOException(file + ": exists; " + verb.name() + " replaces no file");
    }
}
