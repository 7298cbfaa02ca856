package dev.shiplog.replay.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say how rows are printed, shared by all verbs that print a table. */
final class TableOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description =
                    "table (default): for people. json: an object a line. csv: a line of names, then a line a row.")
    private Table.Format format = Table.Format.table;

    @Option(
            names = "--columns",
            paramLabel = "NAMES",
            split = ",",
            description = "These columns, in this order, by their titles or their names in json.")
    private List<String> columns = new ArrayList<>();

    @Option(names = "--no-trunc", description = "Print ids and commands in full.")
    private boolean whole;

    Table.Format format() {
        return format;
    }

    boolean isWhole() {
        return whole;
    }

    /**
     * The table that is asked for.
     *
     * @param usual the keys of the columns that people get if they ask for none
     * @throws IllegalArgumentException if there is no such column
     */
    <T> Table<T> table(List<Table.Column<T>> all, List<String> usual) {
        return Table.of(all, usual, columns, format);
    }
}
