package dev.shiplog.replay.command;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The outside world, as far as a verb may touch it.
 *
 * @param out where the result goes
 * @param err where messages about it go
 * @param terminal whether {@code err} is a terminal
 * @param clock for times such as {@code 15m}
 * @param directory base of relative paths, which also gives the file system
 * @param stop counted down when the verb is to end
 * @param environment the value of a variable; null if it is not set
 */
public record Console(
        OutputStream out,
        PrintWriter err,
        boolean terminal,
        InstantSource clock,
        Path directory,
        CountDownLatch stop,
        Function<String, @Nullable String> environment) {
    /** Without environment variables. */
    public Console(
            OutputStream out,
            PrintWriter err,
            boolean terminal,
            InstantSource clock,
            Path directory,
            CountDownLatch stop) {
        this(out, err, terminal, clock, directory, stop, name -> null);
    }

    /** Control characters; format characters, among them those that turn text around; ends of lines; half characters. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    /** Whether the verb is to end. */
    boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Writes a line about the result to {@code err}. */
    void say(String line) {
        err.println("replay: " + printable(line));
    }

    /** The same from any thread: on a terminal in place of a line that shows how far a work is, if there is one. */
    void sayAmid(String line) {
        err.println((terminal ? "\r\u001b[K" : "") + "replay: " + printable(line));
    }

    /**
     * Replaces what could break a line, control the terminal, or show a text as another than it is, by its number, as in
     * {@code \x1b}. Whatever is shown to people passes through here: names and reasons may come from anywhere.
     */
    static String printable(String text) {
        return UNPRINTABLE
                .matcher(text)
                .replaceAll(match -> match.group()
                        .chars()
                        .mapToObj(unit -> String.format(Locale.ROOT, unit < 0x100 ? "\\\\x%02x" : "\\\\u%04x", unit))
                        .collect(Collectors.joining()));
    }

    /** Whether a text is shown as it is: nothing in it is to be replaced. */
    public static boolean isPrintable(String text) {
        return !UNPRINTABLE.matcher(text).find();
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
