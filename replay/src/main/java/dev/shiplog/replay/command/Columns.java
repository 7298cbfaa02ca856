package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.query.Times;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Columns that several verbs have. */
final class Columns {
    private Columns() {}

    /** A text, the same for people and programs. */
    static <T> Column<T> text(String title, String key, Function<T, String> of) {
        return new Column<>(title, key, of, of::apply);
    }

    /** The host's name. */
    static <T> Column<T> host(Function<T, String> of) {
        return text("HOST", "host", of);
    }

    /**
     * An id.
     *
     * @param whole whether people get it in full
     */
    static <T> Column<T> id(String title, String key, Function<T, String> of, boolean whole) {
        return new Column<>(
                title, key, row -> whole ? of.apply(row) : DockerWords.shortId(of.apply(row)), row -> of.apply(row));
    }

    /** A time in ns since the epoch, 0 for one that is not known; people get whole seconds. */
    static <T> Column<T> time(String title, String key, ToLongFunction<T> of) {
        return new Column<>(
                title,
                key,
                row -> of.applyAsLong(row) == 0 ? "" : Times.formatSeconds(of.applyAsLong(row)),
                row -> Time.of(of.applyAsLong(row)));
    }
}
