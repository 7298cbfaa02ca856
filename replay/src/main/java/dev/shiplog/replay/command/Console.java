package dev.shiplog.replay.command;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

/**
 * The world outside, as far as a verb may touch it.
 *
 * @param out the result goes here
 * @param err what is to be said about it goes here
 * @param terminal whether a person sees {@code err} at once
 * @param clock for times such as {@code 15m}
 * @param directory what relative paths begin at; also gives the file system
 * @param stop counted down when the verb is to come to its end
 */
public record Console(
        OutputStream out, PrintWriter err, boolean terminal, InstantSource clock, Path directory, CountDownLatch stop) {
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

    /** Says one line about the result. */
    void say(String line) {
        err.println("replay: " + printable(line));
    }

    /** Names of files may hold what would break the line, or command the terminal: such is shown as {@code \x1b}. */
    static String printable(String text) {
        return CONTROL.matcher(text)
                .replaceAll(match -> String.format(
                        Locale.ROOT, "\\\\x%02x", (int) match.group().charAt(0)));
    }

    /**
     * The path that {@code text} stands for.
     *
     * @throws IllegalArgumentException if it is none
     */
    Path path(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'' is not a path");
        }
        try {
            return directory.resolve(text);
        } catch (InvalidPathException e) {
            // As for a name in UTF-8 under LANG=C.
            throw new IllegalArgumentException("'" + text + "' is not a path here: " + e.getReason(), e);
        }
    }
}
