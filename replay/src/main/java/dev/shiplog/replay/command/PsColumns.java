package dev.shiplog.replay.command;

import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.Life;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The columns of {@code replay ps}, of a moment and of a range. */
final class PsColumns {
    private static final int COMMAND_WIDTH = 20;

    /** What events of containers say of themselves, beside the labels. */
    private static final Set<String> OF_EVENTS =
            Set.of("image", "name", "oldName", "signal", "exitCode", "execDuration", "execID", "comment");

    private final boolean whole;

    /** @param whole whether people get ids and commands in full */
    PsColumns(boolean whole) {
        this.whole = whole;
    }

    /**
     * A container in its host.
     *
     * @param host at the moment, or at the end of the range
     */
    record Row(HostAt host, Life life) {
        ContainerState state() {
            return life.container();
        }

        Container who() {
            return life.container().container();
        }

        /** Why its state is not known; null if it is. Nothing happens any more to one that was removed. */
        HostAt.@Nullable Unknown unknown() {
            return life.isRemoved() ? null : host.unknown();
        }

        /** Since when its state is not known, ns since the epoch; 0 if it is, or if it never was. */
        long unknownSince() {
            HostAt.Unknown unknown = unknown();
            return unknown == null ? 0 : unknown.since();
        }
    }

    List<Column<Row>> ofMoment() {
        List<Column<Row>> columns = beginning();
        columns.add(new Column<>(
                "CREATED",
                "created",
                row -> DockerWords.ago(row.state().created(), row.host().moment()),
                row -> Time.of(row.state().created())));
        columns.add(status());
        columns.addAll(others());
        columns.add(exitCode(false));
        return columns;
    }

    List<Column<Row>> ofRange() {
        List<Column<Row>> columns = beginning();
        columns.add(time("BORN", "born", ContainerState::created));
        columns.add(new Column<>(
                "ENDED",
                "ended",
                PsColumns::ended,
                row -> Time.of(row.life().end().at())));
        columns.add(Columns.time("ENDED AFTER", "ended_after", PsColumns::endedAfter));
        columns.add(Columns.time(
                "ENDED BEFORE", "ended_before", row -> row.life().end().before()));
        columns.add(exitCode(true));
        columns.add(status());
        columns.add(Columns.time(
                "REMOVED AT", "removed_at", row -> row.life().removed().at()));
        columns.addAll(others());
        return columns;
    }

    private List<Column<Row>> beginning() {
        List<Column<Row>> columns = new ArrayList<>();
        columns.add(Columns.host(row -> row.host().host()));
        columns.add(Columns.id("CONTAINER ID", "id", row -> row.who().id(), whole));
        columns.add(Columns.text("IMAGE", "image", PsColumns::image));
        columns.add(new Column<>(
                "COMMAND", "command", this::command, row -> row.life().command()));
        return columns;
    }

    private List<Column<Row>> others() {
        return List.of(
                Columns.text("PORTS", "ports", row -> row.life().ports()),
                Columns.text("NAMES", "name", row -> row.who().name()),
                time("STARTED AT", "started_at", ContainerState::started),
                time("FINISHED AT", "finished_at", ContainerState::finished),
                new Column<>(
                        "OOM KILLED",
                        "oom_killed",
                        row -> String.valueOf(row.state().oomKilled()),
                        row -> row.state().oomKilled()),
                Columns.text("HEALTH", "health", row -> row.state().health()),
                new Column<>(
                        "RESTARTS",
                        "restarts",
                        row -> String.valueOf(row.state().restarts()),
                        row -> row.state().restarts()),
                Columns.id("IMAGE ID", "image_id", row -> row.who().imageId(), whole),
                new Column<>("LABELS", "labels", row -> String.join(",", labels(row)), PsColumns::labels),
                Columns.text("KNOWN", "known", PsColumns::known),
                new Column<>(
                        "UNKNOWN SINCE",
                        "unknown_since",
                        row -> row.unknown() == null ? "" : Times.format(row.unknownSince()),
                        row -> Time.of(row.unknownSince())));
    }

    private static Column<Row> time(String title, String key, ToLongFunction<ContainerState> of) {
        return Columns.time(title, key, row -> of.applyAsLong(row.state()));
    }

    /** @param ofEnd whether it is the code of ENDED, so that one that runs has none */
    private static Column<Row> exitCode(boolean ofEnd) {
        return new Column<>(
                "EXIT CODE",
                "exit_code",
                row -> exitCode(row, ofEnd) == null ? "" : String.valueOf(exitCode(row, ofEnd)),
                row -> exitCode(row, ofEnd));
    }

    private static @Nullable Integer exitCode(Row row, boolean ofEnd) {
        return ofEnd && row.state().isAlive() ? null : row.state().exitCode();
    }

    private static String image(Row row) {
        String image = row.who().image();
        return image.isEmpty() ? DockerWords.shortId(row.who().imageId()) : image;
    }

    private String command(Row row) {
        String command = row.life().command();
        boolean cut = !whole && command.codePointCount(0, command.length()) > COMMAND_WIDTH;
        return command.isEmpty()
                ? ""
                : DockerWords.quoted(
                        cut ? command.substring(0, command.offsetByCodePoints(0, COMMAND_WIDTH - 1)) + "…" : command);
    }

    private static String ended(Row row) {
        Life.End end = row.life().end();
        if (end.at() != 0) {
            return Times.formatSeconds(end.at());
        } else if (end.before() == 0) {
            return endedAfter(row) == 0 ? "" : "unknown, after " + Times.formatSeconds(endedAfter(row));
        }
        return end.after() == 0
                ? "unknown, before " + Times.formatSeconds(end.before())
                : "unknown, between " + Times.formatSeconds(end.after()) + " and " + Times.formatSeconds(end.before());
    }

    /** Of one that ran when nobody listened any more, it is not known whether it ended. */
    private static long endedAfter(Row row) {
        return row.life().end().isOver() || !row.state().isAlive()
                ? row.life().end().after()
                : row.unknownSince();
    }

    private static Column<Row> status() {
        return new Column<>(
                "STATUS",
                "status",
                PsColumns::status,
                row -> row.state().status().name().toLowerCase(Locale.ROOT));
    }

    private static String status(Row row) {
        ContainerState container = row.state();
        if (row.unknown() != null) {
            return row.unknownSince() == 0
                    ? "Unknown"
                    : "Unknown since " + Times.formatSeconds(row.unknownSince()) + " (was "
                            + DockerWords.status(container, row.unknownSince()) + ")";
        }
        boolean isWhenKnown = !row.life().isRemoved() || row.life().removed().at() != 0;
        String status = isWhenKnown ? DockerWords.status(container, row.host().moment()) : "Removed";
        return status + (known(row).equals("listed") ? " (listed)" : "");
    }

    /** Before there is a description, labels are known from an event, which has them among its own attributes. */
    private static List<String> labels(Row row) {
        boolean isDescribed = !row.who().imageId().isEmpty();
        return row.who().labels().entrySet().stream()
                .filter(label -> isDescribed || !OF_EVENTS.contains(label.getKey()))
                .map(label -> label.getKey() + "=" + label.getValue())
                .sorted()
                .toList();
    }

    private static String known(Row row) {
        boolean listed = row.life().isRemoved()
                ? row.life().removed().at() == 0
                : row.state().isListed();
        return row.unknown() != null ? "unknown" : listed ? "listed" : "recorded";
    }
}
