package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.timeline.json.JsonLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows in one of three formats: a table as {@code docker} prints it, JSON with an object a line, or CSV. People get the
 * words of {@code docker}; programs get numbers in base units, and times in ns and as RFC 3339.
 *
 * @param <T> what a row is about
 */
final class Table<T> {
    /** The formats, by their names on the command line. */
    enum Format {
        table,
        json,
        csv
    }

    /**
     * A column.
     *
     * @param title for people, in capitals
     * @param key for programs, in lower case with underscores
     * @param shown what people read
     * @param value what programs read: a text, a number, a boolean, a {@link Time}, a list of texts, or null for what is not known
     * @param width for people: so many characters at least
     */
    record Column<T>(
            String title, String key, Function<T, String> shown, Function<T, @Nullable Object> value, int width) {
        Column(String title, String key, Function<T, String> shown, Function<T, @Nullable Object> value) {
            this(title, key, shown, value, 0);
        }

        Column<T> atLeast(int characters) {
            return new Column<>(title, key, shown, value, characters);
        }
    }

    /** A time in ns since the epoch. */
    record Time(long nanos) {
        /** Null for 0, a time that is not known. */
        static @Nullable Time of(long nanos) {
            return nanos == 0 ? null : new Time(nanos);
        }

        private String text() {
            Bytes text = new Bytes(30);
            text.putTime(nanos);
            return new String(text.array(), 0, text.length(), StandardCharsets.US_ASCII);
        }
    }

    private static final String PADDING = "   ";

    private final List<Column<T>> columns;
    private final Format format;
    /** Of the columns, for people, as far as rows were written; empty before. */
    private int[] widths = {};
    /** Whether the names of the columns are written. */
    private boolean begun;

    private Table(List<Column<T>> columns, Format format) {
        this.columns = columns;
        this.format = format;
    }

    /**
     * A table of the columns that are asked for.
     *
     * @param all that there are
     * @param usual the keys of those that people get if they ask for none; programs get all
     * @param asked keys or titles of columns, in the order that is asked for; empty for the usual ones
     * @throws IllegalArgumentException if there is no such column
     */
    static <T> Table<T> of(List<Column<T>> all, List<String> usual, List<String> asked, Format format) {
        if (asked.isEmpty() && format != Format.table) {
            return new Table<>(all, format);
        }
        List<Column<T>> chosen = new ArrayList<>();
        for (String name : asked.isEmpty() ? usual : asked) {
            chosen.add(column(all, name));
        }
        return new Table<>(chosen, format);
    }

    private static <T> Column<T> column(List<Column<T>> all, String name) {
        String key = name.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
        for (Column<T> column : all) {
            if (column.key().equals(key)) {
                return column;
            }
        }
        for (Column<T> column : all) {
            if (column.title().equalsIgnoreCase(name.strip())) {
                return column;
            }
        }
        throw new IllegalArgumentException("--columns '" + name + "': no such column; there are "
                + all.stream().map(Column::key).collect(Collectors.joining(", ")));
    }

    /** Writes rows. They may come in parts, under one heading: widths follow from the rows so far. */
    void write(List<T> rows, OutputStream out) throws IOException {
        Bytes text = new Bytes(4096);
        switch (format) {
            case table -> table(rows, text);
            case json -> rows.forEach(row -> json(row, text));
            case csv -> csv(rows, text);
        }
        begun = true;
        out.write(text.array(), 0, text.length());
        out.flush();
    }

    /** Lets the rows that follow be a table of their own, for people. */
    void newPage(OutputStream out) throws IOException {
        if (format == Format.table && begun) {
            out.write('\n');
            begun = false;
            widths = new int[0];
        }
    }

    private void table(List<T> rows, Bytes out) {
        List<List<String>> lines = new ArrayList<>();
        if (!begun) {
            lines.add(columns.stream().map(Column::title).toList());
        }
        for (T row : rows) {
            lines.add(columns.stream()
                    .map(column -> Console.printable(column.shown().apply(row)))
                    .toList());
        }
        if (widths.length == 0) {
            widths = columns.stream().mapToInt(Column::width).toArray();
        }
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i));
                if (i < widths.length - 1) {
                    text.append(" ".repeat(widths[i] - width(line.get(i)))).append(PADDING);
                }
            }
            out.putUtf8(text.append('\n').toString());
        }
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private void json(T row, Bytes out) {
        JsonLine line = new JsonLine(out);
        for (Column<T> column : columns) {
            Object value = column.value().apply(row);
            if (value instanceof Time time) {
                line.putTime(column.key(), time.nanos());
            } else if (value instanceof String text) {
                line.put(column.key(), text);
            } else if (value instanceof List<?> texts) {
                line.name(column.key());
                putAll(texts, out);
            } else {
                line.name(column.key());
                out.putUtf8(String.valueOf(value)); // a number, true, false or null
            }
        }
        line.end();
        out.put('\n');
    }

    private static void putAll(List<?> texts, Bytes out) {
        out.put('[');
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            JsonString.put(String.valueOf(texts.get(i)), out);
        }
        out.put(']');
    }

    /** As RFC 4180 has it, with line feeds alone. */
    private void csv(List<T> rows, Bytes out) {
        if (!begun) {
            out.putUtf8(columns.stream().map(Column::key).collect(Collectors.joining(",")) + "\n");
        }
        for (T row : rows) {
            out.putUtf8(columns.stream()
                            .map(column -> cell(column.value().apply(row)))
                            .collect(Collectors.joining(","))
                    + "\n");
        }
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value instanceof Time time
                ? time.text()
                : value instanceof List<?> texts
                        ? texts.stream().map(String::valueOf).collect(Collectors.joining(" "))
                        : value.toString();
        boolean plain = Arrays.stream(new String[] {",", "\"", "\n", "\r"}).noneMatch(text::contains);
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
