package dev.shiplog.recorder.control;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.retention.Forecast;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Tally;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@link Status} as lines for people: a word, and what there is to say. Times are UTC. */
final class StatusText {
    private StatusText() {}

    static String of(Status status) {
        Tally tally = status.tally();
        List<String> lines = new ArrayList<>();
        lines.add("recording   since " + time(tally.started().received()) + ", for "
                + age(status.now().received() - tally.started().received()) + "; shiplog " + status.version()
                + ", pid " + status.pid() + ", into " + status.directory());
        status.problems().forEach(problem -> lines.add("wrong       " + problem));
        lines.add("engine      " + engine(status.engine()));
        if (status.containers() != Status.NO_CONTAINERS) {
            lines.add("containers  " + status.containers() + " followed");
            lines.add("sockets     " + sockets(status.sockets()));
        }
        lines.add("newest      record " + tally.journal().sequence() + " of " + time(tally.newestReceived()) + ", in "
                + tally.journal().segment());
        lines.add("waiting     " + waiting(status));
        lines.add("this run    " + run(tally));
        lines.add("dropped     " + dropped(status));
        lines.add("gaps        " + gaps(tally.gaps()));
        lines.add("disk        " + disk(status.disk(), tally.journal().growth()));
        lines.add("limits      " + limits(status.disk()));
        lines.add("metrics     " + metrics(status.metrics()));
        return String.join("\n", lines) + "\n";
    }

    private static String engine(EngineState engine) {
        String version = engine.version().isEmpty() ? "" : engine.version() + ", ";
        String api = engine.apiVersion().isEmpty() ? "" : "API " + engine.apiVersion() + ", ";
        String state = engine.up() ? "answers since " : "does not answer since ";
        String reconnects =
                engine.reconnects().isEmpty() ? "; no reconnects" : "; reconnects: " + counts(engine.reconnects());
        return version + api + state + time(engine.since()) + reconnects;
    }

    private static String waiting(Status status) {
        String queue = status.waiting().records() == 0
                ? "no record waits for the writer"
                : status.waiting().records() + " records wait for the writer, the oldest for "
                        + seconds(status.waitedNanos());
        return queue
                + (status.unforcedNanos() == 0
                        ? "; all that is written is on the disk"
                        : "; what was written in the last " + seconds(status.unforcedNanos())
                                + " is not forced to disk yet");
    }

    private static String run(Tally tally) {
        String records = tally.records().entrySet().stream()
                .map(count -> count.getKey().label() + " " + count.getValue())
                .collect(Collectors.joining(", "));
        return (records.isEmpty() ? "no records" : records) + "; "
                + Forecast.size(tally.journal().bytes()) + "; " + String.format(Locale.ROOT, "%.1f", tally.sampleRate())
                + " samples a second";
    }

    private static String dropped(Status status) {
        String all = status.dropped().entrySet().stream()
                .map(kind -> kind.getKey().label() + ": " + counts(kind.getValue()))
                .collect(Collectors.joining("; "));
        return all.isEmpty() ? "nothing" : all;
    }

    private static String gaps(Tally.Gaps gaps) {
        Mark.Gap last = gaps.last();
        if (last == null) {
            return "none in this run";
        }
        return gaps.count() + " in this run, the last of " + last.kind()
                + (last.subject().isEmpty() ? "" : " of " + last.subject()) + " from " + time(last.from()) + " to "
                + time(last.to()) + ": " + last.reason();
    }

    private static String disk(Status.Disk disk, Forecast growth) {
        String free = disk.freeBytes() < 0 ? "free space unknown" : Forecast.size(disk.freeBytes()) + " free";
        double days = disk.daysLeft(growth.dailyBytes());
        return free
                + (growth.isKnown()
                        ? "; the journal grows by some " + Forecast.size(growth.dailyBytes()) + " a day"
                        : "; it is too early to tell how the journal grows")
                + (days < 0 ? "" : String.format(Locale.ROOT, ", room for %.1f days if nothing is deleted", days));
    }

    private static String limits(Status.Disk disk) {
        Limits limits = disk.limits();
        List<String> all = new ArrayList<>();
        if (!limits.keepFor().isZero()) {
            all.add("kept for " + age(limits.keepFor().toNanos()));
        }
        if (limits.keepBytes() > 0) {
            all.add("at most " + Forecast.size(limits.keepBytes()));
        }
        if (limits.untilArchived()) {
            all.add("until archived");
        }
        return (all.isEmpty() ? "none, nothing is ever deleted" : String.join(", ", all)) + "; "
                + Forecast.size(disk.minFree()) + " of the disk stay free";
    }

    private static String metrics(Status.Metrics metrics) {
        if (metrics.address().isEmpty()) {
            return "not served";
        }
        return metrics.problem().isEmpty()
                ? "at " + metrics.address()
                : "not served: " + metrics.address() + ": " + metrics.problem() + "; it is tried again and again";
    }

    private static String sockets(SocketsState sockets) {
        if (sockets.directory().isEmpty()) {
            return "not read, for want of --host-proc";
        }
        if (!sockets.problem().isEmpty()) {
            return "not read: " + sockets.problem() + "; it is tried again and again";
        }
        String read = "of " + sockets.read() + " containers, from " + sockets.directory();
        String missing = sockets.missing() == 0 ? "" : "; the processes of " + sockets.missing() + " are not there";
        String late = sockets.late() == 0 ? "" : "; there was no time for " + sockets.late() + ", which come next";
        String refused = sockets.refused() == 0
                ? ""
                : "; the shared memory of " + sockets.refused() + " may not be read, which takes SYS_PTRACE";
        return read + missing + late + refused;
    }

    private static String counts(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(count -> count.getKey() + " (" + count.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String time(long epochNanos) {
        return epochNanos == 0
                ? "never"
                : Instant.ofEpochSecond(0, epochNanos)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    /** The two largest units, as in 3 d 4 h. */
    private static String age(long nanos) {
        Duration age = Duration.ofNanos(Math.max(0, nanos));
        if (age.toDays() > 0) {
            return age.toDays() + " d " + age.toHoursPart() + " h";
        }
        return age.toHours() > 0
                ? age.toHours() + " h " + age.toMinutesPart() + " min"
                : age.toMinutes() + " min " + age.toSecondsPart() + " s";
    }
}
