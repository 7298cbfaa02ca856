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
 * The outside world, as far as a verb may touch it.
 *
 * @param out where the result goes
 * @param err where messages about it go
 * @param terminal whether {@code err} is a terminal
 * @param clock for times such as {@code 15m}
 * @param directory base of relative paths, which also gives the file system
 * @param stop counted down when the verb is to end
 */
public record Console(
        OutputStream out, PrintWriter err, boolean terminal, InstantSource clock, Path directory, CountDownLatch stop) {
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

    /** Whether the verb is to end. */
    boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Writes a line about the result to {@code err}. */
    void say(String line) {
        err.println("replay: " + printable(line));
    }

    /** Replaces control characters, as in names of files, which could break the line or control the terminal, by {@code \x1b}. */
    static String printable(String text) {
        return CONTROL.matcher(text)
                .replaceAll(match -> String.format(
                        Locale.ROOT, "\\\\x%02x", (int) match.group().charAt(0)));
    }

    /**
     * The path that {@code text} names.
     *
     * @throws IllegalArgumentException if it cannot be a path
     */
    Path path(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'' is not a path");
        }
        try {
            return directory.resolve(text);
        } catch (InvalidPathException e) {
            // as a name in UTF-8 is under LANG=C
            throw new IllegalArgumentException("'" + text + "' is not a path here: " + e.getReason(), e);
        }
    }
}
