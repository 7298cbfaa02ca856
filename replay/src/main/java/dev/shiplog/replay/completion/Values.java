package dev.shiplog.replay.completion;

import java.util.List;

/**
 * What may stand as the value of an option, or as an operand.
 *
 * @param kind where a shell finds the values
 * @param words the values themselves, or the keys of a filter; empty for other kinds
 */
public record Values(Kind kind, List<String> words) {
    /** Where values are found. */
    public enum Kind {
        /** The option takes no value. */
        FLAG,
        /** Any text; nothing can be offered. */
        TEXT,
        WORDS,
        FILES,
        DIRECTORIES,
        /** Names of containers in the journals on the command line. */
        NAMES,
        /** Names of compose projects in these journals. */
        PROJECTS,
        /** {@code KEY=VALUE}. */
        FILTER
    }

    /** Of the filter {@code status=}. */
    static final String STATUSES = "created running paused restarting removing exited dead removed";

    /** Of the filter {@code health=}. */
    static final String HEALTHS = "starting healthy unhealthy none";

    /** Values of a kind that needs no words. */
    public static Values of(Kind kind) {
        return new Values(kind, List.of());
    }
}
