package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What a command line asks for. */
final class Usage {
    private Usage() {}

    /**
     * What the options come to.
     *
     * @throws ParameterException if they make no sense, that is, if {@code options} throws an
     *     {@link IllegalArgumentException}: its message is a line for the user
     */
    static <T> T of(CommandSpec verb, Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(verb.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Keeps archives out of journals.
     *
     * @param option as it was given
     * @param directory where an archive is to go
     * @throws ParameterException if the directory is a journal
     */
    static void refuseJournal(CommandSpec verb, String option, Path directory) throws IOException {
        check(
                verb,
                !Files.isDirectory(directory) || !Catalog.isJournal(directory),
                option + ": " + directory + " is a journal; archives need a directory of their own");
    }

    /** @throws ParameterException with this line for the user, unless {@code holds} */
    static void check(CommandSpec verb, boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(verb.commandLine(), message);
        }
    }
}
